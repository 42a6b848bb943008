"""HDX Signals: OCHA's alerts on changes in the data of others, separated by semicolons, with HTML inside.

Source: OCHA Centre for Humanitarian Data, https://data.humdata.org/dataset/hdx-signals. What is kept is the level in
the publisher’s words; the number behind it has another unit for each indicator and stays in the file.
"""

import datetime as dt

from reports.readers.draft import ReaderError, ReportDraft, SourceDraft
from reports.readers.editions import text_of
from reports.readers.published import Published, Series, code_at, day_at, release
from reports.readers.table import rows_of
from reports.text import shown

_SUBJECTS = {
    "acled_conflict": "Armed conflict", "idmc_displacement_conflict": "Displacement by conflict",
    "idmc_displacement_disaster": "Displacement by disaster", "ipc_food_insecurity": "Food insecurity",
    "jrc_agricultural_hotspots": "Failing harvests", "wfp_market_monitor": "Food prices",
    "acaps_inform_severity": "Severity of the crisis",
}  # fmt: skip
SERIES = tuple(
    Series(f"hdx-signals-{slug.replace('_', '-')}", f"Signal: {title}", "the publisher’s words")
    for slug, title in _SUBJECTS.items()
)
LEVELS = ("Medium concern", "High concern")
TERMS = "not stated for the data; the code that publishes it is MIT"
HDX_SIGNALS = SourceDraft(
    slug="hdx-signals",
    name="HDX Signals",
    family="hdx-signals",
    family_name="OCHA Centre for Humanitarian Data",
    reliability="B",
    licence=TERMS,
    url="https://data.humdata.org/dataset/hdx-signals",
)
_WANTED = ("iso3", "location", "indicator_id", "date", "alert_level")


def read(payload: bytes) -> ReportDraft:
    """The table as a dataset report; its day comes from the sender. Raises ReaderError."""
    newest = max(one.period_start for one in published(payload))
    return release(HDX_SIGNALS, f"HDX Signals, up to {newest}")


def published(payload: bytes) -> tuple[Published, ...]:
    """The level of each country, indicator and day; of several on one day the highest. Raises ReaderError."""
    found: dict[tuple[str, str, dt.date], Published] = {}
    for line, (code_text, name, indicator, day_text, level) in rows_of(text_of(payload), _WANTED, delimiter=";"):
        if level not in LEVELS:
            raise ReaderError(f"line {line}, column alert_level", shown(level), " or ".join(LEVELS))
        if indicator not in _SUBJECTS:
            raise ReaderError(f"line {line}, column indicator_id", shown(indicator), f"one of {', '.join(_SUBJECTS)}")
        code = code_at(code_text, line=line, column="iso3")
        day = day_at(day_text, line=line, column="date")
        slug = f"hdx-signals-{indicator.replace('_', '-')}"
        one = Published(slug, code, name[:100], day, day + dt.timedelta(days=1), None, level)
        key = (slug, code, day)
        if key not in found or LEVELS.index(found[key].words) < LEVELS.index(level):
            found[key] = one
    return tuple(found.values())
