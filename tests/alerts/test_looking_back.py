"""What a rule would have sent in the last twelve months."""

import datetime as dt
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from alerts.models import Alert, MailSettings
from alerts.subscriptions.looking_back import LISTED, LookBack, look_back
from alerts.subscriptions.subscribing import SubscriptionError, Wanted
from people.models import User
from people.permissions import Role, Sensitivity
from tests import make
from tests.alerts import outbox
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference")
DAY = dt.timedelta(days=1)


def released(*days_ago: float, **fields: Any) -> list[Alert]:
    return [outbox.alert(released_at=NOW - days * DAY, **fields) for days in days_ago]


def looked(person: User | None = None, *, reader: User | None = None, **fields: Any) -> LookBack:
    person = person or make.person(Role.FOCAL_POINT)
    given: dict[str, Any] = {"is_everywhere": True} | fields
    return look_back(wanted=Wanted(**given), person=person, reader=reader or person, at=NOW)


def test_it_counts_the_alerts_of_twelve_months_and_lists_the_latest_first() -> None:
    late, early = released(1, 366)
    released(367.6)

    found = looked()

    assert (found.mails, found.months, found.latest) == (2, 12, [late, early])


def test_nothing_that_matches_is_said_to_be_nothing() -> None:
    released(1)

    assert looked(least_level=5).mails == 0


def test_a_digest_counts_the_mornings_on_which_something_waited() -> None:
    released(1, 1.1, 2, 20)

    daily, weekly = looked(frequency="daily"), looked(frequency="weekly")

    assert (daily.mails, daily.alerts, daily.is_digest) == (3, 4, True)
    assert (weekly.mails, weekly.alerts) == (2, 4)  # NOW is a Monday


def test_mornings_are_those_of_the_persons_own_clock() -> None:
    released(20 / 24, 15 / 24)  # 16:00 and 21:00 UTC of the day before
    person = make.person()
    MailSettings.objects.create(person=person, time_zone="Asia/Tokyo", changed_at=NOW)

    assert looked(frequency="daily").mails == 1
    assert looked(person, frequency="daily").mails == 1
    released(13 / 24)  # 23:00 UTC is eight in the morning in Tokyo
    assert (looked(frequency="daily").mails, looked(person, frequency="daily").mails) == (1, 2)


def test_who_looks_learns_of_no_alert_that_they_may_not_see() -> None:
    released(1, sensitivity=Sensitivity.CONFIDENTIAL)
    coder, publisher = make.person(Role.CODER), make.person(Role.PUBLISHER)

    assert looked(coder).mails == 1
    assert looked(coder, reader=make.person(Role.READER)).mails == 0
    assert looked(make.person(Role.READER), reader=publisher).mails == 0


def test_a_correction_of_what_it_would_have_sent_is_counted_and_of_nothing_else() -> None:
    (sent, other) = released(9), released(9, iso3="SDN")
    for one in (*sent, *other):
        released(1, kind=Alert.Kind.CORRECTION, corrects=one)

    assert looked(is_everywhere=False, countries=[make.country("MMR")]).mails == 2


def test_what_cannot_be_a_rule_is_refused() -> None:
    with pytest.raises(SubscriptionError, match="found no country and no region"):
        looked(is_everywhere=False)


def test_a_long_year_lists_only_the_latest(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    person = make.person()
    released(*range(1, LISTED + 6))

    with django_assert_max_num_queries(5):
        found = looked(person)
        assert all(alert.country.name_en for alert in found.latest)

    assert (found.mails, len(found.latest), found.left) == (LISTED + 5, LISTED, 5)
