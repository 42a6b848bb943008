"""Quiet hours and pauses hold mails back when they are to go; what is still in time goes afterwards."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction

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


def held(reader: User, *iso3s: str, **fields: Any) -> None:
    """Matched for the reader, and held back."""
    outbox.subscription(reader)
    for iso3 in iso3s:
        outbox.alert(iso3=iso3, headline=f"About {iso3}", **fields)
    matching.match_waiting(at=NOW)
    assert send(NOW + HOUR) == 0


@pytest.mark.parametrize("is_resumed", [False, True])
def test_several_that_a_pause_held_go_in_one_digest_when_it_ends(post: Post, is_resumed: bool) -> None:
    reader = person(paused_until=NOW + 30 * DAY)
    held(reader, "SDN", "TCD", "MMR")
    if is_resumed:
        pausing.resume(person=reader, at=NOW + DAY)

    assert send(NOW + (1 if is_resumed else 30) * DAY) == 1
    assert set(Delivery.objects.values_list("purpose", "state")) == {("digest", State.SENT)}
    assert all(f"About {iso3}" in post.mails[0].content.decode() for iso3 in ("SDN", "TCD", "MMR"))


def test_one_alone_and_each_of_a_grave_one_goes_as_a_mail_of_its_own(post: Post) -> None:
    held(person(paused_until=NOW + 30 * DAY), "SDN")
    held(person(paused_until=NOW + 30 * DAY), "TCD", "MMR", level=4, decided_by=make.person(Role.ADMIN))

    assert send(NOW + 30 * DAY) == 5  # the first reader has a rule for all of them
    assert set(Delivery.objects.values_list("purpose", flat=True)) == {"alert"}


def test_what_quiet_hours_hold_goes_singly() -> None:
    held(quiet("UTC", 11, 20), "SDN", "TCD")

    assert send(NOW + 8 * HOUR) == 2


def test_a_longer_pause_holds_the_digest_and_what_comes_meanwhile_goes_with_it(post: Post) -> None:
    reader = person(paused_until=NOW + 7 * DAY)
    held(reader, "SDN", "TCD")
    pausing.pause(person=reader, days=30, at=NOW + 6 * DAY)
    assert send(NOW + 7 * DAY) == 0
    outbox.alert(headline="About MMR")
    matching.match_waiting(at=NOW + 8 * DAY)
    assert send(NOW + 8 * DAY) == 0

    assert send(NOW + 36 * DAY) == 1
    assert "About MMR" in post.mails[0].content.decode()


@pytest.mark.parametrize("fields", [{"purpose": "reminder"}, {"purpose": "digest", "attempts": 1}])
def test_no_other_purpose_of_a_mail_is_ever_changed(fields: dict[str, Any]) -> None:
    row = outbox.delivery(attempts=fields.get("attempts", 0))

    with pytest.raises(DatabaseError), transaction.atomic():
        Delivery.objects.filter(pk=row.pk).update(purpose=fields["purpose"])


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
