"""Political Terror Scale: how much a State's agents imprison, torture, kill or make disappear, 1 to 5 per year.

Source: Gibney, Haschke, Arnon and others, https://www.politicalterrorscale.org. Three readings of a country and year
stand beside each other: of the reports of Amnesty International (A), Human Rights Watch (H) and the US State
Department (S). The file is ISO 8859-1.
"""

import datetime as dt
import math
import re

from reports.readers.draft import TERRITORY_CHARACTERS_MAX, Measured, ReaderError, ReportDraft, SourceDraft
from reports.readers.editions import edition, text_of, year_of
from reports.readers.table import rows_of
from reports.text import shown

MEAN = "mean"
READINGS = ("PTS_A", "PTS_H", "PTS_S")
MISSING = "NA"  # of a reading or a code. Namibia's code in this file is NAM
_WANTED = ("Country", "Year", "WordBank_Code_A", *READINGS)  # the file spells the World Bank so
_CODE = re.compile(r"[A-Z]{3}|NA")

PTS = SourceDraft(
    slug="pts",
    name="Political Terror Scale",
    family="pts",
    family_name="Political Terror Scale project",
    reliability="B",
    licence="not stated; asks to be cited",
    url="https://www.politicalterrorscale.org",
)


def read(payload: bytes) -> ReportDraft:
    """The file as a dataset report, published on the latest day that its edition can have had. Raises ReaderError."""
    newest = max(row.period_end.year for row in measured(payload))
    return edition("pts", newest, title="Political Terror Scale", url=PTS.url, source=PTS)


def measured(payload: bytes) -> tuple[Measured, ...]:
    """The mean of the readings of each territory and year that has one, in the file's order. Raises ReaderError.

    The mean, because its expected value does not depend on how many of the three wrote about a country; the largest
    would rise with each one that did.
    """
    found: list[Measured] = []
    seen: set[tuple[str, int]] = set()
    for line, (name, year_text, code, *readings) in rows_of(text_of(payload, also_latin=True), _WANTED):
        year = year_of(year_text, line=line, column="Year")
        if not _CODE.fullmatch(code):
            raise ReaderError(f"line {line}, column WordBank_Code_A", shown(code), "three capital letters, or NA")
        if (name, year) in seen:
            raise ReaderError(f"line {line}", f"one territory twice in {year}", "each territory and year once")
        seen.add((name, year))
        scores = [_score(text, line, column) for text, column in zip(readings, READINGS, strict=True)]
        known = [score for score in scores if score is not None]
        if known:
            mean = math.fsum(known) / len(known)
            found.append(Measured(_territory(name, code), name, dt.date(year, 12, 31), {MEAN: mean}))
    if not found:
        raise ReaderError(f"columns {', '.join(READINGS)}", "NA in every line", "levels from 1 to 5")
    return tuple(found)


def _score(text: str, line: int, column: str) -> int | None:
    if text == MISSING:
        return None
    if text not in {"1", "2", "3", "4", "5"}:
        raise ReaderError(f"line {line}, column {column}", shown(text), "a level from 1 to 5, or NA")
    return int(text)


def _territory(name: str, code: str) -> str:
    """Its code; former States and occupied areas have none, and go by their name."""
    return name[:TERRITORY_CHARACTERS_MAX].strip() if code == MISSING else code
