"""ReliefWeb's answers: what each report says, what is wrong with one, and where the next question goes on."""

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.readers import reader_named
from reports.readers.draft import ITEMS_MAX, FeedDraft, ReaderError
from reports.readers.reliefweb import OVERLAP, question

SAMPLE = (Path(__file__).resolve().parents[1] / "samples/reliefweb.json").read_bytes()
SECRET = "Ms Example Person of Exampletown"


def read(payload: bytes) -> FeedDraft:
    draft = reader_named("reliefweb-v2")(payload)
    assert isinstance(draft, FeedDraft)
    return draft


def entry(number: int = 1, changed: str = "2024-05-31T09:00:00+00:00", **fields: Any) -> dict[str, Any]:
    said = {"title": "T", "body": "Made up.", "date": {"original": "2024-05-30T00:00:00+00:00", "changed": changed}}
    return {"id": str(number), "fields": said | fields}


def answer(*entries: Any, **rest: Any) -> bytes:
    return json.dumps({"href": "https://api.reliefweb.int/v2/reports", "data": entries} | rest).encode()


def refusal(payload: bytes) -> str:
    with pytest.raises(ReaderError) as refused:
        read(payload)
    assert SECRET not in str(refused.value)
    return str(refused.value)


def test_a_report_is_read_with_its_metadata() -> None:
    item = read(SAMPLE).items[-1]

    assert (item.external_id, item.title) == ("9000001", "A made-up report on Exampleland")
    assert item.url == "https://reliefweb.int/report/example/made-report"
    assert (item.published_on, item.language, item.countries) == (dt.date(2024, 5, 30), "en", ("MLI", "NER"))
    assert item.source is not None
    assert (item.source.slug, item.source.family, item.source.family_name) == ("omua", "omua", item.source.name)
    assert (item.source.reliability, item.source.licence) == ("F", "not stated; facts only")


def test_markdown_becomes_plain_paragraphs() -> None:
    assert read(SAMPLE).items[-1].text.split("\n\n") == [
        "Summary",
        "This is a synthetic text. It names nobody, and nothing *happened*.",
        "first made-up point\nsecond made-up point with a snake_case word",
        "A quoted line.\nAnother & line.",
        "The last paragraph.",
    ]


def test_passages_are_the_text_between_their_offsets() -> None:
    for item in read(SAMPLE).items:
        assert item.passages
        assert all(piece.text == item.text[piece.start : piece.end] for piece in item.passages)


def test_a_report_without_a_body_has_its_title_as_text_and_keeps_no_script_address() -> None:
    item = next(item for item in read(SAMPLE).items if item.external_id == "9000002")

    assert (item.text, item.url, item.language, item.countries) == ("A made-up map", "", None, ())
    assert b"javascript" not in item.payload
    assert item.source is not None
    assert re.fullmatch(r"organisation-[0-9a-f]{10}", item.source.slug)


def test_a_day_that_is_none_is_a_problem_of_its_report_alone() -> None:
    draft = read(SAMPLE)

    assert {item.external_id for item in draft.items} == {"9000001", "9000002", "9000004"}
    assert [problem.place for problem in draft.problems] == ["report 3"]
    assert "no day of the calendar" in draft.problems[0].reason


