"""The cases behind the numbers of alerts, as a reader may see them. Two queries, three for an office's member.

One more where an alert is withdrawn: a correction may have let it stand again. It is one warning, of the day on which
it went out first; what is counted of its answers is what that correction was answered.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from django.conf import settings
from django.db.models import DateField, Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce

from alerts import family
from alerts.models import (
    Acknowledgement,
    Alert,
    AlertQuerySet,
    Delivery,
    Duty,
    DutyStep,
    OfficeMember,
    Response,
    ResponseQuerySet,
)
from alerts.numbers.numbers import Asked, Case, Fate
from alerts.policy.deadlines import answer_by
from people.permissions import Action, Sensitivity, clearance_of, may

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User

Reader: TypeAlias = "User | AnonymousUser"
_DECIDED = Acknowledgement.Kind.DECIDED
_FALSE_ALARM = Acknowledgement.Kind.FALSE_ALARM


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """Which alerts are counted: released from one day up to another, both included; of a region by its UN M49 code."""

    since: dt.date | None = None
    until: dt.date | None = None
    region: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Counted:
    """Alerts, what offices were asked, and the names of the offices that the reader may see, by name."""

    cases: list[Case]
    asked: list[Asked]
    offices: dict[int, str]


def counted(*, user: Reader, span: Span) -> Counted:
    """What `user` may see of the alerts of `span`: drafts only for those who release them."""
    alerts = _of(Alert.objects.visible_to(user), span)
    rows = list(_with_answers(alerts, user))
    again = _again([row["pk"] for row in rows if row["withdrawn_at"] is not None], user)
    cases = [_case(row, again.get(row["pk"])) for row in rows]
    duties = list(_duties(span, user))
    named = {row["office"]: row["office__name"] for row in duties}
    seen = named if may(user, Action.RELEASE_ALERT) else {one: named[one] for one in _own(user) if one in named}
    offices = dict(sorted(seen.items(), key=lambda item: (item[1].casefold(), item[0])))
    return Counted(cases, [_asked(row) for row in duties], offices)


def _of(alerts: AlertQuerySet, span: Span) -> AlertQuerySet:
    """By the day of their release, or of their draft where they were not released."""
    if span.since is not None:
        start = _start(span.since)
        alerts = alerts.filter(Q(released_at__gte=start) | Q(released_at=None, raised_at__gte=start))
    if span.until is not None:
        end = _start(span.until + dt.timedelta(days=1))
        alerts = alerts.filter(Q(released_at__lt=end) | Q(released_at=None, raised_at__lt=end))
    if span.region is not None:
        of = Q(country__region_code=span.region) | Q(country__subregion_code=span.region)
        alerts = alerts.filter(of)
    return alerts


def _start(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _again(withdrawn: Collection[int], user: Reader) -> dict[int, Mapping[str, Any]]:
    """Of each that was withdrawn, the last correction that let it stand again, if there is one."""
    if not withdrawn:
        return {}
    return {row["corrects"]: row for row in _with_answers(family.undoing().filter(corrects__in=withdrawn), user)}


def _with_answers(alerts: AlertQuerySet, user: Reader) -> Iterable[Mapping[str, Any]]:
    seen = Q(acknowledgements__sensitivity__lte=_clearance(user))
    what = Q(acknowledgements__sensitivity__lte=clearance_of(user))
    about = Coalesce(OuterRef("corrects"), OuterRef("pk"))  # a response to a correction is one to its alert
    decided = Response.objects.visible_to(user).filter(alert=about).order_by("decided_on")
    arrived = Delivery.objects.filter(alert=OuterRef("pk"), state=Delivery.State.SENT)
    return (
        alerts.order_by("pk")
        .values("pk", "corrects", "state", "kind", "level", "is_dry_run", "withdrawn_at", "raised_at", "released_at")
        .annotate(found_at=F("signal__found_at"), has_arrived=Exists(arrived))
        .annotate(**_decisions(decided, "released_at"), is_false_alarm=Exists(_marked(user)))
        .annotate(**_known(user, about))
        .annotate(
            answered_at=Min("acknowledgements__at", filter=seen),
            decided_at=Min("acknowledgements__at", filter=what & Q(acknowledgements__kind=_DECIDED)),
        )
    )


def _known(user: Reader, about: Coalesce) -> dict[str, Any]:
    """What the reader knows without these numbers: what they said, or anybody for an office that was ever theirs."""
    offices = OfficeMember.objects.filter(person=user.pk).values("office")
    said = Acknowledgement.objects.filter(Q(person=user.pk) | Q(office__in=offices), alert=OuterRef("pk"))
    did = Response.objects.filter(Q(entered_by=user.pk) | Q(office__in=offices), entered_by__isnull=False, alert=about)
    return {
        "is_own_alarm": Exists(said.filter(kind=_FALSE_ALARM)),
        "is_own_decision": Exists(said.filter(kind=_DECIDED)) | Exists(did),
    }


def _decisions(rows: ResponseQuerySet, since: str) -> dict[str, Any]:
    """The day of the first response from the day of `since` on, and of the first one before it: no answer to it."""
    day = Cast(OuterRef(since), DateField())  # UTC, as the connection is
    return {
        "decided_on": Subquery(rows.filter(decided_on__gte=day).values("decided_on")[:1]),
        "before_on": Subquery(rows.filter(decided_on__lt=day).values("decided_on")[:1]),
    }


def _marked(user: Reader) -> QuerySet[Acknowledgement]:
    """The marks of a false alarm that the reader may know of, by who got the alert: by a mail, or their office."""
    mine = Delivery.objects.filter(alert=OuterRef("alert"), person=OuterRef("person"), state=Delivery.State.SENT)
    owed = Duty.objects.filter(alert=OuterRef("alert"), office=OuterRef("office"))
    rows = Acknowledgement.objects.filter(alert=OuterRef("pk"), kind=_FALSE_ALARM, sensitivity__lte=clearance_of(user))
    return rows.filter(Q(delivery__isnull=False) | Exists(mine) | Exists(owed))


def _case(row: Mapping[str, Any], again: Mapping[str, Any] | None) -> Case:
    stands = again or row
    return Case(
        fate=_fate(row, is_withdrawn=stands["withdrawn_at"] is not None),
        on=(row["released_at"] or row["raised_at"]).date(),
        **_decision(stands),
        **{name: row[name] for name in ("level", "kind", "found_at", "released_at")},
        is_own_decision=row["is_own_decision"] or stands["is_own_decision"],
        is_own_alarm=row["is_own_alarm"] or stands["is_own_alarm"],
        again_at=again["released_at"] if again is not None else None,
        answered_at=stands["answered_at"],
        has_arrived=row["has_arrived"] or stands["has_arrived"],
        is_false_alarm=row["is_false_alarm"] or stands["is_false_alarm"],
    )


def _decision(row: Mapping[str, Any]) -> dict[str, Any]:
    """When it was decided, or that it was only before."""
    at = _decided(row)
    return {"decided_at": at, "is_decided_before": at is None and row["before_on"] is not None}


def _decided(row: Mapping[str, Any]) -> dt.datetime | None:
    """The first word of a decision. Of one that is only known by its day, the day's end: never sooner than it was."""
    day, said = row["decided_on"], row["decided_at"]
    ends = [said] if said is not None else []
    return min([*ends, _start(day + dt.timedelta(days=1))] if day is not None else ends, default=None)


