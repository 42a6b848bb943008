"""The reference tables and the map say what they claim, and their readers refuse what is broken."""

import csv
import datetime as dt
import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from countries import reference
from countries.reference import ReferenceDataError

ROOT = Path(__file__).resolve().parents[2]
GEO = ROOT / "static" / "geo"
UCDP = ROOT.parent / "shared" / "data" / "ucdp" / "organizedviolencecy_v25_1.csv"

COUNTRIES = reference.read_countries()
STATES = {row.iso3: row for row in COUNTRIES}
TERRITORIES = reference.read_event_territories()


def geo(name: str) -> Any:
    return json.loads((GEO / name).read_text(encoding="utf-8"))


def decision(country_id: int, year: int) -> reference.EventTerritory | None:
    return reference.territory_in(TERRITORIES, country_id=country_id, year=year)


# States


def test_there_are_193_members_and_two_observers() -> None:
    assert Counter(row.un_status for row in COUNTRIES) == {"member": 193, "observer": 2}
    assert {row.iso3 for row in COUNTRIES if row.un_status == "observer"} == {"VAT", "PSE"}


def test_the_holy_see_is_no_member() -> None:
    assert STATES["VAT"].un_status == "observer"
    assert STATES["VAT"].name_en == "Holy See"


def test_na_is_namibia() -> None:
    assert [row.name_en for row in COUNTRIES if row.iso2 == "NA"] == ["Namibia"]


def test_what_is_no_un_state_is_not_in_the_table() -> None:
    assert not STATES.keys() & {"TWN", "XKX", "UNK", "ESH", "HKG", "MAC", "PRI", "GRL", "COK", "NIU"}


@pytest.mark.parametrize("language", ["en", "fr", "es", "ru", "zh", "ar"])
def test_names_carry_no_article_star_or_straight_apostrophe(language: str) -> None:
    for row in COUNTRIES:
        name = getattr(row, f"name_{language}")
        assert not re.search(r"[*']|\((the|l[ea]s?|l’|el|los|las)\)", name), name


@pytest.mark.parametrize(
    ("language", "script"),
    [("ru", r"[А-Яа-яёЁ ()’—-]+"), ("zh", r"[\u4e00-\u9fff（）]+"), ("ar", r"[\u0600-\u06ff ()\-]+")],
)
def test_names_are_in_their_own_script(language: str, script: str) -> None:
    for row in COUNTRIES:
        assert re.fullmatch(script, getattr(row, f"name_{language}")), row


def test_names_that_the_sources_spell_otherwise() -> None:
    assert STATES["CIV"].name_en == "Côte d’Ivoire"
    assert STATES["TUR"].name_en == STATES["TUR"].name_fr == "Türkiye"
    assert STATES["AFG"].name_fr == "Afghanistan"
    assert STATES["IRN"].name_en == "Iran (Islamic Republic of)"
    assert STATES["PRK"].name_en == "Democratic People’s Republic of Korea"


@pytest.mark.parametrize(
    ("iso3", "code"),
    [
        ("YEM", 678), ("DEU", 260), ("SRB", 340), ("VNM", 816), ("TZA", 510), ("CPV", 402), ("RUS", 365),
        ("MMR", 775), ("SDN", 625), ("SSD", 626), ("COD", 490), ("COG", 484), ("KOR", 732), ("PRK", 731),
        ("TUV", 973), ("SMR", 331), ("KNA", 60), ("AND", 232), ("NRU", 971), ("MKD", 343), ("MNE", 341),
    ],
)  # fmt: skip
def test_gleditsch_ward_codes(iso3: str, code: int) -> None:
    assert STATES[iso3].gw_code == code


def test_every_member_has_a_gleditsch_ward_code_and_the_observers_have_none() -> None:
    assert [row.iso3 for row in COUNTRIES if row.gw_code is None] == ["PSE", "VAT"]


def test_populations_are_of_one_recent_year_and_plausible() -> None:
    assert {row.population_year for row in COUNTRIES if row.population} == {2024}
    assert [row.iso3 for row in COUNTRIES if row.population is None] == ["VAT"]
    assert 8.0e9 < sum(row.population or 0 for row in COUNTRIES) < 8.3e9
    assert 5_000 < min(row.population for row in COUNTRIES if row.population) < 20_000


