"""The figures, each against a second way of getting it."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from indicators.backtest.bootstrap import intervals
from indicators.backtest.curves import Ordered, area_under_roc, average_precision, pr_points, roc_points
from indicators.backtest.leads import Lead, leads, told
from indicators.backtest.mapping import out_of_time
from indicators.backtest.ordering import Ordering
from indicators.backtest.standing import places, share_in_top
from indicators.backtest.verdict import NOT_BEATEN, verdict
from indicators.backtest.yardsticks import decayed, quiet, this_year
from indicators.scoring.arrays import F64, Bool
from tests.indicators.backtest.given import DAY, grid_of, outcome, world, yearly

HERE = DAY(2026, 1, 1).toordinal()


def tied(seed: int = 3) -> tuple[F64, Bool]:
    random = np.random.default_rng(seed)
    scores = random.integers(0, 12, 300).astype(np.float64)
    return scores, random.random(300) < 0.05 + scores / 60


def test_area_and_precision_are_scikit_learns_also_with_ties() -> None:
    scores, positive = tied()
    ordered, ones = Ordered.of(scores, positive), np.ones(300)

    assert area_under_roc(ordered, ones) == pytest.approx(roc_auc_score(positive, scores), abs=1e-12)
    assert average_precision(ordered, ones) == pytest.approx(average_precision_score(positive, scores), abs=1e-12)


def test_weights_count_rows_as_often_as_they_say() -> None:
    scores, positive = tied()
    times = np.random.default_rng(4).integers(0, 4, 300)
    again = Ordered.of(np.repeat(scores, times), np.repeat(positive, times))
    once = Ordered.of(scores, positive)

    for figure in (area_under_roc, average_precision):
        assert figure(once, times.astype(np.float64)) == pytest.approx(figure(again, np.ones(times.sum())), abs=1e-12)


def test_without_a_positive_row_nothing_is_said() -> None:
    ordered = Ordered.of(np.arange(3.0), np.zeros(3, np.bool_))

    assert np.isnan([area_under_roc(ordered, np.ones(3)), average_precision(ordered, np.ones(3))]).all()


def test_curves_run_from_end_to_end() -> None:
    scores, positive = tied()

    assert (roc_points(scores, positive)[0], roc_points(scores, positive)[-1]) == ((0.0, 0.0), (1.0, 1.0))
    assert pr_points(scores, positive)[-1][0] == 1.0


def test_ties_share_the_last_places() -> None:
    scores = np.array([[3.0], [2.0], [2.0], [2.0], [1.0]])
    rows = np.ones((5, 1), np.bool_)

    assert share_in_top(scores, rows, 2)[:, 0].tolist() == [1.0, 1 / 3, 1 / 3, 1 / 3, 0.0]
    assert places(scores, rows)[:, 0].tolist() == [1, 3, 3, 3, 5]


def test_recall_and_false_alarms_count_the_top() -> None:
    scores = np.arange(40.0, 0, -1)[:, None]
    positive = np.zeros((40, 1), np.bool_)
    positive[[2, 15, 35]] = True

    found = Ordering.of(scores, positive, np.ones((40, 1), np.bool_)).figures()

    assert found["recall_10"] == pytest.approx(1 / 3)
    assert found["recall_30"] == pytest.approx(2 / 3)
    assert found["false_alarms_30"] == pytest.approx(28 / 2)


def test_a_lead_is_the_stay_that_lasted_until_the_outcome() -> None:
    grid, episodes = grid_of(
        [outcome("AAA", "2005-06-15")] * 1 + [outcome("BBB", "2005-06-15")], ["AAA", "BBB"], 2004, 2007
    )
    stands = np.zeros(grid.label.shape, np.bool_)
    stands[0, 3:5] = stands[0, 10:17] = True  # 17 month ends lie before the outcome
    stands[1, :16] = True  # left the list a month too early

    assert leads(grid, episodes, stands) == [Lead(7), Lead(None)]


def test_a_lead_from_the_first_month_says_that_it_may_be_longer() -> None:
    grid, episodes = grid_of([outcome("AAA", "2004-04-01")], ["AAA"], 2004, 2007)

    assert leads(grid, episodes, np.ones(grid.label.shape, np.bool_)) == [Lead(3, is_cut=True)]


def test_of_an_outcome_that_begins_later_after_the_last_month_no_lead_is_told() -> None:
    grid, episodes = grid_of([outcome("AAA", "2008-01-01"), outcome("BBB", "2008-02-01")], ["AAA", "BBB"], 2004, 2008)
    everywhere = np.ones(grid.label.shape, np.bool_)  # its last month end is 31 December 2007

    assert leads(grid, episodes, everywhere) == [Lead(48, is_cut=True), Lead(None)]
    assert told(grid, episodes, everywhere).tolist() == [True, False]
    assert told(grid, episodes, ~everywhere).tolist() == [False, False]


def test_decayed_deaths_halve_in_two_years() -> None:
    days = np.array([DAY(2001, 12, 31).toordinal(), DAY(2003, 12, 31).toordinal()])
    rows = yearly([(0, 2001, 80.0)])

    assert decayed(rows, 2, days, HERE)[0].tolist() == [80.0, pytest.approx(40.0, rel=1e-12)]
    assert np.isnan(decayed(rows, 2, days, HERE)[1]).all()
    assert np.isnan(decayed(rows, 2, days, None)).all()  # known only in 2025


def test_a_later_release_takes_the_place_of_the_earlier() -> None:
    first, later = yearly([(0, 2001, 80.0)], "2010-01-01"), yearly([(0, 2001, 8.0)], "2011-01-01")
    both = type(first)(*(np.concatenate([getattr(first, n), getattr(later, n)]) for n in first.__slots__))
    days = np.array([DAY(2010, 6, 30).toordinal(), DAY(2011, 6, 30).toordinal()])

    assert this_year(both, 1, days, None)[0].tolist() == [1.0, 0.0]
    assert this_year(both, 1, days, HERE)[0].tolist() == [0.0, 0.0]


def test_quiet_is_five_years_without_a_death_where_the_figures_reach_back() -> None:
    rows = yearly([(0, year, float(year == 2003)) for year in range(2000, 2011)])
    days = np.array([DAY(year, 12, 31).toordinal() for year in (2002, 2004, 2007, 2008)])

    calm, told = quiet(rows, 1, days)

    assert told[0].tolist() == [False, True, True, True]
    assert calm[0].tolist() == [False, False, False, True]


def test_draws_of_countries_are_the_same_every_time() -> None:
    given = world()
    index = Ordering.of(given.scored.overall, given.grid.label == 1, given.grid.label >= 0)
    here = np.arange(60)

    once, again = (intervals(index.figures, here, 60, draws=20) for _ in range(2))
    assert once == again
    ends = once["auc"]
    assert ends is not None
    assert ends[0] <= index.figures()["auc"] <= ends[1]


def test_the_mapping_is_never_fitted_on_the_two_horizons_before_the_year_that_it_judges() -> None:
    given = world(onsets=40)
    rows = given.grid.label >= 0
    year = out_of_time(given.grid, given.episodes, given.scored.overall, rows)["years"][0]
    rows[:, given.grid.years > year] = False  # only the first year is judged
    start = int(np.argmax(given.grid.years == year))
    near, far = given.scored.overall.copy(), given.scored.overall.copy()
    near[:, start - 23 : start] = 99.0
    far[:, : start - 23] = 99.0

    plain, changed, fitted = (
        out_of_time(given.grid, given.episodes, overall, rows) for overall in (given.scored.overall, near, far)
    )
    assert plain["years"] == [year, year]
    assert changed == plain != fitted


def test_a_mapping_of_a_useful_index_beats_the_base_rate() -> None:
    given = world(skill=50.0, onsets=40)
    judged = out_of_time(given.grid, given.episodes, given.scored.overall, given.grid.label >= 0)

    assert judged["brier"] < judged["brier_base"]
    assert sum(one["rows"] for one in judged["bins"]) == judged["rows"]


@pytest.mark.parametrize(
    ("ends", "beats", "said"),
    [([0.01, 0.2], True, "beats decayed"), ([-0.01, 0.2], False, NOT_BEATEN), ([-0.2, -0.01], False, "does worse")],
)
def test_the_verdict_needs_the_whole_interval(ends: list[float], beats: bool, said: str) -> None:
    found = verdict({"auc": 0.1, "intervals": {"auc": ends}})

    assert found["beats"] is beats
    assert said in found["sentence"]
