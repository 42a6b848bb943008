"""The lexicon, its pattern language, and what it makes of passages."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from indicators.matching import patterns
from indicators.matching.lexicon import LANGUAGES, LEXICONS, LexiconError, lexicon, read
from indicators.matching.suggester import Hit, factors_in, knows, suggest
from indicators.matching.words import folded, sentences

UNSEEN = Path(__file__).resolve().parent.parent / "samples" / "passages_unseen.jsonl"
HELD_OUT = LEXICONS.parent / "labelled" / "held_out.jsonl"


def matches(phrase: str, text: str, **groups: str) -> list[str]:
    matcher = patterns.Matcher.of((0, sequence) for sequence in patterns.parse(phrase, groups))
    return [
        text[tokens[found.first].start : tokens[found.end - 1].end]
        for tokens in sentences(text)
        for found in matcher.find(tokens)
    ]


@pytest.mark.parametrize(
    ("phrase", "text", "wanted"),
    [
        ("attack* ..2 civilian*", "Attacks on many Civilians", "Attacks on many Civilians"),
        ("attack* ..1 civilian*", "attacks on very many civilians", None),
        ("attack* ..4 civilian*", "They attacked. Civilians fled.", None),
        ("civilian* ~2 attack*", "attacks on civilians", "attacks on civilians"),
        ("kill* ..2 # people", "killed at least 45 people", "killed at least 45 people"),
        ("(a red|blue) door", "a blue door", "blue door"),
        ("past (mass)? killings", "past killings", "past killings"),
        ("non-arab @who", "the non-Arab communities", "non-Arab communities"),
        ("people's republic", "the People’s Republic", "People’s Republic"),
        ("word", "wording", None),
    ],
)
def test_a_phrase_matches_what_it_says(phrase: str, text: str, wanted: str | None) -> None:
    assert matches(phrase, text, who="communit*|people") == ([] if wanted is None else [wanted])


@pytest.mark.parametrize(
    ("phrase", "complaint"),
    [
        ("", "empty phrase"), ("(a|b", "not closed"), ("a|b", "without a bracket"), ("a ..99 b", "gap of 99"),
        ("..2 a", "wanted words on both sides"), ("a (b|c)?", "wanted words on both sides"), ("*", "wanted"),
        ("a ~2 b ~2 c", "more than one ~"), ("@nothing", "wanted a group"), ("a & b", "'&' after 1 char"),
    ],
)  # fmt: skip
def test_a_phrase_that_cannot_be_read_says_why(phrase: str, complaint: str) -> None:
    with pytest.raises(patterns.PatternError, match="found") as error:
        patterns.parse(phrase)

    assert complaint in str(error.value)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"indicator": "15.1"}, "entry 1 (15.1): found no such indicator"),
        ({"phrases": []}, "found no phrase"),
        ({"phrases": ["(a"]}, "entry 1 (7.14), phrase 1: found a bracket"),
        ({"weight": 1.5}, "wanted a number between 0 and 1"),
        ({"severity": 5}, "wanted 1 to 4"),
        ({"polarity": "good"}, "wanted risk or mitigation"),
        ({"colour": "red"}, "found colour"),
    ],
)
def test_a_lexicon_that_cannot_be_used_says_where_and_why(change: dict[str, Any], complaint: str) -> None:
    entry = {"indicator": "7.14", "weight": 0.5, "severity": 2, "phrases": ["hate speech"]} | change
    lines = [f"{key} = {json.dumps(value)}" for key, value in entry.items()]

    with pytest.raises(LexiconError) as error:
        read("\n".join(['version = "test"', "[[entry]]", *lines]).encode())

    assert complaint in str(error.value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lexicon_covers_all_factors_and_carries_its_version_and_digest(language: str) -> None:
    words = lexicon(language)

    assert {entry.factor for entry in words.entries} == set(range(1, 15))
    assert len({entry.indicator for entry in words.entries}) >= (100 if language == "en" else 14)
    assert (words.language, words.version) == (language, lexicon().version)
    assert len(words.sha256) == 64
    assert words == read((LEXICONS / f"{language}.toml").read_bytes())


@pytest.mark.parametrize(
    ("language", "text", "indicator"),
    [
        ("fr", "Des hommes armés ont attaqué le village et tué douze civils.", "11.1"),
        ("es", "Hombres armados irrumpieron en la aldea y mataron a doce campesinos.", "11.1"),
        ("ru", "Боевики напали на деревню и убили двенадцать мирных жителей.", "11.1"),
        ("ar", "هاجم مسلحون القرية وقتلوا اثني عشر مدنيا.", "11.1"),
        ("zh", "武装分子袭击村庄，杀害十二名平民。", "11.1"),
        ("en-GB", "Gunmen attacked the village and killed twelve civilians.", "11.1"),
        ("und", "Gunmen attacked the village and killed twelve of the civilians who were in it.", "11.1"),
    ],
)
def test_a_deed_is_recognised_in_the_six_languages(language: str, text: str, indicator: str) -> None:
    hits = suggest(text, language=language)

    assert indicator in {hit.indicator for hit in hits}
    assert all(text[hit.start : hit.end].strip() for hit in hits)


def test_of_a_language_without_a_lexicon_or_unknown_and_not_english_nothing_is_said() -> None:
    text = "Homens armados atacaram a aldeia e mataram doze civis."

    assert (knows("pt"), suggest(text, language="pt")) == (False, ())
    assert (knows("und"), suggest(text, language="und")) == (True, ())


@pytest.mark.parametrize(
    ("word", "one_way"),
    [("L’Armée", "armee"), ("Séléka's", "seleka"), ("والمدنيين", "مدنيين"), ("الإنسانية", "انسانيه"), ("Ёлка", "елка")],
)
def test_a_word_is_compared_in_one_way(word: str, one_way: str) -> None:
    assert folded(word) == one_way


def test_a_chinese_phrase_is_found_without_spaces_and_ends_at_its_stop() -> None:
    assert matches("平民 ..4 杀害", "平民遭杀害。") == ["平民遭杀害"]
    assert matches("平民 ..4 杀害", "平民。杀害。") == []


def test_each_phrase_of_an_entry_counts_by_itself_where_it_is_so_said() -> None:
    entry = 'indicator = "7.14"\nweight = 0.4\nseverity = 2\nphrases = ["slogans", "leaflets"]\n'
    once = read(f'version = "1"\n[[entry]]\n{entry}'.encode())
    each = read(f'version = "1"\n[[entry]]\n{entry}each = true\n'.encode())

    (faint,), (plain,) = (factors_in("Slogans and leaflets.", words=words) for words in (once, each))
    assert (faint.strength, plain.strength) == (0.496, 0.64)


def test_an_aside_for_the_sentence_takes_back_all_of_it_and_nothing_of_the_next() -> None:
    text = "The committee recommends a law; torture goes on there. Torture goes on."
    words = read(
        b'version = "1"\n[[entry]]\nindicator = "2.1"\nweight = 0.6\nseverity = 3\nphrases = ["torture"]\n'
        b'[[asides]]\nphrases = ["recommends"]\nstands = "sentence"\nreach = 0\n'
    )

    assert [hit.start for hit in factors_in(text.replace(";", ","), words=words)] == [text.index("Torture")]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Clashes between the army and the front around the city killed dozens.", {"1.1"}),
        ("Indiscriminate airstrikes hit the market.", {"13.14"}),
        ("Arson attacks on nine communities were counted within one month.", {"11.1"}),
        ("Artillery shelling of the crowded city killed and wounded civilians.", {"13.14"}),
        ("Non-Arab communities were targeted because of their ethnicity.", {"9.1"}),
        ("Hundreds of thousands of displaced people fled the fighting and need food.", {"1.3"}),
        ("The city is under siege and aid has been blocked.", {"13.8"}),
        ("Hate speech is spreading.", {"7.14"}),
        ("The last hospital of the city was hit by an airstrike and put out of service.", {"13.14"}),
        ("The army recruited, armed and trained youth militias that attacked the villages.", {"7.5"}),
        ("The inflow of weapons goes on, in breach of the arms embargo.", {"5.1"}),
    ],
)
def test_a_concrete_fact_is_recognised(text: str, codes: set[str]) -> None:
    assert codes <= {hit.indicator for hit in suggest(text)}


@pytest.mark.parametrize(
    "text",
    [
        "There is no evidence that civilians were attacked.",
        "Observers did not see any shelling of the town.",
        "The Council should end arbitrary detention and torture.",
        "The authorities should facilitate attacks being investigated.",
        "Reports of a massacre were unfounded.",
        "The home side attacked and won the match by two goals.",
        "Les milices ont attaqué des civils dans le village.",
        "",
    ],
)
def test_what_is_denied_asked_for_or_of_another_kind_gives_nothing(text: str) -> None:
    assert suggest(text) == ()


def test_what_follows_a_but_is_not_denied() -> None:
    assert suggest("There is no evidence of a coup, but civilians were massacred.")


def test_at_most_three_factors_are_suggested_strongest_first_with_the_phrase_that_fired() -> None:
    text = (
        "Militias killed villagers, the internet was shut down, judges were dismissed, hate speech spread, "
        "the border was closed and an aid convoy was ambushed."
    )
    hits = suggest(text)

    assert len({hit.factor for hit in hits}) == len(hits) == 3
    assert [hit.strength for hit in hits] == sorted((hit.strength for hit in hits), reverse=True)
    assert all(text[hit.start : hit.end].strip() for hit in hits)
    assert all(0 < hit.strength <= 1 and 1 <= hit.severity <= 4 and hit.polarity in (1, -1) for hit in hits)


def test_a_fact_that_protects_is_suggested_as_mitigation() -> None:
    (hit,) = suggest("The court convicted the commander of war crimes.")[:1]

    assert (hit.indicator, hit.polarity) == ("2.3", -1)


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("Gunmen attacked the village and many of the people who lived there were killed or taken away. ", 500),
        ("attack the the the the ", 2500),
        ("killed ", 8000),
        ("武装", 25_000),
    ],
)
def test_a_text_twice_as_long_takes_about_twice_the_work(text: str, times: int) -> None:
    """Work in processor time, each as the best of three: what matters is that it does not grow with the square."""
    language = "zh" if text.startswith("武") else "en"
    suggest("warm", language=language)

    once, twice = work(text * times, language), work(text * times * 2, language)

    assert twice < 3.2 * once + 0.1


def work(text: str, language: str) -> float:
    """Processor seconds for one text, the best of three."""
    taken = []
    for _ in range(3):
        start = time.process_time()
        factors_in(text, language=language)
        taken.append(time.process_time() - start)
    return min(taken)


class Measure(NamedTuple):
    micro: float
    macro: float
    recall_at_5: float
    neutral_tagged: float


def suggested(row: dict[str, Any]) -> tuple[Hit, ...]:
    return suggest(row["text"], language=row.get("lang", "en"))


def measured(rows: Sequence[dict[str, Any]]) -> Measure:
    """F1 over the 14 factors of what is suggested, recall of the five first factors, share of neutral rows tagged."""
    counts = {factor: [0, 0, 0] for factor in range(1, 15)}  # right, wrong, missed
    for row in rows:
        wanted, got = set(row["factors"]), {hit.factor for hit in suggested(row)}
        for factor in wanted | got:
            counts[factor][0 if factor in wanted & got else 1 if factor in got else 2] += 1
    told = [row for row in rows if row["factors"]]
    recall = [
        len(set(row["factors"]) & {hit.factor for hit in factors_in(row["text"])[:5]}) / len(row["factors"])
        for row in told
    ]
    neutral = [bool(suggested(row)) for row in rows if not row["factors"]]
    right, wrong, missed = (sum(column) for column in zip(*counts.values(), strict=True))
    scores = [2 * a / max(1, 2 * a + b + c) for a, b, c in counts.values()]
    micro = 2 * right / (2 * right + wrong + missed)
    return Measure(micro, sum(scores) / 14, sum(recall) / len(recall), sum(neutral) / len(neutral))


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_held_out_passages_are_recognised_at_the_bar() -> None:
    got = measured(rows_of(HELD_OUT))

    assert got.micro >= 0.55
    assert got.macro >= 0.5
    assert got.recall_at_5 >= 0.75
    assert got.neutral_tagged <= 0.2


def test_passages_of_another_hand_are_recognised_near_the_bar() -> None:
    """English ones and others, written by somebody who never saw the lexicon; made for this test, not to be cited."""
    got = measured(rows_of(UNSEEN))

    assert got.micro >= 0.46, "measured: .47; the bar is held on the three unseen sets together (docs/lexicon.md)"
    assert got.macro >= 0.42
    assert got.neutral_tagged <= 0.4, "ten hard ones: they speak of attacks, killings and minorities in harmless senses"


@pytest.mark.shared_data
def test_the_labelled_passages_are_recognised_at_the_bar(shared_data: Path) -> None:
    got = measured(rows_of(shared_data / "passages_dev.jsonl"))

    assert got.micro >= 0.55
    assert got.macro >= 0.5
    assert got.recall_at_5 >= 0.75
    assert got.neutral_tagged <= 0.2


@pytest.mark.shared_data
def test_the_two_excerpts_on_el_fasher_give_their_main_facts(shared_data: Path) -> None:
    excerpts = {row["id"]: row["excerpt"] for row in rows_of(shared_data / "report_texts" / "report_excerpts.jsonl")}

    assert len({hit.factor for hit in suggest(excerpts["T001"])} & {1, 11, 13}) >= 2
    assert len({hit.factor for hit in suggest(excerpts["T002"])} & {10, 11, 13}) >= 2
