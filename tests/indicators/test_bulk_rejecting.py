"""All that waits of a source gone wrong: rejected at once, each with its own decision, and taken back for a day."""

import datetime as dt

import pytest

from indicators import bulk_rejecting, deciding
from indicators.coding import CodingError
from indicators.models import BulkRejection, Suggestion, SuggestionDecision
from people.models import User
from people.permissions import Role, Sensitivity
from reports.models import Source
from tests import make
from tests.suggested import report_of, suggestion

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def reviewer(db: None) -> User:
    return make.person(Role.REVIEWER)


def reject_all(of: Source, by: User, up_to: int = 2**62) -> BulkRejection:
    return bulk_rejecting.reject_all(of=of, up_to=up_to, by=by, reason="a poisoned feed", at=make.NOW)


def undo_all(bulk: BulkRejection, by: User, *, hours: int = 1) -> BulkRejection:
    return bulk_rejecting.undo_all(bulk_id=bulk.pk, by=by, at=make.NOW + dt.timedelta(hours=hours))


def states() -> list[str]:
    return list(Suggestion.objects.order_by("pk").values_list("state", flat=True))


def test_everything_of_the_source_is_rejected_with_a_decision_each(reviewer: User) -> None:
    rows, other = report_of(4), suggestion()

    bulk = reject_all(rows[0].passage.report.source, reviewer)

    assert (bulk.suggestions_count, states()) == (4, ["rejected"] * 4 + ["waiting"])
    kept = SuggestionDecision.objects.filter(bulk=bulk).values_list("action", "by", "reason")
    assert list(kept) == [("reject", reviewer.pk, "a poisoned feed")] * 4
    assert not other.decisions.exists()


def test_one_report_alone(reviewer: User) -> None:
    rows = report_of(2)
    beside = suggestion(make.passage(make.report(source=rows[0].passage.report.source)))

    bulk = bulk_rejecting.reject_all(
        of=rows[0].passage.report, up_to=2**62, by=reviewer, reason="taken in twice", at=make.NOW
    )

    assert (bulk.suggestions_count, states()) == (2, ["rejected", "rejected", "waiting"])
    assert beside.state == "waiting"


def test_what_came_in_after_the_preview_waits_on(reviewer: User) -> None:
    rows = report_of(3)

    reject_all(rows[0].passage.report.source, reviewer, up_to=rows[1].pk)

    assert states() == ["rejected", "rejected", "waiting"]


def test_what_one_may_not_see_waits_on(reviewer: User) -> None:
    rows = report_of(1)
    hidden = make.report(source=rows[0].passage.report.source, sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)
    suggestion(make.passage(hidden))

    assert reject_all(rows[0].passage.report.source, reviewer).suggestions_count == 1
    assert states() == ["rejected", "waiting"]


def test_undo_brings_all_back_but_what_was_decided_anew(reviewer: User) -> None:
    rows, other = report_of(3), make.person(Role.PUBLISHER)
    bulk = reject_all(rows[0].passage.report.source, reviewer)
    at = make.NOW + dt.timedelta(minutes=1)
    deciding.undo(decision_id=rows[0].decisions.get().pk, by=reviewer, at=at)
    deciding.reject(suggestion_id=rows[0].pk, by=other, reason="wrong country", at=at)

    undone = undo_all(bulk, other)

    assert (undone.undone_count, undone.undone_by) == (2, other)
    assert states() == ["rejected", "waiting", "waiting"]
    assert [d.action for d in rows[1].decisions.order_by("pk")] == ["reject", "undo"]


def test_a_bulk_is_taken_back_whole_whoever_does_it(reviewer: User) -> None:
    source = suggestion().passage.report.source
    suggestion(make.passage(make.report(source=source, sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)))
    bulk = reject_all(source, make.person(Role.PUBLISHER))

    assert (bulk.suggestions_count, undo_all(bulk, reviewer).undone_count) == (2, 2)
    assert states() == ["waiting", "waiting"]


def test_the_bulk_of_a_report_that_is_not_open_is_not_taken_back(reviewer: User) -> None:
    report = make.report(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)
    suggestion(make.passage(report))
    by = make.person(Role.PUBLISHER)
    bulk = bulk_rejecting.reject_all(of=report, up_to=2**62, by=by, reason="taken in twice", at=make.NOW)

    with pytest.raises(CodingError, match="found none that you may see"):
        undo_all(bulk, reviewer)
    assert undo_all(bulk, by).undone_count == 1


def test_undo_is_for_a_day_and_once(reviewer: User) -> None:
    bulk = reject_all(report_of(2)[0].passage.report.source, reviewer)

    with pytest.raises(CodingError, match="older than a day"):
        undo_all(bulk, reviewer, hours=25)
    undo_all(bulk, reviewer)
    with pytest.raises(CodingError, match="taken back already"):
        undo_all(bulk, reviewer)


def test_nothing_to_reject_and_nobody_to_do_it_are_told(reviewer: User) -> None:
    source = report_of(1)[0].passage.report.source

    with pytest.raises(CodingError, match="may not accept or reject"):
        reject_all(source, make.person(Role.CODER))
    reject_all(source, reviewer)
    with pytest.raises(CodingError, match="found nothing of it waiting"):
        reject_all(source, reviewer)
    assert BulkRejection.objects.count() == 1
