"""One country alone gives what the batch gives, and the daily run says where that does not hold."""

import datetime as dt
from typing import Any

import pytest

from indicators import assess, frames
from indicators.models import Evidence, History, MethodVersion, RescoreRequest, ScoreRun, Snapshot
from people.models import StaffNotice
from tests import make
from tests.indicators.rescoring import LATER, NEXT_DAY, alter, publish, run_all, run_changed, standing, without_guard

pytestmark = pytest.mark.usefixtures("reference")


def test_what_countries_alone_gave_the_next_full_run_agrees_with() -> None:
    make.accepted(), make.accepted(country=make.country("UKR"), severity=2)
    run_changed(make.NOW)
    make.accepted(indicator=make.indicator("9.1"))
    run_changed()

    assert run_all(NEXT_DAY, make.TODAY + dt.timedelta(days=1)).state == "published"
    assert not StaffNotice.objects.exists()


@pytest.mark.parametrize("what", ["overall", "interval_high", "concentration"])
def test_a_standing_score_that_its_inputs_do_not_give_stops_the_full_run(what: str) -> None:
    make.accepted()
    run_all()
    before, snapshots = standing(), Snapshot.objects.count()
    alter(before, **{what: 0.25})

    with pytest.raises(assess.DisagreementError, match=f"MMR .*{what} by"):
        run_all(NEXT_DAY, make.TODAY + dt.timedelta(days=1))

    assert (standing().pk, Snapshot.objects.count()) == (before.pk, snapshots)
    assert ScoreRun.objects.latest("pk").failure == "DisagreementError"
    notice = StaffNotice.objects.get()
    assert (notice.kind, notice.times, "MMR" in notice.words) == ("scores-disagree", 1, True)


def test_a_line_that_its_inputs_do_not_give_stops_the_full_run_too() -> None:
    make.accepted()
    run_all()
    line = History.objects.get(snapshot=standing(), line="hindsight")
    alter(line, overall=[value + 1 for value in line.overall])

    with pytest.raises(assess.DisagreementError, match="hindsight: overall by 1"):
        run_all(LATER)


def test_a_disagreement_that_stays_counts_up_one_notice() -> None:
    make.accepted()
    run_all()
    alter(standing(), overall=1.0)
    for at in (LATER, NEXT_DAY):
        with pytest.raises(assess.DisagreementError):
            run_all(at)

    assert StaffNotice.objects.get().times == 2


def test_a_country_that_was_asked_for_is_left_out_and_stands_anew() -> None:
    make.accepted()
    run_all()
    alter(standing(), overall=1.0)
    assess.ask_for_scores(countries=["MMR"], at=LATER)

    assert run_all(NEXT_DAY).state == "published"
    assert standing().overall > 1
    assert not RescoreRequest.objects.exists()


def test_inputs_that_changed_without_a_request_are_scored_anew_and_said() -> None:
    make.accepted()
    run_all()
    before = standing()
    make.accepted(indicator=make.indicator("9.1"))
    RescoreRequest.objects.all().delete()

    run_all(LATER)

    assert standing().overall > before.overall
    assert StaffNotice.objects.get().kind == "inputs-changed-unasked"
    assert "MMR" in StaffNotice.objects.get().words


def test_snapshots_of_a_release_before_intervals_are_compared_without_them() -> None:
    make.accepted()
    run_all(with_beside=False)
    alter(standing(), change_90=1.0)

    assert run_all(NEXT_DAY).state == "published"
    assert standing().interval_low is not None


def test_altered_evidence_shows_as_a_disagreement() -> None:
    row = make.accepted(severity=1)
    run_all()
    with without_guard(Evidence):
        Evidence.objects.filter(pk=row.pk).update(severity=4)

    with pytest.raises(assess.DisagreementError, match="MMR"):
        run_all(LATER)


def test_a_full_run_that_fails_again_and_again_is_tried_less_and_less_often() -> None:
    make.accepted()
    run_all()
    alter(standing(), overall=1.0)
    day = make.TODAY + dt.timedelta(days=1)
    waits, at = [], make.NOW
    for _ in range(5):
        with pytest.raises(assess.DisagreementError):
            run_all(at, day)
        minutes = next(n for n in range(200) if is_due(at + dt.timedelta(minutes=n), day))
        waits.append(minutes)
        at += dt.timedelta(minutes=minutes)

    assert waits == [1, 5, 15, 60, 60]


def test_a_method_that_fails_beside_one_that_does_not_is_paused_for_all_the_same() -> None:
    make.accepted()
    new = publish(make.NOW, F_target=0.9)
    run_all()
    alter(standing(method=new), overall=1.0)
    at, day = NEXT_DAY, make.TODAY + dt.timedelta(days=1)
    for minutes in (1, 5):
        with pytest.raises(assess.DisagreementError):
            run_all(at, day)
        assert [is_due(at + dt.timedelta(minutes=wait), day) for wait in (minutes - 1, minutes)] == [False, True]
        at += dt.timedelta(minutes=minutes)

    assert standing(method=MethodVersion.objects.earliest("pk")).as_of == day


def is_due(at: dt.datetime, day: dt.date) -> bool:
    return assess.is_due(day=day, known_on=make.NOW.date(), at=at)


def test_after_a_full_run_that_was_published_nothing_pauses() -> None:
    make.accepted()
    run_all()
    alter(standing(), overall=1.0)
    with pytest.raises(assess.DisagreementError):
        run_all(LATER)
    assess.ask_for_scores(countries=["MMR"], at=LATER)
    run_all(NEXT_DAY)

    assert is_due(NEXT_DAY, make.TODAY + dt.timedelta(days=1))


def test_a_decision_that_falls_between_the_requests_and_the_rows_is_no_change_past_the_application(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make.accepted()
    run_all()
    read = frames.read

    def decided_first(*args: Any, **how: Any) -> frames.Rows:
        make.accepted(indicator=make.indicator("9.1"), at=NEXT_DAY)
        return read(*args, **how)

    monkeypatch.setattr(frames, "read", decided_first)
    run_all(NEXT_DAY)

    assert RescoreRequest.objects.exists()
    assert not StaffNotice.objects.exists()
