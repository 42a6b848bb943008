"""UCDP Georeferenced Event Dataset: one row an event, in every column set that it came out in.

Source: Uppsala Conflict Data Program, https://ucdp.uu.se; countries by Gleditsch–Ward number. A file read here claims
to have every event of its months; a country's cut, a sample or a page of the API is `ucdp-ged-part`.
"""

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from countries.reference import read_ucdp_releases
from reports.readers.draft import ReaderError, ReportDraft
from reports.readers.events import EVENT, Events, months_covered
from reports.readers.ged_table import answer_of, csv_of, is_answer, line_of, table_of_answer, table_of_csv
from reports.readers.ucdp_country_year import UCDP
from reports.text import shown

if TYPE_CHECKING:
    import pandas as pd

EARLIEST = np.datetime64("1946-01-01")
LATEST = np.datetime64("2100-01-01")
ADMIN1_CHARACTERS_MAX = 120
CONTRADICTORY_MAX = 0.05  # of the rows; up to .013 in real files. More: the columns are not what they are called
_RANGES = {  # column, lowest, highest
    "id": (1, 2**53), "country_id": (1, 9_999), "type_of_violence": (1, 3), "where_prec": (1, 7), "date_prec": (1, 5),
    "deaths_civilians": (0, 10_000_000), "best": (0, 10_000_000), "low": (0, 10_000_000), "high": (0, 10_000_000),
    "latitude": (-90, 90), "longitude": (-180, 180),
}  # fmt: skip
_FIELDS = {
    "event_id": "id", "territory": "country_id", "kind": "type_of_violence", "day_precision": "date_prec",
    "place_precision": "where_prec", "best": "best", "low": "low", "high": "high", "civilians": "deaths_civilians",
    "latitude": "latitude", "longitude": "longitude",
}  # fmt: skip


def read(payload: bytes) -> ReportDraft:
    """The file as a dataset report; a yearly release has its day, of others the sender says it. Raises ReaderError."""
    return draft_of(events(payload))


def draft_of(found: Events) -> ReportDraft:
    """What can be said of the file; the day only where the table of releases has it."""
    last = found.covers_until - dt.timedelta(days=1)
    what = "events" if found.is_complete else "some events"
    return ReportDraft(
        kind="dataset",
        media_type="application/octet-stream",
        title=f"UCDP georeferenced events, {what} of {found.covers_from:%B %Y} to {last:%B %Y}",
        url="https://ucdp.uu.se/downloads/",
        published_on=_release_day(found, last),
        language="en",
        source=UCDP,
    )


def events(payload: bytes) -> Events:
    """Every event, in the file's order. Raises ReaderError, which names line and column."""
    return parsed(payload, is_complete=True)


def parsed(payload: bytes, *, is_complete: bool) -> Events:
    """The same of a file that may lack events of its months. Raises ReaderError."""
    payload = csv_of(payload)
    if is_answer(payload):
        answer = answer_of(payload)
        whole = answer.get("TotalPages") == 1 and answer.get("TotalCount") == len(answer["Result"])
        table, lines = table_of_answer(answer), None
        is_complete = is_complete and whole
    else:
        table, lines = table_of_csv(payload), payload
    return _checked(table, lines, is_complete=is_complete)


def next_page(payload: bytes) -> str:
    """The address at which an answer of the API goes on; empty at its end. Raises ReaderError."""
    address = answer_of(payload).get("NextPageUrl")
    return address if isinstance(address, str) else ""


def _checked(table: "pd.DataFrame", payload: bytes | None, *, is_complete: bool) -> Events:
    def refuse(bad: NDArray[np.bool_], column: str, wanted: str) -> None:
        if bad.any():
            row = int(bad.argmax())
            where = line_of(payload, row) if payload is not None else f"Result, event {row}"
            raise ReaderError(f"{where}, column {column}", shown(str(table[column].iloc[row])), wanted)

    for column, (lowest, highest) in _RANGES.items():
        values = table[column].to_numpy()
        refuse(~((values >= lowest) & (values <= highest)), column, f"a number from {lowest} to {highest}")
        if column not in {"latitude", "longitude"}:
            refuse(values != np.floor(values), column, "a whole number")
    rows: NDArray[np.void] = np.empty(len(table), EVENT)
    for field, column in _FIELDS.items():
        rows[field] = table[column].to_numpy()
    for field, column in (("starts_on", "date_start"), ("ends_on", "date_end")):
        rows[field] = _days(table[column])
        refuse((rows[field] < EARLIEST) | ~(rows[field] < LATEST), column, "a day from 1946 on, YYYY-MM-DD")
    refuse(rows["ends_on"] < rows["starts_on"], "date_end", "a day that is not before date_start")
    refuse(_repeated(rows["event_id"]), "id", "each event once")
    rows["place"], places = _places(table, refuse)
    first, until = months_covered(rows["starts_on"])
    return Events(rows, places, first, until, is_complete, _contradictory(rows))


def _days(column: "pd.Series[Any]") -> NDArray[np.datetime64]:
    """Days of a column of categories; what is no day is NaT. A time after the day is left out."""
    texts = [str(text) for text in column.cat.categories]
    days = np.array([_day(text) for text in texts], "datetime64[D]")
    return days[column.cat.codes.to_numpy()]


def _day(text: str) -> np.datetime64:
    try:
        return np.datetime64(dt.date.fromisoformat(text[:10]))
    except ValueError:
        return np.datetime64("NaT")


def _repeated(ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Where an id comes a second time."""
    order = np.argsort(ids, kind="stable")
    again = np.zeros(len(ids), np.bool_)
    again[order[1:]] = ids[order[1:]] == ids[order[:-1]]
    return again


def _places(table: "pd.DataFrame", refuse: Any) -> tuple[NDArray[np.int64], tuple[tuple[int, str], ...]]:
    """Each pair of territory and first-level unit once, and which of them each row has."""
    names = [str(name).strip() for name in table["adm_1"].cat.categories]
    codes = table["adm_1"].cat.codes.to_numpy().astype(np.int64)
    long = np.array([len(name) > ADMIN1_CHARACTERS_MAX for name in names], np.bool_)[codes]
    refuse(long, "adm_1", f"at most {ADMIN1_CHARACTERS_MAX} characters")
    width = max(len(names), 1)
    pairs = table["country_id"].to_numpy().astype(np.int64) * width + codes
    found, place = np.unique(pairs, return_inverse=True)
    return place, tuple((int(pair) // width, names[int(pair) % width]) for pair in found)


def _contradictory(rows: NDArray[np.void]) -> int:
    bad = int(((rows["best"] < rows["low"]) | (rows["best"] > rows["high"])).sum())
    if bad > max(CONTRADICTORY_MAX * len(rows), 1):
        raise ReaderError(
            "columns low, best, high", f"best outside its bounds in {bad} of {len(rows)} rows", "columns as named"
        )
    return bad


def _release_day(found: Events, last: dt.date) -> dt.date | None:
    """Of a complete file over several years, which only the yearly releases are."""
    if not found.is_complete or found.covers_from.year == last.year or last.month != 12:
        return None
    version = f"{(last.year + 1) % 100:02d}.1"
    return {release.version: release.known_at for release in read_ucdp_releases()}.get(version)
