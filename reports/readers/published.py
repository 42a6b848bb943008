"""Figures that others publish: the values that their readers return, and what the readers share."""

import dataclasses
import datetime as dt
import math
import re

from reports.readers.draft import ReaderError, ReportDraft, SourceDraft
from reports.text import shown

_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{0,20})?([eE][+-]?[0-9]{1,2})?")


@dataclasses.dataclass(frozen=True, slots=True)
class Series:
    """One index or count of a publisher, named as the publisher's own."""

    slug: str
    title: str
    unit: str


@dataclasses.dataclass(frozen=True, slots=True)
class Published:
    """One figure of a territory and a period. Ranks are never among them."""

    series: str  # slug
    territory: str  # ISO 3166-1 alpha-3 where the file has or means one, else its name for it
    name: str
    period_start: dt.date
    period_until: dt.date  # exclusive
    value: float | None
    words: str = ""
    note: str = ""


def release(source: SourceDraft, title: str, *, media_type: str = "text/csv", is_internal: bool = False) -> ReportDraft:
    """The file as a dataset report; the day on which it was public comes from the sender, since no file says it."""
    return ReportDraft(
        kind="dataset",
        media_type=media_type,
        title=title,
        url=source.url,
        language="en",
        source=source,
        is_internal=is_internal,
    )


def number_at(text: str, *, line: int, column: str, most: float = math.inf) -> float:
    """A number from 0 to `most`. Raises ReaderError."""
    if not _NUMBER.fullmatch(text) or not 0 <= float(text) <= most:
        wanted = "a number that is not negative" if most == math.inf else f"a number from 0 to {most:g}"
        raise ReaderError(f"line {line}, column {column}", shown(text), wanted)
    return float(text)


def day_at(text: str, *, line: int, column: str) -> dt.date:
    """The day at the start of an ISO 8601 date or instant. Raises ReaderError."""
    try:
        day = dt.date.fromisoformat(text[:10])
    except ValueError as error:
        raise ReaderError(f"line {line}, column {column}", shown(text), "a day, YYYY-MM-DD") from error
    if not 1946 <= day.year <= 2100:
        raise ReaderError(f"line {line}, column {column}", shown(text), "a day from 1946 to 2100")
    return day


def code_at(text: str, *, line: int, column: str) -> str:
    """An ISO 3166-1 alpha-3 code in capitals. Raises ReaderError."""
    code = text.upper()
    if not re.fullmatch(r"[A-Z][A-Z0-9]{2}", code):
        raise ReaderError(f"line {line}, column {column}", shown(text), "a code of three letters")
    return code


def months(year: int, month: int, count: int = 1) -> tuple[dt.date, dt.date]:
    """From the first day of a month to the first day after `count` months."""
    after = year * 12 + month - 1 + count
    return dt.date(year, month, 1), dt.date(after // 12, after % 12 + 1, 1)


def years(first: int, last: int) -> tuple[dt.date, dt.date]:
    """From the first of January to the first of January after the last year."""
    return dt.date(first, 1, 1), dt.date(last + 1, 1, 1)
