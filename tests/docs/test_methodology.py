"""docs/methodology.md says what the code does: every number of its examples is recomputed twice."""

import datetime as dt
import json
import math
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from indicators.scoring import (
    NATURES,
    PROFILES,
    SHIPPED,
    Catalogue,
    EvidenceRows,
    Grades,
    Parameters,
    SeriesRows,
    Units,
    contributions,
    coverage_word,
    day_number,
    displayed_level,
    event_details,
    fold,
    printed,
    score,
)
from indicators.scoring.factors import FactorRule
from indicators.scoring.indicators import rates
from indicators.scoring.levels import plain_level
from indicators.scoring.series import readings
from indicators.scoring.strength import strengths
from indicators.scoring.units import visible_pairs
from tests.docs import naive
from tests.docs.naive import Case, Numbers, Row, Value

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/methodology.md").read_text(encoding="utf-8")
FRAMEWORK = json.loads((ROOT / "indicators/framework/un_2014.json").read_text(encoding="utf-8"))
CATALOGUE = Catalogue.from_framework(FRAMEWORK)
DAY = dt.date(2024, 6, 30)


def chapter(number: int) -> str:
    return re.split(r"^## ", PAGE, flags=re.MULTILINE)[number].split(" ", 1)[1]


def prose(number: int) -> str:
    """A chapter with its lines joined."""
    return " ".join(chapter(number).split())


