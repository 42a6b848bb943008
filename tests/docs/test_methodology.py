"""docs/methodology.md says what the code does: every number of its examples is recomputed twice, and by hand."""

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from indicators.scoring import SHIPPED, Reporting, Units, printed, replicates
from tests.docs import ours
from tests.docs.calculator import worked_out
from tests.docs.cases import CATALOGUE, DAY, PARAMETERS, THEN, burundi, demonstration, made_up
from tests.docs.naive import beside, draws, reasons
from tests.docs.naive import score as naive
from tests.docs.naive.score import Case, Numbers
from tests.docs.page import cells, chapter, said, table, told

MADE_UP, BURUNDI, GHANA = (f"Worked example: {name}" for name in ("a country that", "Burundi", "Ghana"))
LATER = dt.date(2026, 11, 20)
BOTH = [(DAY, DAY), (THEN, THEN)]


def by_hand(case: Case) -> Numbers:
    """Everything that the second program says of a case."""
    out = naive.numbers(case, DAY, DAY) | reasons.points(case, DAY, DAY) | reasons.breakdown(case, DAY, DAY)
    out |= beside.interval(case, DAY, DAY) | (beside.rapid(case, DAY) or {})
    return out | _beside(naive.numbers, case, reasons.change, beside.concentration)


def by_machine(case: Case) -> Numbers:
    """The same by the code."""
    out = (
        ours.numbers(case, DAY, DAY)
        | ours.lifted(case, DAY, DAY)
        | ours.points(case, DAY, DAY)
        | ours.breakdown(case, DAY, DAY)
    )
    out |= ours.interval(case, DAY, DAY) | (ours.rapid(case, DAY) or {})
    return out | _beside(ours.numbers, case, ours.change, ours.concentration)


def _beside(numbers: Any, case: Case, change: Any, concentration: Any) -> Numbers:
    out: Numbers = change(case, (THEN, THEN), (DAY, DAY))
    out |= {f"share of {family}": share for family, share in concentration(case, DAY, DAY).items()}
    out |= {f"{name} on {THEN}": value for name, value in numbers(case, THEN, THEN).items()}
    for on in (dt.date(2023, 12, 31), dt.date(2024, 3, 31), THEN):
        out[f"R {on} hindsight"] = numbers(case, on, DAY)["R"]
        out[f"R {on} known then"] = numbers(case, on, on)["R"]
    return out


