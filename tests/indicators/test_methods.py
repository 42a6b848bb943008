"""Versions of the method beside each other: published, computed, shown, retired."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.test import Client

from alerts import comparing
from alerts.models import Signal
from indicators import assess, frames, methods
from indicators.models import MethodVersion, RescoreRequest, ScoreRun, Snapshot, Standing
from indicators.profile import country_profile
from indicators.scoring.parameters import SHIPPED
from indicators.world import world
from people.models import StaffNotice
from people.permissions import Role
from tests import make
from tests.indicators.rescoring import LATER, NEXT_DAY, alter, publish, run_all, run_changed, standing

pytestmark = pytest.mark.usefixtures("reference")
WIDE: dict[str, Any] = {"up": [1, 2, 3, 4]}
NOW: dict[str, Any] = {"day": make.TODAY, "known_on": make.NOW.date(), "is_current": True}


def first() -> MethodVersion:
    return MethodVersion.objects.earliest("pk")


def test_a_new_version_comes_into_use_with_its_first_run_and_not_before() -> None:
    make.accepted()
    run_all()
    new = publish(**WIDE)
    before = frames.version_in_use(), world(**NOW).counts["not assessed"]

    run_all(LATER)

    assert before == (first(), 194)
    assert frames.version_in_use() == new
    assert world(**NOW).counts["not assessed"] == 194


def test_every_published_version_is_computed_in_a_run_of_its_own() -> None:
    make.accepted()
    run_all()
    new = publish(**WIDE)
    run_all(LATER)
    make.accepted(indicator=make.indicator("9.1"))
    was = standing(method=first()), standing(method=new)

    run_changed(NEXT_DAY)

    assert ScoreRun.objects.filter(is_full=False).count() == 2
    assert standing(method=first()).overall == standing(method=new).overall > was[0].overall
    assert standing(method=first()).level < standing(method=new).level
    assert Standing.objects.count() == 2 * 195
    assert not RescoreRequest.objects.exists()


def test_a_new_version_joins_with_a_run_over_every_country() -> None:
    make.accepted()
    run_all()
    new = publish(**WIDE)
    make.accepted(country=make.country("UKR"))

    run_changed(LATER)

    assert not Standing.objects.filter(method=new).exists()
    assert assess.is_due(day=make.TODAY, known_on=make.NOW.date(), at=LATER)


def test_a_version_that_fails_holds_up_no_other_and_what_was_asked_for_stays() -> None:
    make.accepted()
    run_all()
    broken = MethodVersion.objects.create(
        formula="FA-1.0.0", framework=first().framework, parameters={"H": {}}, goalposts={}, sha256="f" * 64,
        published_at=LATER, stands_from=LATER,
    )  # fmt: skip
    Standing.objects.create(country=make.country(), method=broken, snapshot=standing(method=first()))
    make.accepted(indicator=make.indicator("9.1"))
    before = standing(method=first()).overall

    with pytest.raises(ValueError, match="parameters"):
        run_changed(NEXT_DAY)

    assert standing(method=first()).overall > before
    assert ScoreRun.objects.get(method=broken).state == "failed"
    assert RescoreRequest.objects.exists()


def test_the_pages_read_either_version() -> None:
    make.accepted()
    run_all()
    new = publish(**WIDE)
    run_all(LATER)
    who = make.person(Role.READER)

    for method in (first(), new):
        page = country_profile(make.country(), user=who, method=method, **NOW)
        row = next(row for row in world(method=method, **NOW).rows if row.country.iso3 == "MMR")
        assert (page.method, page.level, row.level) == (method, standing(method=method).shown_level, page.level)


def test_the_pages_compute_another_day_under_either_version() -> None:
    make.accepted()
    new = publish(F_target=0.9)
    past: dict[str, Any] = {"day": dt.date(2024, 6, 15), "known_on": dt.date(2024, 6, 15), "is_current": False}
    found = [
        next(row for row in world(method=method, **past).rows if row.country.iso3 == "MMR").overall or 0
        for method in (first(), new)
    ]

    assert 0 < found[0] < found[1]


def test_a_change_of_method_makes_no_signal_of_a_change_in_the_world() -> None:
    make.accepted()
    run_all()
    comparing.compare_waiting(at=make.NOW)
    Signal.objects.all().delete()
    publish(at=NEXT_DAY, **WIDE)
    assert not comparing.waiting().exists()

    assess.score_all(at=NEXT_DAY, day=make.TODAY)
    comparing.compare_waiting(at=NEXT_DAY)

    assert {signal.kind for signal in Signal.objects.all()} <= {"method"}
    assert not comparing.waiting().exists()


BAD: dict[str, tuple[Any, str]] = {
    "unknown key": ({"half_lives": 3}, "half_lives"),
    "wrong cuts": ({"up": [10, 5, 20, 50]}, "parameter up"),
    "text": ({"xi": "much"}, "xi"),
    "a table without a grade": ({"rel": {"A": 0.9}}, "rel"),
    "low with less known than the database lets be shown": ({"K_min_for_low": 0.4}, "wanted 0.5 or more"),
    "the same": ({}, "found those of method"),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_version_is_refused_by_name(bad: str, tmp_path: Path) -> None:
    overrides, said = BAD[bad]
    (tmp_path / "m.json").write_text(json.dumps(overrides), encoding="utf-8")

    with pytest.raises(CommandError, match=said):
        call_command("publish_method", str(tmp_path / "m.json"), note="made up")
    assert MethodVersion.objects.count() == 1


@pytest.mark.parametrize(("text", "said"), [("{", "no valid JSON"), ("[1]", "found a list"), (None, "No such file")])
def test_a_file_that_is_no_object_of_parameters_is_refused(text: str | None, said: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "m.json").write_text(text, encoding="utf-8")

    with pytest.raises(CommandError, match=said):
        call_command("publish_method", str(tmp_path / "m.json"), note="made up")


def test_the_commands_publish_recompute_and_retire(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make.accepted()
    run_all()
    (tmp_path / "m.json").write_text('{"alarm_points": 6}', encoding="utf-8")

    call_command("publish_method", str(tmp_path / "m.json"), note="an alarm that is harder to raise")
    new = frames.version_in_use()
    call_command("retire_method", first().sha256[:8])

    assert (new.note, new.parameters["alarm_points"]) == ("an alarm that is harder to raise", 6)
    assert "alarm_points: 5 -> 6" in capsys.readouterr().out
    assert first().retired_at is not None
    assert Snapshot.objects.filter(method=new).count() == 195
    call_command("retire_method", first().sha256[:8], "--undo")
    assert first().retired_at is None


def test_the_command_says_which_version_disagrees_and_the_new_one_stands(tmp_path: Path) -> None:
    make.accepted()
    run_all()
    alter(standing(), overall=1.0)
    (tmp_path / "m.json").write_text('{"alarm_points": 6}', encoding="utf-8")

    with pytest.raises(CommandError, match=f"holds up no new one: method {first().sha256[:8]}: found 1 countries"):
        call_command("publish_method", str(tmp_path / "m.json"), note="made up")

    assert frames.version_in_use().parameters["alarm_points"] == 6


def test_the_last_version_under_which_scores_stand_is_not_retired() -> None:
    run_all()
    publish()

    with pytest.raises(CommandError, match="found no other published method under which scores stand"):
        call_command("retire_method", first().sha256)
    with pytest.raises(CommandError, match="found none whose digest begins so; wanted one of"):
        call_command("retire_method", "000000")


@pytest.mark.parametrize("asked", ["", "0", "00259", "not a digest", "0" * 65])
@pytest.mark.parametrize("command", [["retire_method"], ["retire_method", "--undo"]])
def test_a_version_is_named_by_six_digits_or_more(command: list[str], asked: str) -> None:
    with pytest.raises(CommandError, match="found no 6 to 64 hexadecimal digits; wanted so many of its SHA-256"):
        call_command(*command, asked)

    assert not MethodVersion.objects.exclude(retired_at=None).exists()


def test_a_retired_version_is_computed_no_more_and_stays_readable() -> None:
    make.accepted()
    run_all()
    new = publish()
    run_all(LATER)
    methods.retire(sha256=new.sha256, at=NEXT_DAY)
    make.accepted(indicator=make.indicator("9.1"))

    run_changed(NEXT_DAY)

    assert frames.version_in_use() == first()
    assert standing(method=first()).overall > standing(method=new).overall > 0


def test_a_version_that_is_brought_back_joins_with_a_run_like_a_new_one() -> None:
    make.accepted()
    new = publish(make.NOW)
    run_all()
    comparing.compare_waiting(at=make.NOW)
    methods.retire(sha256=new.sha256, at=LATER)
    for factor in range(1, 15):
        make.accepted(indicator=make.indicator(f"{factor}.1"), severity=4, reliability="A", credibility=1, at=LATER)
    run_changed(LATER)
    comparing.compare_waiting(at=LATER)
    signals = Signal.objects.count()

    methods.bring_back(sha256=new.sha256)
    before = frames.version_in_use(), standing().evidence_count
    assert assess.is_due(day=make.TODAY, known_on=make.NOW.date(), at=NEXT_DAY)
    for run in (run_changed, run_all):
        comparing.compare_waiting(at=NEXT_DAY)
        run(NEXT_DAY)
    comparing.compare_waiting(at=NEXT_DAY)

    assert before == (first(), 15)
    assert (frames.version_in_use(), standing().evidence_count) == (new, 15)
    assert Signal.objects.count() == signals
    assert not StaffNotice.objects.exists()


def test_a_release_with_other_parameters_publishes_them_with_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(methods, "SHIPPED", SHIPPED.with_(alarm_points=7))

    new = methods.publish_shipped(at=LATER)

    assert new.note == f"shipped with a release; against method {first().sha256[:8]} it changes alarm_points"
    assert methods.publish_shipped(at=NEXT_DAY) == new


def test_a_release_with_more_series_says_which_and_not_that_the_numbers_are_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counted, fewer = first().goalposts, {"ucdp-one-sided": first().goalposts["ucdp-one-sided"]}
    monkeypatch.setattr(methods, "_goalposts", lambda: fewer)
    before = methods.publish(overrides={}, note="one series", at=LATER)
    make_in_use(before)
    monkeypatch.setattr(methods, "_goalposts", lambda: counted | {"more": counted["pts-state-terror"]})

    note = methods.publish_shipped(at=NEXT_DAY).note

    assert note.startswith(f"shipped with a release; against method {before.sha256[:8]} it counts the series inform-")
    assert note.endswith("ucdp-state-based, unhcr-displacement as well")
    assert "goalposts" not in note


def make_in_use(version: MethodVersion) -> None:
    run_all()
    assert frames.version_in_use() == version


def in_fewer_words(version: MethodVersion) -> MethodVersion:
    fewer = {key: value for key, value in version.parameters.items() if not key.startswith("blackout")}
    return MethodVersion.objects.create(
        formula=version.formula, framework=version.framework, parameters=fewer, goalposts=version.goalposts,
        sha256="e" * 64, published_at=make.NOW - dt.timedelta(days=9),
    )  # fmt: skip


def test_a_version_that_is_retired_during_its_run_ends_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    run_all()
    older = in_fewer_words(first())
    Standing.objects.create(country=make.country(), method=older, snapshot=standing())
    read = frames.read

    def retired_first(*args: Any, **how: Any) -> frames.Rows:
        methods.retire(sha256=first().sha256, at=LATER)
        return read(*args, **how)

    monkeypatch.setattr(frames, "read", retired_first)
    run_all(LATER)

    assert list(MethodVersion.objects.published()) == [older]


def test_a_version_that_only_writes_down_what_another_left_out_takes_its_place() -> None:
    old = MethodVersion.objects.get()
    older = in_fewer_words(old)

    run_all()

    older.refresh_from_db()
    assert older.retired_at == make.NOW
    assert frames.version_in_use() == old


def test_what_differs_between_two_versions_is_said_key_by_key() -> None:
    new = publish(alarm_points=6, up=[1, 2, 3, 4])

    said = {one.key: (one.old, one.new) for one in methods.differences_between(first(), new)}

    assert said == {"alarm_points": (5, 6), "up": ([10, 20, 35, 50], [1, 2, 3, 4])}


def test_a_method_changes_only_in_how_it_stands() -> None:
    with pytest.raises(DatabaseError, match="never rewritten"), transaction.atomic():
        MethodVersion.objects.update(note="other words")


@pytest.mark.parametrize("moment", ["", "&as_of=2024-06-15"])
def test_the_api_answers_under_either_published_version(client: Client, moment: str) -> None:
    make.accepted()
    run_all()
    new = publish(F_target=0.9)
    run_all(LATER)
    by = {}
    for method in (first(), new):
        answer = client.get(f"/api/v1/countries/MMR/score/?method={method.sha256[:10]}{moment}").json()
        every = client.get(f"/api/v1/scores/?method={method.sha256[:10]}{moment}").json()
        assert answer["method"]["sha256"] == every["method"]["sha256"] == method.sha256
        by[method.pk] = answer["index"]
        assert by[method.pk] == next(row["index"] for row in every["results"] if row["country"] == "MMR")

    assert by[first().pk] < by[new.pk]


def test_the_api_lists_versions_with_what_changed_and_refuses_one_that_is_none(client: Client) -> None:
    run_all()
    new = publish(F_target=0.9)
    methods_before = client.get("/api/v1/methods/").json()["results"]
    run_all(LATER)
    rows = client.get("/api/v1/methods/").json()["results"]

    assert [row["is_in_use"] for row in methods_before] == [row["is_in_use"] for row in rows] == [True, False]
    assert (methods_before[0]["sha256"], rows[0]["sha256"]) == (first().sha256, new.sha256)
    assert rows[0]["changes"] == [{"key": "F_target", "old": 0.8, "new": 0.9}]
    assert rows[0]["note"] == "made up for a test"
    refused = client.get("/api/v1/scores/?method=zz")
    assert (refused.status_code, "hexadecimal" in refused.json()["detail"]) == (400, True)
    unknown = client.get(f"/api/v1/scores/?method={'0' * 64}")
    assert (unknown.status_code, "wanted one of" in unknown.json()["detail"]) == (400, True)
