"""Outcomes derived from yearly deaths in one-sided violence: years that reach a threshold."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from indicators.backtest.errors import BacktestError
from indicators.backtest.outcomes import Outcome

Kind = Literal["onset", "incidence"]
KINDS: Final = ("onset", "incidence")
Deaths = Mapping[str, Mapping[int, float]]
"""Country → year → deaths."""
LICENCE: Final = "CC BY 4.0"


@dataclass(frozen=True, slots=True)
class Rule:
    """When a year counts. `at_least` in deaths a calendar year; `quiet_years` below it before an onset."""

    kind: Kind = "onset"
    at_least: int = 100
    quiet_years: int = 3

    def __post_init__(self) -> None:
        """Refuse what is no rule.

        Raises
        ------
        BacktestError
            Naming what was found and what was wanted.
        """
        if self.kind not in KINDS:
            raise BacktestError("kind of outcome", repr(self.kind), " or ".join(KINDS))
        if self.at_least < 1:
            raise BacktestError("deaths a year", self.at_least, "1 or more")
        if not 1 <= self.quiet_years <= 20:
            raise BacktestError("quiet years before an onset", self.quiet_years, "1 to 20")

    @property
    def slug(self) -> str:
        """Short name of the rule."""
        after = f"-after-{self.quiet_years}" if self.kind == "onset" else ""
        return f"{self.kind}-{self.at_least}{after}"

    @property
    def words(self) -> str:
        """The definition in full, as a page prints it."""
        deaths = f"at least {self.at_least} deaths in one-sided violence (best estimate)"
        if self.kind == "incidence":
            return (
                f"A calendar year with {deaths} is an outcome, whatever came before. It is taken to begin on 1 January,"
                " since the file has whole years."
            )
        return (
            f"An onset is a calendar year with {deaths} after {self.quiet_years} years in a row below that. It is taken"
            " to begin on 1 January, since the file has whole years. The episode lasts to the end of the last such year"
            f" before {self.quiet_years} years below. Where the {self.quiet_years} years before are not all in the file"
            " the episode is no onset, and its months are left out all the same."
        )


def outcomes_from(deaths: Deaths, rule: Rule) -> tuple[Outcome, ...]:
    """Outcomes by country and start.

    Raises
    ------
    BacktestError
        Where there is no year at all.
    """
    if not any(deaths.values()):
        raise BacktestError("one-sided deaths", "no year of any country", "at least one")
    spells = _years if rule.kind == "incidence" else _episodes
    return tuple(
        _outcome(country, first, last, begins, rule)
        for country in sorted(deaths)
        for first, last, begins in spells(deaths[country], rule)
    )


def first_year(deaths: Deaths, rule: Rule) -> int:
    """The first year in which an outcome can be told from none: an onset needs its quiet years in the file."""
    earliest = min(min(years) for years in deaths.values() if years)
    return earliest + (rule.quiet_years if rule.kind == "onset" else 0)


def last_year(deaths: Deaths) -> int:
    """The last year of the figures."""
    return max(max(years) for years in deaths.values() if years)


def _years(years: Mapping[int, float], rule: Rule) -> list[tuple[int, int, bool]]:
    """Every year that reaches the threshold: first year, last year, whether it begins."""
    return [(year, year, True) for year in sorted(years) if years[year] >= rule.at_least]


def _episodes(years: Mapping[int, float], rule: Rule) -> list[tuple[int, int, bool]]:
    """Runs of years that reach the threshold, with gaps shorter than the quiet years: first, last, whether an onset."""
    found: list[tuple[int, int, bool]] = []
    for year, _, _ in _years(years, rule):
        if found and year - found[-1][1] <= rule.quiet_years:
            found[-1] = (found[-1][0], year, found[-1][2])
        else:
            is_known = all(year - back in years for back in range(1, rule.quiet_years + 1))
            found.append((year, year, is_known))
    return found


def _outcome(country: str, first: int, last: int, begins: bool, rule: Rule) -> Outcome:
    return Outcome(
        country=country,
        start=dt.date(first, 1, 1),
        end=dt.date(last, 12, 31),
        kind=f"one-sided violence, {rule.kind}",
        source="Uppsala Conflict Data Program, country-year",
        licence=LICENCE,
        made_from=("ucdp-one-sided",),
        begins=begins,
    )
