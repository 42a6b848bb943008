"""What is taken back while a digest waits or is on its way: nobody reads it as news, or never hears of it."""

import dataclasses
import datetime as dt

import pytest
from django.db.models import F

from alerts import mailing
from alerts.desk import correct, withdraw
from alerts.desk.drafts import Words
from alerts.models import Alert, Delivery
from people.permissions import Role
from tests import make
from tests.alerts import outbox
from tests.alerts.smtp_servers import HANG, Post
from tests.alerts.test_digests import DAY, HOUR, MORNING, carrier, daily, plain, released, send
from tests.make import NOW
from tests.waiting import Aside, somebody_waits_for_a_lock, until

pytestmark = pytest.mark.usefixtures("reference", "post")
State = Delivery.State
SOON = MORNING + dt.timedelta(seconds=20)


def withdrawn(alert: Alert, *, at: dt.datetime) -> None:
    by = make.person(Role.PUBLISHER)
    withdraw.withdraw(alert_id=alert.pk, by=by, wrong="All of it", reason="a letter", at=at)
    mailing.match(at=at)


def corrected(alert: Alert, *, at: dt.datetime, headline: str) -> None:
    words = dataclasses.replace(Words.of(alert), valid_until=dt.date(2024, 8, 1), headline=headline)
    by = make.person(Role.PUBLISHER)
    correct.correct(alert_id=alert.pk, by=by, wrong="The place", words=words, seen=0, reason="a letter", at=at)
    mailing.match(at=at)


def not_the_carrier(*alerts: Alert) -> Alert:
    return next(one for one in alerts if one.pk != carrier().alert_id)


def went() -> str:
    """The digest that was taken."""
    return plain(outbox.kept(Delivery.objects.get(state=State.SENT, carried_by=F("pk"))))


def recalls() -> list[str]:
    return list(Delivery.objects.filter(alert__corrects__isnull=False).values_list("state", flat=True))


@pytest.mark.parametrize("answer", ["451 4.7.1 greylisted", "drop"])
def test_a_digest_that_was_put_off_goes_without_what_was_withdrawn_since(post: Post, answer: str) -> None:
    daily()
    first = released("SDN", "TCD")
    post.once["END"] = answer
    send(MORNING)
    gone = not_the_carrier(*first)
    withdrawn(gone, at=SOON)

    assert send(MORNING + dt.timedelta(minutes=2)) >= 1
    assert gone.headline not in went().partition("TAKEN BACK")[0]
    assert recalls() in ([], [State.SENT], [State.WAITING])
    assert bool(recalls()) == (answer == "drop")


@pytest.mark.parametrize("answer", ["451 4.7.1 greylisted", "drop"])
def test_a_digest_that_was_put_off_has_what_was_corrected_since_in_right_words(post: Post, answer: str) -> None:
    daily()
    first = released("SDN", "TCD")
    post.once["END"] = answer
    send(MORNING)
    wrong = not_the_carrier(*first)
    corrected(wrong, at=SOON, headline="About elsewhere")

    assert send(MORNING + dt.timedelta(minutes=2)) >= 1
    assert "About elsewhere" in went()
    assert wrong.headline not in went()
    assert bool(recalls()) == (answer == "drop")  # then nobody can say that the wrong words did not arrive


def test_what_still_stands_is_named_in_the_words_of_its_correction(post: Post) -> None:
    daily()
    (wrong,) = released("SDN")
    send(MORNING)
    corrected(wrong, at=SOON, headline="About elsewhere")
    released("MMR", at=MORNING + HOUR)
    send(MORNING + DAY)

    assert "About elsewhere" in plain(post.taken[-1].message)
    assert wrong.headline not in plain(post.taken[-1].message)


@pytest.mark.django_db(transaction=True)
def test_who_gets_a_digest_while_it_is_taken_back_is_told(post: Post) -> None:
    daily()
    first = released("SDN", "TCD")
    post.says["END"] = HANG
    sender = Aside(lambda: send(MORNING))
    post.wait_for("END")  # the server has the text and does not answer yet
    recall = Aside(lambda: withdrawn(not_the_carrier(*first), at=SOON))
    until(somebody_waits_for_a_lock, what="the recall to wait for the digest")
    post.says.clear()
    sender.join()
    recall.join()

    assert sorted(Delivery.objects.values_list("state", flat=True)) == [State.SENT, State.SENT, State.WAITING]
    assert (recalls(), send(SOON + HOUR)) == ([State.WAITING], 1)
    assert "[WITHDRAWN]" in str(post.taken[-1].message["Subject"])


def test_what_is_withdrawn_after_a_digest_was_written_stands_in_the_next(post: Post) -> None:
    daily()
    gone, _ = released("SDN", "TCD")
    send(MORNING)
    Alert.objects.filter(pk=gone.pk).update(withdrawn_at=MORNING)  # as it was written, before it was taken
    released("MMR", at=MORNING + HOUR)
    send(MORNING + DAY)

    assert gone.headline in plain(post.taken[-1].message).partition("TAKEN BACK")[2]


def test_taken_back_names_nothing_that_only_others_got(post: Post) -> None:
    me, other = make.person(Role.FOCAL_POINT), make.person(Role.FOCAL_POINT)
    alert = outbox.alert(iso3="SDN", headline="About SDN")
    outbox.delivery(alert, to=outbox.subscription(me))
    outbox.delivery(alert, to=outbox.subscription(other))
    Alert.objects.filter(pk=alert.pk).update(matched_at=NOW)
    post.says[me.email] = "550 5.1.1 no such user"
    send(NOW)
    post.says.clear()
    daily(me)
    released("TCD")
    send(MORNING)
    Alert.objects.filter(pk=alert.pk).update(withdrawn_at=MORNING + HOUR)
    released("MMR", at=MORNING + 2 * HOUR)
    send(MORNING + DAY)

    mine = [plain(mail.message) for mail in post.taken if mail.recipients == (me.email,)]
    assert ["TAKEN BACK" in text for text in mine] == [False, False]
