"""Definition files of series: each fault is refused by the name of its file; goalposts can be redone."""

import json
from pathlib import Path
from typing import Any

import pytest

from indicators.definitions import FOLDER, DefinitionError, read_definitions
from indicators.models import MethodVersion, SeriesDefinition
from indicators.series.goalposts import computed, goalposts
from reports.readers import MEASURES

FRAMEWORK = json.loads((FOLDER.parent / "framework" / "un_2014.json").read_bytes())
CODES = {item["code"] for factor in FRAMEWORK["factors"] for item in factor["indicators"]}
STANDING = json.loads((FOLDER / "pts_state_terror.json").read_bytes())


def write(folder: Path, name: str = "one.json", **changes: Any) -> Path:
    said = {key: value for key, value in (STANDING | changes).items() if value is not None}
    (folder / name).write_text(json.dumps(said), "utf-8")
    return folder


def test_the_shipped_definitions_stand_each_on_one_indicator_and_measure_all_that_is_read() -> None:
    definitions = read_definitions(CODES)

    assert sorted((one.reader, one.column) for one in definitions) == sorted(
        (reader, column) for reader, columns in MEASURES.items() for column in columns
    )
    assert all(len(one.why) > 100 for one in definitions)


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "equal goalposts": ({"hi": 1.0}, "goalposts: found lo 1.0 and hi 1.0"),
    "reversed goalposts": ({"lo": 5, "hi": 1}, "goalposts: found lo 5 and hi 1; wanted a lower one below the upper"),
    "goalposts of words": ({"lo": "low"}, "lo: found 'low'; wanted a number"),
    "a goalpost that is true": ({"lo": True}, "lo: found True"),
    "endless goalposts": ({"hi": float("inf")}, "hi: found inf"),
    "a log of nothing": ({"lo": -1, "log": True}, "lo: found -1; wanted a number above -1"),
    "log as a word": ({"log": "yes"}, "log: found 'yes'"),
    "an unknown indicator": ({"indicator": "15.1"}, "indicator: found 15.1"),
    "an unknown reader": ({"reader": "acled"}, "reader: found acled; wanted one of ucdp-country-year"),
    "a number that nobody reads": ({"column": "PTS_S"}, "column: found PTS_S; wanted one of mean"),
    "no direction": ({"direction": 0}, "direction: found 0"),
    "a missing key": ({"licence": None}, "found no key 'licence'"),
    "an unknown key": ({"weight": 2}, "found the unknown key 'weight'"),
    "no reason": ({"why": " "}, "why: found"),
    "a day that is none": ({"next_review_on": "soon"}, "next_review_on: found 'soon'"),
    "a title too long": ({"title": "x" * 200}, "title: found 200 characters; wanted at most 160"),
    "goalposts from nowhere": ({"goalposts": {"rule": "by feel"}}, "goalposts: found no rule"),
    "goalposts without their window": ({"goalposts": {"rule": "percentiles"}}, "goalposts: found no key"),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_definition_is_refused_by_the_name_of_its_file(bad: str, tmp_path: Path) -> None:
    changes, found = BAD[bad]

    with pytest.raises(DefinitionError, match=rf"one\.json.*{found}"):
        read_definitions(CODES, write(tmp_path, **changes))


@pytest.mark.parametrize("text", ["", "[]", "{"])
def test_a_file_that_is_no_definition_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(text, "utf-8")

    with pytest.raises(DefinitionError, match=r"one\.json: found no .*; wanted a definition"):
        read_definitions(CODES, tmp_path)


def test_a_second_series_on_an_indicator_is_refused(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, "two.json", slug="another")

    with pytest.raises(DefinitionError, match=r"two\.json, indicator: found 2\.1, which one\.json has"):
        read_definitions(CODES, tmp_path)


@pytest.mark.django_db
@pytest.mark.usefixtures("reference")
def test_the_goalposts_of_the_files_are_those_of_the_method_in_use() -> None:
    posts = MethodVersion.objects.get().goalposts

    assert {slug: (post["indicator"], post["lo"], post["hi"]) for slug, post in posts.items()} == {
        one.slug: (one.indicator, one.lo, one.hi) for one in read_definitions(CODES)
    }
    assert SeriesDefinition.objects.count() == len(posts)


def test_goalposts_are_the_percentiles_by_linear_interpolation() -> None:
    assert goalposts([float(number) for number in range(101)], 3) == (2.5, 97.5)


@pytest.mark.shared_data
@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_the_goalposts_can_be_computed_again_from_the_real_files(shared_data: Path, path: Path) -> None:
    said = json.loads(path.read_bytes())
    if said["goalposts"]["rule"] == "fixed":
        assert (said["lo"], said["hi"]) == (0, 1000)
    else:
        assert computed(shared_data, said) == (said["lo"], said["hi"], said["goalposts"]["n"])
