"""The help for coders: every indicator has it, and a file that cannot stand says why."""

import datetime as dt
import json
import re
import tomllib
from pathlib import Path

import pytest

from countries.reference import read_countries
from indicators.guidance import FOLDER, FRAMEWORK, GuidanceError, guidance_of, read_guidance

CATALOGUE = json.loads((FRAMEWORK / "un_2014.json").read_bytes())
CODES = [one["code"] for factor in CATALOGUE["factors"] for one in factor["indicators"]]
GOOD = """
author = "us"
written_on = 2026-11-30
next_review_on = 2027-11-30
[[indicator]]
code = "1.1"
counts = "What counts as evidence."
elsewhere = "The other one is 1.2."
examples = ["A first example.", "A second example."]
[indicator.grades]
1 = "A first anchor."
2 = "A second anchor."
3 = "A third anchor."
4 = "A fourth anchor."
"""


def texts(code: str) -> str:
    one = guidance_of(code)
    assert one is not None
    return " ".join([one.counts, one.elsewhere, *one.examples, *(words for _, words in one.grades)])


def test_all_140_indicators_have_their_help_and_no_other_code_has() -> None:
    found = read_guidance(CODES)

    assert len(CODES) == 140
    assert set(found) == set(CODES)
    assert guidance_of("15.1") is None


def test_each_factor_has_its_own_file() -> None:
    for path in FOLDER.glob("*.toml"):
        factor = int(path.stem)
        codes = [one["code"] for one in tomllib.loads(path.read_text())["indicator"]]
        assert codes == [code for code in CODES if int(code.split(".")[0]) == factor]


def test_no_two_indicators_share_an_example_or_all_of_their_anchors() -> None:
    found = [one for code in CODES if (one := guidance_of(code))]
    examples = [example for one in found for example in one.examples]

    assert len(set(examples)) == len(examples)
    assert len({one.grades for one in found}) == len(found)


@pytest.mark.parametrize("word", ["predict", "probab", "likelihood", "guilty", "genocidal", " perpetrated"])
def test_the_help_claims_neither_law_nor_future(word: str) -> None:
    assert [code for code in CODES if word in texts(code).lower()] == []


def test_no_example_names_a_real_country() -> None:
    names = re.compile(r"\b(" + "|".join(re.escape(one.name_en) for one in read_countries()) + r")\b")

    assert [code for code in CODES if names.search(texts(code))] == []


def test_its_author_and_its_next_review_are_known() -> None:
    one = guidance_of("7.14")

    assert one is not None
    assert one.author
    assert one.next_review_on > one.written_on >= dt.date(2026, 11, 30)


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("= 2026-11-30", "= [", "no valid TOML"),
        ('author = "us"', "", "found the keys"),
        ("2027-11-30", '"soon"', "next_review_on: found no day"),
        ('code = "1.1"', 'code = "1.9"', "no such indicator"),
        ("1.2.", "1.9.", "wanted codes of other indicators"),
        ('"A first example.", ', "", "found 1; wanted 2 or 3"),
        ('4 = "A fourth anchor."', "", "wanted 1, 2, 3 and 4"),
        ("A first anchor.", "No.", "too short or long"),
        ('counts = "What', 'count = "What', "found the keys"),
    ],
)
def test_a_file_that_cannot_stand_says_what_was_found_and_wanted(
    tmp_path: Path, was: str, becomes: str, said: str
) -> None:
    assert was in GOOD
    (tmp_path / "01.toml").write_text(GOOD.replace(was, becomes))

    with pytest.raises(GuidanceError, match=re.escape(said)):
        read_guidance({"1.1", "1.2"}, tmp_path)


def test_an_indicator_without_help_or_with_two_is_told(tmp_path: Path) -> None:
    (tmp_path / "01.toml").write_text(GOOD)
    with pytest.raises(GuidanceError, match=re.escape("found none for 1.2")):
        read_guidance({"1.1", "1.2"}, tmp_path)

    (tmp_path / "02.toml").write_text(GOOD)
    with pytest.raises(GuidanceError, match=re.escape("found 1.1 twice")):
        read_guidance({"1.1", "1.2"}, tmp_path)
