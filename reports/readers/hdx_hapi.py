"""HDX HAPI, version 2: humanitarian indicators of others under one roof, as CSV of its API.

Source: OCHA Centre for Humanitarian Data, https://hapi.humdata.org. Two of its tables are read, told apart by their
columns: conflict events (from ACLED, passed on in sums) and national risk (INFORM).
"""

import datetime as dt
from collections.abc import Iterable

from reports.readers.draft import ReaderError, ReportDraft, SourceDraft
from reports.readers.editions import text_of
from reports.readers.published import Published, Series, code_at, day_at, number_at, release
from reports.readers.table import header_of, rows_of
from reports.text import shown

_EVENTS = {
    "political_violence": "Events of political violence in the month",
    "civilian_targeting": "Events in which civilians were the target, in the month",
    "demonstration": "Demonstrations in the month",
}  # fmt: skip
SERIES = (
    *(Series(f"hapi-{kind.replace('_', '-')}", title, "events, by ACLED") for kind, title in _EVENTS.items()),
    Series("hapi-inform-risk", "INFORM Risk", "0 to 10"),
)
TERMS = "that of each provider: sums of ACLED's events, INFORM Risk"
HAPI = SourceDraft(
    slug="hdx-hapi",
    name="HDX Humanitarian API",
    family="hdx-hapi",
    family_name="OCHA Centre for Humanitarian Data",
    reliability="B",
    licence=TERMS,
    url="https://hapi.humdata.org",
)
_PLACE = ("location_code", "location_name", "reference_period_start", "reference_period_end")
Sums = dict[tuple[str, str, dt.date, dt.date], dict[str, float]]


def read(payload: bytes) -> ReportDraft:
    """The table as a dataset report; its day comes from the sender. Raises ReaderError."""
    found = published(payload)
    table = "national risk" if found[0].series == "hapi-inform-risk" else "conflict events"
    return release(HAPI, f"HDX HAPI, {table}, up to {max(one.period_until for one in found)}")


def published(payload: bytes) -> tuple[Published, ...]:
    """The figures of each country and period. Raises ReaderError."""
    text = text_of(payload)
    header = header_of(text)
    if "overall_risk" in header:
        return _risks(text)
    if "event_type" in header:
        return _events(text)
    raise ReaderError("line 1", "neither overall_risk nor event_type", "national risk or conflict events of HAPI v2")


def _risks(text: str) -> tuple[Published, ...]:
    found: dict[tuple[str, dt.date], Published] = {}
    for line, (code_text, name, start_text, end_text, risk) in rows_of(text, (*_PLACE, "overall_risk")):
        if code_text.startswith("#"):
            continue
        code, start, until = _where(code_text, start_text, end_text, line)
        if (code, start) in found:
            raise ReaderError(f"line {line}", f"{code} a second time from {start}", "each country and period once")
        value = number_at(risk, line=line, column="overall_risk", most=10)
        found[code, start] = Published("hapi-inform-risk", code, name[:100], start, until, value)
    return _some(found.values())


def _events(text: str) -> tuple[Published, ...]:
    """Sums over the smallest areas of a country; where levels mix, nothing tells which contain which."""
    sums: Sums = {}
    levels: dict[tuple[str, str, dt.date, dt.date], set[str]] = {}
    names: dict[str, str] = {}
    for line, row in rows_of(text, (*_PLACE, "event_type", "events", "admin_level")):
        code_text, name, start_text, end_text, kind, events, level = row
        if code_text.startswith("#"):
            continue
        if kind not in _EVENTS:
            raise ReaderError(f"line {line}, column event_type", shown(kind), f"one of {', '.join(_EVENTS)}")
        code, start, until = _where(code_text, start_text, end_text, line)
        key = (kind, code, start, until)
        by_level = sums.setdefault(key, {})
        by_level[level] = by_level.get(level, 0) + number_at(events, line=line, column="events", most=1e7)
        levels.setdefault(key, set()).add(level)
        names[code] = name[:100]
    return _some(
        Published(f"hapi-{kind.replace('_', '-')}", code, names[code], start, until, sum(by_level.values()))
        for (kind, code, start, until), by_level in sums.items()
        if len(levels[kind, code, start, until]) == 1
    )


def _where(code: str, start_text: str, end_text: str, line: int) -> tuple[str, dt.date, dt.date]:
    start = day_at(start_text, line=line, column="reference_period_start")
    until = day_at(end_text, line=line, column="reference_period_end") + dt.timedelta(days=1)
    if until <= start:
        raise ReaderError(f"line {line}, column reference_period_end", str(until), "a day not before the start")
    return code_at(code, line=line, column="location_code"), start, until


def _some(found: Iterable[Published]) -> tuple[Published, ...]:
    every = tuple(found)
    if not every:
        raise ReaderError("file", "no country with figures of one level", "figures of countries")
    return every