def test_regions_are_the_five_of_m49() -> None:
    regions = {(row.region_code, row.region) for row in COUNTRIES}
    assert sorted(regions) == [
        ("002", "Africa"), ("009", "Oceania"), ("019", "Americas"), ("142", "Asia"), ("150", "Europe"),
    ]  # fmt: skip
    of_subregion = {(row.subregion_code, row.subregion, row.region_code) for row in COUNTRIES}
    assert len(of_subregion) == len({code for code, _, _ in of_subregion}) == 17


def test_m49_numbers_are_text_of_three_digits() -> None:
    assert STATES["AFG"].m49 == "004"


# UCDP's territories


def test_every_attached_state_is_ours() -> None:
    assert {iso3 for row in TERRITORIES for iso3 in row.iso3} <= STATES.keys()


@pytest.mark.parametrize("year", [1989, 2023, 2030])
def test_israel_and_palestine_are_shown_and_not_scored(year: int) -> None:
    found = decision(666, year)

    assert found is not None
    assert (found.treatment, found.iso3) == ("shown_not_scored", ("ISR", "PSE"))


@pytest.mark.parametrize("country_id", [347, 713])
def test_kosovo_and_taiwan_are_attached_to_nobody(country_id: int) -> None:
    found = decision(country_id, 2023)

    assert found is not None
    assert (found.treatment, found.iso3) == ("not_covered", ())


def test_what_the_table_does_not_list_has_no_decision() -> None:
    assert decision(999, 2023) is None


@pytest.mark.parametrize(
    ("country_id", "last_shared_year", "heir"), [(345, 2006, "SRB"), (365, 1991, "RUS"), (625, 2011, "SDN"),
    (530, 1993, "ETH"), (850, 2002, "IDN"), (560, 1990, "ZAF")],
)  # fmt: skip
def test_years_of_a_larger_state_are_not_scored_on_its_heir(country_id: int, last_shared_year: int, heir: str) -> None:
    before, after = decision(country_id, last_shared_year), decision(country_id, last_shared_year + 1)

    assert before is not None
    assert after is not None
    assert before.treatment == "shown_not_scored"
    assert heir in before.iso3
    assert (after.treatment, after.iso3) == ("attach", (heir,))


def test_in_recent_years_each_state_is_attached_once() -> None:
    attached = Counter(row.iso3[0] for row in TERRITORIES if row.treatment == "attach" and row.covers(2024))

    assert set(attached.values()) == {1}
    assert sorted(STATES.keys() - attached.keys()) == ["ISR", "MAR", "PSE"]


def test_outside_the_reviewed_exceptions_the_codes_are_the_state_lists() -> None:
    codes = {row.gw_code: row.iso3 for row in COUNTRIES if row.gw_code}
    differing = {
        row.country_id for row in TERRITORIES if row.treatment == "attach" and (codes.get(row.country_id),) != row.iso3
    }
    assert differing == {327, 345}  # the Holy See; Serbia under Yugoslavia's number


@pytest.mark.shared_data
def test_every_row_of_ucdp_is_decided() -> None:
    if not UCDP.exists():
        pytest.skip("needs ../shared/data/ucdp/organizedviolencecy_v25_1.csv, which is not there")
    with UCDP.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    decided = {(int(r["country_id_cy"]), int(r["year_cy"])) for r in rows}
    assert not [row for row in decided if decision(*row) is None]
    assert {t.country_id for t in TERRITORIES} == {country_id for country_id, _ in decided}


# UCDP's releases and the reviews


def test_release_25_1_was_public_in_june_2025() -> None:
    known = {row.version: row.known_at for row in reference.read_ucdp_releases()}

    assert known["25.1"] == dt.date(2025, 6, 11)
    assert list(known.values()) == sorted(known.values())


def test_tables_of_judgement_say_who_stands_for_them() -> None:
    for review in reference.read_reviews():
        assert (reference.DATA / review.file).exists()
        assert (ROOT / review.record).exists()
        assert review.author
        assert review.next_review_on > review.written_on


# The map


def test_every_shape_is_a_state_of_ours_or_neutral() -> None:
    ids = [shape["id"] for shape in geo("world.json")["features"]]

    assert len(ids) == len(set(ids))
    assert {identity for identity in ids if not identity.startswith("neutral:")} <= STATES.keys()


