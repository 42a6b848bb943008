"""Passages are exactly what their offsets say, and no character that can be read is lost."""

import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.readers import READERS, reader_named
from reports.readers.draft import ReaderError, ReportDraft
from reports.text import PASSAGE_CHARACTERS_MAX, decode, normal_form, split_passages

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
FILES = {"text": "statement.txt", "html": "page.html", "coding-note": "note.toml"}
QUICK = settings(max_examples=60, deadline=None)
TEXTS = st.text(st.sampled_from('ab.!?。؟ \n\t\r\x0b\x0c\x1c\x85\u2028\u00a0\u200b“”)"é'), max_size=200)


@pytest.mark.parametrize("reader", FILES)
def test_a_passage_is_the_text_between_its_offsets(reader: str) -> None:
    draft = reader_named(reader)((SAMPLES / FILES[reader]).read_bytes())

    assert isinstance(draft, ReportDraft)
    assert draft.passages
    for passage in draft.passages:
        assert passage.text == draft.text[passage.start : passage.end]


@QUICK
@given(TEXTS)
def test_splitting_loses_no_character_but_space(text: str) -> None:
    spans = split_passages(text)

    kept = "".join(text[start:end] for start, end in spans)
    assert "".join(kept.split()) == "".join(text.split())


@QUICK
@given(TEXTS)
def test_passages_stand_in_order_without_overlap_nor_space_at_their_ends(text: str) -> None:
    last = 0
    for start, end in split_passages(text):
        assert last <= start < end
        assert text[start:end] == text[start:end].strip()
        last = end


def passages(text: str) -> list[str]:
    return [text[start:end] for start, end in split_passages(text)]


def counts(text: str) -> list[int]:
    """How many sentences, all ended by ". ", stand in each passage."""
    return [passage.count(". ") + 1 for passage in passages(text)]


@pytest.mark.parametrize(
    ("sentences", "wanted"),
    [(1, [1]), (2, [2]), (4, [4]), (5, [3, 2]), (6, [4, 2]), (9, [4, 3, 2]), (100, [4] * 25)],
)
def test_a_paragraph_is_cut_into_passages_of_two_to_four_sentences(sentences: int, wanted: list[int]) -> None:
    assert counts(("This is a made-up sentence. " * sentences).strip()) == wanted


