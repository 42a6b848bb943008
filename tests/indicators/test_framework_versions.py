"""The catalogue comes in versions: what was coded under one stays with it."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from countries.loading import load_countries
from countries.models import Country
from indicators import assess, frames, reference_loading, scored
from indicators.methods import publish_shipped
from indicators.models import Evidence, Framework, Indicator, MethodVersion, SeriesDefinition, Snapshot
from indicators.reference_loading import FRAMEWORK_FILE, CatalogueFileError, load_framework
from tests import make

pytestmark = pytest.mark.usefixtures("reference")
LATER = make.NOW + dt.timedelta(days=1)


def corrected(folder: Path, change: Any) -> Path:
    data = json.loads(FRAMEWORK_FILE.read_text(encoding="utf-8"))
    change(data)
    path = folder / "corrected.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def relabel(data: dict[str, Any]) -> None:
    data["factors"][6]["indicators"][0]["label"] = "A corrected label"


def drop_7_14(data: dict[str, Any]) -> None:
    data["factors"][6]["indicators"] = [row for row in data["factors"][6]["indicators"] if row["code"] != "7.14"]


def index() -> float:
    return scored.score_countries(frames.method_in_use(), ["MMR"], day=make.TODAY, known_on=LATER.date())[0].overall


def test_the_same_file_twice_is_one_version() -> None:
    before = Framework.objects.count(), Indicator.objects.count(), MethodVersion.objects.count()

    load_framework(at=LATER)
    reference_loading.load_series_definitions()
    publish_shipped(at=LATER)

    assert (Framework.objects.count(), Indicator.objects.count(), MethodVersion.objects.count()) == before


def test_the_whole_reference_is_loaded_twice_without_a_change(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_reference")
    first = capsys.readouterr().out
    call_command("load_reference")

    assert capsys.readouterr().out == first
    assert "195 countries" in first
    assert Country.objects.count() == 195


def test_a_corrected_file_is_a_new_version_and_old_evidence_stays_with_the_old(tmp_path: Path) -> None:
    row = make.accepted()
    first = row.indicator.framework

    second = load_framework(at=LATER, path=corrected(tmp_path, relabel))

    assert second.version == first.version + 1
    assert Evidence.objects.get().indicator.framework == first
    assert set(Indicator.objects.in_use().values_list("framework", flat=True)) == {second.pk}
    assert make.accepted().indicator.framework == second


def test_evidence_of_an_older_version_is_scored_by_its_code(tmp_path: Path) -> None:
    make.accepted()
    before = index()

    load_framework(at=LATER, path=corrected(tmp_path, relabel))
    publish_shipped(at=LATER)

    assert index() == pytest.approx(before, abs=1e-9)
    assert before > 0


def test_a_code_keeps_its_meaning_while_evidence_stands_on_it(tmp_path: Path) -> None:
    make.accepted(indicator=make.indicator("7.1"))

    with pytest.raises(CatalogueFileError, match=r'indicator 7\.1: found other words .+ wanted "same_as": "7\.1"'):
        load_framework(at=LATER, path=corrected(tmp_path, relabel))
    assert Framework.objects.count() == 1

    def relabel_the_same(data: dict[str, Any]) -> None:
        relabel(data)
        data["factors"][6]["indicators"][0]["same_as"] = "7.1"

    assert load_framework(at=LATER, path=corrected(tmp_path, relabel_the_same)).version == 2


def test_a_corrected_label_makes_a_method_that_shows_it(tmp_path: Path) -> None:
    old = publish_shipped(at=make.NOW)
    framework = load_framework(at=LATER, path=corrected(tmp_path, relabel))

    new = publish_shipped(at=LATER)

    assert (new.pk != old.pk, new.framework, frames.method_in_use().version) == (True, framework, new)


def test_evidence_on_a_code_that_the_new_catalogue_lacks_counts_no_more(tmp_path: Path) -> None:
    row = make.accepted()
    assert row.indicator.code == "7.14"
    load_framework(at=LATER, path=corrected(tmp_path, drop_7_14))
    publish_shipped(at=LATER)

    assert index() == 0
    assert not frames.inputs(frames.method_in_use(), ["MMR"]).digests


def test_a_new_method_makes_new_snapshots_beside_the_old(tmp_path: Path) -> None:
    make.accepted()
    assess.score_all(at=make.NOW, day=make.TODAY)
    load_framework(at=LATER, path=corrected(tmp_path, relabel))
    publish_shipped(at=LATER)

    assert assess.is_due(day=make.TODAY, known_on=make.NOW.date(), at=LATER)
    assess.score_all(at=make.NOW, day=make.TODAY)
    assert Snapshot.objects.filter(country__iso3="MMR").count() == 2
    assert not assess.is_due(day=make.TODAY, known_on=make.NOW.date(), at=LATER)


BROKEN: dict[str, Any] = {
    "no factors": lambda data: data.pop("factors"),
    "no title": lambda data: data["source"].pop("title"),
    "no nature": lambda data: data["factors"][0]["indicators"][0].pop("nature"),
    "factor 15": lambda data: data["factors"][0].update(number=15),
    "a factor twice": lambda data: data["factors"].append(data["factors"][0]),
    "a code twice": lambda data: data["factors"][0]["indicators"].append(data["factors"][0]["indicators"][0]),
    "factors as text": lambda data: data.update(factors=["x"]),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_catalogue_is_refused_and_leaves_nothing(tmp_path: Path, broken: str) -> None:
    before = Framework.objects.count()

    with pytest.raises(CatalogueFileError, match=r"corrected\.json: found .*; wanted"):
        load_framework(at=LATER, path=corrected(tmp_path, BROKEN[broken]))
    assert Framework.objects.count() == before


def test_a_file_that_is_no_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(b"\xff{")

    with pytest.raises(CatalogueFileError, match="found no valid JSON"):
        load_framework(at=LATER, path=tmp_path / "x.json")


def test_goalposts_are_frozen_in_the_method_until_a_new_one_is_published() -> None:
    method = publish_shipped(at=make.NOW)
    before = method.goalposts
    SeriesDefinition.objects.update(hi=500)

    assert frames.method_in_use().version.goalposts == before
    assert publish_shipped(at=LATER) != method
    assert {post["hi"] for post in frames.method_in_use().version.goalposts.values()} == {500}


def test_countries_are_loaded_once_and_namibia_is_na() -> None:
    load_countries()

    assert Country.objects.count() == 195
    assert (Country.objects.get(iso2="NA").iso3, Country.objects.get(iso3="NAM").name_en) == ("NAM", "Namibia")


def test_the_holy_see_and_the_state_of_palestine_observe_and_no_other() -> None:
    observers = Country.objects.filter(un_status="observer").order_by("iso3")

    assert [country.iso3 for country in observers] == ["PSE", "VAT"]
    assert Country.objects.filter(un_status="member").count() == 193
