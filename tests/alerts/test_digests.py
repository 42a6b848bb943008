"""Digests: one mail a morning for all that waits, of what holds when it goes, and never an empty one."""

import datetime as dt
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from django.db.models import F
from pytest_django import DjangoAssertNumQueries

from alerts.models import Alert, Delivery, MailSettings, Subscription
from alerts.outbox import bouncing, delivery, putting_back
from alerts.subscriptions import matching, pausing, subscribing
from people.models import User
from people.permissions import Role, Sensitivity
from tests import make
from tests.alerts import outbox
from tests.alerts.smtp_servers import Post
from tests.alerts.test_bouncing import report
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference", "post")
State = Delivery.State
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
MORNING = NOW.replace(hour=7) + DAY  # NOW is a Monday, at noon


def daily(person: User | None = None, **fields: Any) -> Subscription:
    return outbox.subscription(person, **({"frequency": "daily"} | fields))


def released(*iso3s: str, at: dt.datetime = NOW, **fields: Any) -> list[Alert]:
    """Released and matched."""
    found = [outbox.alert(iso3=iso3, headline=f"About {iso3}", **fields) for iso3 in iso3s]
    matching.match_waiting(at=at)
    return found


def send(at: dt.datetime) -> int:
    return delivery.send_waiting(now=lambda: at)


def carrier() -> Delivery:
    """Of the latest digest."""
    return Delivery.objects.select_related("person").filter(carried_by=F("pk")).latest("pk")


