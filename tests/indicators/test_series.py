"""UCDP's deaths per country and year: whose they are, and from when they count."""

import csv
import datetime as dt
from pathlib import Path

import pytest

from indicators import assess, frames, scored, series_loading
from indicators.models import RescoreRequest, SeriesDefinition, SeriesLoad, SeriesValue
from indicators.series_loading import load_waiting
from reports.models import Report
from reports.readers.ucdp_country_year import ONE_SIDED, STATE_BASED
from tests import make

pytestmark = pytest.mark.usefixtures("reference")
MYANMAR, ISRAEL, KOSOVO, TAIWAN, NAMIBIA, NOBODY = 775, 666, 347, 713, 565, 9999
AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def release(*rows: tuple[int, str, int, int, int], version: str = "24.1", known_on: str = "2024-06-03") -> SeriesLoad:
    payload = make.ucdp_csv(*rows, version=version)
    report = make.report(
        kind=Report.Kind.DATASET,
        reader="ucdp-country-year",
        bytes=payload,
        published_on=dt.date.fromisoformat(known_on),
    )
    load_waiting(at=make.NOW)
    return SeriesLoad.objects.get(report=report)


def values(iso3: str) -> dict[tuple[str, int], float]:
    rows = SeriesValue.objects.filter(country__iso3=iso3).select_related("definition")
    return {(row.definition.column, row.period_end.year): row.value for row in rows}


def index(iso3: str, *, day: dt.date = dt.date(2025, 12, 31), known_on: dt.date = dt.date(2026, 1, 1)) -> float:
    return scored.score_countries(frames.method_in_use(), [iso3], day=day, known_on=known_on)[0].overall


def test_values_are_the_files_own_each_on_its_indicator() -> None:
    load = release((MYANMAR, "Myanmar", 2023, 1200, 340), (MYANMAR, "Myanmar", 2022, 5, 0))

    assert values("MMR") == {
        (STATE_BASED, 2023): 1200, (ONE_SIDED, 2023): 340, (STATE_BASED, 2022): 5, (ONE_SIDED, 2022): 0,
    }  # fmt: skip
    assert (load.values_count, load.failure, load.not_covered) == (4, "", [])


def test_a_value_is_known_from_the_releases_day_for_the_whole_year_before() -> None:
    release((MYANMAR, "Myanmar", 2023, 1200, 340))

    row = SeriesValue.objects.first()
    assert row is not None
    assert (row.period_end, row.known_at) == (dt.date(2023, 12, 31), dt.datetime(2024, 6, 3, tzinfo=dt.UTC))
    assert index("MMR", day=dt.date(2024, 6, 2), known_on=dt.date(2024, 6, 2)) == 0
    assert index("MMR", day=dt.date(2024, 6, 3), known_on=dt.date(2024, 6, 3)) > 0
    assert index("MMR", day=dt.date(2023, 12, 30), known_on=dt.date(2024, 6, 3)) == 0


def test_israels_row_is_shown_on_both_pages_with_a_note_and_scored_on_neither() -> None:
    release((ISRAEL, "Israel", 2023, 21000, 900))

    rows = SeriesValue.objects.filter(country__iso3__in=["ISR", "PSE"])
    assert {(row.country.iso3, row.is_scored, bool(row.note)) for row in rows} == {
        ("ISR", False, True), ("PSE", False, True),
    }  # fmt: skip
    assert [index("ISR"), index("PSE")] == [0, 0]
    assert not RescoreRequest.objects.exists()


@pytest.mark.parametrize("territory", [KOSOVO, TAIWAN, NOBODY])
def test_what_belongs_to_no_country_here_is_attached_to_nobody_and_listed(territory: int) -> None:
    load = release((territory, "Somewhere", 2023, 10, 10), (NAMIBIA, "Namibia", 2023, 0, 0))

    assert [row["id"] for row in load.not_covered] == [str(territory)]
    assert all(row["why"] for row in load.not_covered)
    assert set(SeriesValue.objects.values_list("country__iso3", flat=True)) == {"NAM"}


