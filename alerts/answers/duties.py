"""The stage that sees to answers: opens what offices owe, reminds them, asks the next person, tells staff.

What is owed follows from the record: mails that ended, answers, withdrawals, days. So nothing is lost in a gap,
and after one of any length each duty goes one step on, not several.
"""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Least

from alerts import family
from alerts.answers import asking, offices
from alerts.models import Acknowledgement, Alert, Delivery, DeliveryQuerySet, Duty, DutyStep, OfficeMember
from alerts.policy import deadlines
from alerts.policy.deadlines import Deed, Person, Plan
from people.notices import raise_notice
from people.permissions import GRANTS, NOBODY

BATCH = 500  # duties a call
_LOCK = 903_2061  # an arbitrary number: PostgreSQL's advisory lock of the opening of duties
_ASKED = [Delivery.Purpose.ALERT, Delivery.Purpose.DIGEST, Delivery.Purpose.PASSED_ON]
_ALIVE = [Delivery.State.WAITING, Delivery.State.DEFERRED, Delivery.State.SENT]
_OF_ALERT = Q(alert__state="released", alert__withdrawn_at=None, alert__is_dry_run=False)
_CLEARANCE = Case(
    *(When(person__role=role, then=Value(grant.clearance.value)) for role, grant in GRANTS.items()),
    default=Value(NOBODY.clearance.value),
)
_LETTER = Q(alert__kind__in=["correction", "withdrawal"])  # only a correction that undoes a withdrawal is asked about

# A mail to somebody who belonged to the office when it ended, in whatever place; a later member brings no old duty.
_ENDED = """
    FROM alerts_delivery AS mail
    JOIN alerts_alert AS alert ON alert.id = mail.alert_id
    JOIN alerts_officemember AS member ON member.person_id = mail.person_id AND member.until IS NULL
        AND EXISTS (
            SELECT 1 FROM alerts_officemember AS place
            WHERE place.office_id = member.office_id AND place.person_id = member.person_id
              AND place.since <= mail.finished_at AND (place.until IS NULL OR place.until > mail.finished_at)
        )
    JOIN alerts_office AS office ON office.id = member.office_id AND office.ended_at IS NULL
"""
_OPEN = f"""
INSERT INTO alerts_duty (alert_id, office_id, opened_at, due_at, closing)
SELECT alert.id, office.id, MIN(mail.finished_at),
       MIN(mail.finished_at) + make_interval(hours => (%(hours)s::int[])[alert.level]), ''
{_ENDED}
WHERE mail.id = ANY(%(mails)s)
GROUP BY alert.id, office.id
ON CONFLICT DO NOTHING
"""  # nothing from outside
_NOTE = f"""
INSERT INTO alerts_dutystep (duty_id, kind, person_id, delivery_id, at)
SELECT duty.id, 'asked', mail.person_id, mail.id, mail.finished_at
{_ENDED}
JOIN alerts_duty AS duty ON duty.alert_id = alert.id AND duty.office_id = office.id
WHERE mail.id = ANY(%(mails)s)
  AND NOT EXISTS (SELECT 1 FROM alerts_dutystep AS step WHERE step.duty_id = duty.id AND step.delivery_id = mail.id)
ORDER BY mail.finished_at, mail.id
"""  # noqa: S608  # nothing from outside


def ended(*, at: dt.datetime) -> DeliveryQuerySet:
    """Mails to people of an office that were taken or failed for good, and are not noted with its duty yet.

    One that failed waits for those to the same office that are about to go.
    """
    belongs = _belonging().filter(~Exists(_noted()))
    mails = Delivery.objects.filter(_OF_ALERT, channel=Delivery.Channel.MAIL, purpose__in=_ASKED)
    mails = mails.filter(~_LETTER | Q(alert__kind="correction") & Q(family.undoes("alert")))
    mails = mails.filter(alert__valid_until__gte=at.date())
    failed = Q(state__in=Delivery.FAILED) & Exists(belongs.filter(~Exists(_about_to_go(at))))
    return mails.filter(Q(state=Delivery.State.SENT) & Exists(belongs) | failed)


