"""Which rule a post goes by: one that ended or changed meanwhile, another of the same machine, and posting again."""

import datetime as dt
from typing import Any

import pytest

from alerts.channels import endpoints, posting, sending
from alerts.mailserver.posting import Answer, Result
from alerts.models import Delivery, Endpoint, Subscription
from alerts.subscriptions import matching, subscribing
from people.permissions import Role
from tests import make
from tests.alerts import outbox
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference")
State = Delivery.State
HOUR = dt.timedelta(hours=1)
GONE = "no rule of the webhook asks for it any more"


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    """One that takes everything."""
    monkeypatch.setattr(posting, "post", lambda *_, **__: posting.Told(Answer(Result.SENT, "post", "ok", 200)))
    return endpoints.add(owner=make.person(Role.FOCAL_POINT), name="x", url="https://hooks.test.example/", at=NOW)


def rule_for(machine: Endpoint, **fields: Any) -> Subscription:
    return outbox.subscription(machine.owner, channel="webhook", endpoint=machine, **fields)


def end(rule: Subscription) -> None:
    subscribing.end(subscription_id=rule.pk, how="no more", by=rule.person, at=NOW + HOUR)


def posted() -> tuple[str, str]:
    """What became of the only post at the next round, and why."""
    sending.send_waiting(now=lambda: NOW + 2 * HOUR)
    row = Delivery.objects.get()
    last = row.tries.order_by("pk").last()
    return row.state, last.text if last else ""


def test_a_post_goes_on_where_another_rule_of_the_machine_asks_for_it(machine: Endpoint) -> None:
    first, _ = rule_for(machine), rule_for(machine, least_level=3, is_everywhere=False, regions=[35, 142])
    outbox.alert(iso3="MMR")
    matching.match_waiting(at=NOW)
    assert Delivery.objects.get().subscription == first
    end(first)

    assert posted() == (State.SENT, "ok")


def test_a_rule_of_another_machine_or_for_mails_does_not_ask_for_it(machine: Endpoint) -> None:
    rule = rule_for(machine)
    outbox.delivery(to=rule, channel="webhook", endpoint=machine)
    outbox.subscription(machine.owner)
    other = endpoints.add(owner=machine.owner, name="y", url="https://others.test.example/", at=NOW)
    rule_for(other)
    end(rule)

    assert posted() == (State.CANCELLED, GONE)


def test_a_rule_that_was_changed_posts_no_more_what_it_asked_for_before(machine: Endpoint) -> None:
    rule = rule_for(machine)
    outbox.delivery(to=rule, channel="webhook", endpoint=machine)
    Subscription.objects.filter(pk=rule.pk).update(least_level=5, changed_at=NOW + HOUR)

    assert posted() == (State.CANCELLED, GONE)


def test_what_would_not_go_is_not_put_back_to_be_posted_again(machine: Endpoint) -> None:
    rule = rule_for(machine)
    row = outbox.delivery(to=rule, channel="webhook", endpoint=machine)
    assert posted()[0] == State.SENT
    end(rule)

    with pytest.raises(sending.ReplayError, match=GONE):
        sending.replay(delivery_id=row.pk, by=machine.owner, at=NOW + 2 * HOUR)
    assert posted()[0] == State.SENT
    rule_for(machine)
    assert sending.replay(delivery_id=row.pk, by=machine.owner, at=NOW + 2 * HOUR).state == State.WAITING


def test_what_was_corrected_is_not_posted_again(machine: Endpoint) -> None:
    alert = outbox.alert()
    row = outbox.delivery(alert, to=rule_for(machine), channel="webhook", endpoint=machine)
    assert posted()[0] == State.SENT
    later = outbox.alert(kind="correction", corrects=alert)

    with pytest.raises(sending.ReplayError, match=f"alert {later.pk} corrects its alert"):
        sending.replay(delivery_id=row.pk, by=machine.owner, at=NOW + 2 * HOUR)
