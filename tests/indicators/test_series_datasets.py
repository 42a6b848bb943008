"""UNHCR, PTS and INFORM as series: whose the numbers are, from when they count, and that a repeat changes nothing."""

import datetime as dt
import time
from pathlib import Path

import pytest

from indicators import frames, scored
from indicators.models import RescoreRequest, SeriesLoad, SeriesValue
from indicators.series_loading import load_waiting
from reports.ingest import About, read_waiting, receive
from reports.models import Report, Retrieval
from tests import make
from tests.datasets import CORRUPTION, FOOD, inform_csv, pts_csv, unhcr_csv
from tests.reports.test_readers_datasets import FILES

pytestmark = pytest.mark.usefixtures("reference")
AT = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
SUDAN_PTS = ("Sudan", 2023, "SDN", "5", "5", "5")


def taken_in(reader: str, payload: bytes, *, at: dt.datetime = AT) -> Retrieval:
    """As a person or `manage.py ingest` would send it: received, read, loaded."""
    retrieval = receive(reader=reader, payload=payload, about=About(), file_name="file.csv", at=at)
    read_waiting(at=at)
    load_waiting(at=at)
    retrieval.refresh_from_db()
    return retrieval


def load_of(retrieval: Retrieval) -> SeriesLoad:
    return SeriesLoad.objects.get(report=retrieval.report)


def index(iso3: str, day: str) -> float:
    picked = dt.date.fromisoformat(day)
    return scored.score_countries(frames.method_in_use(), [iso3], day=picked, known_on=picked)[0].overall


def test_each_dataset_enters_its_own_series_with_source_and_licence() -> None:
    taken_in("unhcr-population", unhcr_csv((2023, "SUD", "SDN", "CHD", 9.0, 0.0, 0.0, None)))
    taken_in("pts", pts_csv(SUDAN_PTS))
    taken_in("inform-risk", inform_csv(("SDN", 2023, FOOD, ("11.4", "2.1"))))

    rows = SeriesValue.objects.filter(country__iso3="SDN").select_related("definition", "report__source")
    assert {(row.definition.indicator_code, row.report.source.slug) for row in rows} == {
        ("1.3", "unhcr"), ("2.1", "pts"), ("1.7", "inform"),
    }  # fmt: skip
    assert all(row.report.source.licence for row in rows)


def test_no_view_sees_a_value_before_its_edition_was_public() -> None:
    taken_in("pts", pts_csv(SUDAN_PTS))

    assert index("SDN", "2024-12-30") == 0
    assert index("SDN", "2024-12-31") > 0


def test_less_corruption_perceived_is_a_higher_number_and_a_lower_index() -> None:
    taken_in(
        "inform-risk", inform_csv(("SDN", 2024, CORRUPTION, ("15", "8.5")), ("DNK", 2024, CORRUPTION, ("90", "1")))
    )

    assert index("SDN", "2026-06-01") > index("DNK", "2026-06-01") == 0
    assert SeriesValue.objects.get(country__iso3="DNK").value == 90


def test_origins_without_a_country_are_listed_and_belong_to_nobody() -> None:
    load = load_of(
        taken_in(
            "unhcr-population",
            unhcr_csv(
                (2023, "UKN", "UNK", "CHD", 9.0, 0.0, 0.0, None), (2023, "STA", "XXA", "CHD", 9.0, 0.0, 0.0, None),
                (2023, "ARU", "ABW", "CHD", 9.0, 0.0, 0.0, None), (2023, "SUD", "SDN", "CHD", 9.0, 0.0, 0.0, None),
            ),
        )
    )  # fmt: skip

    assert [row["id"] for row in load.not_covered] == ["ABW", "UNK", "XXA"]
    assert all(row["why"] for row in load.not_covered)
    assert set(SeriesValue.objects.values_list("country__iso3", flat=True)) == {"SDN"}


