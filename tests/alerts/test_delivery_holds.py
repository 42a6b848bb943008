"""A mail that waited says what holds when it goes: else it is written anew under its Message-ID, or does not go."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, Settings

from alerts import links, messages
from alerts.models import AlertReason, Delivery
from alerts.outbox import delivery
from alerts.subscriptions import matching, subscribing
from countries.models import Country
from indicators import coding
from indicators.models import Evidence
from people.models import User
from people.permissions import Role, Sensitivity
from reports.models import Report
from tests import make
from tests.alerts import outbox
from tests.alerts.smtp_servers import Post
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference", "post")
State = Delivery.State
SOON, LATER = NOW + dt.timedelta(minutes=4), NOW + dt.timedelta(minutes=10)
SECRET = "Attacks on a market"


def put_off(post: Post, row: Delivery) -> Delivery:
    """Written, handed over and not taken yet."""
    post.once["END"] = "451 4.7.1 greylisted"
    send(NOW)
    row.refresh_from_db()
    assert (row.state, row.written_at, len(row.fingerprint)) == (State.DEFERRED, NOW, 64)
    return row


def send(at: dt.datetime) -> int:
    return delivery.send_waiting(now=lambda: at)


def plain(row: Delivery) -> str:
    part = outbox.kept(row).get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def quoting(evidence: Evidence) -> Delivery:
    row = outbox.delivery()
    AlertReason.objects.create(alert=row.alert, order=0, text=SECRET, grade="B2", evidence=evidence)
    return row


def make_confidential(evidence: Evidence) -> None:
    Evidence.objects.filter(pk=evidence.pk).update(sensitivity=Sensitivity.CONFIDENTIAL)


def make_its_report_confidential(evidence: Evidence) -> None:
    Report.objects.filter(pk=evidence.passage.report_id).update(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)


@pytest.mark.parametrize("withdraw", [make_confidential, make_its_report_confidential])
def test_evidence_that_was_withdrawn_while_the_mail_waited_is_not_in_it(
    post: Post, withdraw: Callable[[Evidence], None]
) -> None:
    evidence = make.accepted()
    row = put_off(post, quoting(evidence))
    assert SECRET in plain(row)
    withdraw(evidence)

    assert send(LATER) == 1

    first, second = post.mails
    assert SECRET not in plain(row)
    assert messages.NOT_PUBLIC in plain(row)
    assert f"/evidence/{evidence.pk}/" not in second.content.decode()
    assert second.content == bytes(row.message or b"")
    assert first.message["Message-ID"] == second.message["Message-ID"] == row.message_id


def test_evidence_that_was_retracted_while_the_mail_waited_is_said_to_be(post: Post) -> None:
    evidence = make.accepted()
    row = put_off(post, quoting(evidence))
    coding.retract(evidence_id=evidence.pk, by=make.person(Role.ADMIN), reason="a mistake", at=NOW)

    assert send(LATER) == 1

    assert f"Retracted since: {SECRET}" in plain(row)


def test_a_new_address_gets_the_mail_in_its_name_and_with_links_that_work(post: Post) -> None:
    row = put_off(post, outbox.delivery())
    User.objects.filter(pk=row.person_id).update(email="moved@test.example", name="Newly Named")

    assert send(LATER) == 1

    assert post.taken[-1].recipients == ("moved@test.example",)
    assert outbox.kept(row)["To"] == "Newly Named <moved@test.example>"
    token = re.search(r"/subscriptions/by-link/([^/\s]+)/", plain(row))
    assert token is not None
    assert links.person_of(token[1]) == row.person


@pytest.mark.parametrize(
    ("name", "value"),
    [("SITE_URL", "https://moved.test.example"), ("MAIL_FROM", "new@moved.example"), ("INSTALLATION_NAME", "New")],
)
def test_a_site_that_moved_says_so_under_the_same_message_id(
    post: Post, settings: Settings, name: str, value: str
) -> None:
    row = put_off(post, outbox.delivery())
    before = row.message_id
    setattr(settings, name, value)

    assert send(LATER) == 1

    assert value in outbox.kept(row).as_string()
    assert outbox.kept(row)["Message-ID"] == before == row.message_id


@pytest.mark.parametrize("at", [SOON, LATER])
def test_a_mail_that_still_holds_goes_with_the_same_bytes(post: Post, at: dt.datetime) -> None:
    row = put_off(post, quoting(make.accepted()))

    assert send(at) == 1

    first, second = post.mails
    assert first == second
    row.refresh_from_db()
    assert row.written_at == NOW


def narrowed(row: Delivery, *, countries: list[Country] | None = None, least_level: int = 3) -> None:
    wanted = subscribing.Wanted(countries is None, countries=countries or [], least_level=least_level)
    subscribing.change(subscription_id=outbox.asking(row).pk, wanted=wanted, by=None, at=NOW)


def test_a_rule_that_asks_for_it_no_more_ends_the_mail(post: Post) -> None:
    row = put_off(post, outbox.delivery())
    narrowed(row, least_level=5)

    assert send(LATER) == 0

    row.refresh_from_db()
    assert (row.state, len(post.mails)) == (State.CANCELLED, 1)
    assert row.tries.latest("pk").text == "no rule of the person asks for it any more"


def test_a_rule_in_other_words_is_said_in_those(post: Post) -> None:
    row = put_off(post, outbox.delivery())
    narrowed(row, countries=[make.country("MMR")])

    assert send(LATER) == 1

    assert "You asked for alerts about Myanmar from ELEVATED on." in plain(row)


def test_where_another_rule_asks_the_mail_speaks_of_that_one_and_the_row_keeps_the_first(post: Post) -> None:
    row = put_off(post, outbox.delivery())
    narrowed(row, countries=[make.country("SDN")])
    other = outbox.subscription(row.person, is_everywhere=False, regions=[142])

    assert send(LATER) == 1

    assert "You asked for alerts about Asia from ELEVATED on." in plain(row)
    row.refresh_from_db()
    assert row.subscription_id not in {None, other.pk}


def test_a_mail_not_yet_written_speaks_of_the_rule_that_asks_now(post: Post) -> None:
    row = outbox.delivery()
    outbox.subscription(row.person, is_everywhere=False, regions=[142])
    subscribing.end(subscription_id=outbox.asking(row).pk, how="done", by=None, at=NOW)

    assert send(NOW) == len(post.taken) == 1

    assert "alerts about Asia" in plain(row)


def test_a_mail_that_can_no_more_be_written_is_given_up_and_its_old_bytes_stay_here(post: Post) -> None:
    row, good = put_off(post, outbox.delivery()), outbox.delivery(next_try_at=LATER)
    User.objects.filter(pk=row.person_id).update(name="x\r\nBcc: somebody@else.example")

    assert send(LATER) == 1

    row.refresh_from_db()
    assert (row.state, row.tries.latest("pk").outcome) == (State.GIVEN_UP, "given_up")
    assert good.tries.get().outcome == "sent"


def test_whose_rule_asks_is_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    row = outbox.delivery()
    stranger = outbox.subscription(is_everywhere=False, regions=[2])

    with django_assert_num_queries(1):
        assert matching.rule_of(alert=row.alert, person_id=row.person_id) == row.subscription
    assert matching.rule_of(alert=row.alert, person_id=stranger.person_id) is None


def test_a_batch_asks_once_for_what_does_not_depend_on_the_person(post: Post) -> None:
    outbox.deliveries(10)

    with CaptureQueriesContext(connection) as asked:
        assert send(NOW) == len(post.taken) == 10

    for table in ("alerts_alertreason", "alerts_subscription_countries", 'DISTINCT "countries_country"'):
        assert len([query for query in asked.captured_queries if table in query["sql"]]) == 1
