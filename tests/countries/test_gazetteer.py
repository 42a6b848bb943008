"""The States that a text names, and those that it is about."""

import json
import time
from pathlib import Path

import pytest

from countries.gazetteer import countries_in, subjects_in
from countries.names import known_names
from countries.reference import read_countries


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Chad Smith met Michael Jordan in Georgia.", ["GEO"]),
        ("Chad and Jordan closed their borders.", ["TCD", "JOR"]),
        ("The turkey, a guinea pig and the china were sold; the mali had no say.", []),
        ("Niger, Nigeria, a Nigerien and a Nigerian.", ["NER", "NGA", "NER", "NGA"]),
        ("Guinea, Guinea-Bissau, Equatorial Guinea, Papua New Guinea; Gulf of Guinea", ["GIN", "GNB", "GNQ", "PNG"]),
        ("Equatoria has a border.", ["SSD"]),
        ("Dominica and the Dominican Republic", ["DMA", "DOM"]),
        ("Sudan, South Sudan; South Sudanese and Sudanese people", ["SDN", "SSD", "SSD", "SDN"]),
        ("the Republic of the Congo and the Democratic Republic of Congo", ["COG", "COD"]),
        ("the Democratic People’s Republic of Korea", ["PRK"]),
        ("the Lao People's Democratic Republic", ["LAO"]),
        ("Côte d’Ivoire, Cote d'Ivoire and the Ivory Coast", ["CIV", "CIV", "CIV"]),
        ("SUDAN: SIEGE OF EL FASHER", ["SDN", "SDN"]),
        ("the DRC and a dRc; the US and us", ["COD", "USA"]),
        ("Lake Chad, the Niger River and New Mexico", []),
        ("Soudan du Sud, Sudán del Sur et Nigéria", ["SSD", "SSD", "NGA"]),
        ("в Судане и Южном Судане, в Нигерии и Нигере", ["SDN", "SSD", "NGA", "NER"]),
        ("في السودان وجنوب السودان والنيجر، الرئيس النيجيري", ["SDN", "SSD", "NER", "NGA"]),
        ("尼日利亚和尼日尔、苏丹和南苏丹，马里兰", ["NGA", "NER", "SDN", "SSD"]),
    ],
)  # fmt: skip
def test_a_name_is_the_longest_that_stands_there(text: str, wanted: list[str]) -> None:
    assert [named.iso3 for named in countries_in(text)] == wanted


def test_offsets_point_at_the_words_of_the_text() -> None:
    text = "In Émirats arabes unis and Türkiye’s west"

    assert [text[one.start : one.end] for one in countries_in(text)] == ["Émirats arabes unis", "Türkiye"]


@pytest.mark.parametrize("text", ["Congo", "The Congolese army in Congo", "Korea"])
def test_a_name_that_two_states_share_counts_for_none(text: str) -> None:
    assert countries_in(text) == ()


def test_a_shared_name_counts_for_the_state_that_is_named_beside_it() -> None:
    assert subjects_in("Congolese soldiers left Goma.") == ("COD",)


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("The Rwandan-backed M23 seized Goma.", ("COD",)),
        ("Burundian forces fought in South Kivu.", ("COD",)),
        ("The group, backed by Rwanda, entered Ituri.", ("COD",)),
        ("Israeli security forces killed Palestinians in Gaza.", ("PSE",)),
        ("Talks in Cairo on Sudan", ("SDN",)),
        ("Unrest in Port-au-Prince", ("HTI",)),
        ("Malian soldiers killed villagers.", ("MLI",)),
        ("Boko Haram raided a village in Cameroon.", ("CMR",)),
        ("A report in French on Haiti", ("HTI",)),
        ("Sudan first, then Chad, and Sudan again", ("SDN", "TCD")),
    ],
)
def test_a_country_in_passing_is_not_the_subject(text: str, subjects: tuple[str, ...]) -> None:
    assert subjects_in(text) == subjects


def test_every_state_is_found_by_its_own_name_in_six_languages() -> None:
    # also words, persons or two States: named in full only, or in their own language
    doubtful = {
        "مالي", "Того", "Granada", "Congo", "Конго", "الكونغو", "刚果（布）",
        "Maurice", "Dominique", "Grenade", "Mauricio", "Barbade", "Chili",
    }  # fmt: skip
    missed = [
        (row.iso3, name)
        for row in read_countries()
        for name in (row.name_en, row.name_fr, row.name_es, row.name_ru, row.name_zh, row.name_ar)
        if name not in doubtful and row.iso3 not in {one.iso3 for one in countries_in(name)}
    ]

    assert missed == []


def test_a_hundred_thousand_characters_are_read_in_well_under_a_second() -> None:
    text = ("In Sudan and Chad, Rwandan-backed men of Guinea went to Mali. " * 2000)[:100_000]
    known_names()
    countries_in("Sudan")
    start = time.perf_counter()

    assert len(countries_in(text)) > 5000
    assert time.perf_counter() - start < 1


@pytest.mark.shared_data
def test_real_excerpts_are_given_the_countries_that_they_are_about(shared_data: Path) -> None:
    found = missed = wrong = 0
    for line in (shared_data / "report_texts" / "report_excerpts.jsonl").read_text(encoding="utf-8").splitlines():
        excerpt = json.loads(line)
        named = set(subjects_in(f"{excerpt['title']}.\n{excerpt['excerpt']}", excerpt["lang"]))
        wanted = set(excerpt["countries_about"])
        found += len(named & wanted)
        missed += len(wanted - named)
        wrong += len(named - wanted)

    assert found / (found + missed) >= 0.95
    assert found / (found + wrong) >= 0.8
