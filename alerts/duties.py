"""The stage that sees to answers: opens what offices owe, reminds them, asks the next person, tells staff.

What is owed follows from the record: mails that were taken, answers, withdrawals, days. So nothing is lost in a gap,
and after one of any length each duty goes one step on, not several.
"""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.db import connection, transaction
from django.db.models import DateTimeField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Least

from alerts import asking, deadlines, offices
from alerts.deadlines import Deed, Person, Plan
from alerts.models import Acknowledgement, Alert, Delivery, DeliveryQuerySet, Duty, DutyStep, OfficeMember
from people.notices import raise_notice

BATCH = 500  # duties a call
_LOCK = 903_2061  # an arbitrary number: PostgreSQL's advisory lock of the opening of duties
_ASKED = [Delivery.Purpose.ALERT, Delivery.Purpose.DIGEST, Delivery.Purpose.PASSED_ON]
_ALIVE = [Delivery.State.WAITING, Delivery.State.DEFERRED, Delivery.State.SENT]
_OF_ALERT = Q(alert__state="released", alert__withdrawn_at=None, alert__is_dry_run=False) & ~Q(
    alert__kind__in=["correction", "withdrawal"]
)

# A mail to somebody who belonged to the office when it was taken; a later member brings no old duty.
_TAKEN = """
    FROM alerts_delivery AS mail
    JOIN alerts_alert AS alert ON alert.id = mail.alert_id
    JOIN alerts_officemember AS member
        ON member.person_id = mail.person_id AND member.until IS NULL AND member.since <= mail.finished_at
    JOIN alerts_office AS office ON office.id = member.office_id AND office.ended_at IS NULL
"""
_OPEN = f"""
INSERT INTO alerts_duty (alert_id, office_id, opened_at, due_at, closing)
SELECT alert.id, office.id, MIN(mail.finished_at),
       MIN(mail.finished_at) + make_interval(hours => (%(hours)s::int[])[alert.level]), ''
{_TAKEN}
WHERE mail.id = ANY(%(mails)s)
GROUP BY alert.id, office.id
ON CONFLICT DO NOTHING
"""  # nothing from outside
_NOTE = f"""
INSERT INTO alerts_dutystep (duty_id, kind, person_id, delivery_id, at)
SELECT duty.id, 'asked', mail.person_id, mail.id, mail.finished_at
{_TAKEN}
JOIN alerts_duty AS duty ON duty.alert_id = alert.id AND duty.office_id = office.id
WHERE mail.id = ANY(%(mails)s)
  AND NOT EXISTS (SELECT 1 FROM alerts_dutystep AS step WHERE step.duty_id = duty.id AND step.delivery_id = mail.id)
RETURNING duty_id
"""  # noqa: S608  # nothing from outside


def taken(*, at: dt.datetime) -> DeliveryQuerySet:
    """Mails that reached an office and are not noted with its duty yet."""
    noted = DutyStep.objects.filter(delivery=OuterRef(OuterRef("pk")), duty__office=OuterRef("office"))
    belongs = OfficeMember.objects.filter(
        person=OuterRef("person"), until=None, office__ended_at=None, since__lte=OuterRef("finished_at")
    )
    mails = Delivery.objects.filter(_OF_ALERT, state=Delivery.State.SENT, channel=Delivery.Channel.MAIL)
    mails = mails.filter(purpose__in=_ASKED, alert__valid_until__gte=at.date())
    return mails.filter(Exists(belongs.filter(~Exists(noted))))


def unsettled(*, at: dt.datetime) -> QuerySet[Duty]:
    """Open duties of which something is to be done now, each with `since` when."""
    steps = DutyStep.objects.filter(duty=OuterRef("pk"), delivery__isnull=False)
    unreached = Exists(steps) & ~Exists(steps.filter(delivery__state__in=_ALIVE))
    over = Q(alert__withdrawn_at__isnull=False) | Q(alert__valid_until__lt=at.date())
    is_now = Q(due_at__lte=at) | over | Exists(answers()) | unreached & ~Q(steps__kind=DutyStep.Kind.NOBODY_LEFT)
    since = Least(F("due_at"), Value(at, DateTimeField()))
    return Duty.objects.filter(closed_at=None).filter(is_now).annotate(since=since)


def answers() -> QuerySet[Acknowledgement]:
    """What answers the duty of the outer query: anything but handing it to a colleague."""
    said = Acknowledgement.objects.filter(alert=OuterRef("alert"), office=OuterRef("office"))
    return said.filter(passed_to_person=None)


def keep_waiting(*, at: dt.datetime) -> int:
    """One step for each duty that waits for one; how many were seen to. Safe to run twice."""
    _open_what_was_taken(at=at)
    count = 0
    for number in list(unsettled(at=at).order_by("due_at", "pk").values_list("pk", flat=True)[:BATCH]):
        count += _settle(number, at=at)
    return count


