"""A row of a table to the values that evidence or a series needs, with every fault in it."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from indicators.tables import cells
from indicators.tables.cells import Answers, choice_of, country_of, day_of, line_of, number_of, period_of, text_of
from indicators.tables.faults import CellError, Fault, seen
from indicators.tables.fields import TEXT_MAX, column_name

T = TypeVar("T")
Place = tuple[int, str]  # a report's number, and where in it
Passages = Mapping[Place, tuple[int, dt.date] | None]  # the passage there and its day; None: several are there

GRADES = {letter.casefold(): letter for letter in "ABCDEF"}
SEVERITIES = {str(step): step for step in range(5)}
CREDIBILITIES = {str(step): step for step in range(1, 7)}
POLARITIES = {
    "": 1, "1": 1, "+1": 1, "risk": 1, "raises": 1, "raises risk": 1,
    "-1": -1, "mitigation": -1, "mitigates": -1, "mitigates risk": -1,
}  # fmt: skip
EVENT_NAME_MAX, LINE_MAX, NOTE_MAX, GROUP_MAX, LOCATOR_MAX, URL_MAX = 120, 120, 500, 160, 200, 500
AHEAD_DAYS = 366  # how long after its publication a period may end: a year's figure may come early in it


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """What the cells may name: from the word in small letters to what it stands for."""

    indicators: Mapping[str, str] = dataclasses.field(default_factory=dict)
    sources: Mapping[str, str] = dataclasses.field(default_factory=dict)
    families: Mapping[str, str] = dataclasses.field(default_factory=dict)
    actors: Mapping[str, str] = dataclasses.field(default_factory=dict)
    claims: Mapping[str, str] = dataclasses.field(default_factory=dict)
    sensitivities: Mapping[str, int] = dataclasses.field(default_factory=dict)
    passages: Passages = dataclasses.field(default_factory=dict)
    series: Mapping[str, "SeriesWords"] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class SeriesWords:
    """A series as far as a row must fit it."""

    slug: str
    unit: str
    is_log: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """What was chosen for the whole file; a column, where there is one, says it for each row."""

    columns: Mapping[str, int]
    header: Sequence[str]
    answers: Answers
    today: dt.date
    earliest: dt.date
    clearance: int
    source: str = ""
    published_on: dt.date | None = None
    sensitivity: int = 0
    series: str = ""
    by_gleditsch_ward: bool = False
    since_1904: bool | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Read:
    """The values of a row, and what is wrong with it; good only without faults."""

    values: dict[str, Any]
    faults: tuple[Fault, ...]


class _Row:
    """The cells of one row by field; gathers faults."""

    def __init__(self, row: Sequence[Any], settings: Settings) -> None:
        self.row, self.settings, self.faults = row, settings, list[Fault]()

    def raw(self, name: str) -> Any:
        place = self.settings.columns.get(name)
        return None if place is None or place >= len(self.row) else self.row[place]

    def has(self, name: str) -> bool:
        return bool(text_of(self.raw(name)))

    def refuse(self, name: str, found: str, wanted: str) -> None:
        self.faults.append(Fault(self.named(name), found, wanted))

    def named(self, name: str) -> str:
        place = self.settings.columns.get(name)
        return name if place is None else column_name(place, self.settings.header)

    def take(self, name: str, reading: Callable[[Any], T]) -> T | None:
        """The cell read; None where it cannot be, with the fault kept."""
        try:
            return reading(self.raw(name))
        except CellError as error:
            self.faults.append(error.at(self.named(name)))
            return None

    def line(self, name: str, most: int) -> str:
        return self.take(name, lambda raw: line_of(raw, most)) or ""

    def day(self, name: str, wanted: str = cells.A_DAY) -> dt.date | None:
        if not self.has(name):
            self.refuse(name, "nothing", wanted)
            return None
        settings = self.settings
        return self.take(name, lambda raw: day_of(raw, settings.answers, since_1904=settings.since_1904))

    def country(self) -> str | None:
        if not self.has("country"):
            self.refuse("country", "nothing", "a State")
            return None
        by_number = self.settings.by_gleditsch_ward
        return self.take("country", lambda raw: country_of(raw, self.settings.answers, gleditsch_ward=by_number))


def evidence_row(row: Sequence[Any], settings: Settings, words: Words) -> Read:
    """A row of evidence by the rules of the entry form."""
    cell = _Row(row, settings)
    values = {
        "country": cell.country(),
        "indicator": _indicator(cell, words),
        "severity": cell.take("severity", lambda raw: choice_of(raw, SEVERITIES, "0 to 4")),
        "polarity": cell.take("polarity", lambda raw: choice_of(raw, POLARITIES, "risk or mitigation")),
        **_grade(cell),
        "family": _optional(cell, "family", words.families, "a body of the list; add it at the desk first"),
        "actor": _optional(cell, "actor", words.actors, "one of the entry form's list") or "unknown",
        "claim": _optional(cell, "claim", words.claims, "alleged, verified, may_amount or court") or "alleged",
        "admin1": cell.line("admin1", LINE_MAX),
        "group": cell.line("group", GROUP_MAX),
        "note": _note(cell),
        "event_key": _event_key(cell),
        "sensitivity": _sensitivity(cell, words),
    }
    values |= _said(cell, words)
    values["event_on"] = _event_on(cell, values.get("published_on"))
    return Read({name: _plain(value) for name, value in values.items()}, tuple(cell.faults))


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, dt.date) else value


def _indicator(cell: _Row, words: Words) -> str | None:
    raw, question = cell.raw("indicator"), f"indicator:{text_of(cell.raw('indicator'))}"
    text = text_of(raw)
    tenfold = f"{text}0"
    if isinstance(raw, float) and tenfold in words.indicators and text in words.indicators:
        answer = cell.settings.answers.get(question)
        if answer in (text, tenfold):
            return str(answer)
        wanted = f"to know whether it is {text} or {tenfold}: a number keeps no zero at its end"
        asked = "" if answer == "" else question
        cell.faults.append(Fault(cell.named("indicator"), seen(text), wanted, asked, (text, tenfold) if asked else ()))
        return None
    return cell.take("indicator", lambda _: choice_of(text, words.indicators, "a code in use, such as 7.14"))


def _grade(cell: _Row) -> dict[str, Any]:
    if cell.has("grade"):
        text = text_of(cell.raw("grade")).casefold()
        if len(text) == 2 and text[0] in GRADES and text[1] in CREDIBILITIES:
            return {"reliability": GRADES[text[0]], "credibility": CREDIBILITIES[text[1]]}
        cell.refuse("grade", seen(text_of(cell.raw("grade"))), "a letter A to F and a digit 1 to 6, such as B2")
        return {"reliability": "", "credibility": None}
    return {
        "reliability": _optional(cell, "reliability", GRADES, "A to F, or nothing for the source's own"),
        "credibility": cell.take(
            "credibility", lambda raw: choice_of(raw, CREDIBILITIES, "1 to 6, or a grade like B2")
        ),
    }


def _optional(cell: _Row, name: str, choices: Mapping[str, str], wanted: str) -> str:
    if not cell.has(name):
        return ""
    return cell.take(name, lambda raw: choice_of(raw, choices, wanted)) or ""


def _note(cell: _Row) -> str:
    if not cell.has("note"):
        cell.refuse("note", "nothing", "one sentence: the reviewer decides by it")
    return cell.line("note", NOTE_MAX)


def _event_key(cell: _Row) -> str:
    text = cell.line("event_key", EVENT_NAME_MAX)
    fits = all(sign.isascii() and (sign.islower() or sign.isdigit() or sign == "-") for sign in text)
    if text and (not fits or text.startswith("-")):
        cell.refuse("event_key", seen(text), "small letters, digits and hyphens, such as mmr-coup-2021")
    return text


def _sensitivity(cell: _Row, words: Words) -> int:
    least = cell.settings.sensitivity
    if not cell.has("sensitivity"):
        return least
    wanted = "public, internal, confidential or strictly confidential"
    step = cell.take("sensitivity", lambda raw: choice_of(raw, words.sensitivities, wanted))
    if step is not None and step > cell.settings.clearance:
        cell.refuse("sensitivity", "a step above what you may see", "one that you are cleared for")
    return max(least, step or 0)


def _said(cell: _Row, words: Words) -> dict[str, Any]:
    """What the passage says: the words and their source, or the number of a passage that is here already."""
    if cell.has("report") and place_of(cell.row, cell.settings.columns) is None:
        wanted = "the number of a report taken in, such as 12, or nothing where the row has the words and their source"
        cell.refuse("report", seen(text_of(cell.raw("report"))), wanted)
    elif cell.has("report"):
        passage, published_on = _passage(cell, words) or (None, None)
        blank = {"text": "", "locator": "", "url": "", "source": ""}
        return {"passage": passage, "published_on": published_on, **blank}
    text = cell.line("text", TEXT_MAX)
    if not text and not cell.has("text"):
        cell.refuse("text", "nothing", "the sentences that carry the fact, or a report's number and the place in it")
    return {
        "passage": None,
        "text": text,
        "locator": cell.line("locator", LOCATOR_MAX),
        "url": _url(cell),
        "source": _source(cell, words),
        "published_on": _published_on(cell),
    }


def place_of(row: Sequence[Any], columns: Mapping[str, int]) -> Place | None:
    """Which passage of which report the row names, if any."""
    number, locator = (
        text_of(row[columns[name]]) if columns.get(name, len(row)) < len(row) else "" for name in ("report", "locator")
    )
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        return None
    return int(number), " ".join(locator.split()).casefold()


def _passage(cell: _Row, words: Words) -> tuple[int, dt.date] | None:
    place = place_of(cell.row, cell.settings.columns)
    assert place is not None
    found = words.passages.get(place)
    if found is None:
        several = place in words.passages
        said = "several passages at that place" if several else "no passage at that place that you may see"
        cell.refuse("locator" if place[1] else "report", said, "the place of one passage, as the report's page has it")
    return found


def _url(cell: _Row) -> str:
    text = cell.line("url", URL_MAX)
    if text and (not text.startswith(("https://", "http://")) or " " in text):
        cell.refuse("url", "no address", "https://… or http://…")
    return text


def _source(cell: _Row, words: Words) -> str:
    if not cell.has("source"):
        if not cell.settings.source:
            cell.refuse("source", "nothing", "a source, in the row or for the whole file")
        return cell.settings.source
    wanted = "one of the sources by name or short name; add a new one first"
    return cell.take("source", lambda raw: choice_of(raw, words.sources, wanted)) or ""


def _published_on(cell: _Row) -> dt.date | None:
    if not cell.has("published_on") and cell.settings.published_on is not None:
        return cell.settings.published_on
    day = cell.day("published_on", "the day it was public, in the row or for the whole file")
    if day is not None and day > cell.settings.today:
        cell.refuse("published_on", f"{day}, which is in the future", f"a day up to {cell.settings.today}")
        return None
    return day


def _event_on(cell: _Row, published_on: dt.date | None) -> dt.date | None:
    day = cell.day("event_on")
    if day is None:
        return None
    if day < cell.settings.earliest:
        cell.refuse("event_on", str(day), f"a day from {cell.settings.earliest} on")
    elif day > (published_on or cell.settings.today):
        last = published_on or cell.settings.today
        cell.refuse("event_on", f"{day}, which is after it was public", f"a day up to {last}")
    return day


def series_row(row: Sequence[Any], settings: Settings, words: Words) -> Read:
    """A figure of one State and period."""
    cell = _Row(row, settings)
    series = _series(cell, words)
    values: dict[str, Any] = {"country": cell.country(), "series": series.slug if series else None}
    period = None
    if cell.has("period"):
        answers, since_1904 = settings.answers, settings.since_1904
        period = cell.take("period", lambda raw: period_of(raw, answers, since_1904=since_1904))
    else:
        cell.refuse("period", "nothing", "a year, a month such as 2024-06, or a day")
    published_on = settings.published_on or settings.today
    if period is not None and not settings.earliest <= period <= published_on + dt.timedelta(days=AHEAD_DAYS):
        latest = published_on + dt.timedelta(days=AHEAD_DAYS)
        cell.refuse("period", f"one that ends on {period}", f"one from {settings.earliest} to {latest}")
    value = cell.take("value", lambda raw: number_of(raw, settings.answers))
    if value is not None and series is not None and series.is_log and value <= -1:
        cell.refuse("value", f"{value:g}", "a number above -1: this series counts by its logarithm")
    if series is not None and cell.has("unit") and text_of(cell.raw("unit")).casefold() != series.unit.casefold():
        cell.refuse("unit", "another unit", f"{series.unit}; convert the figures first")
    return Read(values | {"period_end": _plain(period), "value": value}, tuple(cell.faults))


def _series(cell: _Row, words: Words) -> SeriesWords | None:
    if cell.has("series"):
        return cell.take(
            "series", lambda raw: choice_of(raw, words.series, "a series of the method, by its short name")
        )
    chosen = words.series.get(cell.settings.series)
    if chosen is None:
        cell.refuse("series", "nothing", "a series, in the row or for the whole file")
    return chosen