def cells(line: str) -> list[str]:
    return [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def table(text: str, first: str) -> list[list[str]]:
    """Rows of the Markdown table whose heading begins with `first`."""
    lines = text[text.index(f"| {first} |") :].split("\n\n")[0].splitlines()
    return [cells(line) for line in lines[2:]]


def said(text: str) -> dict[str, str]:
    """Every number that a chapter prints, by its name."""
    lines = [cells(line) for line in text.splitlines() if line.startswith("| `")]
    return {line[0].strip("`"): line[-1] for line in lines}


PARAMETERS = {row[0].strip("`"): row[1] for row in table(chapter(8), "Key")}
INDICATORS = {
    code: (int(factor), NATURES[nature])
    for code, factor, nature in zip(CATALOGUE.codes, CATALOGUE.factor, CATALOGUE.nature, strict=True)
}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def made_up() -> Case:
    rows = [
        Row(
            code, "" if event == "–" else event, family, grade, int(severity), 1 if polarity == "risk" else -1,
            day(event_on), day(known_on), None if gone == "–" else day(gone),
        )
        for _, code, event, family, grade, severity, polarity, event_on, known_on, gone in table(chapter(9), "Row")
    ]  # fmt: skip
    values = [
        Value(code, float(value), 0.0, 1000.0, day(end), day(known))
        for _, code, value, end, known in table(chapter(9), "Series")
    ]
    return Case(rows, values, INDICATORS, PARAMETERS)


def demonstration() -> dict[str, Case]:
    found: dict[str, list[Row]] = {}
    for path in sorted((ROOT / "indicators/demonstration").glob("*.toml")):
        note = tomllib.loads(path.read_text(encoding="utf-8"))
        for claim in (claim for passage in note["passage"] for claim in passage["evidence"]):
            sign, grade = (1 if claim["polarity"] == "risk" else -1), claim["reliability"] + claim["credibility"]
            found.setdefault(claim["country"], []).extend(
                Row(
                    claim["indicator"], claim["event"], claim["family"], grade, claim["severity"], sign,
                    on, note["note"]["published_on"],
                )
                for on in claim["event_on"]
            )  # fmt: skip
    return {iso3: Case(rows, [], INDICATORS, PARAMETERS) for iso3, rows in found.items()}


def tables(case: Case) -> tuple[EvidenceRows, SeriesRows]:
    names = {"event": "event_id", "event_on": "event_date", "known_on": "known_at", "retracted_on": "retracted_at"}
    rows = [{names.get(key, key): value for key, value in _fields(row).items()} for row in case.rows]
    values = [
        {**{names.get(key, key): value for key, value in _fields(one).items()}, "direction": 1, "log": True}
        for one in case.values
    ]
    return EvidenceRows.from_records(rows, CATALOGUE), SeriesRows.from_records(values, CATALOGUE)


def _fields(row: Row | Value) -> dict[str, Any]:
    return dict(vars(row))


def ours(case: Case, t: dt.date, k: dt.date) -> Numbers:
    """What `indicators.scoring` says, under the names of the page."""
    evidence, series = tables(case)
    at = Units.of(0, t, k)
    found = score(evidence, series, CATALOGUE, SHIPPED, at)
    out: Numbers = {"R": found.overall[0], "K": found.coverage[0], "cannot exclude": found.cannot_exclude[0]}
    out |= {f"R({name})": found.R[0, place] for place, name in enumerate(PROFILES)}
    for factor, rate in enumerate(FactorRule.of(CATALOGUE, SHIPPED).rate):
        out |= {f"γ{factor + 1}": rate, f"F{factor + 1}": found.F[0, factor], f"K{factor + 1}": found.K[0, factor]}
    of_series = readings(series, at, CATALOGUE.size, SHIPPED)
    for place, code in enumerate(CATALOGUE.codes):
        names = {"x": "x", "g": "g", "h": "h", "h_z": "h_z", "m⁺": "m_pos", "m⁻": "m_neg", "κ": "kappa"}
        out |= {f"{name}({code})": getattr(found, field)[0, place] for name, field in names.items()}
        out[f"n({code})"] = -SHIPPED.coverage_scale * math.log1p(-found.kappa[0, place])
        out[f"φ({code})"] = of_series.freshness[0, place]
        if of_series.row[0, place] >= 0:
            out[f"z({code})"] = series.z[of_series.row[0, place]]
        out[f"λ({INDICATORS[code][1]})"] = rates(CATALOGUE, SHIPPED)[place]
    return {name: float(value) for name, value in (out | _grades() | _events(evidence, t, k)).items()}


def _grades() -> Numbers:
    grades = Grades.of(SHIPPED)
    names = [f"{letter}{digit}" for letter in "ABCDEF" for digit in "123456"]
    out = {f"q({name})": grades.q[place] for place, name in enumerate(names)}
    return out | {f"η({name})": grades.hazard[place] for place, name in enumerate(names)}


def _events(evidence: EvidenceRows, t: dt.date, k: dt.date) -> Numbers:
    out: Numbers = {}
    for event in event_details(evidence, SHIPPED, 0, t, k):
        name = f"{event.indicator}, {event.ref}{', relief' if event.polarity < 0 else ''}"
        out |= {f"A({name})": event.strength, f"δ({name})": event.decay}
    _, strands = strengths(evidence, visible_pairs(Units.of(0, t, k), evidence), Grades.of(SHIPPED))
    for number, row in enumerate(strands.first):
        relief = ", relief" if evidence.polarity[row] < 0 else ""
        name = f"{CATALOGUE.codes[evidence.indicator[row]]}, {evidence.event_name(int(row))}{relief}"
        out |= {f"C{level + 1}({name})": strands.certainty[level, number] for level in range(4)}
    return out


def our_points(case: Case, t: dt.date, k: dt.date) -> Numbers:
    out = {}
    for row in contributions(*tables(case), CATALOGUE, SHIPPED, 0, t, k):
        what = f"{row.ref}, {row.family}" if row.kind == "event" else row.kind
        out[f"points({row.indicator}, {what})"] = row.points
    return out


def lines_of(of: Any, case: Case) -> Numbers:
    out = {}
    for on in (dt.date(2023, 12, 31), dt.date(2024, 3, 31), dt.date(2024, 4, 1)):
        out[f"R {on} hindsight"] = of(case, on, DAY)["R"]
        out[f"R {on} known then"] = of(case, on, on)["R"]
    return out | {"change over 90 days": of(case, DAY, DAY)["R"] - out["R 2024-04-01 known then"]}


def told(name: str, value: float) -> str:
    return f"{name} = {value:.6f}"


@pytest.mark.parametrize(("of", "points"), [(naive.numbers, naive.points), (ours, our_points)])
def test_the_made_up_country_comes_out_as_printed(of: Any, points: Any) -> None:
    case = made_up()
    found = of(case, DAY, DAY) | points(case, DAY, DAY) | lines_of(of, case)
    page = said(chapter(9))

    assert len(page) == 75
    assert [told(name, found[name]) for name in page] == [f"{name} = {value}" for name, value in page.items()]


@pytest.mark.parametrize("of", [naive.numbers, ours])
def test_ghana_comes_out_as_printed(of: Any) -> None:
    found, page = of(demonstration()["GHA"], DAY, DAY), said(chapter(10))

    assert len(page) == 10
    assert [told(name, found[name]) for name in page] == [f"{name} = {value}" for name, value in page.items()]


@pytest.mark.parametrize("iso3", sorted(demonstration()))
def test_two_programs_agree_on_every_country_of_the_demonstration(iso3: str) -> None:
    case = demonstration()[iso3]
    for k in (DAY, dt.date(2026, 11, 20)):
        code, page = ours(case, DAY, k), naive.numbers(case, DAY, k)

        assert {name: page[name] for name in code if name in page} == pytest.approx(
            {name: code[name] for name in code if name in page}, abs=1e-9
        )
        assert our_points(case, DAY, k) == pytest.approx(naive.points(case, DAY, k), abs=1e-9)


def test_what_the_page_says_of_the_made_up_country() -> None:
    case = made_up()
    found = ours(case, DAY, DAY)
    rows = contributions(*tables(case), CATALOGUE, SHIPPED, 0, DAY, DAY)
    column = ", ".join(f"{points:.1f}" for points in printed([row.points for row in rows])).replace("-", "−")

    assert f"index {found['R']:.1f} so far, coverage {100 * found['K']:.0f} of 100" in prose(9)
    assert f"(printed: {column}; together {found['R']:.1f})" in prose(9)
    assert plain_level(found["R"]) == 2
    assert displayed_level(2, found["K"]).name == "UNDETERMINED"


def test_the_parameter_table_is_the_shipped_set() -> None:
    def value(key: str, text: str) -> Any:
        if key == "method":
            return text
        if key == "mu":
            return math.log(float(text.removeprefix("ln ")))
        if "·" in text:
            parts = [part.split() for part in text.split("·")]
            return {name: number_or_list(key, rest) for name, *rest in parts}
        return number_or_list(key, text.split())

    def number_or_list(key: str, texts: list[str]) -> Any:
        values = [int(text) if text.isdigit() else float(text) for text in texts]
        lists = {"common", "spec", "up", "percentiles", "coverage_cuts"}
        return values if key in lists else values[0]

    assert Parameters.from_mapping({key: value(key, text) for key, text in PARAMETERS.items()}) == SHIPPED
    assert set(PARAMETERS) == set(SHIPPED.as_mapping())


def test_levels_fall_as_the_page_says() -> None:
    months, index, levels = (
        cells(line) for line in chapter(7).splitlines() if line.startswith(("| month |", "| R |", "| level |"))
    )

    assert len(months) == len(index)
    assert fold([float(value) for value in index[1:]]) == [int(level) for level in levels[1:]]


def test_the_catalogue_is_as_the_page_says() -> None:
    sizes = [sum(factor == number for factor, _ in INDICATORS.values()) for number in range(1, 15)]

    assert f"{len(INDICATORS)} indicators" in prose(5)
    assert ", ".join(map(str, sizes)) in prose(5)


def test_what_the_page_says_in_passing() -> None:
    nothing = Case([], [], INDICATORS, PARAMETERS)
    words = [coverage_word(value).name for value in (0.19, 0.2, 0.5)]
    b2 = Row("1.1", "e", "one", "B2", 3, 1, DAY, DAY)
    both = Case([b2, Row("1.1", "e", "other", "E5", 4, 1, DAY, DAY)], [], INDICATORS, PARAMETERS)

    assert f"it is {ours(nothing, DAY, DAY)['cannot exclude']:.1f}" in prose(6)
    assert words == ["DATA_POOR", "PARTIAL", "ADEQUATE"]
    assert f"{ours(both, DAY, DAY)['A(1.1, e)']:.2f}" == "0.64"
    assert "from .60 to .64" in prose(3)


def test_a_better_but_older_row_is_the_exception_that_the_page_names() -> None:
    late = Row("1.1", "e", "press", "C3", 3, 1, DAY, DAY)
    old = Row("1.1", "e", "coi", "A1", 3, 1, dt.date(2022, 1, 1), DAY)
    nothing = Row("1.1", "e", "coi", "A1", 0, 1, dt.date(2022, 1, 1), DAY)
    alone, beside, looked = (
        ours(Case(rows, [], INDICATORS, PARAMETERS), DAY, DAY) for rows in ([late], [late, old], [late, nothing])
    )

    assert beside["R"] < alone["R"]
    assert looked["K"] < alone["K"]
    assert looked["R"] == alone["R"]
    assert day_number(late.event_on) > day_number(old.event_on)
