"""What of grave alerts has not arrived: posts apart from mails, what is valid first, settled with a reason; and who was
not asked for a yes."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from alerts.desk.drafts import DeskError
from alerts.desk.reach import reach
from alerts.models import Alert, AlertDecision, Confirmation, Subscription
from people.models import User
from people.permissions import Role
from r2p_dashboard import clock
from tests import make
from tests.alerts import outbox
from tests.make import NOW
from tests.pages.test_outbox_undelivered import REFUSED, SENT, State, grave, machine, missed, post_to, publisher

pytestmark = pytest.mark.usefixtures("reference")
__all__ = ["publisher"]  # a fixture
OVER = dt.date(2024, 6, 30)


def test_posts_are_counted_apart_and_lead_to_their_webhooks_page(client: Client, publisher: User) -> None:
    alert, room = grave(publisher), machine()
    post_to(room, alert, **(REFUSED | {"state": State.GIVEN_UP}))
    posts_alone = missed(client)
    outbox.delivery(alert, **REFUSED)
    outbox.delivery(alert, **SENT)

    both = missed(client)

    assert "1 post given up, nobody has it yet" in posts_alone
    assert f'href="/alerts/{alert.pk}/"' in posts_alone
    assert "1 mail refused, 1 post given up, 1 mail sent" in both
    assert f'href="/outbox/?alert={alert.pk}"' in both
    assert f'href="/webhooks/{room.pk}/?state=given_up">1 at Ops room</a>' in both
    assert "Post again" in client.get(f"/webhooks/{room.pk}/?state=given_up").text


def test_the_alerts_page_counts_mails_and_posts_apart(client: Client, publisher: User) -> None:
    alert, room = grave(publisher), machine()
    post_to(room, alert, **REFUSED)
    for fields in (SENT, SENT, REFUSED):
        outbox.delivery(alert, **fields)

    page = client.get(f"/alerts/{alert.pk}/").text

    assert "2 mails sent: the mail server took it<br>1 mail refused by the mail server<br>1 post refused by the" in page


def test_what_is_still_valid_stands_before_what_is_over(client: Client, publisher: User) -> None:
    for _ in range(6):
        outbox.delivery(grave(publisher, valid_until=OVER), **REFUSED)
    fresh = grave(publisher, level=4)
    outbox.delivery(fresh, **REFUSED)

    page = client.get("/outbox/")

    assert page.context["missed"][0].alert == fresh.pk
    assert "its time is over, 1 mail refused" in missed(client)


def settle(client: Client, alert: Alert, reason: str = "The ministry was called.") -> Any:
    return client.post(f"/outbox/missed/{alert.pk}/", {"reason": reason})


def test_what_cannot_be_put_right_any_more_is_settled_with_a_reason(client: Client, publisher: User) -> None:
    alert = grave(publisher, valid_until=OVER)
    row = outbox.delivery(alert, **REFUSED)
    assert "its time is over, 1 mail refused" in client.get(f"/outbox/missed/{alert.pk}/").text
    assert settle(client, alert, reason="").status_code == 400

    assert settle(client, alert).headers["Location"] == "/outbox/"

    assert missed(client) == ""
    kept = AlertDecision.objects.get(alert=alert)
    assert (kept.action, kept.by, kept.reason) == ("told", publisher, "The ministry was called.")
    row.refresh_from_db()
    assert row.state == State.REFUSED
    assert f"{publisher.name}: The ministry was called." in client.get(f"/outbox/missed/{alert.pk}/").text


def test_staff_alone_read_on_the_alerts_page_that_it_was_settled(client: Client, publisher: User) -> None:
    alert = grave(publisher)
    outbox.delivery(alert, **REFUSED)
    settle(client, alert)

    assert "The ministry was called." in client.get(f"/alerts/{alert.pk}/").text
    client.logout()
    assert "settled" not in client.get(f"/alerts/{alert.pk}/").text


def test_what_fails_after_it_was_settled_stands_there_anew(client: Client, publisher: User) -> None:
    alert = grave(publisher)
    outbox.delivery(alert, **REFUSED)
    settle(client, alert)
    outbox.delivery(alert, **SENT)
    assert missed(client) == ""

    outbox.delivery(alert, **(REFUSED | {"finished_at": clock.now() + dt.timedelta(minutes=1)}))

    assert "2 mails refused, 1 mail sent" in missed(client)


def test_what_waits_for_too_long_stands_there_though_settled(client: Client, publisher: User) -> None:
    alert = grave(publisher)
    outbox.delivery(alert, **REFUSED)
    settle(client, alert)
    outbox.delivery(alert)

    assert "1 mail not sent yet" in missed(client)


def test_nothing_is_settled_twice_or_where_nothing_is_missing(client: Client, publisher: User) -> None:
    alert = grave(publisher)
    outbox.delivery(alert, **REFUSED)
    settle(client, alert)

    assert settle(client, alert).status_code == 409
    assert "ound nothing of it that has not arrived" in settle(client, outbox.alert()).text
    assert client.get("/outbox/missed/999999/").status_code == 404
    assert AlertDecision.objects.count() == 1


@pytest.mark.parametrize("role", Role)
def test_only_those_who_watch_the_outbox_settle(publisher: User, role: Role) -> None:
    alert = grave(publisher)
    outbox.delivery(alert, **REFUSED)
    asked: dict[str, Any] = {"alert_id": alert.pk, "by": make.person(role), "reason": "told", "at": NOW}
    if role in {Role.PUBLISHER, Role.ADMIN}:
        assert reach(**asked) == alert
        return
    with pytest.raises(DeskError, match="may not see the outbox"):
        reach(**asked)


@pytest.mark.parametrize("count", [3, 30])
def test_few_queries(
    client: Client, publisher: User, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    room, alerts = machine(), [grave(publisher) for _ in range(count)]
    for alert in alerts:
        post_to(room, alert, **REFUSED)
        asked_in_vain("refused")
    with django_assert_max_num_queries(15):
        client.get("/outbox/")
    with django_assert_max_num_queries(12):
        client.get(f"/outbox/missed/{alerts[0].pk}/")


# --- who was not asked ---------------------------------------------------------------------------------------
def asked_in_vain(state: str, **fields: Any) -> Subscription:
    """A rule that waits for a yes, of which the mail ended so."""
    rule = outbox.subscription(confirmed_at=None, **fields)
    Confirmation.objects.create(
        subscription=rule,
        asked_by=make.person(Role.ADMIN),
        made_at=NOW,
        state=state,
        finished_at=NOW,
        reply_code=550,
        reply_text="no",
    )
    return rule


@pytest.mark.parametrize(
    ("state", "said"),
    [("refused", "was refused by the mail server: 550 no"), ("given_up", "was given up"), ("bounced", "came back")],
)
def test_people_whom_the_mail_for_a_yes_did_not_reach_are_named(
    client: Client, publisher: User, state: str, said: str
) -> None:
    rule = asked_in_vain(state)

    named = missed(client)

    assert f'href="/subscriptions/{rule.pk}/">Rule {rule.pk}</a> for {rule.person.name}' in named
    assert said in named
    page = client.get(f"/subscriptions/{rule.pk}/").text
    assert "The person was not asked" in page
    assert "Send again" in page


def test_who_was_or_is_asked_or_needs_no_asking_is_not_named(client: Client, publisher: User) -> None:
    again = asked_in_vain("refused")
    Confirmation.objects.create(subscription=again, asked_by=publisher, made_at=NOW, next_try_at=NOW)
    asked_in_vain("sent")
    asked_in_vain("cancelled")
    asked_in_vain("refused", ended_at=NOW, ended_how="ended by staff")
    Subscription.objects.filter(pk=asked_in_vain("refused").pk).update(confirmed_at=NOW)

    assert client.get("/outbox/").context["unasked"] == []
