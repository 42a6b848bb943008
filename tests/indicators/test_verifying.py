"""`manage.py verify_scores`: stored scores computed anew from the inputs as they were."""

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from indicators import series_loading
from indicators.bands import fill_waiting
from indicators.models import Band, Evidence, History, Snapshot
from indicators.verifying import Checked, to_verify, verify
from tests import make
from tests.indicators.rescoring import (
    NEXT_DAY,
    alter,
    publish,
    retract,
    run_all,
    run_changed,
    standing,
    without_guard,
)

pytestmark = pytest.mark.usefixtures("reference")
MINUTE = dt.timedelta(minutes=1)


def checked() -> dict[str, list[Checked]]:
    found = list(verify(to_verify(sample=None)))
    return {
        "differing": [one for one in found if one.differing],
        "lost": [one for one in found if one.trouble],
        "clean": [one for one in found if not one.differing and not one.trouble],
    }


def a_busy_day() -> None:
    """Acceptance, two retractions, a release of a dataset, a new method and the next day's run."""
    first, second = make.accepted(at=make.NOW), make.accepted(indicator=make.indicator("9.1"))
    run_changed(make.NOW + MINUTE)
    retract(first, make.NOW + 2 * MINUTE)
    run_changed(make.NOW + 3 * MINUTE)
    retract(second, make.NOW + 4 * MINUTE)
    make.accepted(at=make.NOW + 4 * MINUTE, country=make.country("UKR"))
    run_changed(make.NOW + 5 * MINUTE)
    release(make.NOW + 6 * MINUTE)
    run_changed(make.NOW + 7 * MINUTE)
    publish(make.NOW + 8 * MINUTE)
    run_all(NEXT_DAY, make.TODAY + dt.timedelta(days=1))
    fill_waiting(at=NEXT_DAY)


def release(at: dt.datetime) -> None:
    payload = make.ucdp_csv((775, "Myanmar (Burma)", 2022, 900, 300), (775, "Myanmar (Burma)", 2023, 400, 90))
    make.report(kind="dataset", reader="ucdp-country-year", bytes=payload, media_type="text/csv", received_at=at)
    series_loading.load_waiting(at=at)


def test_every_snapshot_of_a_busy_day_is_what_its_inputs_give() -> None:
    a_busy_day()

    found = checked()

    assert (found["differing"], found["lost"]) == ([], [])
    assert len(found["clean"]) == Snapshot.objects.count() > 390
    assert {one.part for one in Band.objects.all()} == {"years", "months"}


ALTERED = {
    "overall": lambda snapshot: alter(snapshot, overall=snapshot.overall + 1e-6),
    "war": lambda snapshot: alter(snapshot, war=0.5),
    "interval_low": lambda snapshot: alter(snapshot, interval_low=0.0),
    "indicators": lambda snapshot: alter(snapshot, indicators=[0.1, *snapshot.indicators[1:]]),
    "is_rapid": lambda snapshot: alter(snapshot, is_rapid=True),
    "shown_level": lambda snapshot: alter(snapshot, shown_level=5),
    "evidence_count": lambda snapshot: alter(snapshot, evidence_count=7),
    "known_then: coverage": lambda snapshot: _alter_line(snapshot),
    "band of years: high": lambda snapshot: alter(snapshot.bands.get(), high=[100.0] * len(snapshot.bands.get().days)),
}


def _alter_line(snapshot: Snapshot) -> None:
    line = History.objects.get(snapshot=snapshot, line="known_then")
    alter(line, coverage=[1.0] * len(line.days))


@pytest.mark.parametrize("what", ALTERED)
def test_an_altered_stored_number_is_found(what: str) -> None:
    make.accepted()
    run_changed(make.NOW)
    ALTERED[what](standing())

    (found,) = checked()["differing"]

    assert found.iso3 == "MMR"
    assert what in [one.what for one in found.differing]


def test_the_command_says_what_differs_by_how_much_and_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    make.accepted()
    run_changed(make.NOW)
    snapshot = standing()
    alter(snapshot, overall=snapshot.overall + 0.5)

    with pytest.raises(CommandError, match="1 of 1 snapshots are not what their inputs give") as refused:
        call_command("verify_scores", all=True)

    assert refused.value.returncode == 1
    said = capsys.readouterr().out
    assert f"snapshot {snapshot.pk}, MMR as of 2024-06-30 known 2024-07-01" in said
    assert "overall by 0.5" in said


def test_the_command_is_content_with_a_sample_and_with_one_method(capsys: pytest.CaptureFixture[str]) -> None:
    make.accepted()
    run_all()

    call_command("verify_scores", "--sample", "3")
    call_command("verify_scores", "--sample", "2", "--method", standing().method.sha256[:8])

    assert "3 snapshots: 3 are what their inputs give, 0 differ" in capsys.readouterr().out
    with pytest.raises(CommandError, match="found no snapshot"):
        call_command("verify_scores", "--all", "--method", "ffffff")
    with pytest.raises(CommandError, match="--method: method 'f': found no 6 to 64 hexadecimal digits"):
        call_command("verify_scores", "--all", "--method", "f")


def test_a_snapshot_whose_rows_are_gone_is_said_to_be_beyond_computing(capsys: pytest.CaptureFixture[str]) -> None:
    row = make.accepted()
    run_changed(make.NOW)
    with without_guard(Evidence):
        Evidence.objects.filter(pk=row.pk).update(country=make.country("UKR"))

    call_command("verify_scores", "--all")

    said = capsys.readouterr().out
    assert "found no instant at which its rows have the digest" in said
    assert "0 differ, 1 cannot be computed anew" in said


def test_a_late_report_is_no_difference(tmp_path: Path) -> None:
    make.accepted()
    run_changed(make.NOW)
    make.report(countries_said=["MMR"], received_at=NEXT_DAY)

    assert not checked()["differing"]