def _fate(row: Mapping[str, Any], *, is_withdrawn: bool) -> Fate:
    if row["state"] != Alert.State.RELEASED:
        return Fate.WAITING if row["state"] == Alert.State.DRAFT else Fate.ENDED
    if row["is_dry_run"]:
        return Fate.PRACTICE
    if row["kind"] in Alert.LETTERS:
        return Fate.LETTER
    return Fate.WITHDRAWN if is_withdrawn else Fate.STANDING


def _duties(span: Span, user: Reader) -> Iterable[Mapping[str, Any]]:
    """What offices were asked about warnings that stand, with their own first answers."""
    of, about = OuterRef("office"), Coalesce(OuterRef("alert__corrects"), OuterRef("alert"))
    own = Acknowledgement.objects.filter(
        alert=OuterRef("alert"), office=of, sensitivity__lte=_clearance(user)
    ).order_by("at")
    own = own.filter(passed_to_person=None)  # handed to a colleague, it is still owed
    decided = Response.objects.visible_to(user).filter(alert=about, office=of).order_by("decided_on")
    warnings = _of(Alert.objects.warnings(), span).order_by().values("pk")
    again = Q(family.undoes("alert"), alert__corrects__in=warnings, alert__kind=Alert.Kind.CORRECTION)
    mails = DutyStep.objects.filter(duty=OuterRef("pk"), delivery__isnull=False)
    nobody = Exists(mails) & ~Exists(mails.exclude(delivery__state__in=Delivery.FAILED))  # could answer
    return (
        Duty.objects.filter(~nobody | Exists(own), Q(alert__in=warnings) | again, alert__withdrawn_at=None)
        .order_by("pk")
        .values("office", "office__name", "opened_at", "alert__level")
        .annotate(
            answered_at=Subquery(own.values("at")[:1]),
            decided_at=Subquery(own.filter(kind=_DECIDED).values("at")[:1]),
            is_false_alarm=Exists(own.filter(kind=_FALSE_ALARM)),
            **_decisions(decided, "opened_at"),
        )
    )


def _asked(row: Mapping[str, Any]) -> Asked:
    return Asked(
        office=row["office"],
        level=row["alert__level"],
        due_at=answer_by(level=row["alert__level"], since=row["opened_at"], hours=settings.ANSWER_HOURS),
        **_decision(row),
        **{name: row[name] for name in ("opened_at", "answered_at", "is_false_alarm")},
    )


def _clearance(user: Reader) -> Sensitivity:
    """Everybody is told that somebody answered, and when; not by answers that are more than internal."""
    return max(clearance_of(user), Sensitivity.INTERNAL)


def _own(user: Reader) -> list[int]:
    """The offices that a person is in."""
    if not user.is_authenticated:
        return []
    return list(OfficeMember.objects.filter(person=user.pk, until=None).values_list("office", flat=True))
