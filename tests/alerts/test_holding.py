"""Quiet hours and pauses hold mails back when they are to go; what is still in time goes afterwards."""

import datetime as dt
from typing import Any

import pytest

from alerts.models import Confirmation, Delivery, MailSettings
from alerts.outbox import delivery
from alerts.subscriptions import matching, pausing
from people.models import User
from people.permissions import Role
from tests import make
from tests.alerts import outbox
from tests.alerts.smtp_servers import Post
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference", "post")
State = Delivery.State
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def send(at: dt.datetime) -> int:
    return delivery.send_waiting(now=lambda: at)


def person(**fields: Any) -> User:
    found = make.person()
    MailSettings.objects.create(**({"person": found, "changed_at": NOW} | fields))
    return found


def quiet(zone: str, begin: int, end: int) -> User:
    return person(time_zone=zone, quiet_from=dt.time(begin), quiet_until=dt.time(end))


def test_a_mail_waits_for_the_end_of_the_night_and_that_is_no_try() -> None:
    row = outbox.delivery(to=outbox.subscription(quiet("Africa/Khartoum", 13, 20)))  # NOW is 14:00 there
    other = outbox.delivery(row.alert)

    assert send(NOW) == 1
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.state, row.attempts, row.next_try_at) == (State.WAITING, 0, NOW + 6 * HOUR)
    assert other.state == State.SENT
    assert (send(NOW + 5 * HOUR), send(NOW + 6 * HOUR)) == (0, 1)


def test_a_mail_that_was_written_before_the_night_waits_too(post: Post) -> None:
    row = outbox.delivery(to=outbox.subscription(quiet("UTC", 13, 20)))
    post.once["END"] = "451 4.7.1 greylisted"
    send(NOW)

    assert send(NOW + HOUR) == 0
    row.refresh_from_db()
    assert (row.state, row.attempts, row.next_try_at) == (State.DEFERRED, 1, NOW + 8 * HOUR)


def test_what_is_matched_in_a_pause_goes_after_it_if_it_is_still_in_time() -> None:
    reader = person(paused_until=NOW + 30 * DAY)
    outbox.subscription(reader)
    long, short = outbox.alert(), outbox.alert(iso3="SDN", valid_until=(NOW + 10 * DAY).date())
    matching.match_waiting(at=NOW)

    assert [send(NOW + days * DAY) for days in (0, 29, 30)] == [0, 0, 1]
    states = dict(Delivery.objects.values_list("alert", "state"))
    assert states == {long.pk: State.SENT, short.pk: State.CANCELLED}


def test_a_pause_that_ends_early_lets_go_what_it_held() -> None:
    reader = person()
    row = outbox.delivery(to=outbox.subscription(reader))
    pausing.pause(person=reader, days=30, at=NOW)
    assert send(NOW) == 0

    pausing.resume(person=reader, at=NOW + HOUR)

    row.refresh_from_db()
    assert row.next_try_at == NOW + HOUR
    assert send(NOW + HOUR) == 1


@pytest.mark.parametrize(("waited", "sent"), [(dt.timedelta(seconds=10), [0, 1]), (3 * HOUR, [1, 0])])
def test_what_a_server_put_off_before_a_pause_goes_after_it_and_after_the_servers_own_pause(
    post: Post, waited: dt.timedelta, sent: list[int]
) -> None:
    reader = person()
    outbox.delivery(to=outbox.subscription(reader))
    post.once["END"] = "451 4.7.1 greylisted"
    send(NOW)
    pausing.pause(person=reader, days=90, at=NOW + dt.timedelta(seconds=5))
    assert send(NOW + 2 * HOUR) == 0 or waited < HOUR

    pausing.resume(person=reader, at=NOW + waited)

    assert [send(NOW + waited), send(NOW + max(waited, dt.timedelta(minutes=2)))] == sent


def test_a_question_that_a_server_put_off_before_a_pause_is_asked_after_it() -> None:
    reader, staff = person(paused_until=NOW + 90 * DAY), make.person(Role.ADMIN)
    rule = outbox.subscription(reader, confirmed_at=None, created_by=staff)
    asked = {"state": State.DEFERRED, "attempts": 1, "made_at": NOW, "next_try_at": NOW + 90 * DAY}
    row = Confirmation.objects.create(subscription=rule, asked_by=staff, **asked)

    pausing.resume(person=reader, at=NOW + HOUR)

    row.refresh_from_db()
    assert row.next_try_at is not None
    assert row.next_try_at <= NOW + HOUR + dt.timedelta(minutes=2)


def test_other_hours_let_go_what_the_old_ones_held() -> None:
    reader = quiet("UTC", 11, 20)
    outbox.delivery(to=outbox.subscription(reader))
    assert send(NOW) == 0

    pausing.set_hours(person=reader, language="fr", time_zone="UTC", quiet=None, at=NOW + HOUR)

    assert send(NOW + HOUR) == 1
    assert MailSettings.objects.get(person=reader).language == "fr"


def test_a_clock_that_was_set_back_sends_nothing_twice_and_loses_nothing() -> None:
    row = outbox.delivery(to=outbox.subscription(quiet("UTC", 11, 13)))
    assert (send(NOW), send(NOW - 2 * HOUR), send(NOW + HOUR), send(NOW - HOUR)) == (0, 0, 1, 0)

    row.refresh_from_db()
    assert row.state == State.SENT


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"language": "xx"}, "found an unknown language; wanted one of en, fr"),
        ({"time_zone": "Nowhere/Here"}, "found an unknown time zone"),
        ({"quiet": (dt.time(7), dt.time(7))}, "found quiet hours that end when they begin"),
    ],
)
def test_settings_that_cannot_be_are_refused(fields: dict[str, Any], said: str) -> None:
    given: dict[str, Any] = {"language": "en", "time_zone": "UTC", "quiet": None} | fields
    with pytest.raises(pausing.SettingsError, match=said):
        pausing.set_hours(person=make.person(), at=NOW, **given)
    with pytest.raises(pausing.SettingsError, match="found 3 days; wanted one of 7, 30, 90"):
        pausing.pause(person=make.person(), days=3, at=NOW)

    assert not MailSettings.objects.exists()
