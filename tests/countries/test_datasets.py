"""Editions and territories of datasets: whose the numbers are, and which table is refused where."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from countries import reference
from countries.attachment import decisions
from countries.reference import ReferenceDataError
from tests.countries.test_reference_data import broken

RELEASE = "pts,2023,2024-12-31,bound,https://example.org/,why"
TERRITORY = "pts,WBG,Palestine,shown_not_scored,PSE,why"


def test_no_edition_was_public_before_the_end_of_its_newest_year() -> None:
    for release in reference.read_dataset_releases():
        assert release.known_at > dt.date(release.newest_year, 12, 31)


def test_every_state_that_a_decision_names_is_in_the_table_of_states() -> None:
    states = {row.iso3 for row in reference.read_countries()}

    assert {code for row in reference.read_dataset_territories() for code in row.iso3} <= states


@pytest.mark.parametrize(
    ("dataset", "territory", "treatment", "iso3"),
    [
        ("pts", "NAM", "attach", ("NAM",)),
        ("pts", "ROM", "attach", ("ROU",)),
        ("pts", "ISR", "shown_not_scored", ("ISR", "PSE")),
        ("inform-risk", "ISR", "attach", ("ISR",)),
        ("unhcr-population", "SRB", "shown_not_scored", ("SRB",)),
        ("unhcr-population", "UNK", "not_covered", ()),
        ("unhcr-population", "ABW", "not_covered", ()),
        ("ucdp-country-year", "775", "attach", ("MMR",)),
        ("ucdp-country-year", "9999", "not_covered", ()),
    ],
)
def test_a_territory_is_whose_the_table_says(
    dataset: str, territory: str, treatment: str, iso3: tuple[str, ...]
) -> None:
    found = decisions(dataset)(territory, 2023)

    assert (found.treatment, found.iso3) == (treatment, iso3)
    assert found.note or treatment == "attach"


BAD: dict[str, tuple[Callable[[Path], object], tuple[str, ...], list[str], str]] = {
    "no bound": (
        reference.read_dataset_releases, reference.DATASET_RELEASE_COLUMNS, [RELEASE.replace("bound", "about")],
        "line 2, column precision: found 'about'",
    ),
    "no reason": (
        reference.read_dataset_releases, reference.DATASET_RELEASE_COLUMNS, [RELEASE.replace("why", "")],
        "column note",
    ),
    "an edition twice": (
        reference.read_dataset_releases, reference.DATASET_RELEASE_COLUMNS, [RELEASE, RELEASE],
        "line 3, column newest_year: found '2023', wanted a value that line 2 does not have already",
    ),
    "attached to two": (
        reference.read_dataset_territories, reference.DATASET_TERRITORY_COLUMNS,
        [TERRITORY.replace("shown_not_scored,PSE", "attach,PSE;ISR")], "column iso3: found 'PSE;ISR', wanted one iso3",
    ),
    "a territory twice": (
        reference.read_dataset_territories, reference.DATASET_TERRITORY_COLUMNS, [TERRITORY, TERRITORY],
        "line 3, column territory: found 'WBG'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD)
def test_a_broken_table_is_refused_with_its_place(bad: str, tmp_path: Path) -> None:
    read, columns, lines, message = BAD[bad]

    with pytest.raises(ReferenceDataError, match=message):
        read(broken(tmp_path, columns, *lines))


def test_the_same_id_in_two_datasets_is_two_territories(tmp_path: Path) -> None:
    path = broken(
        tmp_path, reference.DATASET_TERRITORY_COLUMNS, TERRITORY, TERRITORY.replace("pts", "unhcr-population")
    )

    assert len(reference.read_dataset_territories(path)) == 2
