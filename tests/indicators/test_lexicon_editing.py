"""A lexicon edited as written: what nobody touched stands to the byte."""

import pytest

from indicators.matching import editing, measuring
from indicators.matching.editing import Change
from indicators.matching.lexicon import LANGUAGES
from indicators.matching.measuring import Labelled, LabelledError
from tests.lexicons import ENTRY, PASSAGE, PHRASE

FILES = editing.shipped()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_of_every_language_can_be_written_anew_and_reads_the_same(language: str) -> None:
    entries = editing.entries_of(FILES[language])
    changes = [Change(language, place, dict(entry)) for place, entry in enumerate(entries)]
    written = editing.applied(FILES, changes)

    assert editing.entries_of(written[language]) == entries
    assert editing._tables(written[language]) == editing._tables(FILES[language])


def test_an_edit_touches_its_entry_alone() -> None:
    written = editing.applied(FILES, [Change("fr", 1, ENTRY)])
    before, after = FILES["fr"].splitlines(), written["fr"].splitlines()

    assert [one for one in LANGUAGES if written[one] != FILES[one]] == ["fr"]
    assert editing.entries_of(written["fr"])[1] == ENTRY
    assert [line for line in before if line.startswith("#")] == [line for line in after if line.startswith("#")]
    assert editing.entries_of(written["fr"])[2:] == editing.entries_of(FILES["fr"])[2:]


def test_entries_are_added_and_removed() -> None:
    count = len(editing.entries_of(FILES["es"]))
    written = editing.applied(FILES, [Change("es", 0, None), Change("es", count, ENTRY)])
    entries = editing.entries_of(written["es"])

    assert (len(entries), entries[-1]) == (count, ENTRY)
    assert entries[0] == editing.entries_of(FILES["es"])[1]
    assert editing.parsed(written)["es"].entries


def test_the_digest_hangs_on_the_content_and_not_on_the_name() -> None:
    renamed = editing.labelled(FILES, "2+7")

    assert editing.label_of(renamed) == "2+7"
    assert editing.digest(renamed) == editing.digest(FILES)
    assert editing.digest(editing.applied(FILES, [Change("en", 0, None)])) != editing.digest(FILES)


def test_differences_say_what_is_new_gone_and_changed() -> None:
    first = dict(editing.entries_of(FILES["en"])[0])
    heavier = first | {"weight": 0.9, "phrases": [*first["phrases"][1:], PHRASE]}
    new, gone, changed = len(editing.entries_of(FILES["en"])), 1, 0
    found = editing.differences(
        FILES, [Change("en", new, ENTRY), Change("en", gone, None), Change("en", changed, heavier)]
    )

    assert [(one.place, one.is_new, one.is_gone) for one in found] == [
        (changed, False, False), (gone, False, True), (new, True, False),
    ]  # fmt: skip
    assert (found[0].added, found[0].removed) == ((PHRASE,), (first["phrases"][0],))
    assert found[0].fields == (("weight", str(first["weight"]), "0.9"),)
    assert editing.differences(FILES, [Change("en", 0, first)]) == []


def test_a_wrong_phrase_is_named_with_what_was_wanted() -> None:
    said = editing.faults({"phrases": ["good words", "(a|b", "@nobody"], "not": ["..3"]}, {})

    assert [one.partition(":")[0] for one in said] == ["phrase 2", "phrase 3", "silencing phrase 1"]
    assert "wanted )" in said[0]


def test_before_and_after_stand_side_by_side() -> None:
    after = editing.parsed(editing.applied(FILES, [Change("en", 10_000, ENTRY)]))
    passages = [Labelled("a", PASSAGE, "en", frozenset({7})), Labelled("b", "The weather was mild.", "en", frozenset())]
    heard: list[int] = []
    found = measuring.compared(passages * 50, editing.parsed(FILES), after, told=heard.append)

    assert (found["before"]["overall"]["recall"], found["after"]["overall"]["recall"]) == (0.0, 1.0)
    assert found["before"]["overall"]["precision"] is None
    assert found["after"]["neutral_tagged"] == 0
    assert found["changed"][0] == {"id": "a", "labels": [7], "before": [], "after": [7]}
    assert (found["changed_count"], heard) == (50, [100])


def test_of_what_nobody_judged_nothing_is_counted() -> None:
    after = editing.parsed(editing.applied(FILES, [Change("en", 10_000, ENTRY)]))
    one = Labelled("a", PASSAGE, "en", frozenset(), judged=frozenset({3}))

    assert measuring.compared([one], after, after)["after"]["overall"]["tagged"] == 0


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"", "found no line"),
        (b"[1]", "line 1: found no JSON object"),
        (b'{"text": " ", "factors": []}', "line 1: found no text"),
        (b'{"text": "x", "factors": [15]}', "numbers from 1 to 14"),
        (b'{"text": "x", "factors": [true]}', "numbers from 1 to 14"),
        (b'{"text": "x", "factors": [], "lang": 3}', "no code of a language"),
        (b"\xff\xfe", "line 1: found no JSON object"),
    ],
)
def test_a_bad_file_of_labelled_passages_names_its_line(line: bytes, said: str) -> None:
    with pytest.raises(LabelledError, match=said):
        measuring.read_labelled(line)


def test_the_shipped_labelled_passages_can_be_read() -> None:
    rows = measuring.read_labelled(measuring.HELD_OUT.read_bytes())

    assert len(rows) >= 35
    assert any(not one.factors for one in rows)
