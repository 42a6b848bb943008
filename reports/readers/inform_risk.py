"""INFORM Risk in long format: the indicators behind the index, of which we take four and never the index.

Source: INFORM (Inter-Agency Standing Committee and the Commission's Joint Research Centre),
https://drmkc.jrc.ec.europa.eu/inform-index. Most indicators stand in it twice under one name and unit, in either order:
as measured, and as INFORM's own score from 0 to 10. The scale that joins the two says which is which.
"""

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator

from reports.readers.draft import Measured, ReaderError, ReportDraft, SourceDraft
from reports.readers.editions import edition, text_of, year_of
from reports.readers.table import rows_of
from reports.text import shown

_WANTED = ("CountryName", "Iso3", "ValidityYear", "IndicatorName", "IndicatorScore", "Unit")
_NUMBER = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,20})?(?:E-[0-9]{1,2})?")
_SCORE = re.compile(r"(?:[0-9]|10)(?:\.[0-9])?(?:0*)")
_CODE = re.compile(r"[A-Z]{3}")
_ROUNDING = 0.0501  # of a score with one decimal

INFORM = SourceDraft(
    slug="inform",
    name="INFORM Risk Index",
    family="inform",
    family_name="INFORM (JRC and partners)",
    reliability="B",
    licence="not stated in the file; published openly by the JRC",
    url="https://drmkc.jrc.ec.europa.eu/inform-index",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Component:
    """One indicator of INFORM; `zero` and `ten` are the values that INFORM scores 0 and 10, None where unscored."""

    name: str
    unit: str
    least: float
    most: float
    zero: float | None = None
    ten: float | None = None

    def score(self, value: float) -> float:
        """INFORM's score of a value: between its own ends, from 0 to 10."""
        assert self.zero is not None
        assert self.ten is not None
        return 10 * min(1.0, max(0.0, (value - self.zero) / (self.ten - self.zero)))


COMPONENTS = {
    "corruption": Component("Corruption Perception Index", "0-100", 0, 100, zero=100, ten=0),
    "government": Component("Government Effectiveness", "-2.5 / 2.5", -4, 4, zero=2.5, ten=-2.5),
    "undernourishment": Component("Prevalence of undernourishment (% of population)", "[%]", 0, 100, zero=5, ten=35),
    "poverty": Component("Multidimensional Poverty Index", "Index", 0, 1),
}
_BY_NAME = {component.name: key for key, component in COMPONENTS.items()}


@dataclasses.dataclass(frozen=True, slots=True)
class _Row:
    line: int
    text: str

    @property
    def value(self) -> float:
        return float(self.text)


_Group = tuple[str, int, str]  # ISO code, year of validity, component


def read(payload: bytes) -> ReportDraft:
    """The file as a dataset report, published on the latest day that its edition can have had. Raises ReaderError."""
    measured(payload)
    rows = rows_of(text_of(payload), _WANTED)
    newest = max(year_of(cells[2], line=line, column="ValidityYear") for line, cells in rows)
    return edition("inform-risk", newest, title="INFORM Risk Index, indicators", url=INFORM.url, source=INFORM)


def measured(payload: bytes) -> tuple[Measured, ...]:
    """The components of each country and year of validity, in the raw unit, in the file's order. Raises ReaderError."""
    groups, names = _groups(text_of(payload))
    if not groups:
        raise ReaderError("column IndicatorName", "none of those that are read", ", ".join(_BY_NAME))
    values: dict[tuple[str, int], dict[str, float]] = {}
    for (iso3, year, key), rows in groups.items():
        values.setdefault((iso3, year), {})[key] = _raw(rows, COMPONENTS[key])
    return tuple(Measured(iso3, names[iso3], dt.date(year, 12, 31), found) for (iso3, year), found in values.items())


def _groups(text: str) -> tuple[dict[_Group, list[_Row]], dict[str, str]]:
    groups: dict[_Group, list[_Row]] = {}
    names: dict[str, str] = {}
    for line, (country, iso3, year_text, name, value, unit) in rows_of(text, _WANTED):
        year = year_of(year_text, line=line, column="ValidityYear")
        key = _BY_NAME.get(name.strip())
        if key is None:  # other indicators, and rows without a name
            continue
        if not _CODE.fullmatch(iso3):
            raise ReaderError(f"line {line}, column Iso3", shown(iso3), "an ISO 3166-1 code of three letters")
        if unit.strip() != COMPONENTS[key].unit:
            raise ReaderError(f"line {line}, column Unit", shown(unit), f"{COMPONENTS[key].unit}, for {key}")
        if not _NUMBER.fullmatch(value):
            raise ReaderError(f"line {line}, column IndicatorScore", shown(value), "a number")
        names[iso3] = country
        groups.setdefault((iso3, year, key), []).append(_Row(line, value))
    return groups, names


def _raw(rows: list[_Row], component: Component) -> float:
    """What was measured, of the rows of one country, year and component."""
    wanted = 1 if component.zero is None else 2
    if len(rows) != wanted:
        pair = "the value alone" if wanted == 1 else "the value and INFORM's score of it"
        raise ReaderError(f"line {rows[-1].line}", f"{len(rows)} rows of {component.name}", f"{wanted}: {pair}")
    raw = [rows[0]] if wanted == 1 else list(_measured_ones(rows, component))
    if not raw:
        raise ReaderError(
            f"line {rows[1].line}, column IndicatorScore",
            f"two numbers of {component.name} of which neither is the other's score",
            f"a value and its score from 0 to 10, where {component.zero:g} scores 0 and {component.ten:g} scores 10",
        )
    if not component.least <= raw[0].value <= component.most:
        wanted_range = f"{component.least:g} to {component.most:g}"
        raise ReaderError(f"line {raw[0].line}, column IndicatorScore", shown(raw[0].text), wanted_range)
    return raw[0].value


def _measured_ones(rows: list[_Row], component: Component) -> Iterator[_Row]:
    """Of a pair, those whose score the other one is; both only where they are the same number, up to rounding."""
    for value, score in (rows, rows[::-1]):
        if _SCORE.fullmatch(score.text) and abs(component.score(value.value) - score.value) <= _ROUNDING:
            yield value
