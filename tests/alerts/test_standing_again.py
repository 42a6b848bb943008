"""A warning that stands again, since a correction undid its withdrawal: one warning, in numbers, ledger and duties."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from alerts.answers import duties
from alerts.answers.answering import Answer, answer
from alerts.desk.told import untold
from alerts.ledger.ledger import ANSWERED, UNANSWERED, Asked, read, rows_of
from alerts.models import Alert, CorrectionDuty, Delivery, Duty
from people.permissions import Role
from tests import make
from tests.alerts import given, outbox
from tests.alerts.test_taking_back import SENT, corrected, out, told, withdrawn
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference")
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
BACK = NOW + DAY  # when the makers release corrections and withdrawals


def answered_again() -> tuple[Alert, Alert]:
    """Withdrawn, put right, and answered two hours later by the office that got it."""
    (one,) = given.focal_points(1)
    office = given.office(one)
    alert = out()
    outbox.delivery(alert, to=outbox.subscription(one), **SENT)
    told(withdrawn(alert))
    told(again := corrected(alert, wrong="The withdrawal was a mistake"))
    Delivery.objects.filter(alert=again).update(**SENT | {"finished_at": BACK})
    duties.keep_waiting(at=BACK)
    answer(alert_id=again.pk, office_id=office.pk, said=Answer("seen"), by=one, at=BACK + 2 * HOUR)
    return alert, again


def rows(client: Client, query: str = "") -> list[dict[str, object]]:
    client.force_login(make.person(Role.PUBLISHER))
    found: list[dict[str, object]] = client.get(f"/api/v1/alert-numbers/{query}").json()["results"]
    return found


@pytest.mark.parametrize("query", ["", "?until=2024-07-01"])
def test_it_is_one_warning_of_its_first_day_and_its_answers_are_those_to_what_stands(
    client: Client, query: str
) -> None:
    answered_again()

    every, office = (found := rows(client, query))[0], found[-1]

    assert (every["warnings"], every["withdrawn"]) == (1, 0)
    assert every["to_answer"] == office["to_answer"]
    assert every["to_answer"]["longest_hours"] == 2.0  # type: ignore[index]
    assert every["time_set"]["in_time"] == 1  # type: ignore[index]
    assert Duty.objects.get(closing="answered").alert.kind == "correction"


def test_withdrawn_a_second_time_it_is_counted_as_withdrawn(client: Client) -> None:
    alert, _ = answered_again()
    withdrawn(alert)

    found = rows(client)[0]

    assert (found["warnings"], found["withdrawn"]) == (0, 1)
    assert found["to_answer"]["ended"] == 0  # type: ignore[index]
    assert "1 of them withdrawn since" in client.get("/scorecard/").text


def test_the_scorecard_counts_it_as_one_that_stands(client: Client) -> None:
    answered_again()

    assert "withdrawn" not in client.get("/scorecard/").text.partition("<main")[2].partition("onsets")[2][:400]


def test_the_ledger_has_its_answer_in_the_line_of_the_warning() -> None:
    alert, _ = answered_again()
    user = AnonymousUser()

    (entry,) = read(rows_of(Asked(answered=ANSWERED), user=user), user=user)

    assert entry.alert == alert
    assert entry.line is not None
    assert entry.line.seen.on == BACK + 2 * HOUR
    assert not list(rows_of(Asked(answered=UNANSWERED), user=user))


def test_its_page_offers_to_withdraw_it_only_while_it_stands(client: Client) -> None:
    alert, _ = answered_again()
    client.force_login(make.person(Role.PUBLISHER))
    wanted = f'href="/alerts/{alert.pk}/withdraw/"'

    assert wanted in client.get(alert.get_absolute_url()).text
    assert "<form" in client.get(f"/alerts/{alert.pk}/withdraw/").text.partition("<main")[2]
    withdrawn(alert)
    assert wanted not in client.get(alert.get_absolute_url()).text
    assert "found it withdrawn already" in client.get(f"/alerts/{alert.pk}/withdraw/").text


def test_evidence_behind_it_that_is_retracted_later_is_owed_a_correction() -> None:
    alert, _ = answered_again()
    row = make.accepted()
    owed = {"evidence": row, "is_reason": True, "found_at": BACK + DAY}
    CorrectionDuty.objects.create(delivery=alert.deliveries.get(), **owed)

    assert untold().exists()
    withdrawn(alert, at=BACK + 2 * HOUR)
    assert not untold().exists()