def spread(count: int, after: dt.date, upto: dt.date) -> list[dt.date]:
    """So many days, spread over (after, upto]."""
    return [upto - dt.timedelta(days=place * (upto - after).days // count) for place in range(count)]


def reports() -> tuple[list[dt.date], list[dt.date]]:
    """Days of the page's reports: about the country, and about all."""
    begin = THEN - dt.timedelta(days=730)
    (past, recent), (past_others, recent_others) = (
        (int(before), int(now)) for _, before, now in table(chapter(MADE_UP), "Reports")
    )
    own = [dt.date(2015, 1, 1), *spread(past, begin, THEN), *spread(recent, THEN, DAY)]
    return sorted(own), sorted([*own, *spread(past_others, begin, THEN), *spread(recent_others, THEN, DAY)])


def by_hand_of_the_made_up_country() -> Numbers:
    case = made_up()
    silence = beside.reporting(case, *reports(), DAY)
    return by_hand(case) | beside.replicate(case, DAY, DAY, 0) | silence


def by_machine_of_the_made_up_country() -> Numbers:
    case = made_up()
    return by_machine(case) | ours.replicate(case, DAY, DAY, 0) | ours.reported(*reports(), DAY)


def lines(found: Numbers, title: str) -> tuple[list[str], list[str]]:
    """A chapter's numbers as found, and as printed."""
    page = said(chapter(title))
    return [told(name, found[name]) for name in page], [f"{name} = {value}" for name, value in page.items()]


@pytest.mark.parametrize("of", [by_hand_of_the_made_up_country, by_machine_of_the_made_up_country])
def test_the_made_up_country_comes_out_as_printed(of: Any) -> None:
    found, page = lines(of(), MADE_UP)

    assert len(page) == 136
    assert found == page


@pytest.mark.parametrize("of", [by_hand, by_machine])
def test_burundi_comes_out_as_printed(of: Any) -> None:
    found, page = lines(of(burundi()), BURUNDI)

    assert len(page) == 92
    assert found == page


@pytest.mark.parametrize("of", [by_hand, by_machine])
def test_ghana_comes_out_as_printed(of: Any) -> None:
    found, page = lines(of(demonstration()["GHA"]), GHANA)

    assert len(page) == 10
    assert found == page


@pytest.mark.parametrize(("title", "least"), [(MADE_UP, 105), (BURUNDI, 78), (GHANA, 9)])
def test_a_calculator_gives_what_the_page_prints(title: str, least: int) -> None:
    steps = [cells(line) for line in chapter(title).splitlines() if line.startswith("| `")]
    found = [(worked_out(how), float(value)) for _, how, value in steps if re.fullmatch(r"-?\d+\.\d{6}", value)]
    worked = [(result, value) for result, value in found if result is not None]

    assert len(worked) >= least
    assert [result for result, _ in worked] == [pytest.approx(value, rel=2e-5, abs=5e-6) for _, value in worked]


def test_the_draws_are_the_hashes_that_the_page_prints() -> None:
    rows = table(chapter(MADE_UP), "Draw")

    assert len(rows) == 15
    for text, digits, value in rows:
        formula, kind, name, b = text.split("|")
        assert formula == SHIPPED.formula
        assert digits == draws.digits(kind, name, int(b))
        assert value == f"{draws.uniform(kind, name, int(b)):.6f}"


@pytest.mark.parametrize("iso3", sorted(demonstration()))
def test_two_programs_agree_on_every_country_of_the_demonstration(iso3: str) -> None:
    case = demonstration()[iso3]
    for k in (DAY, LATER):
        code, page = ours.numbers(case, DAY, k), naive.numbers(case, DAY, k)
        both = {name for name in code if name in page}

        assert {name: page[name] for name in both} == pytest.approx({name: code[name] for name in both}, abs=1e-9)
        for one, other in ((ours.points, reasons.points), (ours.breakdown, reasons.breakdown)):
            assert one(case, DAY, k) == pytest.approx(other(case, DAY, k), abs=1e-9)


@pytest.mark.parametrize("iso3", sorted(demonstration()))
def test_two_programs_agree_on_replicates_and_changes(iso3: str) -> None:
    case, other = (
        demonstration()[iso3],
        replace(demonstration()[iso3], table=PARAMETERS | {"n0": "0.4", "Wcommon": "0.5", "Wspec": "0.5"}),
    )
    drawn = replicates(*ours.tables(case), CATALOGUE, SHIPPED, Units.of(0, DAY, LATER))[:, 0]
    earlier = SHIPPED.with_(coverage_scale=0.4, weight_common=0.5, weight_specific=0.5)
    change = reasons.change(case, (THEN, THEN), (DAY, LATER), other)

    for b in (0, 7, 199):
        assert naive.numbers(case, DAY, LATER, b)["R"] == pytest.approx(drawn[b], abs=1e-9)
    assert ours.change(case, (THEN, THEN), (DAY, LATER), earlier) == pytest.approx(change, abs=1e-9)


def test_printed_columns_are_rounded_as_the_page_says() -> None:
    numbers = np.random.default_rng(20241130)
    for size in range(40):
        column = (numbers.normal(size=size) * 3).tolist()
        assert printed(column) == reasons.printed(column)


def days_by_chance(numbers: np.random.Generator, ages_between: tuple[int, int], most: int) -> list[dt.date]:
    """Up to so many days of these ages."""
    ages = numbers.integers(*ages_between, int(numbers.integers(0, most)))
    return [DAY - dt.timedelta(days=int(age)) for age in ages]


def test_reporting_follows_the_words_of_the_page() -> None:
    numbers, states = np.random.default_rng(4), set()
    raised = {Reporting.BLACKOUT: True, Reporting.USUAL: False, Reporting.UNKNOWN: None}
    for _ in range(300):
        own = sorted(days_by_chance(numbers, (int(numbers.integers(0, 120)), int(numbers.integers(300, 1200))), 150))
        everywhere = sorted([*own, *days_by_chance(numbers, (0, 1000), 600)])
        now, then = (int(level) for level in numbers.integers(-1, 6, 2))
        found = ours.reporting_state(own, everywhere, DAY, (now, then))
        page = beside.reporting(made_up(), own, everywhere, DAY)
        states.add(found.state)

        assert found.recent == page["reports, recent"]
        assert found.expected == pytest.approx(page.get("reports, expected"))
        assert beside.is_silent(made_up(), page, now, then) is raised[found.state]
    assert states == set(Reporting)
