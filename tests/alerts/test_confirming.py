"""A rule that somebody else made counts once its person said yes: who is asked, how often, and what follows."""

import contextlib
import datetime as dt
import re
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connections
from pytest_django import Settings

from alerts import links
from alerts.mailserver import posting as mail_line
from alerts.mailserver import recording, turns
from alerts.models import Confirmation, Delivery, MailSettings, Subscription
from alerts.subscriptions import confirming, matching, pausing, subscribing
from alerts.subscriptions.subscribing import SubscriptionError, Wanted
from indicators.models.score import Level
from people.models import User
from people.permissions import Role
from tests import make
from tests.alerts import outbox
from tests.alerts.smtp_servers import HANG, Post
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference", "post")
State = Delivery.State
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def staff() -> User:
    return make.person(Role.ADMIN)


@pytest.fixture
def reader() -> User:
    return make.person(Role.FOCAL_POINT)


def wanted(**fields: Any) -> Wanted:
    return Wanted(**({"is_everywhere": True, "least_level": Level.HIGH} | fields))


def proposed(reader: User, by: User, *, at: dt.datetime = NOW, **fields: Any) -> Subscription:
    return subscribing.subscribe(person=reader, wanted=wanted(**fields), by=by, at=at)


def send(at: dt.datetime = NOW) -> int:
    with time_machine.travel(at, tick=False):
        return confirming.send_waiting(now=lambda: at)


def warned(reader: User) -> list[int | None]:
    """By which rules a released alert goes to the reader."""
    alert = outbox.alert(level=5, decided_by=make.person(Role.PUBLISHER))
    matching.match_waiting(at=NOW)
    return list(Delivery.objects.filter(alert=alert, person=reader).values_list("subscription", flat=True))


