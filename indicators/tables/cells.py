"""One cell to one value, or a CellError. What has two readings is asked about, never guessed."""

import datetime as dt
import math
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from countries.naming import country_named, country_numbered, key_of
from indicators.tables.faults import CellError, seen

Answers = Mapping[str, str]  # what a person settled, by question; empty means: leave such rows out
T = TypeVar("T")

DAY_ORDER = "day-order"
DAY_ORDERS = ("day first", "month first")
DECIMAL_MARK = "decimal-mark"
DECIMAL_MARKS = ("point", "comma")
A_DAY = "a day such as 2024-06-30"
A_NUMBER = "a number such as 1234.5"
UNKNOWN = frozenset({"", "..", "...", "-", "–", "—", "na", "n/a", "nan", "null", "none", "nd", "#n/a"})
SERIALS = range(10_000, 80_000)  # Excel's day numbers from 1927 to 2119

_ISO_DAY = re.compile(r"(\d{4})([-/.]?)(\d\d?)\2(\d\d?)(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?")
_OTHER_DAY = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_WORDED_DAY = re.compile(r"(?:(\d{1,2}) ([A-Za-z]{3,9})|([A-Za-z]{3,9}) (\d{1,2}),?) (\d{4})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
_GROUPED = re.compile(r"([+-]?)([1-9]\d{0,2}(?:[., '’\u00a0\u202f]\d{3})+|\d+)(?:([.,])(\d+))?")
_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_ESCAPED = re.compile(r"'[=+\-@]")  # as our own downloads keep a cell from becoming a formula
_SPACES = re.compile(r"[ '’\u00a0\u202f]")


def text_of(raw: Any) -> str:
    """A cell as text; a whole number without the .0 that programs add."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < 1e15 else repr(raw)
    if isinstance(raw, dt.datetime):
        return str(raw.date()) if raw.time() == dt.time() else raw.isoformat(sep=" ")
    text = str(raw).strip()
    return text[1:] if _ESCAPED.match(text) else text


def day_of(raw: Any, answers: Answers, *, since_1904: bool | None = None) -> dt.date:
    """A day. `since_1904` says how the workbook counts days; None: it is no workbook. Raises CellError."""
    if isinstance(raw, dt.datetime):
        return raw.date()
    if isinstance(raw, dt.date):
        return raw
    text = text_of(raw)
    if len(text) == 5 and text.isascii() and text.isdigit() and int(text) in SERIALS:
        if since_1904 is None:
            raise CellError(seen(text), f"{A_DAY}; an Excel day number in a CSV may count from 1900 or from 1904")
        return (dt.date(1904, 1, 1) if since_1904 else dt.date(1899, 12, 30)) + dt.timedelta(days=int(text))
    try:
        return _day(text, answers)
    except ValueError as error:
        if isinstance(error, CellError):
            raise
        raise CellError(seen(text), "a day of the calendar") from error


def _day(text: str, answers: Answers) -> dt.date:
    if iso := _ISO_DAY.fullmatch(text):
        if iso[2] or len(text) == 8:
            return dt.date(int(iso[1]), int(iso[3]), int(iso[4]))
    elif other := _OTHER_DAY.fullmatch(text):
        return _ordered(text, int(other[1]), int(other[3]), int(other[4]), answers)
    elif worded := _WORDED_DAY.fullmatch(text):
        month = (worded[2] or worded[3]).lower()
        if month in _MONTHS or month in _MONTH_NAMES:
            return dt.date(int(worded[5]), _MONTHS.index(month[:3]) + 1, int(worded[1] or worded[4]))
    if re.fullmatch(r"\d{4}(?:-\d\d?)?", text):
        raise CellError(seen(text), f"{A_DAY}; only a month or a year known: its first day, and say so in the note")
    raise CellError(seen(text), A_DAY)


def _ordered(text: str, first: int, second: int, year: int, answers: Answers) -> dt.date:
    if first > 12 or first == second:
        return dt.date(year, second, first)
    if second > 12:
        return dt.date(year, first, second)
    order = answers.get(DAY_ORDER)
    if order not in DAY_ORDERS:
        left_out = f"{A_DAY}; such rows are left out, as you chose" if order == "" else "to know which is the month"
        raise CellError(seen(text), left_out, "" if order == "" else DAY_ORDER, DAY_ORDERS)
    return dt.date(year, second, first) if order == DAY_ORDERS[0] else dt.date(year, first, second)


def period_of(raw: Any, answers: Answers, *, since_1904: bool | None = None) -> dt.date:
    """The last day of a year, of a month such as 2024-06, or a day. Raises CellError."""
    text = text_of(raw)
    if re.fullmatch(r"[12]\d{3}", text):
        return dt.date(int(text), 12, 31)
    if month := re.fullmatch(r"([12]\d{3})[-/](\d\d?)", text):
        if not 1 <= int(month[2]) <= 12:
            raise CellError(seen(text), "a month from 01 to 12")
        first = dt.date(int(month[1]), int(month[2]), 1)
        return (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    try:
        return day_of(raw, answers, since_1904=since_1904)
    except CellError as error:
        if error.question or error.wanted != A_DAY:
            raise
        raise CellError(error.found, "a year, a month such as 2024-06, or a day") from error


def number_of(raw: Any, answers: Answers) -> float:
    """A finite number. Raises CellError: what is not known stays unknown, and is never 0."""
    if isinstance(raw, bool | dt.date):
        raise CellError("true or false" if isinstance(raw, bool) else "a day", A_NUMBER)
    text = text_of(raw)
    if text.casefold() in UNKNOWN:
        raise CellError("no value", "a number; what is not known is not 0: leave the row out")
    if text.endswith("%"):
        raise CellError("a percent sign", "a number in the unit of the series, without a sign")
    try:
        number = float(raw) if isinstance(raw, int | float) else _number(text, answers)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise CellError("a number without an end", "a finite number")
    return number


def _number(text: str, answers: Answers) -> float:
    if _AMBIGUOUS.fullmatch(text):
        mark = answers.get(DECIMAL_MARK)
        if mark not in DECIMAL_MARKS:
            left_out = f"{A_NUMBER}; such rows are left out, as you chose" if mark == "" else "to know the decimal mark"
            raise CellError(seen(text), left_out, "" if mark == "" else DECIMAL_MARK, DECIMAL_MARKS)
        sign = "." if mark == DECIMAL_MARKS[0] else ","
        return float(text.replace(",", ".") if sign in text else re.sub("[.,]", "", text))
    if _PLAIN_NUMBER.fullmatch(text):
        return float(text)
    grouped = _GROUPED.fullmatch(text)
    marks = set(re.findall("[.,]", grouped[2])) if grouped else set()
    if grouped is None or len(marks) > 1 or (grouped[3] and grouped[3] in marks):
        raise CellError(seen(text), A_NUMBER)
    return float(f"{grouped[1]}{re.sub('[.,]', '', _SPACES.sub('', grouped[2]))}.{grouped[4] or 0}")


def country_of(raw: Any, answers: Answers, *, gleditsch_ward: bool = False) -> str:
    """The ISO3 code of the State meant. Raises CellError, with a question where several share the name."""
    text = text_of(raw)
    named = country_numbered(text) if gleditsch_ward else country_named(text)
    if named.only:
        return named.only
    if named.iso3:
        question = f"country:{key_of(text)}"
        answer = answers.get(question)
        if answer in named.iso3:
            return str(answer)
        known = "a State; such rows are left out, as you chose" if answer == "" else f"one of {', '.join(named.iso3)}"
        raise CellError(seen(text), known, "" if answer == "" else question, named.iso3)
    hint = f"; near it: {', '.join(named.nearest)}" if named.nearest else f" ({named.why})" if named.why else ""
    raise CellError(seen(text), f"a Member or observer State by name or code{hint}")


def choice_of(raw: Any, choices: Mapping[str, T], wanted: str) -> T:
    """One of a list, by its code or its word. Raises CellError."""
    text = text_of(raw)
    found = choices.get(text.casefold())
    if found is None:
        raise CellError(seen(text) if text else "nothing", wanted)
    return found


def line_of(raw: Any, most: int) -> str:
    """A text in one line. Raises CellError where it is too long or holds what no text has."""
    text = " ".join(text_of(raw).split())
    if "\x00" in text:
        raise CellError("a NUL character", "text")
    if len(text) > most:
        raise CellError(f"{len(text):,} characters", f"at most {most:,}")
    return text
