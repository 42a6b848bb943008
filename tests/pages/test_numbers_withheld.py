"""What the numbers do not tell cannot be found from what they tell, by who is in an office or compares two of them."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from alerts.models import Acknowledgement, Alert
from people.models import User
from people.permissions import Role
from tests import make
from tests.alerts import ledgers, outbox
from tests.make import NOW
from tests.pages.test_alert_numbers import DATA, PAGE, answer, asked, office, rows, words

pytestmark = pytest.mark.usefixtures("reference")
Kind = Acknowledgement.Kind
HIGH: dict[str, Any] = {"level": 4, "previous_level": 3}


def marked(count: int, *, by: User | None = None, **fields: Any) -> list[Alert]:
    """Warnings that somebody decided on and held to be false alarms."""
    made = [outbox.alert(**fields) for _ in range(count)]
    for alert in made:
        who: dict[str, Any] = {} if by is None else {"person": by}
        answer(alert, 7, Kind.DECIDED, **who)
        answer(alert, 5, Kind.FALSE_ALARM, delivery=outbox.delivery(alert), **who)
    return made


def told(client: Client, query: str = "") -> list[tuple[object, object]]:
    return [(row["false_alarms"], row["to_decision"]["ended"]) for row in rows(client, query) if not row["office"]]


@pytest.fixture
def onlooker(reference: None, client: Client) -> User:
    """Cleared for answers, in no office that answered."""
    found = make.person(Role.FOCAL_POINT)
    client.force_login(found)
    return found


@pytest.mark.usefixtures("onlooker")
def test_a_part_is_not_the_total_less_another_part(client: Client) -> None:
    marked(3)
    marked(2, **HIGH, decided_by=make.person(Role.PUBLISHER))

    total, *parts = told(client)

    assert total == (5, 5)
    assert set(parts) == {(None, None)}
    assert "false_alarms" in client.get(f"{DATA}?format=csv").text.splitlines()[0]
    assert words(client).count("not told") >= 2  # by kind, and in the table of the plot


def test_those_who_release_alerts_read_every_part(client: Client) -> None:
    marked(3)
    marked(2, **HIGH, decided_by=make.person(Role.PUBLISHER))
    client.force_login(make.person(Role.PUBLISHER))

    assert told(client)[:3] == [(5, 5), (2, 2), (3, 3)]


@pytest.mark.usefixtures("onlooker")
@pytest.mark.parametrize("query", ["since=2024-07-01", "until=2024-07-01", "region=142"])
def test_two_periods_are_not_compared(client: Client, query: str) -> None:
    marked(4)
    marked(1, released_at=NOW + dt.timedelta(days=1))

    assert told(client)[0] == (5, 5)
    assert set(told(client, f"?{query}")) == {(None, None)}
    assert "Not told: of a part" in words(client, f"{PAGE}?{query}")


@pytest.mark.usefixtures("onlooker")
@pytest.mark.parametrize("was_there", [True, False])
def test_a_member_of_an_office_does_not_take_off_their_own(client: Client, was_there: bool) -> None:
    me = make.person(Role.FOCAL_POINT)
    mine = office(member=me)
    mine.members.update(until=NOW if was_there else None)
    marked(2)
    for alert in (outbox.alert(), outbox.alert()):
        asked(mine, alert)
        answer(alert, 7, Kind.DECIDED, office=mine)
        answer(alert, 5, Kind.FALSE_ALARM, office=mine)
    assert told(client)[0] == (4, 4)

    client.force_login(me)

    assert told(client)[0] == (None, None)
    marked(1)
    assert told(client)[0] == (5, 5)


@pytest.mark.usefixtures("onlooker")
def test_what_a_member_recorded_of_a_decision_is_their_own(client: Client) -> None:
    me = make.person(Role.FOCAL_POINT)
    for _ in range(2):
        ledgers.response(alert=outbox.alert(), entered_by=me, decided_on=NOW.date())
    marked(2)
    assert told(client)[0][1] == 4

    client.force_login(me)

    assert told(client)[0][1] is None
