"""Alerts and signals as a page lists them: their levels as words, and what became of them by some day."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from alerts import family
from alerts.ledger.ledger import Asked, Entry, read, rows_of
from alerts.models import Alert, Signal
from alerts.raising.saying import said_of_signal
from countries.models import Country
from indicators.models import Evidence
from indicators.models.score import Level
from people.models import User
from people.permissions import Action, may

Reader = User | AnonymousUser

ENTRIES = 3  # of the ledger on a country's page; its own page has them all
OF_A_COUNTRY = 3  # signals on a country's page; the archive has them all


@dataclasses.dataclass(frozen=True, slots=True)
class AlertLine:
    """One alert in a list."""

    alert: Alert
    level: Level
    previous: Level
    is_expired: bool
    withdrawn_at: dt.datetime | None
    corrected: Alert | None = None  # by the last correction of it


@dataclasses.dataclass(frozen=True, slots=True)
class SignalLine:
    """One signal in a list; `alert` is what was made of it, where the reader may see that.

    `is_open`: the reader may see the piece of evidence that it is about.
    `is_held`: an alert waits for a person's release; `is_refused`: a person decided against it. Others hear no more.
    `waits_for`: the alert on which it hangs whether it is warned of, where the reader may see that one.
    """

    signal: Signal
    before: Level
    after: Level
    words: str
    is_open: bool
    reason: str
    alert: Alert | None
    is_held: bool
    is_refused: bool
    waits_for: Alert | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Ledger:
    """What was found, sent and done about one country."""

    signals: list[SignalLine]
    entries: list[Entry]


def ledger(country: Country, *, known_on: dt.date, user: Reader) -> Ledger:
    """What had been released and found by the end of `known_on`, UTC; the latest of each."""
    end = dt.datetime.combine(known_on + dt.timedelta(days=1), dt.time(), dt.UTC)
    signals = Signal.objects.filter(country=country, found_at__lt=end)
    rows = rows_of(Asked(country=country.iso3, known_before=end), user=user)
    return Ledger(
        signal_lines(signals, user=user, judged_before=end, count=OF_A_COUNTRY),
        read(rows[:ENTRIES], user=user, known_before=end),
    )


def alert_lines(alerts: Iterable[Alert], *, day: dt.date) -> list[AlertLine]:
    """Alerts as they stand on `day`. One query more where one of them went out."""
    rows = list(alerts)
    since = family.after([alert for alert in rows if alert.released_at is not None])
    return [alert_line(alert, day=day, since=since.get(alert.pk, [])) for alert in rows]


def alert_line(alert: Alert, *, day: dt.date, since: Sequence[Alert] = ()) -> AlertLine:
    """One alert as it stands on `day`, its last day still valid; `since` went out after it about the same one."""
    levels = Level(alert.level), Level(alert.previous_level)
    then = [one for one in since if one.released_at is not None and one.released_at.date() <= day]
    corrected = next((one for one in reversed(then) if one.kind == Alert.Kind.CORRECTION), None)
    return AlertLine(alert, *levels, alert.valid_until < day, family.withdrawn_at(alert, since), corrected)


def signal_lines(
    signals: QuerySet[Signal], *, user: Reader, count: int, judged_before: dt.datetime | None = None
) -> list[SignalLine]:
    """The latest `count` signals with what the rule made of them, up to an instant where one is given."""
    return lines_of(with_all(signals).order_by("-found_at", "-pk")[:count], user=user, judged_before=judged_before)


def with_all(signals: QuerySet[Signal]) -> QuerySet[Signal]:
    """With everything that a line says of them."""
    return signals.select_related("country", "verdict", "evidence__indicator", "postponed__alert").prefetch_related(
        "alerts"
    )


def lines_of(signals: Iterable[Signal], *, user: Reader, judged_before: dt.datetime | None = None) -> list[SignalLine]:
    """Signals chosen and ordered already, read `with_all`."""
    rows = list(signals)
    pieces = {signal.evidence_id for signal in rows if signal.evidence_id is not None}
    seen = Evidence.objects.visible_to(user).ever_accepted().filter(pk__in=pieces)
    is_open = set(seen.values_list("pk", flat=True)) if pieces else set()
    return [
        _signal_line(signal, user=user, end=judged_before, is_open=signal.evidence_id in is_open) for signal in rows
    ]


def _signal_line(signal: Signal, *, user: Reader, end: dt.datetime | None, is_open: bool) -> SignalLine:
    verdict = getattr(signal, "verdict", None)
    is_judged = verdict is not None and (end is None or verdict.judged_at < end)
    alerts = _warnings(signal) if is_judged else []
    shown = [alert for alert in alerts if _is_shown(alert, user, end)]
    state = next((alert.state for alert in reversed(alerts) if not shown and not alert.is_dry_run), "")
    waits_for = _waits_for(signal, end)
    return SignalLine(
        signal,
        Level(signal.from_level),
        Level(signal.to_level),
        words=said_of_signal(signal, is_open=is_open),
        is_open=is_open,
        reason=verdict.reason if verdict is not None and is_judged else "",
        alert=shown[-1] if shown else None,
        # released later than `end`: it waited then
        is_held=waits_for is not None or state in {Alert.State.DRAFT, Alert.State.RELEASED},
        is_refused=state == Alert.State.REFUSED,
        waits_for=waits_for if waits_for is not None and _is_shown(waits_for, user, end) else None,
    )


def _waits_for(signal: Signal, end: dt.datetime | None) -> Alert | None:
    waits = getattr(signal, "postponed", None)
    return waits.alert if waits is not None and (end is None or waits.since < end) else None


def _warnings(signal: Signal) -> list[Alert]:
    """What was raised by it, practice first; a correction or withdrawal is about that, and no warning of its own."""
    found = [alert for alert in signal.alerts.all() if alert.kind not in Alert.LETTERS]
    return sorted(found, key=lambda alert: (not alert.is_dry_run, alert.pk))


def _is_shown(alert: Alert, user: Reader, end: dt.datetime | None) -> bool:
    """Whether the list may name the alert: once it is released; before that, and for practice, to who releases."""
    if alert.state == Alert.State.RELEASED and alert.released_at is not None and not alert.is_dry_run:
        return end is None or alert.released_at < end
    return may(user, Action.RELEASE_ALERT) and (end is None or alert.raised_at < end)
