"""Alerts and signals as marks along a country's history."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, DateTimeField, Value
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from alerts.models import Alert, Signal
from countries.models import Country
from indicators.history_marks import Mark
from indicators.models.score import Level

Row = tuple[Any, ...]  # is it an alert or a signal, its number, when, kind, level before, level after, withdrawn when


def marks_of(country: Country, *, day: dt.date, known_on: dt.date) -> tuple[Mark, ...]:
    """What everybody may see of what was released and found by the earlier of both days, UTC. One query.

    Signals of one kind and day are one mark; none says which piece of evidence it is about.
    """
    rows = _rows(country, dt.datetime.combine(min(day, known_on) + dt.timedelta(days=1), dt.time(), dt.UTC))
    alerts = [_alert(row, known_on) for row in rows if row[0] == "alert"]
    return (*alerts, *_signals([row for row in rows if row[0] == "signal"], country))


def _rows(country: Country, end: dt.datetime) -> list[Row]:
    never = Value(None, output_field=DateTimeField())
    alerts = Alert.objects.warnings().filter(country=country, released_at__lt=end).order_by()
    signals = Signal.objects.filter(country=country, found_at__lt=end)
    told = alerts.annotate(of=Value("alert", CharField())).values_list(
        "of", "pk", "released_at", "kind", "previous_level", "level", "withdrawn_at"
    )
    found = signals.annotate(of=Value("signal", CharField()), never=never).values_list(
        "of", "pk", "found_at", "kind", "from_level", "to_level", "never"
    )
    return sorted(told.union(found, all=True))  # by kind of row and number: no two are alike in both


def _alert(row: Row, known_on: dt.date) -> Mark:
    _, pk, released_at, kind, before, after, withdrawn_at = row
    taken_back = withdrawn_at is not None and withdrawn_at.date() <= known_on
    words = f"{Alert.Kind(kind).label}{_levels(before, after)}"
    if taken_back:
        words = gettext("%(alert)s, withdrawn since") % {"alert": words}
    return Mark(released_at.date(), "alert", words, reverse("alert", args=[pk]))


def _times(signal: str, count: int) -> str:
    if count == 1:
        return signal
    return ngettext("%(signal)s, %(count)s time", "%(signal)s, %(count)s times", count) % {
        "signal": signal,
        "count": count,
    }


def _signals(rows: Iterable[Row], country: Country) -> list[Mark]:
    address = f"{reverse('signals')}?country={country.iso3}"
    counted = Counter((row[2].date(), *row[3:6]) for row in rows)
    return [
        Mark(
            day=day,
            kind="signal",
            words=_times(f"{Signal.Kind(kind).label}{_levels(before, after)}", count),
            href=address,
        )
        for (day, kind, before, after), count in counted.items()
    ]


def _levels(before: int, after: int) -> str:
    """From which level to which, where it changed."""
    if before == after:
        return f" at {Level(after).label}"
    return f", {Level(before).label} to {Level(after).label}"
