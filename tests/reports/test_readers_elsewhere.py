"""Files of other publishers: the figures that are in them, never a rank; every other file one named error."""

import contextlib
import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.readers import FIGURES, publishing, reader_named, series_of
from reports.readers.draft import ReaderError, ReportDraft
from tests import elsewhere

SHAPE = re.compile(r".+: found .+; wanted .+", re.DOTALL)
MAY, JUNE = dt.date(2024, 5, 1), dt.date(2024, 6, 1)
GOOD = {
    "early-warning-project": elsewhere.ewp_csv(("Mali", "0.02")),
    "views": elsewhere.views_json(("MLI", 533, 1.5, 0.25)),
    "hdx-signals": elsewhere.signals_csv(("MLI", "acled_conflict", "2024-05-01", "High concern")),
    "hdx-hapi": elsewhere.hapi_risk_csv(("MLI", 6.5)),
    "idmc": elsewhere.idmc_csv((2023, "MLI", "1000.0")),
    "acled": elsewhere.acled_csv(("MLI1", "2024-05-01", 466, 3)),
}


def figures(reader: str, payload: bytes) -> dict[tuple[str, str, dt.date], object]:
    return {
        (one.series, one.territory, one.period_start): one.words or one.value for one in publishing(reader)(payload)
    }


def refusal(reader: str, payload: bytes) -> str:
    with pytest.raises(ReaderError) as refused:
        reader_named(reader)(payload)
    assert SHAPE.fullmatch(str(refused.value))
    return str(refused.value)


@pytest.mark.parametrize(("column", "years"), [
    ("risk_2017_18", (2017, 2019)), ("risk_in_2022_23", (2022, 2024)), ("risk.2023and2024.from2022", (2023, 2025)),
    ("risk_1or2.from2022", (2023, 2025)),
])  # fmt: skip
def test_the_project_named_its_column_in_four_ways(column: str, years: tuple[int, int]) -> None:
    payload = elsewhere.ewp_csv(("Burma/Myanmar", "0.0523"), ("Nowhere", "1e-03"), ("Mali", "NA"), column=column)
    myanmar, nowhere = publishing("early-warning-project")(payload)

    assert (myanmar.territory, myanmar.value, nowhere.territory) == ("MMR", 0.0523, "Nowhere")
    assert (myanmar.period_start.year, myanmar.period_until.year) == years


def test_months_of_views_count_from_january_1980() -> None:
    assert figures("views", elsewhere.views_json(("MLI", 533, 1.5, 0.25))) == {
        ("views-deaths", "MLI", MAY): 1.5, ("views-25-deaths", "MLI", MAY): 0.25,
    }  # fmt: skip


def test_of_several_signals_of_one_day_the_highest_counts() -> None:
    row = ("MLI", "acled_conflict", "2024-05-01")
    payload = elsewhere.signals_csv((*row, "Medium concern"), (*row, "High concern"), (*row, "Medium concern"))

    assert figures("hdx-signals", payload) == {("hdx-signals-acled-conflict", "MLI", MAY): "High concern"}


def test_events_of_hapi_are_summed_where_they_are_of_one_level() -> None:
    kind = "political_violence"
    payload = elsewhere.hapi_events_csv(
        ("MLI", 2, kind, 3), ("MLI", 2, kind, 4), ("NER", 0, kind, 9), ("NER", 1, kind, 9)
    )

    assert figures("hdx-hapi", payload) == {("hapi-political-violence", "MLI", MAY): 7}
    assert figures("hdx-hapi", elsewhere.hapi_risk_csv(("MLI", 6.5))) == {
        ("hapi-inform-risk", "MLI", dt.date(2024, 1, 1)): 6.5
    }


def test_acled_is_summed_by_month_and_never_public() -> None:
    payload = elsewhere.acled_csv(
        ("MLI1", "2024-05-01", 466, 3), ("MLI2", "31 May 2024", 466, 4), ("MLI3", "2024-06-01", 466, 0)
    )
    draft = reader_named("acled")(payload)

    assert isinstance(draft, ReportDraft)
    assert draft.is_internal
    assert figures("acled", payload) == {
        ("acled-political-violence", "MLI", MAY): 2, ("acled-political-violence", "MLI", JUNE): 1,
        ("acled-deaths", "MLI", MAY): 7, ("acled-deaths", "MLI", JUNE): 0,
    }  # fmt: skip


