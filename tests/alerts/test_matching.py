"""Who is warned: places AND level AND any of the factors or scopes, as far as the person may see."""

import datetime as dt
from typing import Any

import pytest

from alerts.models import Alert, Delivery, Endpoint, Subscription
from alerts.subscriptions import matching
from people.models import User
from people.permissions import Role, Sensitivity
from tests import make
from tests.alerts import outbox
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference")


def rule(person: User | None = None, **fields: Any) -> Subscription:
    return outbox.subscription(person, **fields)


def matched(**fields: Any) -> list[tuple[int, str, str]]:
    """(rule, channel, purpose) of each delivery that a released alert with these fields brings."""
    warning = outbox.alert(**fields)
    matching.match_waiting(at=NOW)
    rows = Delivery.objects.filter(alert=warning).order_by("pk")
    return [(row.subscription_id or 0, row.channel, row.purpose) for row in rows]


def machine(owner: User, **fields: Any) -> Endpoint:
    url = "https://machine.test.example/"
    return Endpoint.objects.create(**({"owner": owner, "name": "M", "url": url, "created_at": NOW} | fields))


@pytest.mark.parametrize(
    ("asked", "about", "is_warned"),
    [
        ({}, [7], True),
        ({"factors": [7, 9]}, [1, 9], True),
        ({"factors": [7, 9]}, [1, 8], False),
        ({"scopes": ["genocide"]}, [1, 10], True),
        ({"scopes": ["genocide"]}, [1, 11], False),
        ({"scopes": ["common"]}, [8], True),
        ({"scopes": ["war_crimes"], "factors": [1]}, [1], True),
        ({"scopes": ["war_crimes"], "factors": [1]}, [14], True),
        ({"scopes": ["war_crimes"], "factors": [1]}, [2, 9, 12], False),
    ],
)
def test_any_of_the_factors_or_scopes_is_enough(asked: dict[str, Any], about: list[int], is_warned: bool) -> None:
    rule(**asked)

    assert bool(matched(factors=about)) == is_warned


def test_what_names_no_factor_is_about_all_of_them() -> None:
    """Where reports fall away nothing is known of any factor: unknown is no reason for silence."""
    rule(factors=[9])

    assert matched(kind=Alert.Kind.BLACKOUT, factors=[])


@pytest.mark.parametrize("role", Role)
def test_nobody_is_warned_of_what_they_may_not_see(role: Role) -> None:
    rule(make.person(role))
    seen = [step for step in Sensitivity if matched(sensitivity=step)]

    assert seen == {
        Role.READER: [0], Role.FOCAL_POINT: [0, 1], Role.CODER: [0, 1, 2], Role.REVIEWER: [0, 1, 2],
        Role.PUBLISHER: [0, 1, 2, 3], Role.ADMIN: [0, 1, 2, 3],
    }[role]  # fmt: skip


def test_a_rule_that_nobody_said_yes_to_warns_nobody() -> None:
    rule(confirmed_at=None)

    assert matched() == []


def test_who_asks_at_once_and_daily_gets_it_at_once_only() -> None:
    person = make.person()
    rule(person, frequency="weekly")
    rule(person, frequency="daily")
    soonest = rule(person, least_level=3)

    assert matched() == [(soonest.pk, "mail", "alert")]


def test_who_asks_daily_and_weekly_gets_it_in_the_daily_digest() -> None:
    person = make.person()
    rule(person, frequency="weekly")
    daily = rule(person, frequency="daily")

    assert matched() == [(daily.pk, "mail", "digest")]


def test_a_mail_and_each_endpoint_in_use_get_one_each() -> None:
    person = make.person()
    by_mail = rule(person)
    machines = [machine(person), machine(person), machine(person, ended_at=NOW, ended_how="by the owner")]
    asked = [rule(person, channel="webhook", endpoint=one, least_level=3) for one in machines]

    assert matched() == [
        (by_mail.pk, "mail", "alert"), (asked[0].pk, "webhook", "alert"), (asked[1].pk, "webhook", "alert")
    ]  # fmt: skip


def test_practice_and_corrections_are_matched_with_nobodys_rule() -> None:
    rule()
    warning = outbox.alert()

    assert matched(is_dry_run=True) == []
    assert matched(kind=Alert.Kind.CORRECTION, corrects=warning) == []


def test_a_rule_of_one_channel_does_not_stand_in_for_another() -> None:
    person, warning = make.person(), outbox.alert()
    endpoint = machine(person)
    by_machine = rule(person, channel="webhook", endpoint=endpoint)
    asked: dict[str, Any] = {"alert": warning, "person_id": person.pk}

    assert matching.rule_of(**asked) is None
    assert matching.rule_of(**asked, channel="webhook", endpoint_id=endpoint.pk) == by_machine
    assert matching.rule_of(**asked, channel="webhook", endpoint_id=endpoint.pk + 1) is None


def test_a_rule_that_is_not_saved_would_have_sent_what_a_saved_one_sends() -> None:
    person = make.person(Role.FOCAL_POINT)
    saved = rule(person, is_everywhere=False, regions=[15], least_level=4, factors=[9], scopes=["war_crimes"])
    saved.countries.set([make.country("MMR")])
    fields: list[dict[str, Any]] = [
        {"iso3": iso3, "level": level, "factors": about, "sensitivity": step}
        for iso3 in ("MMR", "SDN", "TCD") for level in (3, 4) for about in ([9], [14], [1], []) for step in (0, 2)
    ]  # fmt: skip
    publisher = make.person(Role.PUBLISHER)
    for one in fields:
        outbox.alert(**one, decided_by=publisher)
    matching.match_waiting(at=NOW)
    draft = matching.Draft(
        person_id=person.pk, is_everywhere=False, countries=[make.country("MMR").pk], regions=[15], least_level=4,
        factors=[9], scopes=["war_crimes"],
    )  # fmt: skip
    found = matching.would_have_sent(draft, since=NOW, until=NOW + dt.timedelta(days=1))

    assert sorted(found) == sorted(Delivery.objects.values_list("alert_id", flat=True))
    assert len(found) == 6
    assert matching.would_have_sent(draft, since=NOW - dt.timedelta(days=9), until=NOW) == []