def test_the_list_of_what_the_map_lacks_is_true() -> None:
    ids = {shape["id"] for shape in geo("world.json")["features"]}

    assert geo("missing.json") == sorted(STATES.keys() - ids)


def test_areas_that_are_no_state_of_ours_are_neutral() -> None:
    ids = {shape["id"] for shape in geo("world.json")["features"]}

    for area in ("kosovo", "taiwan", "western-sahara", "somaliland", "northern-cyprus", "greenland"):
        assert f"neutral:{area}" in ids


def test_names_on_the_map_are_those_of_the_table() -> None:
    for shape in geo("world.json")["features"]:
        if shape["id"] in STATES:
            assert shape["properties"]["name"] == STATES[shape["id"]].name_en


def test_states_too_small_to_see_have_a_point() -> None:
    small = {place["id"]: place for place in geo("small.json")}

    assert small.keys() <= STATES.keys()
    assert {"TUV", "NRU", "VAT", "MDV", "SGP", "PSE", "KIR", "BHR"} <= small.keys()
    assert all(-180 <= place["lon"] <= 180 and -90 <= place["lat"] <= 90 for place in small.values())


def test_the_map_is_small_enough_to_send() -> None:
    assert (GEO / "world.json").stat().st_size <= 350_000


def test_every_ring_is_closed_and_inside_the_world() -> None:
    for shape in geo("world.json")["features"]:
        for ring in (ring for polygon in shape["geometry"]["coordinates"] for ring in polygon):
            assert ring[0] == ring[-1], shape["id"]
            assert len(ring) > 3, shape["id"]
            assert all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in ring), shape["id"]


def test_exterior_rings_run_clockwise_or_plotly_would_fill_the_rest_of_the_world() -> None:
    for shape in geo("world.json")["features"]:
        for exterior, *holes in shape["geometry"]["coordinates"]:
            if any(abs(a[0] - b[0]) > 180 for a, b in pairwise(exterior)):
                continue  # across the date line the flat rule does not hold
            assert twice_signed_area(exterior) < 0, shape["id"]
            assert all(twice_signed_area(hole) > 0 for hole in holes), shape["id"]


def twice_signed_area(ring: list[list[float]]) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))


@pytest.mark.parametrize(
    ("place", "lon", "lat", "owner"),
    [
        ("Simferopol", 34.1, 45.0, "UKR"), ("Dakhla's hinterland", -14.5, 23.0, "neutral:western-sahara"),
        ("Tifariti", -10.5, 26.2, "neutral:western-sahara"), ("Marrakech", -8.0, 31.6, "MAR"),
        ("Cayenne", -52.5, 4.3, "FRA"), ("Hargeisa", 44.1, 9.6, "neutral:somaliland"),
        ("Ramallah", 35.2, 31.9, "PSE"),
        ("Bamako", -8.0, 12.6, "MLI"), ("Juba", 31.6, 4.85, "SSD"), ("Maseru's hills", 28.2, -29.5, "LSO"),
    ],
)  # fmt: skip
def test_places_lie_where_the_decision_record_says(place: str, lon: float, lat: float, owner: str) -> None:
    owners = [
        shape["id"]
        for shape in geo("world.json")["features"]
        for exterior, *holes in shape["geometry"]["coordinates"]
        if holds(exterior, lon, lat) and not any(holds(hole, lon, lat) for hole in holes)
    ]
    assert owners == [owner], place


