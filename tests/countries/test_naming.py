"""Names and codes of States: understood in six languages, and never guessed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countries.names import names_of, own_names
from countries.naming import LANGUAGES, NAMES, country_named, country_numbered, key_of, states_called
from countries.reference import read_countries

STATES = read_countries()
KNOWN = Path(__file__).resolve().parents[1] / "golden" / "names_of_states.tsv"
PARTS = {  # of a State; they stood among its names once, and a figure for a part is none for the State
    "England", "Scotland", "Northern Ireland", "Niger Delta", "Niger State", "eastern Congo",
    "في مالي", "شمال مالي", "وسط مالي",
}  # fmt: skip


@pytest.mark.parametrize("row", STATES, ids=lambda row: row.iso3)
def test_every_state_is_known_by_its_codes_and_by_its_names_in_six_languages(row: object) -> None:
    assert hasattr(row, "iso3")
    codes = [row.iso2, row.iso3, row.m49, row.m49.lstrip("0"), row.iso3.lower()]  # type: ignore[attr-defined]

    assert {country_named(code).only for code in codes} == {row.iso3}
    for name in names_of(row, LANGUAGES):  # type: ignore[arg-type]
        assert row.iso3 in country_named(name).iso3, name


@pytest.mark.parametrize(
    ("text", "iso3"),
    [
        ("NA", "NAM"), ("Niger", "NER"), ("Nigeria", "NGA"), ("Guinea", "GIN"), ("Guinea Bissau", "GNB"),
        ("GUINÉE ÉQUATORIALE", "GNQ"), ("Eq. Guinea", "GNQ"), ("Papua New Guinea", "PNG"), ("Dominica", "DMA"),
        ("Dominican Rep.", "DOM"), ("Mali", "MLI"), ("Sudan", "SDN"), ("South Sudan", "SSD"), ("Sudan, South", "SSD"),
        ("S. Sudan", "SSD"), ("The Gambia", "GMB"), ("Gambia, The", "GMB"), ("gambia (the)", "GMB"),
        ("Congo, Dem. Rep.", "COD"), ("Congo, Rep.", "COG"), ("Dem. Rep. Congo", "COD"), ("RDC", "COD"),
        ("Congo (Kinshasa)", "COD"), ("Congo-Brazzaville", "COG"), ("République démocratique du Congo", "COD"),
        ("Korea (Republic of)", "KOR"), ("Korea, Rep.", "KOR"), ("Korea, Dem. People’s Rep.", "PRK"),
        ("Côte d'Ivoire", "CIV"), ("Cote d Ivoire", "CIV"), ("CÔTE D’IVOIRE", "CIV"), ("Ivory Coast", "CIV"),
        ("Iran, Islamic Rep.", "IRN"), ("Venezuela, RB", "VEN"), ("Egypt, Arab Rep.", "EGY"), ("Yemen, Rep.", "YEM"),
        ("Micronesia, Fed. Sts.", "FSM"), ("St. Vincent & the Grenadines", "VCT"), ("Holy See (Vatican City)", "VAT"),
        ("Lao PDR", "LAO"), ("Viet-Nam", "VNM"), ("Turkiye", "TUR"), ("Swaziland", "SWZ"), ("Burma", "MMR"),
        ("Myanmar (Burma)", "MMR"), ("U.S.A.", "USA"), ("UK", "GBR"), ("Moldova, Republic of", "MDA"),
        ("West Bank and Gaza", "PSE"), ("Macedonia (the former Yugoslav Republic of)", "MKD"), ("缅甸", "MMR"),
        ("السودان", "SDN"), ("Сирия", "SYR"), ("المملكة العربية السعودية", "SAU"), ("516", "NAM"), ("4", "AFG"),
    ],
)  # fmt: skip
def test_a_name_as_datasets_write_it(text: str, iso3: str) -> None:
    assert country_named(text).only == iso3


@pytest.mark.parametrize(
    ("text", "codes"),
    [("Congo", {"COD", "COG"}), ("конго", {"COD", "COG"}), ("刚果", {"COD", "COG"}), ("Korea", {"PRK", "KOR"}),
     ("Corée", {"PRK", "KOR"}), ("Serbia and Montenegro", {"SRB", "MNE"})],
)  # fmt: skip
def test_a_name_of_two_states_names_both(text: str, codes: set[str]) -> None:
    assert set(country_named(text).iso3) == codes
    assert country_named(text).only == ""


def test_no_name_is_lost_that_one_of_the_two_former_lists_knew() -> None:
    known = dict(line.split("\t") for line in KNOWN.read_text(encoding="utf-8").splitlines())
    lost = {name for name, codes in known.items() if set(country_named(name).iso3) != set(codes.split())}

    assert len(known) > 500
    assert lost == PARTS
    assert all(country_named(part).iso3 == () for part in PARTS)


def test_a_russian_name_may_stand_in_another_case() -> None:
    assert [states_called(name) for name in ("Сирии", "Украину", "Южном Судане")] == [("SYR",), ("UKR",), ("SSD",)]


@pytest.mark.parametrize("word", ["no", "is", "in", "na", "Me"])
def test_a_small_word_in_a_field_is_no_code(word: str) -> None:
    assert states_called(word) == ()
    assert states_called(word.upper()) == country_named(word).iso3 != ()


@pytest.mark.parametrize(
    "text", ["Kosovo", "Scotland", "Taiwan", "TW", "World", "Africa", "Hong Kong", "Western Sahara", "XK"]
)
def test_what_is_no_state_here_is_said_to_be_none(text: str) -> None:
    named = country_named(text)

    assert (named.iso3, named.nearest) == ((), ())
    assert "no Member or observer State" in named.why


def test_a_misspelt_name_is_refused_with_those_near_it_as_a_suggestion() -> None:
    assert (country_named("Myanmmar").iso3, country_named("Myanmmar").nearest) == ((), ("MMR",))
    assert country_named("Atlantis").iso3 == ()
    assert country_named("Somaliland").only == ""


def test_a_gleditsch_ward_number_is_read_only_where_the_column_is_known_to_hold_them() -> None:
    assert (country_numbered("775").only, country_numbered("775.0").only) == ("MMR", "MMR")
    assert set(country_numbered("345").iso3) == {"SRB", "MNE"}
    assert (country_numbered("9999").iso3, country_named("775").only) == ((), "")


def test_no_name_of_our_own_takes_one_from_another_state() -> None:
    theirs = {key_of(name): row.iso3 for row in STATES for name in names_of(row, LANGUAGES)}
    own = [(name, known.iso3) for name, known in own_names() if known.kind in NAMES]

    assert len(LANGUAGES) >= 6
    assert [
        name for name, codes in own if len(codes) < 2 and theirs.get(key_of(name), "".join(codes)) != "".join(codes)
    ] == []
    assert len({key_of(name) for name, _ in own}) > 200


@given(st.text(max_size=200))
def test_any_text_is_a_state_of_the_list_or_is_said_to_be_none(text: str) -> None:
    named = country_named(text)

    assert set(named.iso3) | set(named.nearest) <= {row.iso3 for row in STATES}
    assert not named.iso3 or not named.why


@given(st.sampled_from(STATES), st.sampled_from([str.upper, str.lower, str.title, lambda name: f"  {name}\t"]))
def test_case_and_space_around_a_name_do_not_matter(row: object, change: object) -> None:
    name = row.name_en  # type: ignore[attr-defined]

    assert country_named(change(name)).iso3 == country_named(name).iso3  # type: ignore[operator]
