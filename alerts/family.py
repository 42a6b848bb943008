"""An alert and what was said about it since: corrections and withdrawals, each of which is about the first one."""

import datetime as dt
from collections.abc import Collection, Sequence
from itertools import pairwise

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from alerts.models import Alert, AlertQuerySet

Kind = Alert.Kind


def later(alert: Alert) -> AlertQuerySet:
    """What went out after an alert, or after a correction of it, about the same one; oldest first."""
    about = Alert.objects.released().filter(corrects=alert.corrects_id or alert.pk, pk__gt=alert.pk)
    return about.order_by("pk")


def last_correction(alert: Alert) -> Alert | None:
    """The one whose words stand in place of the alert's own; of a draft there is none."""
    if alert.state != Alert.State.RELEASED:
        return None
    return later(alert).filter(kind=Kind.CORRECTION).select_related("snapshot__method").last()


def after(alerts: Collection[Alert], *, among: AlertQuerySet | None = None) -> dict[int, list[Alert]]:
    """The same of many, by their numbers; of `among` where that is given. One query."""
    roots = {alert.corrects_id or alert.pk for alert in alerts}
    rows = Alert.objects.released() if among is None else among
    letters: dict[int | None, list[Alert]] = {}
    for one in rows.filter(corrects__in=roots).order_by("pk") if roots else ():
        letters.setdefault(one.corrects_id, []).append(one)
    return {
        alert.pk: [one for one in letters.get(alert.corrects_id or alert.pk, []) if one.pk > alert.pk]
        for alert in alerts
    }


def withdrawn_at(alert: Alert, since: Sequence[Alert]) -> dt.datetime | None:
    """When it was taken back, by what went out after it: a correction goes with the alert that it is about."""
    taken = (one.released_at for one in since if one.kind == Kind.WITHDRAWAL)
    return alert.withdrawn_at or next(taken, None)


def is_taken_back(alert: Alert, since: Sequence[Alert]) -> bool:
    """Whether it stands withdrawn, by what went out after it, oldest first: a correction may have undone that."""
    if any(one.kind == Kind.WITHDRAWAL for one in since):
        return since[-1].kind == Kind.WITHDRAWAL
    return alert.withdrawn_at is not None


def as_it_stands(alert: Alert, since: Sequence[Alert]) -> Alert:
    """The last correction that undid a withdrawal and so warns in the alert's stead; else the alert itself."""
    pairs = reversed(list(pairwise(since)))
    undone = (right for back, right in pairs if (back.kind, right.kind) == (Kind.WITHDRAWAL, Kind.CORRECTION))
    return next(undone, alert)


def earlier(alert: Alert) -> list[Alert]:
    """Every message that one about another alert follows: that one and what was said of it before, oldest first."""
    root = alert.corrects_id or alert.supersedes_id
    if root is None:
        return []
    about = Q(pk=root) | Q(corrects=root, state=Alert.State.RELEASED, is_dry_run=False)
    return list(Alert.objects.filter(about, pk__lt=alert.pk).order_by("pk"))


def has_later(alert: str) -> Exists:
    """The same of the outer query's rows: `alert` is the name of the field that leads to theirs."""
    about = Coalesce(OuterRef(f"{alert}__corrects"), OuterRef(alert))
    return Exists(Alert.objects.released().filter(corrects=about, pk__gt=OuterRef(alert)))


def warns(alert: Alert) -> bool:
    """Whether it warns: it is no letter about another, or the first correction since that one was withdrawn."""
    if alert.kind == Kind.CORRECTION and alert.corrects_id is not None:
        before = Alert.objects.released().filter(corrects=alert.corrects_id, pk__lt=alert.pk).order_by("-pk")
        return before.values_list("kind", flat=True).first() == Kind.WITHDRAWAL
    return alert.kind != Kind.WITHDRAWAL


def undoes(alert: str = "") -> Exists:
    """Of the outer query's rows: whether theirs, or they themselves, are a first correction since a withdrawal."""
    number, corrects = (alert, f"{alert}__corrects") if alert else ("pk", "corrects")
    about = Alert.objects.released().filter(pk__lt=OuterRef(number), kind=Kind.WITHDRAWAL)
    between = Alert.objects.released().filter(
        corrects=OuterRef("corrects"), pk__gt=OuterRef("pk"), pk__lt=OuterRef(OuterRef(number)), kind=Kind.CORRECTION
    )
    return Exists(about.filter(~Exists(between), corrects=OuterRef(corrects)))


def undoing() -> AlertQuerySet:
    """Corrections that let a withdrawn alert stand again, oldest first; they may be withdrawn since."""
    return Alert.objects.released().filter(Q(undoes()), kind=Kind.CORRECTION).order_by("pk")


def stands_again() -> Exists:
    """Of the outer query's alerts: whether a correction undid their withdrawal and stands."""
    return Exists(undoing().filter(corrects=OuterRef("pk"), withdrawn_at=None))
