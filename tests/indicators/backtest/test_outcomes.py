"""What is looked for: outcome files that are refused by line, and outcomes derived from yearly deaths."""

import datetime as dt

import pytest

from indicators.backtest.errors import BacktestError
from indicators.backtest.one_sided import Rule, first_year, outcomes_from
from indicators.backtest.outcomes import read_outcomes

HEADER = "country,start,end,kind,source,licence"
GOOD = "MMR,2016-10-09,2018-12-31,mass killing,a body,CC BY 4.0"
CODES = {"MMR", "SDN"}


def file(*lines: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *lines, ""]).encode()


def test_a_file_gives_outcomes_by_country_and_start() -> None:
    rows = read_outcomes(file("SDN,2023-04-15,,mass killing,a body,CC0", GOOD), CODES)

    assert [(row.country, row.start, row.end) for row in rows] == [
        ("MMR", dt.date(2016, 10, 9), dt.date(2018, 12, 31)),
        ("SDN", dt.date(2023, 4, 15), None),
    ]


def test_a_file_may_name_the_series_that_it_was_made_from() -> None:
    row = read_outcomes(file(f"{GOOD},ucdp-one-sided; other", header=f"{HEADER},made_from"), CODES)[0]

    assert row.made_from == ("other", "ucdp-one-sided")


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (file("XXX,2016-10-09,,k,s,l"), "line 2, country: found 'XXX'"),
        (file("MMR,2016-10-09,2015-01-01,k,s,l"), "line 2, end: found 2015-01-01; wanted no day before the start"),
        (file("MMR,2016-02-30,,k,s,l"), "line 2, start: found '2016-02-30'"),
        (file("MMR,09/10/2016,,k,s,l"), "line 2, start: found '09/10/2016'"),
        (file("MMR,2016-10-09,,k,,l"), "line 2, source: found nothing"),
        (file("MMR,2016-10-09,,k,s"), "line 2: found 5 values; wanted 6"),
        (file(GOOD, GOOD), "line 3: found the outcome of line 2 again"),
        (file(), "file: found no outcome"),
        (b"", "line 1: found nothing; wanted the column country once"),
        (file(GOOD, header="country,start,kind,source,licence,x"), "wanted the column end once"),
        (file(GOOD, header=f"{HEADER},victims"), "found the column 'victims'"),
        (b"\xff\xfe", "found byte 0 that is no UTF-8"),
        (file('MMR,"2016'), "quotation marks that do not pair"),
        (file(GOOD, f"SDN,2023-04-15,,{'k' * 200_000},s,l"), "line 3: found quotation marks that do not"),
        (file(GOOD, "SDN,2023-04-15,,k\x00,s,l"), "line 3: found a NUL character"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(payload: bytes, said: str) -> None:
    with pytest.raises(BacktestError) as refusal:
        read_outcomes(payload, CODES)

    assert said in str(refusal.value)
    assert "wanted" in str(refusal.value)


def starts(years: dict[int, float], rule: Rule) -> list[tuple[int, int, bool]]:
    found = outcomes_from({"AAA": years}, rule)
    return [(row.start.year, row.end.year if row.end else 0, row.begins) for row in found]


def test_an_onset_needs_its_quiet_years() -> None:
    years = dict.fromkeys(range(1989, 2000), 0.0) | {1995: 100, 1996: 250}

    assert starts(years, Rule("onset", 100, 3)) == [(1995, 1996, True)]
    assert starts(years, Rule("onset", 251, 3)) == []
    assert starts(years, Rule("incidence", 100, 3)) == [(1995, 1995, True), (1996, 1996, True)]


def test_violence_that_comes_back_too_soon_is_the_same_episode() -> None:
    years = dict.fromkeys(range(1989, 2010), 0.0) | {1995: 100, 1998: 100, 2002: 100}

    assert starts(years, Rule("onset", 100, 3)) == [(1995, 1998, True), (2002, 2002, True)]


def test_what_went_on_when_the_figures_start_is_no_onset_but_is_left_out() -> None:
    assert starts({1989: 500, 1990: 500, 1991: 0}, Rule("onset", 100, 3)) == [(1989, 1990, False)]
    assert first_year({"AAA": {1989: 1.0}}, Rule("onset", 100, 3)) == 1992
    assert first_year({"AAA": {1989: 1.0}}, Rule("incidence")) == 1989


@pytest.mark.parametrize("rule", [("onset", 0, 3), ("onset", 1, 0), ("coup", 1, 1)])
def test_a_rule_that_is_none_is_refused(rule: tuple[str, int, int]) -> None:
    with pytest.raises(BacktestError, match="wanted"):
        Rule(*rule)  # type: ignore[arg-type]


def test_no_figures_at_all_are_refused() -> None:
    with pytest.raises(BacktestError, match="no year of any country"):
        outcomes_from({}, Rule())
