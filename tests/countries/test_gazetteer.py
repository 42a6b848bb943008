"""The States that a text names, and those that it is about."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from countries.gazetteer import countries_in, subjects_in
from countries.naming import states_called
from countries.reference import read_countries

SAMPLES = Path(__file__).resolve().parents[1] / "samples"


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
        ("They opt for it; the oPt and the OPT", ["PSE", "PSE"]),
        ("CAR BOMB KILLS TEN IN SUDAN. LET US PRAY", ["SDN"]),
        ("CLASHES in CAR; CAR’s army, the US FDA", ["CAF", "CAF", "USA"]),
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


@pytest.mark.parametrize(
    "piece",
    [
        "In Sudan and Chad, Rwandan-backed men of Guinea went to Mali. ", "Sudan ", "Mali, ", "Chad ", "fled to Chad, ",
        "refugees a b ", "Sudanese security ", "backed by Mali and ", "soutenu par des forces de ", "苏丹", "السودان ",
        "судан", "vetoed by ",
    ],
)  # fmt: skip
def test_ten_times_the_characters_of_any_kind_take_no_more_than_some_ten_times_the_work(piece: str) -> None:
    def work(characters: int) -> float:
        start = time.process_time()
        countries_in(piece * (characters // len(piece)))
        return time.process_time() - start

    countries_in("Sudan")

    assert min(work(100_000) for _ in range(2)) < 30 * max(min(work(10_000) for _ in range(3)), 0.01)


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("Civilians killed by the Nyatura", ("COD",)),  # not "led by"
        ("The draft on Mali was vetoed by Russia and China.", ("MLI",)),
        ("Russia vetoed the draft on Mali.", ("MLI",)),
        ("Families fled from Darfur into Chad.", ("SDN",)),
        ("Fighters crossed from Mali into Niger and killed ten.", ("MLI", "NER")),
        ("After troops came, 300 people crossed from Mali into Niger.", ("MLI",)),
        ("Refugees in Chad lack water.", ("TCD",)),
        ("The Havana Agreement failed.", ()),
        ("Iranian drones were found in Sudan.", ("SDN",)),
        ("The US Treasury named men from Sudan.", ("SDN",)),
        ("The French ambassador spoke on Mali.", ("MLI",)),
        ("Israeli offensives followed in Gaza; Israeli forces entered Rafah.", ("ISR", "PSE")),
        ("Palestinian-American families", ("PSE",)),
        ("The siege of Kidal has drawn comparisons with Srebrenica. Mali's capital is cut off.", ("MLI",)),
        ("Over 900 people are held in Belarus. Poland, Latvia and Lithuania recalled their ambassadors.", ("BLR",)),
        ("(Nairobi) – The Malian army killed 27 men.", ("MLI",)),
        ("DAKAR, 3 June 2024 – Soldiers in Togo shot a boy.", ("TGO",)),
        ("Hungary sent officers to Bosnia and Herzegovina.", ("BIH",)),
        ("Rwanda's army continues to support M23 in North Kivu.", ("COD",)),
        ("France's ambassador spoke on Mali.", ("MLI",)),
        ("Gunmen killed 40 people in Niger, near the borders with Mali and Burkina Faso.", ("NER",)),
        ("Exiles in Costa Rica, Spain and Chile spoke of Nicaragua.", ("NIC",)),
    ],
)
def test_a_host_a_voter_and_an_envoy_count_where_nobody_else_does(text: str, subjects: tuple[str, ...]) -> None:
    assert subjects_in(text) == subjects


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("R2P in Burundi\nThree are worse: Mali, Chad and Yemen. Burundi is next.", ["BDI"]),
        ("Alert: Mali, Chad and Yemen (Chad)\nVillages burned.", ["TCD"]),
        ("Alert: Mali, Chad and Yemen\nVillages burned in Chad.", ["MLI", "TCD", "YEM"]),
        ("War spread in Mali, Niger and Togo. In Mali 200 died.", ["MLI", "NER", "TGO"]),
        ("Sudan is at war. Chad, Niger and Togo are poor.", ["SDN"]),
        ("Israel struck Lebanon, Syria and Yemen.", ["ISR", "LBN", "SYR", "YEM"]),
    ],
)
def test_a_list_of_other_crises_does_not_count_beside_the_one_spoken_of(text: str, subjects: list[str]) -> None:
    assert sorted(subjects_in(text)) == subjects


@pytest.mark.parametrize(
    ("text", "language", "wanted"),
    [
        ("la police tchadienne", "fr", ("TCD",)),
        ("la police tchadienne", "es", ()),
        ("las autoridades chinas y la china poblana", "es", ("CHN",)),
        ("the china and the chinos", "en", ()),
        ("Armenia", "en", ("ARM",)),
        ("российские и южносуданские войска", "ru", ("RUS", "SSD")),
        ("السلطات التونسية", "ar", ("TUN",)),
        ("北京时间", "zh", ()),
    ],
)
def test_a_name_may_hold_in_some_languages_only(text: str, language: str, wanted: tuple[str, ...]) -> None:
    assert subjects_in(text, language) == wanted


def shares(rows: list[dict[str, Any]]) -> tuple[float, float]:
    """Precision and recall of the States found, over all rows."""
    pairs = [(set(subjects_in(row["text"], row.get("lang", "en"))), set(row["iso3"])) for row in rows]
    right = sum(len(found & wanted) for found, wanted in pairs)
    return right / sum(len(found) for found, _ in pairs), right / sum(len(wanted) for _, wanted in pairs)


def test_held_out_passages_of_many_kinds_are_given_their_countries() -> None:
    lines = (SAMPLES / "countries_held_out.jsonl").read_text(encoding="utf-8").splitlines()
    precision, recall = shares([json.loads(line) for line in lines])

    assert len(lines) >= 100
    assert precision >= 0.97
    assert recall >= 0.93


def test_passages_full_of_states_in_passing_are_given_their_own() -> None:
    lines = (SAMPLES / "countries_fresh.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["kind"] == "apart"]
    precision, recall = shares(rows)

    assert len(rows) >= 60
    assert precision >= 0.90
    assert recall >= 0.95


@pytest.mark.shared_data
def test_the_passages_for_development_are_given_their_countries(shared_data: Path) -> None:
    lines = (shared_data / "passages_dev.jsonl").read_text(encoding="utf-8").splitlines()
    precision, recall = shares([json.loads(line) for line in lines])

    assert precision >= 0.97
    assert recall >= 0.95


@pytest.mark.parametrize(
    ("name", "states"),
    [
        ("Chad", ("TCD",)), ("tchad", ("TCD",)), ("NA", ("NAM",)), ("na", ()), ("mli", ("MLI",)),
        ("Congo", ("COD", "COG")), ("Congo, Democratic Republic of the", ("COD",)),
        ("Boko Haram", ()), ("Goma", ()), ("", ()), ("Чад", ("TCD",)),
    ],
)  # fmt: skip
def test_a_state_is_known_by_its_names_and_codes_and_by_nothing_else(name: str, states: tuple[str, ...]) -> None:
    assert states_called(name) == states


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
    assert found / (found + wrong) >= 0.97