@transaction.atomic
def _open_what_was_taken(*, at: dt.datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        mails = list(taken(at=at).order_by("pk").values_list("pk", flat=True))
        if not mails:
            return
        hours = [settings.ANSWER_HOURS.get(level, 0) for level in range(1, 6)]  # PostgreSQL counts from 1
        cursor.execute(_OPEN, {"mails": mails, "hours": hours})
        cursor.execute(_NOTE, {"mails": mails})
        noted = {number for (number,) in cursor.fetchall()}
    _hurry_where_all_are_away(noted, at=at)


def _hurry_where_all_are_away(numbers: set[int], *, at: dt.datetime) -> None:
    """Whoever is away is not waited for: the next one is asked now."""
    for duty in Duty.objects.filter(pk__in=numbers, closed_at=None, due_at__gt=at):
        order = _order(duty, at=at)
        if not any(one.is_asked and one.is_reached and not one.is_away for one in order):
            Duty.objects.filter(pk=duty.pk).update(due_at=at)


@transaction.atomic
def _settle(number: int, *, at: dt.datetime) -> int:
    """One step of one duty; nothing where somebody else is at it, or where it is settled meanwhile."""
    rows = Duty.objects.filter(pk=number, closed_at=None).select_for_update(skip_locked=True, of=("self",))
    duty = rows.select_related("alert").first()
    if duty is None:
        return 0
    if (closing := _closing(duty, at=at)) is not None:
        asking.close(duty, closing, at=at)
        return 1
    steps = {step.kind for step in duty.steps.all()}
    plan = deadlines.next_step(
        _order(duty, at=at),
        is_due=duty.due_at <= at,
        is_reminded=DutyStep.Kind.REMINDED in steps or DutyStep.Kind.ESCALATED in steps,
        is_told=DutyStep.Kind.NOBODY_LEFT in steps,
    )
    _do(duty, plan, at=at)
    duty.due_at = deadlines.look_again(level=duty.alert.level, at=at, hours=settings.ANSWER_HOURS)
    duty.save(update_fields=["due_at"])
    return 1


def _closing(duty: Duty, *, at: dt.datetime) -> Duty.Closing | None:
    """How the duty ended, if it did."""
    said = Acknowledgement.objects.filter(alert=duty.alert_id, office=duty.office_id, passed_to_person=None)
    if (answer := said.order_by("at", "pk").first()) is not None:
        return Duty.Closing.PASSED_ON if answer.passed_to_office_id else Duty.Closing.ANSWERED
    if duty.alert.withdrawn_at is not None:
        return Duty.Closing.WITHDRAWN
    return Duty.Closing.EXPIRED if duty.alert.valid_until < at.date() else None


def _order(duty: Duty, *, at: dt.datetime) -> list[Person]:
    """The people of the office who may see the alert, with what the steps say of them."""
    alert = Alert.objects.only("sensitivity").get(pk=duty.alert_id)
    order = [one for one in offices.places([duty.office_id], at=at)[duty.office_id] if one.may_see(alert.sensitivity)]
    rows = DutyStep.objects.filter(duty=duty, person__isnull=False).values_list("person", "delivery__state")
    states: dict[int, set[str]] = {}
    for number, state in rows:
        states.setdefault(number, set()).add(state or Delivery.State.SENT)
    return [
        Person(
            one.person.pk,
            is_away=one.is_away,
            is_asked=one.person.pk in states,
            is_reached=bool(states.get(one.person.pk, set()) & {str(state) for state in _ALIVE}),
        )
        for one in order
    ]


def _do(duty: Duty, plan: Plan, *, at: dt.datetime) -> None:
    if plan.deed is Deed.REMIND:
        for number in plan.people:
            asking.ask(
                duty, person_id=number, kind=DutyStep.Kind.REMINDED, purpose=Delivery.Purpose.REMINDER, round_=1, at=at
            )
    elif plan.deed is Deed.ASK_NEXT:
        _ask_next(duty, plan.people, at=at)
    elif plan.deed is Deed.TELL_STAFF:
        DutyStep.objects.create(duty=duty, kind=DutyStep.Kind.NOBODY_LEFT, at=at)
        raise_notice(
            kind=asking.NOTICE, subject=asking.subject_of(duty),
            words=f"Found alert {duty.alert_id} unanswered by office {duty.office_id}, and nobody left in it to ask "
            f"(duty {duty.pk}). Wanted: an answer. Call the office, then record its answer on the page of the duty.",
            at=at,
        )  # fmt: skip


def _ask_next(duty: Duty, people: Sequence[int], *, at: dt.datetime) -> None:
    round_ = duty.steps.filter(kind=DutyStep.Kind.ESCALATED).count() + 1
    for number in people:
        asking.ask(
            duty, person_id=number, kind=DutyStep.Kind.ESCALATED, purpose=Delivery.Purpose.ESCALATION, round_=round_,
            at=at,
        )  # fmt: skip
