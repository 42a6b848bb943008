"""Grave alerts that have not reached everybody they are for, and hosts that wait for their turn. Five queries."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, Count, F, Func, Max, Min, Q, QuerySet, Value
from django.db.models.functions import Lower

from alerts.mailserver.pace import WINDOW
from alerts.models import Alert, AlertDecision, Delivery
from indicators.models.score import Level

State = Delivery.State
OPEN = (State.WAITING, State.DEFERRED)
RETRYABLE = (State.REFUSED, State.GIVEN_UP, State.BOUNCED)
_STATES = {
    "sent": [State.SENT], "still_open": OPEN, "refused": [State.REFUSED], "given_up": [State.GIVEN_UP],
    "bounced": [State.BOUNCED],
}  # fmt: skip
SENT_WITHIN = dt.timedelta(minutes=10)  # what was put in just now is on its way, and no cause for alarm


@dataclasses.dataclass(frozen=True, slots=True)
class Counts:
    """How many mails, or posts, of one alert are where."""

    sent: int = 0
    still_open: int = 0
    refused: int = 0
    given_up: int = 0
    bounced: int = 0

    @property
    def none(self) -> bool:
        """Not one was made, or every one was cancelled."""
        return not (self.sent or self.still_open or self.refused or self.given_up or self.bounced)


@dataclasses.dataclass(frozen=True, slots=True)
class StuckPosts:
    """Posts of one alert to one webhook that are in one state and should not be."""

    endpoint: int
    name: str
    state: str
    count: int


@dataclasses.dataclass(frozen=True, slots=True)
class Undelivered:
    """One alert: how many mails and posts are where, and the offices of which nobody has it."""

    alert: int
    level: Level
    title: str
    mails: Counts
    posts: Counts
    stuck_posts: tuple[StuckPosts, ...]
    is_valid: bool
    is_matched: bool
    was_cancelled: bool
    offices: tuple[str, ...]

    @property
    def is_nowhere(self) -> bool:
        """Not one was made, or every one was cancelled."""
        return self.mails.none and self.posts.none


@dataclasses.dataclass(frozen=True, slots=True)
class Pause:
    """A host that had its mails of this minute, and how many wait for their turn."""

    host: str
    mails: int
    until: dt.datetime


def undelivered(*, at: dt.datetime) -> list[Undelivered]:
    """HIGH and SEVERE alerts with a mail or post that is stuck, or that nobody or some office has.

    What is still valid first, then the gravest. Where mails were refused they stand here when the alert's time is over
    too, until somebody has settled it; what fails after that stands here anew.
    """
    offices, settled = _offices_without(at), _settled()
    stuck = Q(late__gt=0) | Q(last_failed__isnull=False)
    unheard = Q(sent=0, still_open=0, corrects=None, valid_until__gte=at.date(), released_at__lte=at - SENT_WITHIN)
    rows = [
        row
        for row in _counted(at).filter(stuck | unheard | Q(pk__in=list(offices)))
        if not _is_settled(row, settled.get(row["pk"]))
    ]
    posts = _stuck_posts([row["pk"] for row in rows], at)
    found = [_undelivered(row, posts[row["pk"]], offices.get(row["pk"], []), at) for row in rows]
    return sorted(found, key=lambda one: (one.is_valid, one.level, one.alert), reverse=True)


def _undelivered(row: dict[str, Any], posts: list[StuckPosts], offices: list[str], at: dt.datetime) -> Undelivered:
    mails, posted = (
        Counts(**{field.name: row[f"{channel}_{field.name}"] for field in dataclasses.fields(Counts)})
        for channel in Delivery.Channel.values
    )
    return Undelivered(
        alert=row["pk"],
        level=Level(row["level"]),
        title=f"{row['country__name_en']}: {row['headline']}",
        mails=mails,
        posts=posted,
        stuck_posts=tuple(posts),
        is_valid=row["valid_until"] >= at.date(),
        is_matched=row["matched_at"] is not None,
        was_cancelled=row["cancelled"] > 0,
        offices=tuple(offices),
    )


def _settled() -> dict[int, dt.datetime]:
    """When somebody settled, last, what of an alert had not arrived."""
    rows = AlertDecision.objects.filter(action=AlertDecision.Action.TOLD)
    return dict(rows.values_list("alert").annotate(Max("at")).order_by())


def _is_settled(row: dict[str, Any], at: dt.datetime | None) -> bool:
    return at is not None and not row["late"] and (row["last_failed"] is None or row["last_failed"] <= at)


def _stuck_posts(alerts: list[int], at: dt.datetime) -> dict[int, list[StuckPosts]]:
    """By alert, those that were refused, given up, or wait for too long."""
    found: dict[int, list[StuckPosts]] = defaultdict(list)
    if not alerts:
        return found
    rows = Delivery.objects.filter(_late(at) | Q(state__in=RETRYABLE), alert__in=alerts, channel="webhook").order_by()
    counted = rows.values_list("alert", "endpoint", "endpoint__name", "state").annotate(Count("pk"))
    for alert, endpoint, name, state, count in counted.order_by("endpoint__name", "endpoint", "state"):
        found[alert].append(StuckPosts(endpoint, name, state, count))
    return found


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
            sent=_count([State.SENT]),
            still_open=_count(OPEN),
            late=Count("deliveries", filter=_late(at, "deliveries__")),
            last_failed=Max("deliveries__finished_at", filter=Q(deliveries__state__in=RETRYABLE)),
            cancelled=_count([State.CANCELLED]),
            **{
                f"{channel}_{name}": _count(states, deliveries__channel=channel)
                for channel in Delivery.Channel.values
                for name, states in _STATES.items()
            },
        )
    )


def _count(states: Iterable[State], **of: str) -> Count:
    return Count("deliveries", filter=Q(deliveries__state__in=states, **of))


def _late(at: dt.datetime, of: str = "") -> Q:
    return Q(**{f"{of}state__in": OPEN}) & ~_on_its_way(at, of)


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