def plain(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_a_rule_of_staff_warns_nobody_before_its_person_said_yes(reader: User, staff: User) -> None:
    rule = proposed(reader, staff)

    assert warned(reader) == []
    confirming.confirm(subscription_id=rule.pk, at=NOW)
    assert warned(reader) == [rule.pk]


@pytest.mark.parametrize("is_by_link", [True, False])
def test_what_a_person_makes_for_themself_counts_at_once_and_nobody_is_asked(reader: User, is_by_link: bool) -> None:
    rule = subscribing.subscribe(person=reader, wanted=wanted(), by=None if is_by_link else reader, at=NOW)

    assert warned(reader) == [rule.pk]
    assert not Confirmation.objects.exists()


def test_the_mail_goes_to_the_person_alone_and_once_with_a_link_of_seven_days(
    reader: User, staff: User, post: Post
) -> None:
    rule = proposed(reader, staff)

    assert (send(), send()) == (1, 0)
    mail = post.taken[0].message
    assert (post.taken[0].recipients, mail["Subject"]) == ((reader.email,), "Please confirm: warnings by e-mail")
    token = re.search(r"https://warn\.test\.example/confirm/([^/]+)/", plain(mail))
    assert token is not None
    with time_machine.travel(NOW + 7 * DAY, tick=False):
        assert links.rule_to_confirm(token[1]) == rule
    with time_machine.travel(NOW + 7 * DAY + HOUR, tick=False), pytest.raises(links.ExpiredLinkError):
        links.rule_to_confirm(token[1])
    assert "alerts about every country from HIGH on" in plain(mail)


def test_a_french_reader_is_asked_in_french(reader: User, staff: User, post: Post) -> None:
    MailSettings.objects.create(person=reader, language="fr", changed_at=NOW)
    proposed(reader, staff)
    send()

    mail = post.taken[0].message
    assert (mail["Subject"], mail["Content-Language"]) == ("Merci de confirmer : alertes par courriel", "fr")
    assert "Rien n’est envoyé sans votre accord" in plain(mail)


def test_a_server_that_is_busy_is_asked_again_under_the_same_identifier(reader: User, staff: User, post: Post) -> None:
    proposed(reader, staff)
    post.once["END"] = "451 later"

    assert send() == 0
    row = Confirmation.objects.get()
    assert (row.state, row.attempts, row.reply_code) == (State.DEFERRED, 1, 451)
    assert send(NOW + HOUR) == 1
    row.refresh_from_db()
    assert (row.state, row.next_try_at) == (State.SENT, None)
    assert len({mail.message["Message-ID"] for mail in post.mails}) == 1


def test_a_refused_address_ends_the_mail_and_the_rule_goes_on_waiting(reader: User, staff: User, post: Post) -> None:
    rule = proposed(reader, staff)
    post.says[reader.email] = "550 no such person"

    assert (send(), send(NOW + DAY)) == (0, 0)
    assert Confirmation.objects.get().state == State.REFUSED
    rule.refresh_from_db()
    assert (rule.confirmed_at, rule.ended_at) == (None, None)


def test_a_pause_holds_the_mail_until_the_person_ends_it(reader: User, staff: User) -> None:
    pausing.pause(person=reader, days=30, at=NOW)
    proposed(reader, staff)

    assert send() == 0
    pausing.resume(person=reader, at=NOW + HOUR)
    assert send(NOW + HOUR) == 1


@pytest.mark.parametrize("how", ["yes", "no", "ended", "switched off"])
def test_a_mail_that_need_not_go_any_more_does_not(reader: User, staff: User, post: Post, how: str) -> None:
    rule = proposed(reader, staff)
    if how == "yes":
        confirming.confirm(subscription_id=rule.pk, at=NOW)
    elif how == "no":
        confirming.decline(subscription_id=rule.pk, at=NOW)
    elif how == "ended":
        subscribing.end(subscription_id=rule.pk, how="ended by staff", by=staff, at=NOW)
    else:
        User.objects.filter(pk=reader.pk).update(is_active=False)

    assert (send(), post.mails) == (0, [])
    assert Confirmation.objects.get().state == State.CANCELLED


def test_nobody_is_asked_more_than_three_times_a_day(reader: User, staff: User) -> None:
    rule = proposed(reader, staff)
    again: dict[str, Any] = {"subscription_id": rule.pk, "by": staff}
    assert confirming.ask_again(**again, at=NOW) == Confirmation.objects.get()  # one that waits is enough
    for hour in (1, 2):
        send(NOW + hour * HOUR)
        confirming.ask_again(**again, at=NOW + hour * HOUR)
    send(NOW + 2 * HOUR)

    with pytest.raises(SubscriptionError, match="found 3 mails in a day"):
        confirming.ask_again(**again, at=NOW + 3 * HOUR)
    with pytest.raises(SubscriptionError, match="found 3 mails in a day"):
        proposed(reader, staff, at=NOW + 3 * HOUR, least_level=Level.SEVERE)
    assert Subscription.objects.count() == 1
    assert confirming.ask_again(**again, at=NOW + 2 * DAY).state == State.WAITING


def test_only_who_manages_rules_asks_again_and_only_of_one_that_waits(reader: User, staff: User) -> None:
    rule = proposed(reader, staff)
    with pytest.raises(SubscriptionError, match="may not"):
        confirming.ask_again(subscription_id=rule.pk, by=make.person(Role.REVIEWER), at=NOW)

    confirming.confirm(subscription_id=rule.pk, at=NOW)
    with pytest.raises(SubscriptionError, match="does not wait for a yes"):
        confirming.ask_again(subscription_id=rule.pk, by=staff, at=NOW)


def test_who_declined_is_not_warned_and_only_they_take_the_rule_up_again(reader: User, staff: User) -> None:
    rule = proposed(reader, staff)
    for _ in range(2):
        assert confirming.decline(subscription_id=rule.pk, at=NOW).ended_how == confirming.DECLINED

    assert warned(reader) == []
    with pytest.raises(SubscriptionError, match="has ended"):
        confirming.confirm(subscription_id=rule.pk, at=NOW)
    with pytest.raises(SubscriptionError, match="only that person"):
        subscribing.resume(subscription_id=rule.pk, by=staff, at=NOW)
    subscribing.resume(subscription_id=rule.pk, by=reader, at=NOW)
    assert warned(reader) == [rule.pk]


def test_a_yes_is_said_once_and_a_no_after_it_ends_nothing(reader: User, staff: User) -> None:
    rule = proposed(reader, staff)
    for hour in (1, 2):
        assert confirming.confirm(subscription_id=rule.pk, at=NOW + hour * HOUR).confirmed_at == NOW + HOUR

    assert confirming.decline(subscription_id=rule.pk, at=NOW).ended_at is None


def test_more_by_staff_is_another_rule_and_the_old_one_counts_until_the_yes(reader: User, staff: User) -> None:
    old = subscribing.subscribe(person=reader, wanted=wanted(), by=None, at=NOW)
    new = subscribing.change(subscription_id=old.pk, wanted=wanted(least_level=Level.ELEVATED), by=staff, at=NOW)

    assert (new.pk == old.pk, new.confirmed_at, warned(reader)) == (False, None, [old.pk])
    confirming.confirm(subscription_id=new.pk, at=NOW)
    old.refresh_from_db()
    assert (old.ended_how, warned(reader)) == (confirming.REPLACED, [new.pk])


def test_who_declines_more_keeps_what_they_had(reader: User, staff: User) -> None:
    old = subscribing.subscribe(person=reader, wanted=wanted(), by=None, at=NOW)
    new = subscribing.change(subscription_id=old.pk, wanted=wanted(least_level=Level.ELEVATED), by=staff, at=NOW)
    confirming.decline(subscription_id=new.pk, at=NOW)

    assert warned(reader) == [old.pk]


@pytest.mark.parametrize(
    ("fields", "is_more"),
    [
        ({"least_level": Level.SEVERE}, False),
        ({"factors": [9]}, False),
        ({"frequency": "weekly"}, False),
        ({"is_everywhere": False, "regions": [2]}, False),
        ({"least_level": Level.ELEVATED}, True),
    ],
)
def test_less_by_staff_counts_at_once(reader: User, staff: User, fields: dict[str, Any], is_more: bool) -> None:
    rule = subscribing.subscribe(person=reader, wanted=wanted(), by=None, at=NOW)
    changed = subscribing.change(subscription_id=rule.pk, wanted=wanted(**fields), by=staff, at=NOW)

    assert (changed.confirmed_at is None, changed.pk != rule.pk) == (is_more, is_more)


@pytest.mark.parametrize(
    ("had", "asked"),
    [
        ({"factors": [9]}, {}),
        ({"factors": [9]}, {"factors": [9, 10]}),
        ({"frequency": "weekly"}, {"frequency": "daily"}),
        ({"is_everywhere": False, "regions": [2]}, {}),
        ({"is_everywhere": False, "regions": [2]}, {"is_everywhere": False, "regions": [2, 142]}),
    ],
)
def test_what_is_wider_sooner_or_of_more_is_more(had: dict[str, Any], asked: dict[str, Any]) -> None:
    assert wanted(**asked).is_more_than(wanted(**had))
    assert not wanted(**had).is_more_than(wanted(**asked))
    assert not wanted(**had).is_more_than(wanted(**had))


def test_a_change_of_what_waits_makes_the_old_link_void_and_asks_anew(reader: User, staff: User) -> None:
    rule = proposed(reader, staff)
    token = links.confirm_token(rule)
    send()
    subscribing.change(subscription_id=rule.pk, wanted=wanted(least_level=Level.ELEVATED), by=staff, at=NOW + HOUR)

    with pytest.raises(links.ExpiredLinkError, match="before the rule was changed"):
        links.rule_to_confirm(token)
    assert send(NOW + HOUR) == 1


def test_a_person_who_asks_for_what_was_proposed_or_changes_it_says_yes(reader: User, staff: User) -> None:
    rule = proposed(reader, staff)
    assert subscribing.subscribe(person=reader, wanted=wanted(), by=None, at=NOW).pk == rule.pk
    other = proposed(reader, staff, least_level=Level.SEVERE)
    subscribing.change(subscription_id=other.pk, wanted=wanted(regions=[2], is_everywhere=False), by=reader, at=NOW)

    assert not Subscription.objects.filter(confirmed_at=None).exists()


def test_what_was_asked_of_whom_is_kept(reader: User, staff: User) -> None:
    proposed(reader, staff)

    with pytest.raises(IntegrityError, match="never rewritten"):
        Confirmation.objects.update(made_at=NOW + DAY)


def proposals(count: int, staff: User) -> list[Confirmation]:
    for _ in range(count):
        proposed(make.person(), staff)
    return list(Confirmation.objects.order_by("pk"))


def test_a_relay_that_falls_silent_is_not_asked_for_every_mail(
    staff: User, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = proposals(turns.TROUBLES_MAX + 2, staff)
    monkeypatch.setattr(mail_line, "MAIL_SECONDS", 0.2)
    post.says["RCPT"] = HANG

    assert send() == 0
    assert Confirmation.objects.filter(state=State.DEFERRED).count() == turns.TROUBLES_MAX
    assert Confirmation.objects.filter(state=State.WAITING, attempts=0).count() == len(rows) - turns.TROUBLES_MAX


def test_after_its_time_a_call_begins_no_other_mail(staff: User) -> None:
    proposals(3, staff)
    clocks = iter([NOW, NOW, NOW, NOW + confirming.BATCH_TIME])

    assert confirming.send_waiting(now=lambda: next(clocks)) == 1


def test_a_host_gets_its_number_of_mails_a_minute_whatever_they_are(
    staff: User, post: Post, settings: Settings
) -> None:
    settings.MAIL_MOST_A_MINUTE_TO_A_HOST = 2
    warned = outbox.delivery()
    warned.tries.create(at=NOW, outcome="sent", code=250)
    rows = proposals(3, staff)
    assert len({row.subscription.person.email.rpartition("@")[2] for row in rows}) == 1

    assert (send(), send(NOW + dt.timedelta(seconds=30))) == (1, 0)
    assert [row.attempts for row in Confirmation.objects.order_by("pk")] == [1, 0, 0]
    assert send(NOW + dt.timedelta(minutes=1)) == 2
    assert len(recording.lately(at=NOW + dt.timedelta(minutes=1))) == 2


@pytest.mark.django_db(transaction=True)
def test_while_one_asks_for_a_yes_no_other_does(staff: User) -> None:
    proposals(1, staff)
    other = connections["default"].copy()
    with contextlib.closing(other), other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [confirming._LOCK])
        assert send() == 0
        cursor.execute("SELECT pg_advisory_unlock(%s)", [confirming._LOCK])  # a closed session ends a moment later

    assert send() == 1


def test_an_outage_of_our_own_server_uses_up_no_try(staff: User, post: Post) -> None:
    proposals(2, staff)
    post.says["MAIL"] = "451 not now"

    assert [send(NOW + hours * HOUR) for hours in range(recording.TRIES_MAX + 1)] == [0] * (recording.TRIES_MAX + 1)
    assert set(Confirmation.objects.values_list("attempts", flat=True)) == {0}
    post.says.clear()
    assert send(NOW + DAY) == 2
