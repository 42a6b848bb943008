"""Signals beside the level: rapid change, silence, trigger evidence, corrections."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts import comparing
from alerts.models import AlertReason, Compared, Signal
from alerts.raising.saying import said_of_signal
from indicators import coding
from indicators.models import Evidence
from people.permissions import Role
from tests import make
from tests.alerts import outbox
from tests.alerts.standing import compared, found, stands

pytestmark = pytest.mark.usefixtures("reference")
DAY = dt.timedelta(days=1)
RAPID: dict[str, Any] = {"is_rapid": True, "change_90": 12.34, "rapid_margin": 3.0}
SILENT: dict[str, Any] = {"reporting": "blackout", "reports_recent": 1, "reports_expected": 12.2}
USUAL: dict[str, Any] = {"reporting": "usual", "reports_recent": 9, "reports_expected": 12.2}


def trigger(**fields: Any) -> Evidence:
    usual: dict[str, Any] = {"indicator": make.indicator("8.5"), "event_on": dt.date(2024, 5, 20)}
    return make.accepted(**(usual | fields))


def retract(row: Evidence, *, at: dt.datetime = make.NOW + DAY) -> None:
    coding.retract(evidence_id=row.pk, by=make.person(Role.ADMIN), reason="made up", at=at)


def kinds(rows: list[Signal]) -> list[str]:
    return [row.kind for row in rows]


# --- rapid change --------------------------------------------------------------------------------------------
def test_a_rapid_change_is_told_when_its_flag_goes_up_and_not_while_it_stands() -> None:
    compared(is_rapid=False)
    stands(**RAPID)

    (signal,) = found()
    stands(**RAPID)

    assert (signal.kind, signal.is_historic, signal.from_level, signal.to_level) == ("rapid", False, 3, 3)
    assert "rose by 12.3 points within 90 days" in said_of_signal(signal)
    assert found() == []


def test_a_rapid_change_after_a_pause_is_told_again() -> None:
    for is_rapid in (True, False, True):
        stands(is_rapid=is_rapid, change_90=9.0)
        comparing.compare_waiting(at=make.NOW)

    assert kinds(list(Signal.objects.filter(kind="rapid"))) == ["rapid", "rapid"]


def test_a_rapid_change_by_what_was_known_long_before_is_historic() -> None:
    compared(at=make.NOW - DAY)
    make.accepted(event_on=dt.date(2023, 1, 1), known_on=dt.date(2023, 1, 2))
    stands(**RAPID)

    assert [signal.is_historic for signal in found()] == [True]


# --- silence -------------------------------------------------------------------------------------------------
def test_a_blackout_and_its_end_are_told_once_each() -> None:
    compared(**USUAL)
    seen = []
    for fields in (SILENT, SILENT, {}, SILENT, USUAL, USUAL):  # in between a score that nobody looked at
        stands(**fields)
        seen += found()

    assert kinds(seen) == ["blackout", "blackout_over"]
    assert not seen[0].is_historic
    assert "fell to 1 in 90 days where 12 were usual" in said_of_signal(seen[0])
    assert "Reports come again: 9 in 90 days" in said_of_signal(seen[1])


@pytest.mark.parametrize("fields", [{**USUAL, "reports_recent": 1}, {**SILENT, "reporting": "unknown"}])
def test_a_flag_that_goes_without_reports_is_not_said_to_be_their_return(fields: dict[str, Any]) -> None:
    compared(**USUAL)
    stands(**SILENT)
    comparing.compare_waiting(at=make.NOW)
    stands(**fields)

    (signal,) = found()

    assert "did not come back" in said_of_signal(signal)


@pytest.mark.parametrize("before", [None, {}, SILENT])
def test_a_blackout_that_nobody_saw_begin_is_historic(before: dict[str, Any] | None) -> None:
    if before is not None:
        compared(**before)
    stands(**SILENT)

    assert [(signal.kind, signal.is_historic) for signal in found() if signal.kind == "blackout"] == [
        ("blackout", True)
    ]


# --- trigger evidence ----------------------------------------------------------------------------------------
def test_trigger_evidence_is_told_once_a_piece_whatever_the_clock_says() -> None:
    compared(at=make.NOW + 9 * DAY)  # by a clock that was ahead
    row, other = trigger(), trigger(indicator=make.indicator("8.1"))
    stands()

    rows = found()
    stands()

    assert [(signal.kind, signal.evidence_id) for signal in rows] == [("trigger", row.pk), ("trigger", other.pk)]
    assert found() == []


def test_a_gap_loses_no_trigger_evidence() -> None:
    compared()
    row = trigger()
    stands()
    stands(as_of=make.TODAY + 200 * DAY, known_on=make.TODAY + 200 * DAY)

    (signal,) = found()

    assert (signal.evidence, signal.is_historic) == (row, True)  # told late, and not as if it were new


@pytest.mark.parametrize(
    "fields",
    [
        {"severity": 0}, {"polarity": -1}, {"event_on": dt.date(2024, 1, 1)},
        {"event_on": dt.date(2023, 1, 1), "known_on": dt.date(2023, 1, 2)},
    ],
)  # fmt: skip
def test_what_is_no_fresh_sign_of_a_trigger_is_not_told(fields: dict[str, Any]) -> None:
    compared()
    trigger(**fields)
    make.accepted()  # of another factor
    stands()

    assert found() == []


def test_a_proposed_piece_and_the_correction_of_a_told_one_are_not_told() -> None:
    compared()
    make.proposed(indicator=make.indicator("8.5"))
    first = trigger()
    wrong = coding.Correction(of=first, reason="a day off")
    place = {"indicator": first.indicator, "family": first.family, "known_on": dt.date(2024, 6, 1)}
    better = coding.propose(
        passage=first.passage, draft=make.draft(**place), coder=make.person(Role.CODER), at=make.NOW,
        installation_day=make.TODAY, correction=wrong,
    )  # fmt: skip
    coding.accept(evidence_id=better.pk, by=make.person(Role.ADMIN), at=make.NOW + DAY)
    stands()

    assert "trigger" not in kinds(found())


# --- corrections ---------------------------------------------------------------------------------------------
def test_a_retracted_reason_of_a_released_alert_is_told_with_the_alert() -> None:
    row, other, alert = make.accepted(), make.accepted(), outbox.alert()
    AlertReason.objects.create(alert=alert, order=1, text="Synthetic", evidence=row)
    AlertReason.objects.create(alert=outbox.alert(state="draft"), order=1, text="Synthetic", evidence=other)
    compared()
    retract(row)
    retract(other)
    stands(at=make.NOW + DAY)

    (signal,) = found()
    stands(at=make.NOW + 2 * DAY)

    assert (signal.kind, signal.evidence, signal.figures["alerts"]) == ("correction", row, [alert.pk])
    assert f"alert {alert.pk} gave it as a reason" in said_of_signal(signal)
    assert found() == []


def test_what_practice_gave_as_a_reason_is_no_correction() -> None:
    row = make.accepted()
    for alert in (outbox.alert(is_dry_run=True), sent := outbox.alert()):
        AlertReason.objects.create(alert=alert, order=1, text="Synthetic", evidence=row)
    practised = make.accepted()
    AlertReason.objects.create(alert=outbox.alert(is_dry_run=True), order=1, text="Synthetic", evidence=practised)
    compared()
    retract(row)
    retract(practised)
    stands(at=make.NOW + DAY)

    (signal,) = found()

    assert (signal.evidence, signal.figures["alerts"]) == (row, [sent.pk])


@pytest.mark.parametrize(("level", "polarity", "is_told"), [(2, 1, True), (4, 1, False), (4, -1, True), (3, 1, False)])
def test_a_retracted_piece_is_told_where_the_level_went_its_way(level: int, polarity: int, is_told: bool) -> None:
    row = make.accepted(polarity=polarity, at=make.NOW - DAY)
    compared(level=3)
    retract(row)
    stands(level=level, at=make.NOW + 2 * DAY)

    told = [signal for signal in found() if signal.kind == "correction"]

    assert [signal.evidence for signal in told] == ([row] if is_told else [])
    assert all("the level changed with it" in said_of_signal(signal) for signal in told)


# --- cost ----------------------------------------------------------------------------------------------------
def test_countries_of_which_nothing_is_to_be_said_cost_no_query_each() -> None:
    compared(level=0, **USUAL)

    def cost(*codes: str) -> int:
        for iso3 in codes:
            stands(iso3=iso3, level=0, **USUAL)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            comparing.compare_waiting(at=make.NOW)
        return len(queries)

    assert cost("MMR") == cost("UKR", "SDN", "ETH", "FRA", "COD", "HTI", "MLI") <= 10
    assert Compared.objects.count() == 8


def test_what_practice_alone_gave_as_a_reason_is_no_correction() -> None:
    row = make.accepted()
    compared()
    practice = outbox.alert(is_dry_run=True)
    AlertReason.objects.create(alert=practice, order=1, text="Synthetic", evidence=row)

    retract(row)
    stands()

    assert found(at=make.NOW + DAY) == []
