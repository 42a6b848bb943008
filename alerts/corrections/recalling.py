"""The stage that takes corrections and withdrawals to everybody who got what they are about."""

import datetime as dt

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from alerts import family
from alerts.models import Alert, AlertQuerySet, Delivery, DeliveryAttempt, DeliveryQuerySet
from alerts.outbox import digests

ASKING = (Delivery.Purpose.REMINDER, Delivery.Purpose.ESCALATION, Delivery.Purpose.PASSED_ON)
# Who got it: the mail left, or nobody can say that it did not. Rules are not asked: they may have ended since.
# Where a correction lets it stand again, who waited when it was withdrawn is told too, unless their rule has ended.
# A correction is the warning as it stands: it is tried where the alert itself failed, which nobody may put back now.
_WHO = """
FROM alerts_delivery AS got
JOIN alerts_alert AS said ON said.id = got.alert_id AND said.id <> %(correction)s
JOIN people_user AS person ON person.id = got.person_id AND person.is_active
LEFT JOIN alerts_endpoint AS endpoint ON endpoint.id = got.endpoint_id
LEFT JOIN alerts_subscription AS rule ON rule.id = got.subscription_id
WHERE %(alert)s IN (said.id, said.corrects_id) AND endpoint.ended_at IS NULL
  AND (
    got.state IN ('sent', 'bounced')
    OR %(is_correction)s AND got.state IN ('refused', 'given_up')
    OR got.id = ANY(%(instead)s)
    OR %(is_again)s AND got.state = 'cancelled' AND (rule.id IS NULL OR rule.ended_at IS NULL) AND EXISTS (
        SELECT FROM alerts_alert AS back
        WHERE back.corrects_id = %(alert)s AND back.kind = 'withdrawal' AND back.matched_at = got.finished_at
    )
    OR EXISTS (
        SELECT FROM alerts_deliveryattempt AS attempt
        WHERE attempt.delivery_id IN (got.id, got.carried_by_id)
          AND attempt.outcome IN ('sent', 'no_answer', 'bounced')
    )
  )
"""

_TELL = f"""
INSERT INTO alerts_delivery
    (alert_id, person_id, channel, endpoint_id, purpose, round, state, attempts, made_at, next_try_at, message_id,
     fingerprint, reply_text)
SELECT DISTINCT
    %(correction)s, got.person_id, got.channel, got.endpoint_id, 'alert', 0, 'waiting', 0, %(at)s::timestamptz,
    %(at)s::timestamptz, '', '', ''
{_WHO}ON CONFLICT DO NOTHING
"""

_COUNT = f"SELECT COUNT(DISTINCT got.person_id) {_WHO}"  # nothing from outside


def waiting() -> AlertQuerySet:
    """Corrections and withdrawals that nobody was told yet, of alerts that were matched or never will be."""
    told = Q(corrects__matched_at__isnull=False) | Q(corrects__withdrawn_at__isnull=False)
    return Alert.objects.unmatched().filter(told, corrects__isnull=False)


def recall_waiting(*, at: dt.datetime) -> int:
    """Writes the deliveries of what waits, one transaction each; how many. Safe to run twice.

    Of a withdrawal what still waited to go is cancelled. A warning's own mail goes on after a correction, in its words,
    and is owed an answer like any; other mails and posts are cancelled, and the correction goes in their place.
    """
    return sum(_recall(number, at=at) for number in waiting().order_by("pk").values_list("pk", flat=True))


