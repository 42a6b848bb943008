"""Back-tests for tests: a release of made-up deaths, and outcomes that follow from it."""

import datetime as dt

from countries.models import Country
from indicators import backtesting, outcome_loading, series_loading
from indicators.backtest.grid import Question
from indicators.backtest.one_sided import Rule
from indicators.models import BacktestRun, MethodVersion, OutcomeList
from reports.models import Report
from tests import make

AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
DAY = dt.date(2026, 1, 1)
YEARS = range(1989, 2025)
QUESTION = Question(1993, 2022, 12)


def deaths(countries: int = 45, onsets: int = 12) -> bytes:
    """A country-year file: the first `onsets` countries are struck once each, and fight in the two years before."""
    numbers = Country.objects.filter(gw_code__isnull=False).order_by("gw_code").values_list("gw_code", "name_en")
    rows: list[tuple[int, str, int, int, int]] = []
    for place, (number, name) in enumerate(numbers[:countries]):
        struck = 1996 + 2 * place if place < onsets else 0
        for year in YEARS:
            fought, killed = 50 * (struck - 3 < year < struck), 200 * (year == struck) + place % 3
            rows.append((number or 0, name, year, fought, killed))
    return make.ucdp_csv(*rows)


def loaded(countries: int = 45, onsets: int = 12) -> OutcomeList:
    """The deaths as a loaded release, and the outcomes derived from it."""
    make.report(
        kind=Report.Kind.DATASET,
        reader="ucdp-country-year",
        bytes=deaths(countries, onsets),
        published_on=dt.date(2025, 6, 11),
    )
    series_loading.load_waiting(at=AT)
    origin, figures = outcome_loading.figures_stored()
    return outcome_loading.load_derived(figures=figures, rule=Rule(), origin=origin, at=AT)[0]


def run_of(
    outcomes: OutcomeList | None = None,
    *,
    knowledge: str = "hindsight",
    horizon: int = 12,
    version: MethodVersion | None = None,
    at: dt.datetime = AT,
) -> BacktestRun:
    """A stored run."""
    return backtesting.run(
        outcomes=outcomes or loaded(),
        question=Question(QUESTION.first, QUESTION.last, horizon),
        knowledge=knowledge,
        at=at,
        day=DAY,
        version=version,
    )
