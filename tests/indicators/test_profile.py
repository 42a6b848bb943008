"""What the country page says: reasons that add up, and nothing that may not be seen."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from indicators import assess, coding, series_loading
from indicators.models import Evidence, Standing
from indicators.profile import CountryProfile, country_profile
from people.models import User
from people.permissions import Role, Sensitivity
from reports.models import Report
from tests import make

pytestmark = pytest.mark.usefixtures("reference")
LATER = make.NOW + dt.timedelta(minutes=5)
TOMORROW = make.NOW + dt.timedelta(days=1)


def page(user: User | AnonymousUser | None = None, **fields: Any) -> CountryProfile:
    asked: dict[str, Any] = {"day": make.TODAY, "known_on": make.NOW.date(), "is_current": True} | fields
    return country_profile(make.country(), user=user or AnonymousUser(), **asked)


def score(at: dt.datetime = make.NOW) -> None:
    assess.score_all(at=at, day=make.TODAY)


def adds_up(found: CountryProfile) -> None:
    """The reasons sum to the index, the printed column to the printed index, the factors to both."""
    assert found.overall is not None
    assert sum(reason.points for reason in found.reasons) == pytest.approx(found.overall, abs=1e-9)
    assert sum(factor.points for factor in found.factors) == pytest.approx(found.overall, abs=1e-9)
    printed = sum(round(float(reason.printed) * 10) for reason in found.reasons)
    assert printed == round(float(f"{found.overall:.1f}") * 10)


def release(version: str = "24.1", at: dt.datetime = make.NOW, **fields: Any) -> None:
    payload = make.ucdp_csv((775, "Myanmar", 2023, 900, 40), version=version)
    make.report(kind=Report.Kind.DATASET, reader="ucdp-country-year", bytes=payload, **fields)
    series_loading.load_waiting(at=at)


def some_evidence() -> None:
    for code in ("7.14", "1.1", "9.1", "2.2", "8.1", "11.1"):
        make.accepted(indicator=make.indicator(code), event_on=dt.date(2023, 11, 3))
    make.accepted(event_key="shared"), make.accepted(event_key="shared", reliability="A", credibility=1)
    make.accepted(event_key=""), make.accepted(polarity=Evidence.Polarity.MITIGATION)
    make.confidential(indicator=make.indicator("4.1"))


def test_the_reasons_add_up_to_the_index() -> None:
    some_evidence()
    release()
    score()

    found = page()

    adds_up(found)
    assert {reason.kind for reason in found.reasons} == {"event", "series", "mitigation", "withheld"}
    assert [r.points for r in found.reasons] == sorted((r.points for r in found.reasons), reverse=True)


def test_the_reasons_add_up_on_any_other_day() -> None:
    some_evidence()
    release()

    adds_up(page(is_current=False, day=dt.date(2024, 6, 10), known_on=dt.date(2024, 6, 10)))


def test_every_reason_leads_to_its_evidence_or_says_that_it_is_withheld() -> None:
    some_evidence()
    score()

    for reason in page(make.person(Role.ADMIN)).reasons:
        assert (reason.evidence is not None) == (reason.kind == "event")
    for reason in page().reasons:
        assert reason.kind != "withheld" or (reason.evidence, reason.family, reason.event_key) == (None, "", "")


def test_what_the_public_may_not_see_counts_and_is_named_nowhere() -> None:
    hidden = make.confidential(
        family=make.family("hidden-body"), event_key="hidden-event", group="hidden-group", note="hidden-note",
        of=make.passage(make.report(title="hidden-title"), locator="hidden-locator"),
    )  # fmt: skip
    score()

    found = page()

    assert (found.evidence, found.evidence_count, found.withheld) == ((), 1, 1)
    assert [reason.kind for reason in found.reasons] == ["withheld"]
    assert found.overall is not None
    assert found.overall > 0
    assert "hidden" not in repr(found)
    assert found.reasons[0].printed == f"{found.overall:.1f}"
    assert page(make.person(Role.REVIEWER)).evidence == (hidden,)


@pytest.mark.parametrize("where", ["evidence", "report"])
def test_a_report_hides_its_evidence_as_well(where: str) -> None:
    secret: dict[str, Any] = {"sensitivity": Sensitivity.CONFIDENTIAL}
    report = make.report(**(secret if where == "report" else {}))
    make.accepted(of=make.passage(report), **(secret if where == "evidence" else {}))
    score()

    assert page(make.person(Role.FOCAL_POINT)).withheld == 1
    assert page(make.person(Role.CODER)).withheld == 0


def test_where_one_body_said_it_openly_and_in_confidence_the_open_piece_is_shown() -> None:
    same: dict[str, Any] = {"family": make.family("body"), "event_key": "one"}
    shown, hidden = make.accepted(**same), make.confidential(**same, severity=4)
    score()

    (reason,) = page().reasons

    assert (reason.evidence, hidden.severity) == (shown, 4)


def test_a_series_of_a_confidential_release_is_withheld() -> None:
    release(sensitivity=Sensitivity.CONFIDENTIAL)
    score()

    found = page()

    assert {reason.kind for reason in found.reasons} == {"withheld"}
    assert not any(indicator.series for factor in found.factors for indicator in factor.indicators)
    adds_up(found)


def test_nothing_known_is_not_assessed_and_never_zero() -> None:
    score()
    found = page()

    assert (found.assessed, found.overall, found.level, found.coverage, found.reasons) == (False, None, None, None, ())
    assert len(found.factors) == 14


def test_new_evidence_moves_nothing_until_it_is_scored_and_the_page_says_so() -> None:
    some_evidence()
    score()
    before = page()
    make.accepted(indicator=make.indicator("10.1"), at=LATER)

    found = page()

    assert (found.is_recomputing, found.overall) == (True, before.overall)
    assert [r.points for r in found.reasons] == pytest.approx([r.points for r in before.reasons], abs=1e-9)
    adds_up(found)


def test_a_retraction_moves_nothing_until_it_is_scored_and_is_not_called_withheld() -> None:
    some_evidence()
    row = make.accepted(indicator=make.indicator("10.1"))
    score()
    before = [(reason.kind, reason.indicator_code) for reason in page().reasons]

    coding.retract(evidence_id=row.pk, by=make.person(Role.ADMIN), reason="made up", at=LATER)

    assert [(reason.kind, reason.indicator_code) for reason in page().reasons] == before
    adds_up(page())


def test_a_release_that_came_after_the_run_moves_nothing_until_it_is_scored() -> None:
    some_evidence()
    score()
    release(at=LATER)

    found = page()

    assert found.is_recomputing
    assert "series" not in {reason.kind for reason in found.reasons}
    adds_up(found)


def test_what_was_decided_while_the_run_waited_for_its_turn_is_part_of_it() -> None:
    some_evidence()
    make.accepted(indicator=make.indicator("10.1"), at=LATER)
    score(at=make.NOW)  # its clock was read before; its rows after
    make.accepted(indicator=make.indicator("10.2"), at=LATER + dt.timedelta(minutes=1))

    adds_up(page())


def test_a_score_that_stands_for_too_long_is_explained_as_it_stood() -> None:
    some_evidence()
    score()

    found = page(day=make.TODAY + dt.timedelta(days=40), known_on=TOMORROW.date())

    assert found.overall == Standing.objects.get(country__iso3="MMR").snapshot.overall
    adds_up(found)


def test_before_the_first_run_the_page_says_that_one_is_on_its_way() -> None:
    make.accepted()

    found = page()

    assert (found.assessed, found.is_recomputing, len(found.evidence)) == (False, True, 1)


def test_history_stands_as_it_was_stored() -> None:
    some_evidence()
    score()

    lines = page().history

    assert [line.key for line in lines] == ["hindsight", "known_then"]
    assert all(line.days[-1] == make.TODAY for line in lines)
    assert lines[0].overall[-1] == pytest.approx(page().overall, abs=1e-9)


def test_the_three_profiles_stand_beside_each_other_and_the_highest_is_the_index() -> None:
    make.accepted(indicator=make.indicator("13.1"))
    score()
    found = page()

    assert [profile.key for profile in found.profiles] == ["genocide", "cah", "war"]
    assert [profile.is_headline for profile in found.profiles] == [False, False, True]
    assert max(profile.value for profile in found.profiles) == found.overall


def test_new_events_are_told_with_what_the_reader_may_see_and_hidden_ones_by_number_alone() -> None:
    make.accepted(event_on=dt.date(2023, 1, 1), known_on=dt.date(2023, 2, 1), event_key="old")
    seen = make.accepted(event_key="seen", sensitivity=Sensitivity.PUBLIC)
    make.accepted(event_key="seen", sensitivity=Sensitivity.CONFIDENTIAL)
    hidden = make.confidential(event_key="hidden", indicator=make.indicator("9.1"))
    score()

    public, cleared = page().new_events, page(make.person(Role.ADMIN)).new_events

    assert [(one.event_key, [row.pk for row in one.evidence]) for one in public.shown] == [("seen", [seen.pk])]
    assert (public.withheld, public.count) == (1, 2)
    assert {one.event_key for one in cleared.shown} == {"seen", "hidden"}
    assert [len(alike) for alike in cleared.by_indicator] == [1, 1]
    assert hidden in [row for one in cleared.shown for row in one.evidence]
