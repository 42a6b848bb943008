"""The latest day that a text names, as far as it is explicit: "21 May 2024", "16 and 19 April", "April 2023", ISO.

Also in French, Spanish, Russian, Chinese and Arabic; the names of the months are in `months`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from indicators.matching.months import MONTHS_ELSEWHERE, WRITTEN_ALIKE

Precision = Literal["day", "month"]

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH = (
    rf"(?P<month>{'|'.join(name.capitalize() for name in _MONTHS)}|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?"
)
_DAY = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)\b"
_JOIN = r"\s*(?:,|-|–|and|to|or|until)\s*"
_DAYS = rf"(?<![\d.,:/-])(?P<days>{_DAY}(?:{_JOIN}{_DAY}){{0,5}})"
_ISO = re.compile(r"(?<![\d/-])(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<days>\d\d)(?![\d-])")
_DAY_FIRST = re.compile(rf"{_DAYS}\s+(?:of\s+)?{_MONTH}(?:,?\s+{_YEAR})?")
_MONTH_FIRST = re.compile(rf"\b{_MONTH}\s+(?P<days>{_DAY}(?:{_JOIN}{_DAY}){{0,5}})(?![\d:%])(?:,?\s+{_YEAR})?")
_MONTH_ONLY = re.compile(rf"\b{_MONTH},?\s+{_YEAR}")
_DOTTED = re.compile(
    rf"(?<![\d.])(?P<days>{_DAY})\.(?P<month>1[0-2]|0?[1-9])\.{_YEAR}(?!\.\d)"
)  # the day comes first everywhere

_NAME = "|".join(sorted(MONTHS_ELSEWHERE, key=len, reverse=True))
_NAME_ELSEWHERE = rf"(?P<month>{_NAME})\b(?:\s*[/(]\s*(?:{_NAME})\b\)?)?"  # in Arabic often both names: Syrian/Egyptian
_DAY_ELSEWHERE = r"(?:[12]\d|3[01]|0?[1-9])(?:er|\.?º|°)?"
_JOIN_ELSEWHERE = r"\s*(?:,|،|-|–|et|au|y|al|и|по|و|الي|حتي)\s*(?:le\s+|el\s+)?"
_OF_YEAR = rf"(?:\s*,?\s+(?:del?\s+(?:año\s+)?|من\s+)?(?:عام\s+|سنة\s+)?{_YEAR})"
_ELSEWHERE = re.compile(
    rf"(?<![\d.,:/-])(?P<days>{_DAY_ELSEWHERE}(?:{_JOIN_ELSEWHERE}{_DAY_ELSEWHERE}){{0,5}})\s+(?:de\s+|من\s+)?"
    rf"{_NAME_ELSEWHERE}{_OF_YEAR}?",
    re.IGNORECASE,
)
_MONTH_ELSEWHERE = re.compile(rf"\b{_NAME_ELSEWHERE}{_OF_YEAR}", re.IGNORECASE)
_DAY_CHINESE = r"(?:[12]\d|3[01]|0?[1-9])"
_MONTH_CHINESE = r"(?P<month>1[0-2]|0?[1-9])\s*月"
_CHINESE = re.compile(
    rf"(?<![\d.])(?:(?P<year>(?:19|20)\d\d)\s*年\s*)?{_MONTH_CHINESE}\s*"
    rf"(?P<days>{_DAY_CHINESE}(?:\s*[日号]?\s*[、，和及至到–-]\s*{_DAY_CHINESE}){{0,5}})\s*[日号]"
)
_MONTH_OF_CHINESE = re.compile(rf"(?<!\d)(?P<year>(?:19|20)\d\d)\s*年\s*{_MONTH_CHINESE}")
_JOINED = re.compile(
    rf"(?:{_JOIN}|{_JOIN_ELSEWHERE}|\s*[至到]\s*)(?:on\s+)?"
)  # between two dates, a year behind the second


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day named in a text; of a month without a day, its first."""

    day: dt.date
    precision: Precision
    year_is_named: bool


def day_in(text: str, *, published_on: dt.date) -> dt.date | None:
    """The latest day named in `text` that is not after `published_on`; None where none is named.

    A day without a year is in the year of publication, or in the one before where that would lie after it.
    """
    named = latest_day(text, published_on=published_on)
    return named.day if named else None


def latest_day(text: str, *, published_on: dt.date) -> NamedDay | None:
    """As `day_in`, with how precise it is. A day outweighs its own month."""
    days = [named for named in _named(text, published_on) if named.day <= published_on]
    return max(days, key=lambda named: (named.day, named.precision == "day"), default=None)


def _named(text: str, published_on: dt.date) -> Iterator[NamedDay]:
    found: dict[int, re.Match[str]] = {}
    text = text.translate(WRITTEN_ALIKE)
    for pattern in _patterns(text):
        for match in pattern.finditer(text):
            found.setdefault(match.start("month"), match)
    following: re.Match[str] | None = None
    for _, match in sorted(found.items(), reverse=True):
        yield from _days_of(match, _years(text, match, following, published_on))
        following = match


def _patterns(text: str) -> Iterator[re.Pattern[str]]:
    """Those that can match at all, the surer ones first."""
    yield from (_ISO, _DAY_FIRST, _MONTH_FIRST, _DOTTED, _MONTH_ONLY)
    if "月" in text:
        yield from (_CHINESE, _MONTH_OF_CHINESE)
    small = text.lower()
    if any(name in small for name in MONTHS_ELSEWHERE):
        yield from (_ELSEWHERE, _MONTH_ELSEWHERE)


def _years(text: str, match: re.Match[str], following: re.Match[str] | None, published_on: dt.date) -> tuple[int, ...]:
    """The years to try: the one named, or that of the date it is joined to ("9 October to 4 December 2015")."""
    if match["year"]:
        return (int(match["year"]),)
    if following and following["year"] and _JOINED.fullmatch(text[match.end() : following.start()]):
        is_before = _month_number(match["month"]) <= _month_number(following["month"])
        return (int(following["year"]) - (not is_before),)
    return (published_on.year, published_on.year - 1)


def _days_of(match: re.Match[str], years: tuple[int, ...]) -> Iterator[NamedDay]:
    """Each day of the match in every year to try, latest first: the caller leaves out what is too late."""
    days = match.groupdict().get("days")
    for number in re.findall(r"\d+", days) if days else ["1"]:
        for year in years:
            day = _date(year, _month_number(match["month"]), int(number))
            if day is not None:
                yield NamedDay(day, "day" if days else "month", bool(match["year"]))


def _month_number(written: str) -> int:
    if written.isdigit():
        return int(written)
    if other := MONTHS_ELSEWHERE.get(written.lower()):
        return other
    return next(at for at, name in enumerate(_MONTHS, 1) if name.startswith(written[:3].lower()))


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
