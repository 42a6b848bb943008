"""Passages are exactly what their offsets say, and no character that can be read is lost."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.readers import READERS, reader_named
from reports.readers.draft import ReaderError
from reports.text import PASSAGE_CHARACTERS, decode, split_passages

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
FILES = {"text": "statement.txt", "html": "page.html", "coding-note": "note.toml"}
QUICK = settings(max_examples=60, deadline=None)
TEXTS = st.text(st.sampled_from('ab.!?。؟ \n\t\r\x0b\x0c\x1c\x85\u2028\u00a0\u200b“”)"é'), max_size=200)


@pytest.mark.parametrize("reader", FILES)
def test_a_passage_is_the_text_between_its_offsets(reader: str) -> None:
    draft = reader_named(reader)((SAMPLES / FILES[reader]).read_bytes())

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


def test_a_long_paragraph_is_cut_at_sentence_ends() -> None:
    sentence = "This is a made-up sentence of some length. "
    spans = split_passages(sentence * 100)

    assert len(spans) > 5
    assert all(end - start <= PASSAGE_CHARACTERS for start, end in spans)
    assert all((sentence * 100)[end - 1] == "." for _, end in spans)


def test_a_sentence_without_end_stays_whole() -> None:
    assert split_passages("word " * 1000) == ((0, 4999),)


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