def test_displacement_is_a_count_at_the_end_of_a_year() -> None:
    assert figures("idmc", elsewhere.idmc_csv((2023, "MLI", "1000.0"), (2022, "MLI", ""))) == {
        ("idmc-conflict", "MLI", dt.date(2023, 1, 1)): 1000
    }


@pytest.mark.parametrize("reader", FIGURES)
def test_every_file_has_title_source_and_known_series_and_no_day_of_its_own(reader: str) -> None:
    draft = reader_named(reader)(GOOD[reader])
    assert isinstance(draft, ReportDraft)

    assert draft.title
    assert draft.source
    assert draft.source.licence
    assert draft.published_on is None
    assert {one.series for one in publishing(reader)(GOOD[reader])} <= {one.slug for one in series_of(reader)}


@pytest.mark.parametrize(("reader", "payload", "said"), [
    ("early-warning-project", elsewhere.ewp_csv(("Mali", "1.2")), "line 2, column risk_in_2022_23: found '1.2'"),
    ("early-warning-project", elsewhere.ewp_csv(("Mali", "0.1"), ("Mali", "0.1")), "line 3: found a country a second"),
    ("early-warning-project", elsewhere.ewp_csv(("Mali", "1"), column="rank_2"), "no column of a figure for two years"),
    ("views", elsewhere.views_json(("MLI", 0, 1, 0.5)), "data, row 0, month_id: found 0"),
    ("views", elsewhere.views_json(("MLI", 533, 1, 1.5)), "data, row 0, main_dich: found 1.5"),
    ("hdx-hapi", b"a," + b"b" * 200_000, "line 1: found a cell that is too long"),
    ("early-warning-project", b"a," + b"b" * 200_000, "line 1: found a cell that is too long"),
    ("views", b"{}", "answer: found no list `data`"),
    ("hdx-signals", elsewhere.signals_csv(("MLI", "acled_conflict", "2024-05-01", "No concern")), "alert_level"),
    ("hdx-signals", elsewhere.signals_csv(("MLI", "other", "2024-05-01", "High concern")), "indicator_id: found"),
    ("hdx-hapi", b"location_code\nMLI\n", "line 1: found neither overall_risk nor event_type"),
    ("hdx-hapi", elsewhere.hapi_risk_csv(("MLI", 11)), "column overall_risk: found '11'"),
    ("idmc", elsewhere.idmc_csv((2023, "MLI", "-1")), "column total: found '-1'"),
    ("acled", elsewhere.acled_csv(("MLI1", "2024-05-41", 466, 3)), "column event_date: found '2024-05-41'"),
    ("acled", elsewhere.acled_csv(("MLI1", "2024-05-01", 466, -3)), "column fatalities: found '-3'"),
])  # fmt: skip
def test_a_wrong_cell_is_named_by_line_and_column(reader: str, payload: bytes, said: str) -> None:
    assert said in refusal(reader, payload)


@pytest.mark.parametrize("reader", FIGURES)
@given(data=st.data())
def test_changed_and_arbitrary_bytes_are_figures_or_one_named_error(reader: str, data: st.DataObject) -> None:
    good = GOOD[reader]
    place = data.draw(st.integers(0, len(good) - 1))
    changed = good[:place] + data.draw(st.binary(max_size=6)) + good[place + data.draw(st.integers(0, 30)) :]
    for payload in (changed, data.draw(st.binary(max_size=100))):
        with contextlib.suppress(ReaderError):
            reader_named(reader)(payload)


@pytest.mark.shared_data
@pytest.mark.parametrize(("reader", "file", "count"), [
    ("early-warning-project", "ewp/published_2018_sortedrisk_2017based_1and2yr_15Oct2018.csv", 162),
    ("early-warning-project", "ewp/published_2022_base2021-run-2022-09-30.csv", 162),
    ("early-warning-project", "ewp/published_2023_final_forecasts_data_9Nov_hackregion.csv", 166),
    ("early-warning-project", "ewp/published_2023_forecasts_3models_9Nov.csv", 166),
    ("views", "views/fatalities002_2025_06_t01-cm-iso-afg.json", 72),
    ("hdx-signals", "hdx_signals/signals.csv", 1319), ("idmc", "unhcr/idmc_conflict_idps.csv", 934),
])  # fmt: skip
def test_real_files_are_read_and_nearly_every_name_is_a_state(
    shared_data: Path, reader: str, file: str, count: int
) -> None:
    found = publishing(reader)((shared_data / file).read_bytes())

    assert len(found) == count
    assert {one.territory for one in found if len(one.territory) != 3} <= {"Kosovo", "Yugoslavia"}
