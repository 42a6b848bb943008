"""Grave alerts that have not reached everybody they are for, and hosts that wait for their turn. Three queries."""

import dataclasses
import datetime as dt
from collections import defaultdict
from typing import Any

from django.db.models import CharField, Count, F, Func, Min, Q, QuerySet, Value
from django.db.models.functions import Lower

from alerts.models import Alert, Delivery
from alerts.pace import WINDOW
from indicators.models.score import Level

State = Delivery.State
OPEN = (State.WAITING, State.DEFERRED)
RETRYABLE = (State.REFUSED, State.GIVEN_UP, State.BOUNCED)
SENT_WITHIN = dt.timedelta(minutes=10)  # what was put in just now is on its way, and no cause for alarm


@dataclasses.dataclass(frozen=True, slots=True)
class Undelivered:
    """One alert: how many mails and posts are where, and the offices of which nobody has it."""

    alert: int
    level: Level
    title: str
    sent: int
    still_open: int
    refused: int
    given_up: int
    bounced: int
    is_matched: bool
    was_cancelled: bool
    offices: tuple[str, ...]

    @property
    def is_nowhere(self) -> bool:
        """Not one was made, or every one was cancelled."""
        return not (self.sent or self.still_open or self.refused or self.given_up or self.bounced)


@dataclasses.dataclass(frozen=True, slots=True)
class Pause:
    """A host that had its mails of this minute, and how many wait for their turn."""

    host: str
    mails: int
    until: dt.datetime


def undelivered(*, at: dt.datetime) -> list[Undelivered]:
    """HIGH and SEVERE alerts with a mail that is stuck, or that nobody or some office has not; gravest first.

    Where mails were refused they stand here when the alert's time is over too, until somebody has put that right.
    """
    offices = _offices_without(at)
    stuck = Q(late__gt=0) | Q(refused__gt=0) | Q(given_up__gt=0) | Q(bounced__gt=0)
    unheard = Q(sent=0, still_open=0, corrects=None, valid_until__gte=at.date(), released_at__lte=at - SENT_WITHIN)
    rows = _counted(at).filter(stuck | unheard | Q(pk__in=list(offices)))
    found = [
        Undelivered(
            alert=row["pk"],
            level=Level(row["level"]),
            title=f"{row['country__name_en']}: {row['headline']}",
            is_matched=row["matched_at"] is not None,
            was_cancelled=row["cancelled"] > 0,
            offices=tuple(offices.get(row["pk"], ())),
            **{name: row[name] for name in ("sent", "still_open", "refused", "given_up", "bounced")},
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.level, one.alert), reverse=True)


def _grave() -> QuerySet[Alert]:
    """Whatever has to arrive: corrections of grave alerts too, but nothing that was taken back."""
    return Alert.objects.filter(
        state=Alert.State.RELEASED, is_dry_run=False, withdrawn_at=None, level__gte=Level.HIGH
    ).order_by()


def _counted(at: dt.datetime) -> QuerySet[Alert, Any]:
    return (
        _grave()
        .values("pk", "level", "headline", "country__name_en", "matched_at", "valid_until", "released_at")
        .annotate(
            sent=_count(State.SENT),
            still_open=_count(*OPEN),
            late=Count("deliveries", filter=Q(deliveries__state__in=OPEN) & ~_on_its_way(at, "deliveries__")),
            refused=_count(State.REFUSED),
            given_up=_count(State.GIVEN_UP),
            bounced=_count(State.BOUNCED),
            cancelled=_count(State.CANCELLED),
        )
    )


def _count(*states: State) -> Count:
    return Count("deliveries", filter=Q(deliveries__state__in=states))


def _on_its_way(at: dt.datetime, of: str = "") -> Q:
    return Q(**{f"{of}state": State.WAITING, f"{of}attempts": 0, f"{of}next_try_at__gt": at - SENT_WITHIN})


def _offices_without(at: dt.datetime) -> dict[int, list[str]]:
    """By alert that is still valid, the offices that were written to and of which nobody has it, by name."""
    of_offices = Delivery.objects.filter(
        alert__in=_grave().filter(valid_until__gte=at.date()).values("pk"),
        person__offices__until=None,
        person__offices__office__ended_at=None,
        person__offices__isnull=False,
    )
    rows = (
        of_offices.order_by("person__offices__office__name")
        .values_list("alert", "person__offices__office__name")
        .annotate(sent=Count("pk", filter=Q(state=State.SENT)), coming=Count("pk", filter=_on_its_way(at)))
        .filter(sent=0, coming=0)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for alert, office, *_ in rows:
        found[alert].append(office)
    return found


def pauses(*, at: dt.datetime) -> list[Pause]:
    """Hosts that get no more this minute, by name. What waits for quiet hours or after a try waits longer."""
    host = Lower(Func(F("person__email"), Value("@"), Value(-1), function="split_part", output_field=CharField()))
    waiting = Delivery.objects.filter(
        channel=Delivery.Channel.MAIL, state=State.WAITING, next_try_at__gt=at, next_try_at__lte=at + WINDOW
    )
    rows = waiting.order_by().values(host=host).annotate(mails=Count("pk"), until=Min("next_try_at")).order_by("host")
    return [Pause(row["host"], row["mails"], row["until"]) for row in rows]