def _belonging() -> QuerySet[OfficeMember]:
    """The places of now of the person of the outer mail, in offices to which they belonged when it ended."""
    then = OfficeMember.objects.filter(
        Q(until=None) | Q(until__gt=OuterRef(OuterRef("finished_at"))),
        office=OuterRef("office"), person=OuterRef("person"), since__lte=OuterRef(OuterRef("finished_at")),
    )  # fmt: skip
    now = OfficeMember.objects.filter(person=OuterRef("person"), until=None, office__ended_at=None)
    return now.filter(Exists(then))


def _noted() -> QuerySet[DutyStep]:
    return DutyStep.objects.filter(delivery=OuterRef(OuterRef("pk")), duty__office=OuterRef("office"))


def _about_to_go(at: dt.datetime) -> DeliveryQuerySet:
    """Other mails of the alert to the office that the next round of sending takes."""
    people = OfficeMember.objects.filter(office=OuterRef(OuterRef("office")), until=None).values("person")
    mails = Delivery.objects.filter(state=Delivery.State.WAITING, next_try_at__lte=at, channel=Delivery.Channel.MAIL)
    return mails.filter(alert=OuterRef(OuterRef("alert")), purpose__in=_ASKED, person__in=people)


def unsettled(*, at: dt.datetime) -> QuerySet[Duty]:
    """Open duties of which something is to be done now, each with `since` when."""
    over = Q(alert__withdrawn_at__isnull=False) | Q(alert__valid_until__lt=at.date())
    last = DutyStep.objects.filter(duty=OuterRef("pk")).order_by("-at", "-pk").values("kind")[:1]
    is_told = Q(last_step=DutyStep.Kind.NOBODY_LEFT)
    is_now = Q(due_at__lte=at) | over | Exists(answers()) | ~Exists(_waited_for(at)) & ~is_told
    since = Least(F("due_at"), Value(at, DateTimeField()))
    rows = Duty.objects.filter(closed_at=None).alias(last_step=Coalesce(Subquery(last), Value("")))
    return rows.filter(is_now).annotate(since=since)


def _waited_for(at: dt.datetime) -> QuerySet[OfficeMember]:
    """Who of the office of the outer duty was asked, was reached as far as we know, is there, and may see the alert."""
    asked = DutyStep.objects.filter(duty=OuterRef(OuterRef("pk")), person=OuterRef("person"))
    asked = asked.filter(Q(delivery=None) | Q(delivery__state__in=_ALIVE))
    there = offices.members_now(at=at).filter(Exists(asked), Q(is_away=False), office=OuterRef("office"))
    return there.alias(clearance=_CLEARANCE).filter(clearance__gte=OuterRef("alert__sensitivity"))


def answers() -> QuerySet[Acknowledgement]:
    """What answers the duty of the outer query: anything but handing it to a colleague."""
    said = Acknowledgement.objects.filter(alert=OuterRef("alert"), office=OuterRef("office"))
    return said.filter(passed_to_person=None)


def keep_waiting(*, at: dt.datetime) -> int:
    """One step for each duty that waits for one; how many were seen to. Safe to run twice."""
    _open_what_ended(at=at)
    count = 0
    for number in list(unsettled(at=at).order_by("due_at", "pk").values_list("pk", flat=True)[:BATCH]):
        count += _settle(number, at=at)
    return count


@transaction.atomic
def _open_what_ended(*, at: dt.datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        mails = list(ended(at=at).order_by("pk").values_list("pk", flat=True))
        if not mails:
            return
        hours = [settings.ANSWER_HOURS.get(level, 0) for level in range(1, 6)]  # PostgreSQL counts from 1
        cursor.execute(_OPEN, {"mails": mails, "hours": hours})
        cursor.execute(_NOTE, {"mails": mails})


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
    steps = list(duty.steps.order_by("at", "pk").values_list("kind", flat=True))
    plan = deadlines.next_step(
        _order(duty, at=at),
        is_due=duty.due_at <= at,
        is_reminded=DutyStep.Kind.REMINDED in steps or DutyStep.Kind.ESCALATED in steps,
        is_told=steps[-1:] == [DutyStep.Kind.NOBODY_LEFT],
    )
    if plan.deed is Deed.WAIT and duty.due_at > at:
        return 0
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
