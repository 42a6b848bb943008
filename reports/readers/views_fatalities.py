"""VIEWS: what its models say of deaths in state-based conflict per country and month, as JSON of its API.

Source: Uppsala University and PRIO, https://viewsforecasting.org; `month_id` 1 is January 1980. One page an answer.
"""

import json
from collections.abc import Mapping
from typing import Any

from reports.readers.draft import ReaderError, ReportDraft, SourceDraft
from reports.readers.published import Published, Series, months, release
from reports.text import decode, looks_like_html, shown

MEAN = Series("views-deaths", "Deaths in state-based conflict in the month", "deaths, mean of the publisher’s models")
SHARE = Series("views-25-deaths", "At least 25 such deaths in the month", "the publisher’s own estimate, 0 to 1")
SERIES = (MEAN, SHARE)
TERMS = "CC BY-NC 4.0 as its public code states; non-commercial"
_COLUMNS = {MEAN.slug: "main_mean", SHARE.slug: "main_dich"}
VIEWS = SourceDraft(
    slug="views",
    name="VIEWS: Violence and Impacts Early-Warning System",
    family="views",
    family_name="VIEWS, Uppsala University and PRIO",
    reliability="B",
    licence=TERMS,
    url="https://viewsforecasting.org",
)


def read(payload: bytes) -> ReportDraft:
    """The answer as a dataset report; its day comes from the sender. Raises ReaderError."""
    found = published(payload)
    first, last = found[0].period_start, found[-1].period_start
    title = f"VIEWS, country-months from {first:%B %Y} to {last:%B %Y}"
    return release(VIEWS, title, media_type="application/json")


def published(payload: bytes) -> tuple[Published, ...]:
    """Both figures of each country and month, in the order of the answer. Raises ReaderError."""
    if looks_like_html(payload):
        raise ReaderError("first bytes", "HTML", "an answer of the VIEWS API, in JSON")
    text = decode(payload)
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReaderError("file", "no JSON", "an answer of the VIEWS API") from error
    rows = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or not rows:
        raise ReaderError("answer", "no list `data`", "country-months in `data`")
    found: list[Published] = []
    seen: set[tuple[str, object]] = set()
    for place, row in enumerate(rows):
        figures = _of_row(row, f"data, row {place}")
        key = (figures[0].territory, figures[0].period_start)
        if key in seen:
            raise ReaderError(f"data, row {place}", "a country and month a second time", "each once")
        seen.add(key)
        found += figures
    return tuple(found)


def _of_row(row: Any, where: str) -> list[Published]:
    if not isinstance(row, dict):
        raise ReaderError(where, shown(row), "an object")
    code, name = row.get("isoab"), row.get("name")
    if not (isinstance(code, str) and len(code) == 3 and code.isascii() and code.isalnum() and code.isupper()):
        raise ReaderError(f"{where}, isoab", shown(code), "a code of three letters")
    start, until = months(1980 + (_month(row, where) - 1) // 12, (_month(row, where) - 1) % 12 + 1)
    label = name[:100] if isinstance(name, str) else code
    return [
        Published(slug, code, label, start, until, _number(row, column, where)) for slug, column in _COLUMNS.items()
    ]


def _month(row: Mapping[str, Any], where: str) -> int:
    month = row.get("month_id")
    if not isinstance(month, int) or isinstance(month, bool) or not 1 <= month <= 12 * 120:
        raise ReaderError(f"{where}, month_id", shown(month), "a whole number from 1 to 1440")
    return month


def _number(row: Mapping[str, Any], column: str, where: str) -> float:
    value, most = row.get(column), 1 if column == "main_dich" else 1e9
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= most:
        raise ReaderError(f"{where}, {column}", shown(value), f"a number from 0 to {most:g}")
    return float(value)