def plain(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def said() -> str:
    return plain(outbox.kept(carrier()))


def states() -> dict[str, str]:
    return dict(Delivery.objects.values_list("alert__country__iso3", "state"))


def test_what_comes_in_a_day_goes_in_one_mail_in_the_morning(post: Post) -> None:
    daily()
    released("SDN", "TCD")
    released("MMR", at=NOW + 9 * HOUR)

    assert [send(at) for at in (NOW, MORNING - HOUR, MORNING, MORNING + HOUR)] == [0, 0, 1, 0]
    assert len(post.mails) == 1
    assert set(Delivery.objects.values_list("state", "finished_at")) == {(State.SENT, MORNING)}
    assert [bool(row.message_id) for row in Delivery.objects.all()].count(True) == 1
    assert all(f"About {iso3}" in said() for iso3 in ("SDN", "TCD", "MMR"))


def test_a_morning_is_that_of_the_readers_clock_and_a_week_begins_on_monday() -> None:
    reader = make.person()
    MailSettings.objects.create(person=reader, time_zone="Asia/Tokyo", changed_at=NOW)
    daily(reader)
    daily(frequency="weekly")
    released("SDN")

    due = Delivery.objects.order_by("next_try_at").values_list("next_try_at", flat=True)
    assert list(due) == [NOW + 10 * HOUR, MORNING + 6 * DAY]


def test_after_a_gap_of_days_one_digest_covers_all() -> None:
    daily()
    released("SDN")
    released("TCD", at=NOW + 2 * DAY)

    assert [send(NOW + 9 * DAY), send(NOW + 10 * DAY)] == [1, 0]
    assert states() == {"SDN": State.SENT, "TCD": State.SENT}


def test_nothing_new_is_no_mail() -> None:
    daily()
    released("SDN")
    send(MORNING)

    assert send(MORNING + DAY) == 0


def test_a_digest_says_what_is_new_changed_standing_and_quiet() -> None:
    rule = daily(is_everywhere=False)
    rule.countries.set([make.country(iso3) for iso3 in ("SDN", "TCD", "MMR", "GHA")])
    released("SDN", "TCD")
    send(MORNING)
    released("MMR", "SDN", at=MORNING + HOUR)
    send(MORNING + DAY)

    new, _, rest = said().partition("CHANGED")
    changed, _, standing = rest.partition("STILL STANDING")
    assert ("About MMR" in new, "About SDN" in new) == (True, False)
    assert ("About SDN" in changed, "About TCD" in standing) == (True, True)
    assert "No warning about Ghana. Quiet is no sign of calm." in standing


def test_a_country_of_which_a_warning_stands_is_not_quiet_whoever_got_it() -> None:
    outbox.alert(iso3="SDN", matched_at=NOW)  # before the rule
    rule = daily(is_everywhere=False)
    rule.countries.set([make.country(iso3) for iso3 in ("SDN", "TCD", "GHA")])
    released("TCD")
    send(MORNING)

    assert "No warning about Ghana." in said()


def test_a_draft_that_would_take_its_place_does_not_end_a_standing_warning() -> None:
    daily()
    (stands,) = released("SDN")
    send(MORNING)
    outbox.alert(iso3="SDN", state="draft", supersedes=stands, level=4)
    released("TCD", at=MORNING + HOUR)
    send(MORNING + DAY)

    assert "About SDN" in said().partition("STILL STANDING")[2]


def test_a_weekly_digest_is_dated_when_it_is_written(post: Post) -> None:
    daily(frequency="weekly")
    released("SDN")
    send(MORNING + 6 * DAY)

    assert post.mails[0].message["Date"].datetime == MORNING + 6 * DAY


def withdraw(alert: Alert) -> None:
    Alert.objects.filter(pk=alert.pk).update(withdrawn_at=NOW + HOUR)


def take_its_reader_the_right_to_see_it(alert: Alert) -> None:
    User.objects.filter(deliveries__alert=alert).update(role=Role.READER)


def do_nothing(_: Alert) -> None:
    """Its time is over by itself."""


@pytest.mark.parametrize("change", [withdraw, take_its_reader_the_right_to_see_it, do_nothing])
@pytest.mark.parametrize("is_carrier", [True, False])
def test_what_is_no_news_any_more_is_not_told_as_news(change: Callable[[Alert], None], is_carrier: bool) -> None:
    daily()
    until = NOW.date() if change is do_nothing else dt.date(2100, 1, 1)
    fields: dict[str, Any] = {"sensitivity": Sensitivity.INTERNAL, "valid_until": until, "decided_by": make.person()}
    (gone,) = released("SDN", level=3 + is_carrier, **fields)
    released("TCD", level=4 - is_carrier, decided_by=make.person())
    change(gone)

    assert send(MORNING) == 1
    assert states() == {"SDN": State.CANCELLED, "TCD": State.SENT}
    left = outbox.kept(Delivery.objects.get(state=State.SENT))
    assert "About SDN" not in plain(left).partition("TAKEN BACK")[0]


def test_a_digest_of_nothing_but_what_was_withdrawn_does_not_go(post: Post) -> None:
    daily()
    released("SDN", "TCD")
    Alert.objects.update(withdrawn_at=NOW + HOUR)

    assert (send(MORNING), len(post.mails)) == (0, 0)


def tried_in_doubt(post: Post, *more: str) -> str:
    """A digest whose bytes the server may have; its Message-ID."""
    daily()
    released("SDN", "TCD", *more)
    post.once["END"] = "drop"
    send(MORNING)
    row = carrier()
    assert (row.state, row.attempts) == (State.DEFERRED, 1)
    return row.message_id


def test_a_digest_that_may_have_been_seen_goes_again_in_the_same_bytes(post: Post) -> None:
    tried_in_doubt(post)
    before = bytes(carrier().message or b"")
    released("MMR", at=MORNING + HOUR)
    User.objects.filter(pk=carrier().person_id).update(name="Another Name")

    assert send(MORNING + 3 * HOUR) == 1
    assert bytes(carrier().message or b"") == before


@pytest.mark.parametrize("iso3", ["SDN", "TCD"])
def test_what_must_not_be_said_any_more_makes_it_another_mail(post: Post, iso3: str) -> None:
    number = tried_in_doubt(post, "MMR")
    Alert.objects.filter(country__iso3=iso3).update(withdrawn_at=MORNING + HOUR)

    assert send(MORNING + 3 * HOUR) == 1
    other = Delivery.objects.get(state=State.SENT, carried_by=F("pk"))
    text = plain(outbox.kept(other)).partition("TAKEN BACK")[0]
    assert other.message_id != number
    assert ("About MMR" in text, f"About {iso3}" in text) == (True, False)
    assert sorted(states().values()) == [State.CANCELLED, State.SENT, State.SENT]


def test_a_digest_that_was_deferred_is_written_anew_under_its_message_id(post: Post) -> None:
    daily()
    released("SDN", "TCD")
    post.once["END"] = "451 4.7.1 greylisted"
    send(MORNING)
    number = carrier().message_id
    User.objects.filter(pk=carrier().person_id).update(name="Another Name")

    assert send(MORNING + 3 * HOUR) == 1
    assert carrier().message_id == number
    assert "Another Name" in str(outbox.kept(carrier())["To"])


def test_a_bounce_is_shared_by_all_that_the_digest_carried() -> None:
    daily()
    released("SDN", "TCD")
    send(MORNING)

    assert bouncing.take_back(report=report(carrier().message_id), at=MORNING + HOUR) == 2
    assert set(states().values()) == {State.BOUNCED}


def test_a_refusal_is_shared_too_and_what_is_put_back_is_gathered_anew(post: Post) -> None:
    daily()
    released("SDN", "TCD")
    post.once["RCPT"] = "550 5.1.1 no such user"
    send(MORNING)
    assert set(states().values()) == {State.REFUSED}

    delivery.retry(delivery_id=carrier().pk, by=make.person(Role.ADMIN), at=MORNING + HOUR)
    assert send(MORNING + HOUR) == 1
    assert sorted(states().values()) == [State.REFUSED, State.SENT]


def test_rows_of_a_refused_digest_put_back_one_at_a_time_are_mails_of_their_own(post: Post) -> None:
    daily()
    released("SDN", "TCD")
    post.once["RCPT"] = "550 5.1.1 no such user"
    send(MORNING)
    for hours, row in enumerate(Delivery.objects.order_by("pk"), start=1):
        delivery.retry(delivery_id=row.pk, by=make.person(Role.ADMIN), at=MORNING + hours * HOUR)
        assert send(MORNING + hours * HOUR) == 1

    numbers = {str(mail.message["Message-ID"]) for mail in post.taken}
    assert (len(numbers), set(states().values())) == (2, {State.SENT})
    assert bouncing.take_back(report=report(str(post.taken[-1].message["Message-ID"])), at=MORNING + DAY) == 1


def test_a_digest_put_back_as_a_whole_goes_anew(post: Post) -> None:
    daily()
    released("SDN", "TCD")
    post.once["RCPT"] = "550 5.1.1 no such user"
    send(MORNING)
    first = carrier().pk
    by, rows = make.person(Role.ADMIN), Delivery.objects.order_by("pk")
    soon = MORNING + dt.timedelta(minutes=2)  # the old bytes are still fresh
    putting_back.put_back_all(deliveries=rows.filter(pk=first), by=by, at=soon)
    assert send(soon) == 1

    assert Delivery.objects.get(state=State.REFUSED).alert.headline not in plain(post.taken[-1].message)


def test_a_rule_that_ended_takes_its_alerts_out(post: Post) -> None:
    rule = daily()
    released("SDN")
    subscribing.end(subscription_id=rule.pk, how="done", by=None, at=NOW + HOUR)

    assert (send(MORNING), states()) == (0, {"SDN": State.CANCELLED})


def test_mornings_in_a_pause_make_one_digest_at_its_end(post: Post) -> None:
    reader = daily().person
    pausing.pause(person=reader, days=7, at=NOW)
    for days, iso3 in enumerate(("SDN", "TCD", "MMR")):
        released(iso3, at=NOW + days * DAY)
        assert send(NOW + (days + 1) * DAY) == 0

    assert (send(NOW + 7 * DAY), len(post.mails)) == (1, 1)
    assert set(states().values()) == {State.SENT}


def test_an_at_once_mail_does_not_wait_for_anybodys_digest() -> None:
    daily()
    outbox.subscription()
    released("SDN")

    assert send(NOW) == 1


@pytest.mark.parametrize("rows", [3, 30])
def test_a_longer_digest_costs_no_more_queries(
    rows: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    daily()
    for number in range(rows):
        outbox.alert(iso3="SDN", headline=f"About {number}")
    matching.match_waiting(at=NOW)

    with django_assert_max_num_queries(62):
        assert send(MORNING) == 1
    assert said().count("About") == said().count("/alerts/") - 1 == rows
