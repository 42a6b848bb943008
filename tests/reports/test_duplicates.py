"""How much two texts share, and what is made of it."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import duplicates
from reports.duplicates import Relation, Shared
from tests.reports.texts import text, words

SPOKEN = st.text(alphabet="abcd ,.\n人权理事会", max_size=400)


def shared(one: str, other: str) -> Shared:
    return duplicates.shared(duplicates.shingles(one), duplicates.shingles(other))


def rewritten(seed: int, share: float) -> tuple[str, str]:
    """Two texts of equal length of which about `share` is common, in one piece."""
    common, rest = words(seed, int(300 * share)), int(300 * (1 - share))
    return text(common, words(seed + 1000, rest)), text(common, words(seed + 2000, rest))


@pytest.mark.parametrize(
    ("share", "wanted"),
    [
        (0.95, Relation.SAME), (0.88, Relation.SAME), (0.83, Relation.SAME),  # reprints
        (0.67, Relation.POSSIBLE_UPDATE), (0.49, Relation.POSSIBLE_UPDATE),  # an updated page
        (0.19, Relation.NONE), (0.11, Relation.NONE),  # a wire copy that was rewritten cannot be told this way
    ],
)  # fmt: skip
def test_measured_cases_are_told_apart(share: float, wanted: Relation) -> None:
    one, other = rewritten(3, share)

    assert shared(one, other).relation is wanted


def test_a_short_report_in_a_compilation_is_a_part_and_not_the_same() -> None:
    short = words(1, 120)
    digest = text(words(2, 500), short, words(3, 500))

    found = shared(text(short), digest)

    assert found.of_first > 0.9 > 0.2 > found.of_second
    assert found.relation is Relation.FIRST_IN_SECOND
    assert shared(digest, text(short)).relation is Relation.SECOND_IN_FIRST


def test_case_line_breaks_quotes_dashes_and_stops_make_no_difference() -> None:
    plain = "The council's five members met on Tuesday, they said, and agreed to meet again - soon enough."
    printed = "THE COUNCIL’S five\nmembers met on Tuesday they said; and agreed to “meet” again — soon enough!"

    assert duplicates.words(plain) == duplicates.words(printed)


def test_of_chinese_the_characters_are_compared() -> None:
    said = "".join(random.Random(1).choices("人权理事会今天在日内瓦通过决议要求各方保护平民", k=200))

    assert len(duplicates.words(said)) == 200
    assert shared(said, f"路透社：{said}").relation is Relation.SAME


SHORT = "Soldiers burned the village of Example on Monday and killed ten people, two witnesses said."
MORE = "The ministry of the interior rejected the account on Tuesday evening in a statement of its own."
HEAD = "Country: Exampleland. Source: Office of Examples and Cooperation. Please refer to the attached file for more."


def test_a_short_text_says_that_it_is_the_same_by_its_digest_alone() -> None:
    of = duplicates.shingles(SHORT)

    assert len(duplicates.signature(of).keys) == of.size == 11
    assert duplicates.shared(of, of).relation is Relation.POSSIBLE_UPDATE


@pytest.mark.parametrize("longer", [f"{SHORT} {MORE}", f"{MORE} {SHORT}", f"Update: {SHORT}"])
def test_a_short_text_with_one_more_sentence_may_be_its_update_and_meets_it(longer: str) -> None:
    assert shared(SHORT, longer).relation is Relation.POSSIBLE_UPDATE
    one, other = (duplicates.signature(duplicates.shingles(said)).keys for said in (SHORT, longer))
    assert len(set(one) & set(other)) >= 9


@pytest.mark.parametrize(
    "other",
    [
        "Soldiers burned the market of Sample on Friday and killed six people, three witnesses said.",
        f"Soldiers burned the village of Example on Monday. {MORE}",
        text(words(1, 150), SHORT.split(), words(2, 150)),  # a sentence of a long report
    ],
)
def test_two_different_short_items_are_no_updates(other: str) -> None:
    assert shared(SHORT, other).relation is Relation.NONE


@pytest.mark.parametrize(
    ("title", "other", "wanted"),
    [
        ("Village burned in Example", "Village burned in Example (update)", True),
        ("Village burned in Example", "Ministry rejects account", False),
        ("Daily report 218/2020", "Daily report 219/2020", False),
        ("", "", True),
    ],
)
def test_what_a_publisher_says_in_each_short_item_is_no_question(title: str, other: str, wanted: bool) -> None:
    found = shared(HEAD, f"{HEAD} Summary of events.")

    assert (found.is_short, found.relation) == (True, Relation.POSSIBLE_UPDATE)
    assert duplicates.is_offered(found, title, other) is wanted


def test_titles_make_no_difference_to_texts_of_some_lines() -> None:
    found = shared(f"{SHORT} {MORE}"[:190], f"{SHORT} {MORE}")

    assert found.common >= duplicates.SHORT_ALONE
    assert duplicates.is_offered(found, "Village burned", "Ministry rejects account")


def test_half_of_a_note_in_a_long_report_is_no_update_of_it() -> None:
    note = text(words(1, 60), words(2, 60))

    assert shared(note, text(words(1, 60), words(3, 900))).relation is Relation.NONE


def test_a_footer_in_common_is_no_update() -> None:
    footer = words(9, 35)

    assert shared(text(words(1, 40), footer), text(words(2, 40), footer)).relation is Relation.NONE


@given(SPOKEN, SPOKEN)
def test_what_is_shared_does_not_depend_on_the_order(one: str, other: str) -> None:
    forth, back = shared(one, other), shared(other, one)

    assert (forth.common, forth.first, forth.second) == (back.common, back.second, back.first)
    mirrored = {Relation.FIRST_IN_SECOND: Relation.SECOND_IN_FIRST, Relation.SECOND_IN_FIRST: Relation.FIRST_IN_SECOND}
    assert back.relation is mirrored.get(forth.relation, forth.relation)


@given(SPOKEN)
def test_a_text_shares_everything_with_itself_and_signs_alike(said: str) -> None:
    of = duplicates.shingles(said)

    assert duplicates.shared(of, of).common == of.size
    assert duplicates.signature(of) == duplicates.signature(duplicates.shingles(said.upper().lower()))


def test_texts_that_share_half_meet_under_some_key() -> None:
    met = 0
    for seed in range(20):
        one, other = (duplicates.signature(duplicates.shingles(said)).keys for said in rewritten(seed, 0.5))
        met += bool(set(one) & set(other))

    assert met == 20


def test_strangers_meet_under_no_key() -> None:
    signed = [duplicates.signature(duplicates.shingles(text(words(seed)))).keys for seed in range(30)]

    assert len({key for keys in signed for key in keys}) == sum(len(keys) for keys in signed)


def test_a_signature_is_128_numbers_of_four_bytes_and_its_keys_fit_a_bigint() -> None:
    made = duplicates.signature(duplicates.shingles(text(words(1))))

    assert len(made.minhash) == 512
    assert sum(key < 0 for key in made.keys) == duplicates.BANDS
    assert all(-(2**63) <= key < 2**63 for key in made.keys)
