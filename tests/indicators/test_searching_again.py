"""Reports searched again with what is in use: counted first, decided, then done; what people decided stays."""

import datetime as dt

import pytest

from indicators import lexicon_keeping, searching_again, suggesting
from indicators.lexicon_keeping import LexiconRefused
from indicators.models import SearchOrder, Suggestion, SuggestionRun
from reports.models import Report
from tests import lexicons, make
from tests.indicators.test_suggesting import RAID, waiting_report
from tests.lexicons import PASSAGE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
LATER = make.NOW + dt.timedelta(minutes=5)


def order(days: int = 14) -> SearchOrder:
    return searching_again.ask(days=days, by=lexicons.publisher(), at=make.NOW)


def confirmed(one: SearchOrder) -> SearchOrder:
    searching_again.run_waiting(at=LATER)
    searching_again.confirm(order_id=one.pk, by=lexicons.publisher(), at=LATER)
    searching_again.run_waiting(at=LATER)
    one.refresh_from_db()
    return one


def searched(*texts: str) -> Report:
    report = waiting_report(*texts, countries_said=["MMR"])
    suggesting.suggest_waiting(at=make.NOW)
    return report


def test_counting_changes_nothing_and_says_what_searching_will_do() -> None:
    report = searched(PASSAGE, RAID)
    lexicons.published()
    before = set(Suggestion.objects.values_list("pk", "state"))
    one = order()
    assert searching_again.run_waiting(at=LATER) == 1
    one.refresh_from_db()

    assert (one.state, one.would_add, one.would_withdraw) == ("ready", 1, 0)
    assert set(Suggestion.objects.values_list("pk", "state")) == before
    assert SuggestionRun.objects.filter(report=report).count() == 1
    one = confirmed(one)
    assert (one.state, one.added, one.withdrawn, one.searched_count) == ("done", 1, 0, 1)
    assert Suggestion.objects.filter(passage__text=PASSAGE, state="waiting").count() == 1
    assert searching_again.run_waiting(at=LATER) == 0


def test_what_waits_is_withdrawn_and_what_is_decided_stays() -> None:
    lexicons.published()
    searched(PASSAGE)
    decided = searched(f"{PASSAGE} It was seen by many.")
    Suggestion.objects.filter(passage__report=decided).update(state="accepted")
    lexicon_keeping.put_to_use(number=1, reason="back", by=lexicons.publisher(), at=make.NOW)
    one = confirmed(order())

    assert (one.would_withdraw, one.withdrawn, one.added) == (1, 1, 0)
    assert sorted(Suggestion.objects.values_list("state", flat=True)) == ["accepted", "superseded"]


def test_an_order_for_a_version_that_is_no_longer_in_use_is_refused() -> None:
    searched(RAID)
    one = order()
    searching_again.run_waiting(at=LATER)
    lexicons.published()
    with pytest.raises(LexiconRefused, match="another version in use"):
        searching_again.confirm(order_id=one.pk, by=lexicons.publisher(), at=LATER)

    assert searching_again.drop(order_id=one.pk, by=lexicons.publisher(), at=LATER).state == "dropped"


def test_only_searched_reports_of_these_days_and_one_order_at_a_time() -> None:
    with pytest.raises(LexiconRefused, match="no searched report"):
        order()
    searched(RAID)
    assert order().reports_count == 1
    with pytest.raises(LexiconRefused, match="under way"):
        order()


def test_a_report_that_breaks_is_counted_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    searched(RAID)
    searched(PASSAGE)
    one = order()
    monkeypatch.setattr(suggesting, "hits_in", int)
    searching_again.run_waiting(at=LATER)
    one.refresh_from_db()

    assert (one.state, one.counted_count, one.failed_count) == ("ready", 2, 2)