@pytest.mark.parametrize(
    ("reader", "payload", "countries"),
    [
        ("unhcr-population", unhcr_csv((2023, "GAZ", "PSE", "EGY", 9.0, 0.0, 0.0, None)), {"PSE"}),
        ("unhcr-population", unhcr_csv((2023, "SRB", "SRB", "EGY", 9.0, 0.0, 0.0, None)), {"SRB"}),
        ("pts", pts_csv(("Israel", 2023, "ISR", "5", "5", "5")), {"ISR", "PSE"}),
        ("pts", pts_csv(("Palestine, State of", 2023, "WBG", "3", "3", "3")), {"PSE"}),
        ("pts", pts_csv(("Russia-Occupied Areas (Ukraine)", 2023, "NA", "5", "5", "5")), {"UKR"}),
    ],
)
def test_what_cannot_be_told_apart_is_shown_with_a_note_and_not_scored(
    reader: str, payload: bytes, countries: set[str]
) -> None:
    taken_in(reader, payload)

    rows = SeriesValue.objects.select_related("country")
    assert {row.country.iso3 for row in rows} == countries
    assert all("scored" in row.note and not row.is_scored for row in rows)
    assert not RescoreRequest.objects.exists()


def test_older_codes_of_the_world_bank_are_the_states_of_today() -> None:
    payload = pts_csv(
        *((name, 2023, code, "3", "3", "3") for name, code in [("a", "ZAR"), ("b", "ROM"), ("c", "TMP"), ("d", "ADO")])
    )
    load = load_of(taken_in("pts", payload))

    assert load.not_covered == []
    assert set(SeriesValue.objects.values_list("country__iso3", flat=True)) == {"COD", "ROU", "TLS", "AND"}


def test_the_same_file_again_changes_nothing() -> None:
    taken_in("pts", pts_csv(SUDAN_PTS))
    RescoreRequest.objects.all().delete()

    again = taken_in("pts", pts_csv(SUDAN_PTS))

    assert again.state == Retrieval.State.SAME
    assert (SeriesValue.objects.count(), SeriesLoad.objects.count(), RescoreRequest.objects.count()) == (1, 1, 0)


def test_a_newer_edition_supersedes_from_its_day_on() -> None:
    taken_in("unhcr-population", unhcr_csv((2023, "SUD", "SDN", "CHD", 9_000_000.0, 0.0, 0.0, None)))
    before = index("SDN", "2025-06-29")

    taken_in(
        "unhcr-population",
        unhcr_csv(
            (2023, "SUD", "SDN", "CHD", 9.0, 0.0, 0.0, None), (2024, "SUD", "SDN", "CHD", 90_000.0, 0.0, 0.0, None)
        ),
    )

    assert index("SDN", "2025-06-29") == before > index("SDN", "2025-06-30") > 0


def test_half_a_years_figures_are_refused_until_their_years_edition_can_be_out() -> None:
    early = dt.datetime(2025, 11, 1, tzinfo=dt.UTC)
    payload = unhcr_csv((2025, "SUD", "SDN", "CHD", 9.0, 0.0, 0.0, None))

    retrieval = taken_in("unhcr-population", payload, at=early)

    assert "found 2026-06-30; wanted a day not in the future" in retrieval.reason
    assert not SeriesValue.objects.exists()


def test_a_bad_file_is_a_failed_retrieval_with_its_reason_and_nothing_is_loaded() -> None:
    retrieval = taken_in("pts", pts_csv(SUDAN_PTS, ("Sudan", 2022, "SDN", "6", "5", "5")))

    assert (retrieval.state, retrieval.report) == (Retrieval.State.FAILED, None)
    assert "line 3, column PTS_A: found '6'" in retrieval.reason
    assert not SeriesValue.objects.exists()


@pytest.mark.shared_data
def test_the_real_files_load_within_a_minute_and_cover_nearly_every_country(shared_data: Path) -> None:
    began = time.monotonic()
    for reader, name in FILES.items():
        load = load_of(taken_in(reader, (shared_data / name).read_bytes()))
        assert load.failure == ""
        scored_rows = SeriesValue.objects.filter(report=load.report, is_scored=True)
        assert scored_rows.values("country").distinct().count() > 185
    assert time.monotonic() - began < 60
    assert Report.objects.filter(kind=Report.Kind.DATASET).count() == 3


@pytest.mark.shared_data
def test_every_territory_of_the_real_files_is_decided(shared_data: Path) -> None:
    for reader, name in FILES.items():
        make.report(kind=Report.Kind.DATASET, reader=reader, bytes=(shared_data / name).read_bytes())
    load_waiting(at=AT)

    undecided = {row["id"]: row["why"] for load in SeriesLoad.objects.all() for row in load.not_covered}
    assert {"UNK", "XXA", "KSV", "TWN"} <= set(undecided)
    assert not {"ADO", "COD", "NAM", "ROM", "WBG"} & set(undecided)
