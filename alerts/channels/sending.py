"""Posts to webhooks: one at a time to each machine, several machines at once, apart from the mails.

A machine that does not answer rests, with all that waits for it: it holds up nobody else.
"""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, transaction
from django.db.models import Min

from alerts import family
from alerts.channels import endpoints, posting, telling
from alerts.mailserver import recording
from alerts.mailserver.posting import Result
from alerts.mailserver.recording import State
from alerts.models import Alert, Delivery, DeliveryQuerySet, Subscription
from alerts.subscriptions import matching
from people.models import User
from people.permissions import Action, clearance_of, may

AT_ONCE = 8  # machines that are talked to at the same time
ROUND = dt.timedelta(seconds=40)  # after it no post begins: the worker has other things to do
_LOCK = 9022025  # an arbitrary number: PostgreSQL's advisory locks of this sender, one a machine
NUMBER_MAX = 2**31 - 1  # such a lock takes no greater one


class ReplayError(ValueError):
    """A post that cannot be sent again; the message names ids and states only."""


def waiting(*, at: dt.datetime) -> DeliveryQuerySet:
    """Posts of released alerts that are due: the highest level first, then the oldest."""
    due = Delivery.objects.open().filter(next_try_at__lte=at, alert__state=Alert.State.RELEASED)
    return due.filter(channel=Delivery.Channel.WEBHOOK).order_by("-alert__level", "next_try_at", "pk")


def send_waiting(*, now: Callable[[], dt.datetime]) -> int:
    """Post what is due, each one's state committed before the next; how many were taken. Safe to run twice."""
    until = now() + ROUND
    due = waiting(at=now()).order_by().values("endpoint").annotate(tried=Min("attempts"))
    machines = list(due.order_by("tried", "endpoint").values_list("endpoint", flat=True))
    if len(machines) < 2:
        return sum(_serve(number, now, until) for number in machines)
    with ThreadPoolExecutor(max_workers=min(len(machines), AT_ONCE)) as threads:
        return sum(threads.map(lambda number: _served(number, now, until), machines))


def _served(endpoint_id: int, now: Callable[[], dt.datetime], until: dt.datetime) -> int:
    """The same in a thread, which has a connection of its own."""
    try:
        return _serve(endpoint_id, now, until)
    finally:
        connection.close()


def _serve(endpoint_id: int, now: Callable[[], dt.datetime], until: dt.datetime) -> int:
    """All that is due to one machine, until it has trouble; how many it took."""
    taken = 0
    while now() < until:
        result = _next(endpoint_id, now)
        taken += result is State.SENT
        if result in {None, State.DEFERRED, State.GIVEN_UP}:
            break
    return taken


@transaction.atomic
def _next(endpoint_id: int, now: Callable[[], dt.datetime]) -> State | None:
    """What became of the next post; None where there is none, or where somebody else talks to the machine."""
    if not _is_alone(endpoint_id):
        return None
    rows = waiting(at=now()).filter(endpoint=endpoint_id).select_for_update(skip_locked=True, of=("self",))
    delivery = rows.select_related("endpoint__owner", "subscription", *telling.RELATED).first()
    if delivery is None:
        return None
    if reason := _unwanted(delivery, at=now()):
        recording.cancel(delivery, reason, at=now())
    else:
        _post(delivery, at=now(), now=now)
    return State(delivery.state)


def _is_alone(endpoint_id: int) -> bool:
    """Whether this transaction is the only one that talks to the machine, until it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK, endpoint_id % NUMBER_MAX])
        return bool(cursor.fetchone()[0])


def _unwanted(delivery: Delivery, *, at: dt.datetime) -> str:
    """Why it must not go any more; empty when it must."""
    endpoint, alert, rule = delivery.endpoint, delivery.alert, delivery.subscription
    assert endpoint is not None  # a constraint says so
    if endpoint.ended_at is not None:
        return endpoints.ENDED
    if not endpoint.owner.is_active:
        return "the person is no longer active"
    if rule is not None and _was_touched(rule, since=delivery.made_at) and not _is_asked_for(delivery):
        return "no rule of the webhook asks for it any more"
    if alert.sensitivity > clearance_of(endpoint.owner):
        return "the alert is not open to the webhook's owner"
    if alert.withdrawn_at is not None:
        return "the alert was withdrawn"
    return "the warning's time is over" if alert.valid_until < at.date() else ""


def _was_touched(rule: Subscription, *, since: dt.datetime) -> bool:
    return rule.ended_at is not None or (rule.changed_at is not None and rule.changed_at >= since)


def _is_asked_for(delivery: Delivery) -> bool:
    """Whether any rule of the webhook asks for the alert now."""
    found = matching.rule_of(
        alert=delivery.alert,
        person_id=delivery.person_id,
        channel=delivery.channel,
        endpoint_id=delivery.endpoint_id,
    )
    return found is not None


def _post(delivery: Delivery, *, at: dt.datetime, now: Callable[[], dt.datetime]) -> None:
    endpoint = delivery.endpoint
    assert endpoint is not None
    if not delivery.message_id:
        delivery.message_id = telling.post_id(delivery)
        delivery.save(update_fields=["message_id"])
    told = posting.post(endpoint, telling.body_of(delivery, at=at), at=at)
    ended = now()
    recording.record(delivery, told.answer, at=ended, not_before=ended + told.wait if told.wait else None)
    if told.is_gone:
        endpoints.end(endpoint_id=endpoint.pk, how="the machine answered 410: gone", by=None, at=ended)
    elif told.answer.result in {Result.DEFERRED, Result.NO_ANSWER}:
        _rest(delivery)


def _rest(delivery: Delivery) -> None:
    """What else is due to the machine waits until it is asked again: that is no try."""
    again = delivery.next_try_at
    if again is not None:
        others = Delivery.objects.open().filter(endpoint=delivery.endpoint_id, next_try_at__lt=again)
        others.exclude(pk=delivery.pk).update(next_try_at=again)


@transaction.atomic
def replay(*, delivery_id: int, by: User, at: dt.datetime) -> Delivery:
    """Send a finished post again, under its id. Raises ReplayError, also where it would not go when its turn comes."""
    rows = Delivery.objects.select_for_update(of=("self",)).select_related("endpoint__owner", "alert", "subscription")
    delivery = rows.filter(pk=delivery_id, channel=Delivery.Channel.WEBHOOK).first()
    endpoint = delivery.endpoint if delivery is not None else None
    if delivery is None or endpoint is None or not _may_see(by, endpoint.owner_id):
        raise ReplayError(f"post {delivery_id}: found none of yours")
    if delivery.state not in {State.SENT, State.REFUSED, State.GIVEN_UP}:
        raise ReplayError(f"post {delivery_id} is {delivery.state}; wanted sent, refused or given_up")
    if reason := _unwanted(delivery, at=at):
        raise ReplayError(f"post {delivery_id}: {reason}; wanted one that may go")
    if later := family.later(delivery.alert).last():
        raise ReplayError(f"post {delivery_id}: alert {later.pk} corrects its alert; wanted one that stands")
    recording.put_back(delivery, by=by, at=at)
    return delivery


def _may_see(person: User, owner_id: int) -> bool:
    return person.pk == owner_id or may(person, Action.MANAGE_SUBSCRIPTIONS)
