"""Outcomes: what began where and when, read from CSV."""

import csv
import datetime as dt
import io
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from indicators.backtest.errors import BacktestError

COLUMNS: Final = ("country", "start", "end", "kind", "source", "licence")
MADE_FROM: Final = "made_from"
"""Optional column: the series, by slug and separated by semicolons, that an outcome was coded from."""
EARLIEST: Final = dt.date(1900, 1, 1)
LATEST: Final = dt.date(2100, 12, 31)
WORDS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """Something that began in a country; `end` is its last day, None where it is not known to have ended.

    `begins` is False for what was going on already when the figures start: its months are left out, and it is no
    onset.
    """

    country: str
    start: dt.date
    end: dt.date | None
    kind: str
    source: str
    licence: str
    made_from: tuple[str, ...] = ()
    begins: bool = True


def read_outcomes(payload: bytes, countries: Collection[str]) -> tuple[Outcome, ...]:
    """Outcomes of a CSV file by country and start; all of them, or none.

    Parameters
    ----------
    payload : bytes
        UTF-8 with a header of `COLUMNS` and, where wanted, `made_from`.
    countries : collection of str
        The ISO 3166-1 alpha-3 codes that are known.

    Raises
    ------
    BacktestError
        Naming the line, what was found and what was wanted.
    """
    try:
        text = payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BacktestError("file", f"byte {error.start} that is no UTF-8", "text in UTF-8") from error
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise BacktestError(f"line {line}", "a NUL character", "text, which has none")
    found: dict[tuple[str, dt.date], int] = {}
    outcomes = []
    for line, cells in _lines(text):
        outcome = _outcome(line, cells, countries)
        key = (outcome.country, outcome.start)
        if key in found:
            raise BacktestError(
                f"line {line}", f"the outcome of line {found[key]} again", "each country and start once"
            )
        found[key] = line
        outcomes.append(outcome)
    if not outcomes:
        raise BacktestError("file", "no outcome", "a header and at least one line")
    return tuple(sorted(outcomes, key=lambda one: (one.country, one.start)))


def _lines(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if missing := [name for name in COLUMNS if header.count(name) != 1]:
            raise BacktestError("line 1", ", ".join(header)[:120] or "nothing", f"the column {missing[0]} once")
        if unknown := [name for name in header if name not in (*COLUMNS, MADE_FROM)]:
            raise BacktestError("line 1", f"the column {unknown[0][:40]!r}", f"only {', '.join((*COLUMNS, MADE_FROM))}")
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(header):
                raise BacktestError(f"line {reader.line_num}", f"{len(row)} values", f"{len(header)}, one per column")
            yield reader.line_num, {name: cell.strip() for name, cell in zip(header, row, strict=True)}
    except csv.Error as error:
        found = "quotation marks that do not pair, or a value without an end"
        raise BacktestError(f"line {reader.line_num}", found, "CSV") from error


def _outcome(line: int, cells: dict[str, str], countries: Collection[str]) -> Outcome:
    place = f"line {line}"
    country = cells["country"].upper()
    if country not in countries:
        raise BacktestError(f"{place}, country", repr(cells["country"][:20]), "a known ISO 3166-1 alpha-3 code")
    start = _day(f"{place}, start", cells["start"])
    end = _day(f"{place}, end", cells["end"]) if cells["end"] else None
    if end is not None and end < start:
        raise BacktestError(f"{place}, end", str(end), f"no day before the start, {start}; or nothing where it goes on")
    for name in ("kind", "source", "licence"):
        if not cells[name]:
            raise BacktestError(f"{place}, {name}", "nothing", f"the {name} of the outcome")
        if len(cells[name]) > WORDS_MAX:
            raise BacktestError(f"{place}, {name}", f"{len(cells[name])} characters", f"at most {WORDS_MAX}")
    made_from = tuple(sorted({slug.strip() for slug in cells.get(MADE_FROM, "").split(";") if slug.strip()}))
    return Outcome(country, start, end, cells["kind"], cells["source"], cells["licence"], made_from)


def _day(place: str, text: str) -> dt.date:
    day = None
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        try:
            day = dt.date.fromisoformat(text)
        except ValueError:
            day = None
    if day is None or not EARLIEST <= day <= LATEST:
        raise BacktestError(place, repr(text[:20]), f"a day from {EARLIEST} to {LATEST}, as in 2004-02-29")
    return day