@pytest.mark.parametrize(("characters", "wanted"), [(225, [3, 3, 3]), (500, [2, 2, 2, 3]), (1500, [1] * 9)])
def test_long_sentences_make_passages_of_fewer(characters: int, wanted: list[int]) -> None:
    sentence = "Word " * (characters // 5 - 1) + "end. "

    found = counts((sentence * 9).strip())

    assert found == wanted
    assert all(len(passage) <= PASSAGE_CHARACTERS_MAX for passage in passages(sentence * 9))


@pytest.mark.parametrize(
    "sentence",
    [
        "Mr. Doe and Gen. J. F. Roe of the U.N. Office left.",
        "See No. 5, art. 3 and paras. 7 to 9 of S/RES/1.",
        "It rose by 3.5 per cent, e.g. in the east, on Jan. 5 at 6 p.m. local time.",
        "12. The made-up Council met.",
        "Was it so … nobody knew.",
        "M. Dupont et Mme. Durand sont partis.",
        "В 2024 г. Иванов уехал.",
        "“Leave!” she said, and they left.",
    ],
)
def test_a_stop_within_a_sentence_does_not_end_it(sentence: str) -> None:
    text = f"{sentence} Then it ended. So it was. It is over."

    assert passages(text) == [text]
    assert passages(f"{text} The fifth.") == [f"{sentence} Then it ended. So it was.", "It is over. The fifth."]


@pytest.mark.parametrize(
    "text",
    [
        "They fled.12 They came back.[3] They “left.” They stayed! Did they?",
        "فر الناس. هل عادوا؟ نعم۔ عادوا. ثم ذهبوا.",
        "村民逃离。“谁来了？”没有人！房子空了。后来回来。",
        "Они ушли. Они вернулись! Кто там? Никого… Все ушли.",
    ],
)
def test_stops_of_other_scripts_and_stops_with_marks_end_sentences(text: str) -> None:
    assert len(passages(text)) == 2


def test_a_heading_is_joined_to_nothing() -> None:
    body = "Families said that they had walked for days. They had met nobody, and nobody had met them."

    assert passages(f"What families said\n{body}") == ["What families said", body]
    assert passages(f"What families said\n\n{body}") == ["What families said", body]


def test_lines_wrapped_by_hand_stay_together_and_an_extractors_lines_do_not() -> None:
    wrapped = "Families said that they had walked for days,\nand that Nobody had met them. They had been\nalone."
    long = "Families said that they had walked for days, and that nobody had met them. " * 2

    assert passages(f"{wrapped}\nA new paragraph begins after that line.") == [
        wrapped, "A new paragraph begins after that line.",
    ]  # fmt: skip
    assert passages(f"{long}\n{long}") == [long.strip()] * 2


@pytest.mark.parametrize("mark", ["•", "-", "–", "1.", "(a)", "iv)"])
def test_an_entry_of_a_list_stands_alone(mark: str) -> None:
    entries = [f"{mark} In the first village: nobody", f"{mark} in the second: nobody either"]

    assert passages("\n".join(entries)) == entries


def test_rows_of_a_table_stay_together() -> None:
    assert len(passages("| village | houses |\n" * 10)) == 1


@pytest.mark.parametrize("piece", [". ", "A. ", "1. ", "x\n", "\n", "|x\n", ".” ", "。", "- x\n", "a.1 ", "e.g. "])
def test_hostile_text_is_cut_in_time_that_grows_with_its_length(piece: str) -> None:
    start = time.process_time()
    split_passages(piece * (500_000 // len(piece)))

    assert time.process_time() - start < 20  # were it quadratic: minutes


@pytest.mark.parametrize(("word", "joint"), [("word ", " "), ("word\u2003", "\u2003"), ("x", "")])
def test_what_has_no_sentence_end_is_cut_at_spaces_and_without_those_anywhere(word: str, joint: str) -> None:
    text = word * (100_000 // len(word))
    spans = split_passages(text)

    assert all(end - start <= PASSAGE_CHARACTERS_MAX for start, end in spans)
    assert len(spans) <= 100_000 / PASSAGE_CHARACTERS_MAX * 1.01 + 1
    assert {text[before:after] for (_, before), (after, _) in pairwise(spans)} == {joint}


def test_a_short_sentence_without_end_stays_whole() -> None:
    assert split_passages("word " * 300) == ((0, 1499),)


@QUICK
@given(st.lists(st.sampled_from(["a" * 900, " " * 900, "b. ", "\n\n", "é" * 1999, " "]), max_size=9).map("".join))
def test_no_passage_is_too_long_and_none_loses_a_character(text: str) -> None:
    spans = split_passages(text)

    assert all(end - start <= PASSAGE_CHARACTERS_MAX for start, end in spans)
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    assert "".join("".join(text[start:end] for start, end in spans).split()) == "".join(text.split())


def test_reprints_have_one_normal_form() -> None:
    first = "“Nobody’s village” — a\nsyn\u00adthetic  report, ﬁrst part…"

    assert normal_form(first) == normal_form('"NOBODY\'S VILLAGE" - A SYNTHETIC REPORT, FIRST PART...')
    assert normal_form("Other words.") != normal_form("Other word.")


@QUICK
@given(st.text(max_size=100))
def test_a_normal_form_is_its_own(text: str) -> None:
    assert normal_form(normal_form(text)) == normal_form(text)


@QUICK
@given(st.text(max_size=100))
def test_decoding_knows_one_line_end_and_one_form(text: str) -> None:
    try:
        found = decode(text.encode("utf-8", "surrogatepass"))
    except ReaderError:
        return
    assert "\r" not in found
    assert decode(found.encode()) == found


def test_a_byte_order_mark_and_bare_carriage_returns_are_understood() -> None:
    assert decode(b"\xef\xbb\xbfone\rtwo\r\nthree") == "one\ntwo\nthree"


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(READERS)), st.binary(max_size=400))
def test_arbitrary_bytes_raise_nothing_but_a_reader_error(reader: str, payload: bytes) -> None:
    try:
        reader_named(reader)(payload)
    except ReaderError:
        return


MARKUP = st.lists(
    st.sampled_from(
        ["<html>", "</p>", "<p>", "<table><tr><td>", "<meta charset='utf-16'>", "&#xD800;", "&#0;", "<!--", "]]>",
         "<svg>", "<title>", "word word. ", "<script>",
         "<a href='javascript:x'>", "\u2028", "\x01", "<?xml encoding='x'?>"]
    ),
    max_size=30,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(MARKUP)
def test_broken_markup_raises_nothing_but_a_reader_error(parts: list[str]) -> None:
    try:
        draft = reader_named("html")(("<!doctype html>" + "".join(parts)).encode())
    except ReaderError:
        return
    assert isinstance(draft, ReportDraft)
    assert all(passage.text == draft.text[passage.start : passage.end] for passage in draft.passages)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["note.toml", "country_year.csv"]), st.integers(0, 5000), st.integers(0, 9), st.binary(max_size=9)
)
def test_a_file_with_some_bytes_replaced_is_read_or_refused(name: str, at: int, length: int, new: bytes) -> None:
    payload = (SAMPLES / name).read_bytes()
    at %= len(payload)
    reader = {"note.toml": "coding-note", "country_year.csv": "ucdp-country-year"}[name]
    try:
        reader_named(reader)(payload[:at] + new + payload[at + length :])
    except ReaderError:
        return
