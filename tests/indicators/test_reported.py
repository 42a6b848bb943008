"""Which reports count for the state of reporting, and the flags that a snapshot stores."""

import datetime as dt
from typing import Any

import pytest

from indicators.models import Evidence, History, Snapshot
from indicators.reported import Reported, reported
from indicators.verifying import verify
from people.permissions import Sensitivity
from reports.models import Report
from tests import make
from tests.indicators.rescoring import retract, run_all, run_changed, standing

pytestmark = pytest.mark.usefixtures("reference")
SINCE, UNTIL = dt.date(2022, 1, 1), make.TODAY


def found(*countries: str, **how: Any) -> Reported:
    return reported(countries or None, since=SINCE, until=UNTIL, **how)


def test_a_report_is_about_the_countries_that_its_metadata_name_and_those_it_gave_evidence_on() -> None:
    make.report(countries_said=["MMR", "UKR"])
    of = make.passage(make.report(published_on=dt.date(2024, 5, 1)))
    make.accepted(of=of)
    make.accepted(of=of, country=make.country("SSD"))
    make.report()

    reports = found()

    assert {iso3: days.size for iso3, days in reports.about.items()} == {"MMR": 2, "UKR": 1, "SSD": 1}
    assert (reports.everywhere.size, reports.days_of("FRA").size) == (2, 0)
    assert list(reports.days_of("MMR")) == [dt.date(2024, 5, 1).toordinal(), dt.date(2024, 6, 1).toordinal()]


LEFT_OUT: dict[str, dict[str, Any]] = {
    "not public": {"sensitivity": Sensitivity.INTERNAL},
    "a dataset": {"kind": Report.Kind.DATASET},
    "an answer of a feed": {"kind": Report.Kind.FEED},
    "the same text again": {"duplicate_of": lambda: make.report()},
    "published later": {"published_on": dt.date(2024, 7, 1)},
}


@pytest.mark.parametrize("why", LEFT_OUT)
def test_what_does_not_count(why: str) -> None:
    fields = {name: value() if callable(value) else value for name, value in LEFT_OUT[why].items()}
    make.report(countries_said=["MMR"], **fields)

    assert (found().about, found().everywhere.size) == ({}, 0)


def test_evidence_that_is_not_public_does_not_tell_what_a_report_is_about() -> None:
    make.confidential()

    assert found().about == {}


def test_of_one_country_only_its_own_reports_are_told_beside_all() -> None:
    make.report(countries_said=["MMR"]), make.report(countries_said=["UKR"])

    reports = found("MMR")

    assert ({*reports.about}, reports.everywhere.size) == ({"MMR"}, 2)


def test_what_came_in_or_was_decided_later_was_not_there() -> None:
    make.report(countries_said=["MMR"], received_at=make.NOW)
    make.accepted(of=make.passage(make.report(received_at=make.NOW)), at=make.NOW + dt.timedelta(days=1))

    assert found(as_at=make.NOW).days_of("MMR").size == 1


def a_past_of_reports(iso3: str, *, until: dt.date) -> None:
    day = dt.date(2022, 6, 1)
    while day <= until:
        make.report(countries_said=[iso3], published_on=day)
        day += dt.timedelta(days=10)


def test_silence_about_one_country_is_stored_as_a_blackout_while_others_report() -> None:
    make.accepted()
    a_past_of_reports("MMR", until=dt.date(2024, 3, 1))
    a_past_of_reports("UKR", until=make.TODAY)

    run_changed(make.NOW)

    snapshot = standing()
    assert (snapshot.reporting, snapshot.reports_recent) == ("blackout", 1)
    assert snapshot.reports_expected == pytest.approx(9, abs=2)


def test_flags_are_stored_and_nothing_is_said_of_what_is_not_known() -> None:
    make.accepted()
    run_all()

    flagged, blank = standing(), standing("FRA")

    assert (flagged.is_concentrated, flagged.concentration, flagged.reporting) == (True, 1.0, "unknown")
    assert (flagged.change_90, flagged.is_rapid, flagged.rapid_margin) == (None, None, None)
    assert {blank.is_rapid, blank.is_concentrated, blank.interval_low, blank.change_90} == {None}
    assert blank.reporting == ""


def test_a_rise_within_90_days_is_rapid() -> None:
    make.accepted(event_on=dt.date(2023, 1, 1), known_on=dt.date(2023, 2, 1), severity=1, credibility=5)
    for number, code in enumerate(("1.1", "7.14", "9.1", "9.2", "11.1")):
        make.accepted(indicator=make.indicator(code), severity=4, reliability="A", credibility=1 + number % 2)
    run_changed(make.NOW)

    snapshot = standing()

    assert snapshot.is_rapid is True
    assert snapshot.change_90 is not None
    assert 0 < (snapshot.rapid_margin or 0) <= snapshot.change_90


def _late_rise() -> list[Evidence]:
    """Old evidence, and pieces known within the 90 days."""
    make.accepted(event_on=dt.date(2023, 1, 1), known_on=dt.date(2023, 2, 1), severity=1, credibility=5)
    codes = ("1.1", "7.14", "9.1", "9.2", "11.1")
    return [make.accepted(indicator=make.indicator(code), severity=4, reliability="A", credibility=1) for code in codes]


def test_what_was_retracted_after_the_day_of_the_score_moves_no_change_and_raises_no_flag() -> None:
    for row in _late_rise():
        retract(row)
    run_changed(make.NOW)

    snapshot = standing()

    assert snapshot.known_on > snapshot.as_of
    assert (snapshot.is_rapid, snapshot.change_90 is not None and snapshot.change_90 < 0) == (False, True)
    assert [found for found in verify(Snapshot.objects.all()) if found.differing or found.trouble] == []


def test_the_line_of_what_was_known_then_keeps_what_was_retracted_since() -> None:
    rows = _late_rise()
    run_changed(make.NOW)
    before = standing().histories.get(line=History.Line.KNOWN_THEN)
    for row in rows:
        retract(row)
    run_changed()

    assert standing().histories.get(line=History.Line.KNOWN_THEN).overall == before.overall