BROKEN: dict[str, tuple[Any, str]] = {
    "no fields": ({"id": "2"}, "fields: found none"),
    "a text for an entry": (SECRET, "fields: found none"),
    "no title": (entry(2, title=" \n"), "title: found nothing"),
    "a body that is a list": (entry(2, body=[SECRET]), "body: found a list"),
    "no date": (entry(2, date={}), "date: found nothing"),
    "a date in words": (entry(2, date={"original": SECRET}), "date: found no day"),
    "an id of words": ({"id": SECRET, "fields": entry()["fields"]}, "id: found a text of"),
    "a body of a book": (entry(2, body="x" * 1_000_001), "body: found 1,000,001 characters"),
    "a body of tags": (entry(2, body="<b>" * 6_000), "tags"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_one_broken_report_does_not_lose_the_others_nor_show_its_words(broken: str) -> None:
    bad, reason = BROKEN[broken]
    draft = read(answer(entry(1), bad, entry(3)))

    assert [item.external_id for item in draft.items] == ["1", "3"]
    assert len(draft.problems) == 1
    assert reason in draft.problems[0].reason
    assert SECRET not in str(draft.problems)


REFUSED = {
    "a page": (b"<!DOCTYPE html><html>" + SECRET.encode(), "HTML"),
    "v1": (answer(href="https://api.reliefweb.int/v1/reports?x=1"), "/v1/reports"),
    "other things": (answer(href="https://api.reliefweb.int/v2/disasters"), "/v2/disasters"),
    "a refusal": (json.dumps({"status": 403, "error": {"message": SECRET}}).encode(), r"an error \(403\)"),
    "no data": (b"{}", "data: found nothing"),
    "a list": (b"[]", "file: found a list"),
    "words": (json.dumps(SECRET).encode(), "file: found a text of"),
    "entries without fields": (answer({"id": "1"}), "without fields"),
    "half an answer": (SAMPLE[:900], "no valid JSON"),
    "NaN": (b'{"data": [NaN]}', "no valid JSON"),
    "brackets without end": (b"[" * 100_000, "brackets|JSON"),
    "a number without end": (b'{"data": ' + b"9" * 5000 + b"}", "no valid JSON"),
}


@pytest.mark.parametrize("refused", REFUSED)
def test_what_is_no_answer_of_reports_is_refused_with_what_was_wanted(refused: str) -> None:
    payload, found = REFUSED[refused]

    assert re.search(found, reason := refusal(payload))
    assert "wanted" in reason
    assert "/v2/reports" in reason


def test_an_empty_answer_has_no_items_and_no_cursor() -> None:
    draft = read(answer())

    assert (draft.items, draft.cursor, draft.is_full, draft.left_out) == ((), "", False, 0)


def test_the_next_question_begins_an_overlap_before_the_latest_change() -> None:
    latest = dt.datetime(2024, 5, 31, 9, tzinfo=dt.UTC)

    assert read(SAMPLE).cursor == (latest - OVERLAP).isoformat()
    assert question("x", read(SAMPLE).cursor)["filter"]["value"] == {"from": "2024-05-31T08:50:00+00:00"}


def full(*, seconds: int, more: int = 0) -> bytes:
    start = dt.datetime(2024, 5, 1, tzinfo=dt.UTC)
    days = [(start + dt.timedelta(seconds=number * seconds)).isoformat() for number in range(ITEMS_MAX + more)]
    return answer(*(entry(number, changed=day) for number, day in enumerate(days)))


def test_a_full_answer_goes_on_behind_its_latest_change() -> None:
    draft = read(full(seconds=1))

    assert draft.is_full
    assert draft.cursor == "2024-05-01T00:08:19+00:00"


def test_a_full_answer_of_one_second_is_stepped_over_and_said() -> None:
    draft = read(full(seconds=0))

    assert (draft.is_full, draft.cursor) == (True, "2024-05-01T00:00:01+00:00")
    assert "in one second" in draft.problems[0].reason


def test_what_is_beyond_the_limit_is_left_to_the_next_question() -> None:
    draft = read(full(seconds=1, more=7))

    assert (len(draft.items), draft.left_out, draft.is_full) == (ITEMS_MAX, 7, True)
    assert draft.cursor == "2024-05-01T00:08:19+00:00"


def test_the_first_question_asks_for_the_latest_and_the_others_for_what_changed_since() -> None:
    assert question("x", "")["sort"][0] == "date.changed:desc"
    assert "filter" not in question("x", "")
    assert question("x", "2024-05-01T00:00:00+00:00")["sort"][0] == "date.changed:asc"
    assert question("x", "")["limit"] == ITEMS_MAX


def test_another_day_of_change_makes_no_other_payload_but_other_words_do() -> None:
    same, later = read(answer(entry())), read(answer(entry(changed="2024-06-01T00:00:00+00:00", theme=[{"name": "x"}])))
    other = read(answer(entry(body="Made up anew.")))

    assert same.items[0].payload == later.items[0].payload != other.items[0].payload


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 5000), st.integers(0, 9), st.binary(max_size=9))
def test_an_answer_with_some_bytes_replaced_is_read_or_refused(at: int, length: int, new: bytes) -> None:
    at %= len(SAMPLE)
    try:
        draft = read(SAMPLE[:at] + new + SAMPLE[at + length :])
    except ReaderError:
        return
    assert all(item.text[piece.start : piece.end] == piece.text for item in draft.items for piece in item.passages)


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["iso3", "name", "code"]), inner),
    max_leaves=5,
)
FIELDS = st.dictionaries(
    st.sampled_from(["title", "body", "date", "country", "primary_country", "source", "language", "format", "url"]),
    JSONS,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(FIELDS | JSONS, max_size=3))
def test_fields_of_any_kind_are_read_or_become_problems(said: list[Any]) -> None:
    entries = [{"id": "7", "fields": {**entry()["fields"], **one}} if isinstance(one, dict) else one for one in said]
    draft = read(answer(entry(), *entries))

    assert len(draft.items) + len(draft.problems) == len(entries) + 1
    assert all("\x00" not in item.text and item.text.encode() for item in draft.items)


@pytest.mark.shared_data
def test_the_real_answers_of_version_1_are_refused_by_their_name(shared_data: Path) -> None:
    for path in (shared_data / "reliefweb").glob("*.json"):
        assert "found an answer of /v1/disasters" in refusal(path.read_bytes())