def test_a_release_is_loaded_once_and_asks_for_the_scores_of_its_countries() -> None:
    release((MYANMAR, "Myanmar", 2023, 1200, 340), (NAMIBIA, "Namibia", 2023, 0, 0))

    assert load_waiting(at=make.NOW) == 0
    assert SeriesValue.objects.count() == 4
    assert {request.country.iso3 for request in RescoreRequest.objects.all()} == {"MMR", "NAM"}


def test_a_later_release_supersedes_from_its_day_on_and_rewrites_nothing() -> None:
    release((MYANMAR, "Myanmar", 2023, 1000, 0))
    before = index("MMR", known_on=dt.date(2025, 6, 10))

    release((MYANMAR, "Myanmar", 2023, 10, 0), version="25.1", known_on="2025-06-11")

    assert index("MMR", known_on=dt.date(2025, 6, 10)) == before
    assert 0 < index("MMR", known_on=dt.date(2025, 6, 11)) < before
    assert sorted(SeriesValue.objects.filter(definition__column=STATE_BASED).values_list("value", flat=True)) == [
        10,
        1000,
    ]


def test_changed_goalposts_move_no_score_before_a_method_says_so() -> None:
    release((MYANMAR, "Myanmar", 2023, 500, 0))
    before = index("MMR")

    SeriesDefinition.objects.update(hi=1_000_000)

    assert index("MMR") == before


def test_a_release_that_comes_before_the_definitions_waits_for_them() -> None:
    kept = list(SeriesDefinition.objects.filter(reader="ucdp-country-year"))
    SeriesDefinition.objects.filter(reader="ucdp-country-year").delete()
    make.report(kind=Report.Kind.DATASET, reader="ucdp-country-year", bytes=make.ucdp_csv((MYANMAR, "M", 2023, 1, 2)))
    assert load_waiting(at=make.NOW) == 0
    assert series_loading.waiting().count() == 1

    SeriesDefinition.objects.bulk_create(kept)

    assert load_waiting(at=make.NOW) == 1
    assert SeriesValue.objects.count() == 2


def test_a_release_that_cannot_be_stored_is_recorded_and_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    broken = make.ucdp_csv((MYANMAR, "M", 2023, 1, 2), (MYANMAR, "M", 2023, 1, 2))
    make.report(kind=Report.Kind.DATASET, reader="ucdp-country-year", bytes=broken)

    load = release((NAMIBIA, "Namibia", 2023, 0, 0))

    assert load.values_count == 2
    assert SeriesLoad.objects.exclude(failure="").count() == 1
    assert "loading broke" in caplog.text


@pytest.mark.shared_data
def test_every_value_of_the_real_release_is_the_files_own(shared_data: Path) -> None:
    path = shared_data / "ucdp/organizedviolencecy_v25_1.csv"
    make.report(kind=Report.Kind.DATASET, reader="ucdp-country-year", bytes=path.read_bytes())
    load_waiting(at=AT)
    with path.open(encoding="utf-8-sig", newline="") as lines:
        expected = {(row["country_id_cy"], int(row["year_cy"])): row for row in csv.DictReader(lines)}

    load = SeriesLoad.objects.get()
    rows = SeriesValue.objects.select_related("definition")
    wrong = [r for r in rows if r.value != float(expected[r.territory, r.period_end.year][r.definition.column])]
    assert (load.failure, wrong, load.values_count) == ("", [], rows.count())
    assert {row["id"] for row in load.not_covered} == {
        "265",
        str(KOSOVO),
        "680",
        str(TAIWAN),
    }  # and East Germany, South Yemen
    assert len(expected) * 2 > load.values_count * 0.9
    assert assess.score_all(at=AT, day=dt.date(2026, 1, 1)).countries_count == 195
