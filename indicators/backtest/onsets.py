"""Each outcome with what stood before it: so that a reader can check the figures by name."""

import datetime as dt
from typing import Any

import numpy as np

from indicators.backtest.grid import onsets_tested
from indicators.backtest.leads import at_last_month, leads, told
from indicators.backtest.material import Material
from indicators.backtest.standing import places, share_in_top
from indicators.backtest.yardsticks import quiet
from indicators.scoring.arrays import Bool


def onset_rows(given: Material, rows: Bool) -> list[dict[str, Any]]:
    """The tested outcomes by start: index, level and place at the last month end before, and how long in the list."""
    episodes, scored = given.episodes, given.scored
    calm, is_known = quiet(given.events, len(given.countries), given.grid.days)
    columns = {
        "index": at_last_month(given.grid, episodes, np.where(rows, scored.overall, np.nan)),
        "level": at_last_month(given.grid, episodes, np.where(rows, scored.level, np.nan)),
        "place": at_last_month(given.grid, episodes, places(scored.overall, rows)),
        "hard": at_last_month(given.grid, episodes, np.where(is_known, calm.astype(np.float64), np.nan)),
    }
    stays = leads(given.grid, episodes, share_in_top(scored.overall, rows, 30) >= 0.5)
    is_told = told(given.grid, episodes, rows)
    tested = onsets_tested(given.grid, episodes, rows)
    order = [int(one) for one in np.lexsort((episodes.country, episodes.start)) if tested[one]]
    return [
        {
            "country": given.countries[int(episodes.country[one])],
            "start": dt.date.fromordinal(int(episodes.start[one])).isoformat(),
            **{name: float(values[one]) for name, values in columns.items()},
            "months_in_top_30": stays[one].months,
            "is_cut": stays[one].is_cut,
            "is_told": bool(is_told[one]),
        }
        for one in order
    ]