def holds(ring: list[list[float]], lon: float, lat: float) -> bool:
    return bool(
        sum(
            (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1
            for (x1, y1), (x2, y2) in pairwise(ring)
        )
        % 2
    )


# Broken files

GOOD_STATE = "NA,NAM,516,565,002,Africa,202,Sub-Saharan Africa,member,a,b,c,d,e,f,a,3030131,2024"
GOOD_TERRITORY = "345,Serbia,2007,,attach,SRB,"
GOOD_RELEASE = "25.1,2025-06-11,day,https://example.org/,"


def broken(tmp_path: Path, columns: tuple[str, ...], *lines: str) -> Path:
    path = tmp_path / "table.csv"
    path.write_text("\n".join([",".join(columns), *lines, ""]), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("NA,", "na,", r"line 2, column iso2: found 'na', wanted two capital letters"),
        ("NAM", "NAMI", "column iso3: found 'NAMI', wanted three capital letters"),
        ("516", "16", "column m49: found '16', wanted three digits"),
        ("565", "x", "column gw_code: found 'x', wanted digits"),
        ("member", "guest", "column un_status: found 'guest', wanted member or observer"),
        (",a,b,", ",a,,", "column name_fr: found '', wanted text"),
        ("3030131", "", "column population_year: found '2024', wanted a year with each population"),
        ("3030131", "3e6", "column population: found '3e6', wanted digits"),
        (",2024", "", "line 2, column all: found 17 cells, wanted 18 cells"),
    ],
)
def test_a_broken_table_of_states_is_refused_with_its_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = broken(tmp_path, reference.COUNTRY_COLUMNS, GOOD_STATE.replace(old, new, 1))

    with pytest.raises(ReferenceDataError, match=message):
        reference.read_countries(path)


def test_a_state_twice_is_refused(tmp_path: Path) -> None:
    path = broken(tmp_path, reference.COUNTRY_COLUMNS, GOOD_STATE, GOOD_STATE)

    with pytest.raises(ReferenceDataError, match="line 3, column iso2: found 'NA', wanted a value that line 2"):
        reference.read_countries(path)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["345,S,,,attach,SRB;MNE,"], "column iso3: found 'SRB;MNE', wanted one iso3 for attach"),
        (["345,S,,,attach,,"], "wanted one iso3 for attach"),
        (["347,K,,,not_covered,SRB,why"], "column iso3: found 'SRB', wanted no iso3 for not_covered"),
        (["347,K,,,not_covered,,"], "column note: found '', wanted a note"),
        (["666,I,,,shown_not_scored,,why"], "wanted one or more iso3"),
        (["345,S,,,guess,SRB,"], "column treatment: found 'guess'"),
        (["345,S,2007,2006,attach,SRB,"], "column until_year: found '2006', wanted a year after 2007"),
        (["345,S,,,attach,SRB,", GOOD_TERRITORY], "line 3, column from_year: found '2007'"),
        (["345,S,,2008,attach,SRB,", GOOD_TERRITORY], "line 3, column from_year: found '2007'"),
        (["x,S,,,attach,SRB,"], "column country_id: found 'x', wanted digits"),
    ],
)
def test_a_broken_table_of_territories_is_refused_with_its_place(
    tmp_path: Path, lines: list[str], message: str
) -> None:
    path = broken(tmp_path, reference.TERRITORY_COLUMNS, *lines)

    with pytest.raises(ReferenceDataError, match=message):
        reference.read_event_territories(path)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (GOOD_RELEASE.replace("06-11", "06-31"), "found '2025-06-31', wanted a day of the calendar"),
        (GOOD_RELEASE.replace("2025-06-11", "June 2025"), "wanted a day as YYYY-MM-DD"),
        (GOOD_RELEASE.replace("day", "year"), "column precision: found 'year', wanted day or month"),
        (GOOD_RELEASE.replace("https", "ftp"), "column source"),
        (GOOD_RELEASE.replace("25.1", "v25"), "column version: found 'v25'"),
    ],
)  # fmt: skip
def test_a_broken_table_of_releases_is_refused_with_its_place(tmp_path: Path, line: str, message: str) -> None:
    path = broken(tmp_path, reference.RELEASE_COLUMNS, line)

    with pytest.raises(ReferenceDataError, match=message):
        reference.read_ucdp_releases(path)


@pytest.mark.parametrize("text", [b"", b"iso2,iso3\n", b"\xff\xfe\x00", b"<html></html>\n"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(text)

    for read in (reference.read_countries, reference.read_event_territories, reference.read_ucdp_releases):
        with pytest.raises(ReferenceDataError, match=r"table\.csv, .*found .*, wanted "):
            read(path)


def test_a_review_without_its_author_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "reviewed.toml"
    path.write_text('[t]\nfile = "a.csv"\n', encoding="utf-8")

    with pytest.raises(ReferenceDataError, match=r"column t\.author: found None, wanted str"):
        reference.read_reviews(path)