def who_got(alert: Alert) -> int:
    """How many people a correction of the alert would go to now, but for who still waits for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT, {"correction": 0, "alert": alert.pk, "instead": [], "is_correction": False, "is_again": False}
        )
        return int(cursor.fetchone()[0])


@transaction.atomic
def _recall(number: int, *, at: dt.datetime) -> int:
    rows = Alert.objects.select_for_update(skip_locked=True, of=("self",)).filter(matched_at=None)
    said = rows.select_related("corrects").filter(pk=number).first()
    if said is None or said.corrects is None:
        return 0
    carriers = _hold_carriers(said.corrects, said)
    cancelled = _take_back(said, about=said.corrects, at=at)
    is_correction = said.kind == Alert.Kind.CORRECTION
    about = {"correction": said.pk, "alert": said.corrects_id, "is_correction": is_correction}
    about["is_again"] = is_correction and family.warns(said)
    _say_anew(said.corrects)
    with connection.cursor() as cursor:
        cursor.execute(_TELL, about | {"instead": cancelled if is_correction else [], "at": at})
        count = int(cursor.rowcount)
    for carrier in Delivery.objects.open().filter(pk__in=carriers).defer("message").order_by("pk"):
        digests.begin_anew(carrier, at=at)  # last: who was in one that may have arrived is told by that
    Alert.objects.filter(pk=said.pk).update(matched_at=at)
    return count


def _take_back(said: Alert, *, about: Alert, at: dt.datetime) -> list[int]:
    """Ends what still waits of the alert and of its former corrections; a mail that is on its way is waited for.

    What goes in a digest is on its way with its carrier; a digest that still waits is written anew: without it, or
    with the words of the correction.
    """
    held = _open(about, said).select_for_update(of=("self",)).order_by("pk")
    found = set(held.values_list("pk", flat=True))
    kept = set(_kept(found, day=at.date())) if said.kind == Alert.Kind.CORRECTION else set()
    Delivery.objects.filter(pk__in=kept).update(message=None, fingerprint="", written_at=None)
    _cancel(cancelled := sorted(found - kept), said, at=at)
    return cancelled


def _kept(numbers: set[int], *, day: dt.date) -> QuerySet[Delivery, int]:
    """Mails of warnings, not of letters about them, that are still in time: they speak in the correction's words."""
    rows = Delivery.objects.filter(pk__in=numbers, channel=Delivery.Channel.MAIL, alert__valid_until__gte=day)
    is_warning = ~Q(alert__kind__in=Alert.LETTERS) | Q(family.undoes("alert"))
    return rows.filter(is_warning).values_list("pk", flat=True)


def _cancel(numbers: list[int], said: Alert, *, at: dt.datetime) -> None:
    is_correction = said.kind == Alert.Kind.CORRECTION
    reason = f"alert {said.pk} corrects it and goes in its place" if is_correction else "the alert was withdrawn"
    rows = Delivery.objects.filter(pk__in=numbers)
    rows.update(state=Delivery.State.CANCELLED, next_try_at=None, finished_at=at)
    outcome = DeliveryAttempt.Outcome.CANCELLED
    DeliveryAttempt.objects.bulk_create(
        DeliveryAttempt(delivery_id=one, at=at, outcome=outcome, text=reason) for one in numbers
    )


def _hold_carriers(about: Alert, said: Alert) -> set[int]:
    """Holds the digests that carry any of it, before their rows, as the sender does: none is on its way then."""
    held: set[int] = set()
    while True:
        carried = _open(about, said).filter(carried_by__isnull=False).exclude(carried_by__in=held)
        numbers = carried.values_list("carried_by", flat=True).distinct()
        if not (more := {number for number in numbers if number is not None}):
            return held
        held |= more
        list(Delivery.objects.filter(pk__in=more).select_for_update().order_by("pk").values_list("pk"))


def _open(about: Alert, said: Alert) -> DeliveryQuerySet:
    """But for reminders and the like of what is corrected: an office still owes its answer, and they say it anew."""
    rows = Delivery.objects.open().filter(Q(alert=about) | Q(alert__corrects=about)).exclude(alert=said)
    return rows.exclude(purpose__in=ASKING) if said.kind == Alert.Kind.CORRECTION else rows


def _say_anew(about: Alert) -> None:
    """Reminders and the like that are written already are written once more, in the words of the correction."""
    asking = Delivery.objects.open().filter(Q(alert=about) | Q(alert__corrects=about), purpose__in=ASKING)
    numbers = list(asking.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=numbers).update(message=None, fingerprint="", written_at=None)
