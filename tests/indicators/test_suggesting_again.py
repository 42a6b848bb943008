"""After a correction a report is searched again: what waits follows, what is decided stays."""

import datetime as dt
from typing import Any

import pytest

from indicators import deciding, suggesting
from indicators.coding import CodingError
from indicators.models import Suggestion
from people.permissions import Role
from reports import correcting
from reports.models import Report, ReportCorrection
from tests import make
from tests.indicators.test_suggesting import RAID, SIEGE, waiting_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
LATER = make.NOW + dt.timedelta(minutes=5)


def run() -> int:
    return suggesting.suggest_waiting(at=LATER)


def correct(report: Report, **said: Any) -> tuple[ReportCorrection, ...]:
    return correcting.correct(report_id=report.pk, by=make.person(Role.CODER), at=make.NOW, **said)


def states(report: Report) -> dict[str, set[str]]:
    """The countries suggested, by what became of the suggestion."""
    found: dict[str, set[str]] = {}
    for row in Suggestion.objects.filter(passage__report=report).select_related("country"):
        found.setdefault(row.state, set()).add(row.country.iso3)
    return found


def test_other_countries_withdraw_what_waits_and_suggest_anew() -> None:
    report = waiting_report(SIEGE, countries_said=["YEM", "SYR"])
    run()
    correct(report, countries=["SYR", "MLI"])

    assert [row.pk for row in suggesting.waiting()] == [report.pk]
    assert suggesting.waiting().get().due_at == make.NOW  # type: ignore[attr-defined]
    assert (run(), run()) == (1, 0)
    assert states(report) == {"superseded": {"YEM"}, "waiting": {"SYR", "MLI"}}


def test_a_passage_that_names_its_country_keeps_what_was_suggested() -> None:
    report = waiting_report(RAID, countries_said=["YEM"])
    run()
    before = set(Suggestion.objects.values_list("pk", "state"))
    correct(report, countries=["MLI"])
    run()

    assert set(Suggestion.objects.values_list("pk", "state")) == before


def test_another_language_withdraws_and_taking_it_back_brings_back() -> None:
    report = waiting_report(RAID)
    run()
    rows = set(Suggestion.objects.values_list("pk", flat=True))
    (row,) = correct(report, language="sw")
    run()
    assert states(report) == {"superseded": {"SDN"}}

    correcting.undo(correction_id=row.pk, by=make.person(Role.CODER), at=make.NOW)
    run()

    assert states(report) == {"waiting": {"SDN"}}
    assert set(Suggestion.objects.values_list("pk", flat=True)) == rows


def test_what_is_decided_stays() -> None:
    report = waiting_report(SIEGE, countries_said=["YEM"])
    run()
    first, *_ = Suggestion.objects.order_by("pk")
    deciding.reject(suggestion_id=first.pk, by=make.person(Role.REVIEWER), reason="not so", at=make.NOW)
    correct(report, countries=["MLI"])
    run()

    first.refresh_from_db()
    assert first.state == "rejected"
    assert "YEM" not in states(report).get("waiting", set())


def test_what_was_withdrawn_cannot_be_decided() -> None:
    report = waiting_report(SIEGE, countries_said=["YEM"])
    run()
    correct(report, countries=["MLI"])
    run()
    withdrawn = Suggestion.objects.filter(state="superseded").first()
    assert withdrawn is not None

    with pytest.raises(CodingError, match="withdrawn when its report was searched again"):
        deciding.reject(suggestion_id=withdrawn.pk, by=make.person(Role.REVIEWER), reason="not so", at=make.NOW)


def test_a_report_corrected_before_any_search_is_searched_once() -> None:
    report = waiting_report(SIEGE)
    correct(report, countries=["MLI"], language="en")

    assert (run(), run()) == (1, 0)
    assert set(states(report)) == {"waiting"}
    assert report.suggestion_runs.get().correction_id is not None
