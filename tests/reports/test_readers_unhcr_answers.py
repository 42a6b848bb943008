"""UNHCR's figures as its API says them: the same numbers as in the CSV, and what is no such answer is said."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.readers import measuring, reader_named
from reports.readers.draft import ReaderError
from reports.readers.unhcr_population import read
from tests.datasets import unhcr_csv


def entry(**changes: Any) -> dict[str, Any]:
    defaults = {
        "year": 2023, "coo_id": 1, "coo_name": "Origin MYA", "coo": "MYA", "coo_iso": "MMR", "coa_name": "Asylum",
        "coa": "BGD", "coa_iso": "BGD", "refugees": 10, "asylum_seekers": "5", "idps": "0", "oip": "-",
    }  # fmt: skip
    return defaults | changes


def answer(*entries: Any) -> bytes:
    return json.dumps({"page": 1, "maxPages": 1, "items": list(entries)}).encode()


def test_an_answer_says_the_same_as_the_csv() -> None:
    said = measuring("unhcr-population")(answer(entry()))

    assert said == measuring("unhcr-population")(unhcr_csv((2023, "MYA", "MMR", "BGD", 10.0, 5.0, 0.0, None)))
    assert reader_named("unhcr-population")(answer(entry())).published_on is not None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b'{"items": [', "no valid JSON"),
        (b'{"items": []}', "no list with entries"),
        (b"{}", "no list with entries"),
        (answer(7), "entry 1: found"),
        (answer({"year": 2023}), "entry 1: found no coo_name"),
        (answer(entry(refugees="many")), "line 1, column refugees: found 'many'"),
        (answer(entry(refugees=[1])), "column refugees"),
        (answer(entry(), entry()), "a second time in 2023"),
        (b"<!doctype html>", "HTML"),
    ],
)
def test_what_is_no_such_answer_is_said(payload: bytes, reason: str) -> None:
    with pytest.raises(ReaderError) as refused:
        read(payload)

    assert reason in str(refused.value)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9), st.lists, max_leaves=9))
def test_no_answer_breaks_the_reading(value: Any) -> None:
    try:
        read(answer(entry(refugees=value), {"year": value}))
    except ReaderError:
        return
    raise AssertionError("an entry of a year alone was read")
