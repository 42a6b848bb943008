"""The moment that a request asks for: read at the edge, refused where it is none."""

import datetime as dt

import pytest
from django.test import RequestFactory
from time_machine import travel

from r2p_dashboard import clock
from r2p_dashboard.clock import AsOf, AsOfError, as_of
from tests.make import TODAY

NOW = dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.UTC)


def asked(query: str) -> AsOf:
    with travel(NOW, tick=False):
        return as_of(RequestFactory().get(f"/?{query}"))


@pytest.mark.parametrize(
    ("query", "day", "known_on", "is_current"),
    [
        ("", TODAY, NOW.date(), True),
        ("as_of=2024-01-31", dt.date(2024, 1, 31), dt.date(2024, 1, 31), False),
        ("as_of=2024-01-31&known_at=2025-01-01", dt.date(2024, 1, 31), dt.date(2025, 1, 1), False),
        ("known_at=2025-01-01", TODAY, dt.date(2025, 1, 1), False),
        ("as_of=2024-06-30", TODAY, TODAY, False),
        ("as_of=2024-06-30&known_at=2026-03-01", TODAY, NOW.date(), True),
        ("as_of=2026-03-01", NOW.date(), NOW.date(), False),
        ("as_of=1945-01-01", dt.date(1945, 1, 1), dt.date(1945, 1, 1), False),
    ],
)
def test_a_day_is_asked_for(query: str, day: dt.date, known_on: dt.date, is_current: bool) -> None:
    assert asked(query) == AsOf(day, known_on, is_current)


@pytest.mark.parametrize(
    "query",
    ["as_of=yesterday", "as_of=2024-02-31", "as_of=2026-03-02", "as_of=1944-12-31", "known_at=2027-01-01",
     "as_of=%00", "as_of=2024-01-01T00:00", "as_of=" + "9" * 5000, "as_of=0000-00-00", "as_of=%20"],
)  # fmt: skip
def test_what_is_no_day_or_out_of_bounds_is_refused_with_what_was_wanted(query: str) -> None:
    with pytest.raises(AsOfError, match=r"(as_of|known_at) is .{1,60}; wanted a day"):
        asked(query)


@pytest.mark.parametrize("query", ["", "as_of=2024-01-31", "as_of=2024-01-31&known_at=2025-01-01"])
def test_the_query_leads_back_to_the_same_view(query: str) -> None:
    first = asked(query)

    assert asked(first.query.removeprefix("?")) == first


def test_the_day_is_the_utc_day_where_none_is_fixed(settings: object) -> None:
    settings.INSTALLATION_DAY = None  # type: ignore[attr-defined]

    with travel(dt.datetime(2026, 3, 2, 1, tzinfo=dt.timezone(dt.timedelta(hours=5))), tick=False):
        assert clock.installation_day() == dt.date(2026, 3, 1)
    assert clock.now().tzinfo is dt.UTC
