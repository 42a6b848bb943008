"""Releases of GED: each keeps what it said, and months say what stood once each was known."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum

from indicators.event_loading import load_waiting, waiting
from indicators.models import EventLoad, EventRecord
from indicators.recorded_events import Recorded, months_of, recorded
from people.permissions import Role, Sensitivity
from reports.models import Report
from tests import make
from tests.ged import Event, ged_csv

pytestmark = pytest.mark.usefixtures("reference")
DAY = dt.date(2024, 12, 31)
JUNE = (Event(1, "2024-06-02", best=10), Event(2, "2024-06-20", best=5), Event(3, "2024-06-21", kind=1, best=7))


def loaded(*events: Event, on: str = "2024-07-20", reader: str = "ucdp-ged", **fields: Any) -> EventLoad:
    """As it is after the file was read: a report whose bytes wait to be loaded."""
    report = make.report(
        kind=Report.Kind.DATASET,
        reader=reader,
        bytes=ged_csv(*events),
        published_on=dt.date.fromisoformat(on),
        **fields,
    )
    load_waiting(at=make.NOW)
    return EventLoad.objects.get(report=report)


def sums(known_on: str = "2024-12-31", iso3: str = "MMR", **who: Any) -> dict[tuple[str, int], tuple[int, int]]:
    """Events and deaths by month and kind, where there is any."""
    months = months_of(make.country(iso3), who.get("user") or make.person())
    rows = months.standing(day=DAY, known_on=dt.date.fromisoformat(known_on))
    return {(f"{row.month:%Y-%m}", row.kind): (row.events, row.best) for row in rows if row.events}


def shown(iso3: str = "MMR", day: dt.date = DAY) -> Recorded | None:
    return recorded(make.country(iso3), day=day, known_on=DAY, user=make.person())


def test_events_are_summed_by_month_and_kind() -> None:
    load = loaded(*JUNE)

    assert (load.events_count, load.failure, load.is_complete) == (3, "", True)
    assert sums() == {("2024-06", 3): (2, 15), ("2024-06", 1): (1, 7)}
    assert EventRecord.objects.filter(load=load, place__admin1="Made-up State").count() == 3


def test_a_release_is_loaded_once() -> None:
    loaded(*JUNE)

    assert load_waiting(at=make.NOW) == 0
    assert not waiting().exists()
    assert EventRecord.objects.count() == 3


def test_a_revision_counts_from_the_day_it_was_known_and_the_old_word_stays() -> None:
    loaded(*JUNE)
    loaded(Event(1, "2024-06-02", best=12), Event(2, "2024-06-20", best=5), on="2024-09-20")

    assert sums("2024-09-19") == {("2024-06", 3): (2, 15), ("2024-06", 1): (1, 7)}
    assert sums("2024-09-20") == {("2024-06", 3): (2, 17)}, "the third is not in the newer file of its month"
    assert EventRecord.objects.filter(event_id=1).count() == 2


def test_a_file_of_one_month_takes_nothing_from_another() -> None:
    loaded(*JUNE)
    loaded(Event(9, "2024-07-02", best=1), on="2024-08-20")

    assert sums() == {("2024-06", 3): (2, 15), ("2024-06", 1): (1, 7), ("2024-07", 3): (1, 1)}


def test_a_part_adds_and_revises_and_takes_nothing_away() -> None:
    loaded(*JUNE)
    loaded(Event(1, "2024-06-02", best=99), on="2024-09-20", reader="ucdp-ged-part")

    assert sums() == {("2024-06", 3): (2, 104), ("2024-06", 1): (1, 7)}


def test_an_event_that_moves_to_another_month_leaves_the_first() -> None:
    loaded(*JUNE)
    loaded(Event(1, "2024-05-30", best=10), on="2024-09-20", reader="ucdp-ged-part")

    assert sums()["2024-06", 3] == (1, 5)
    assert sums()["2024-05", 3] == (1, 10)


def test_the_order_in_which_releases_come_in_does_not_matter() -> None:
    later = [Event(1, "2024-06-02", best=12), Event(4, "2024-06-29", best=1)]
    loaded(*later, on="2024-09-20")
    loaded(*JUNE)

    assert sums("2024-08-01") == {("2024-06", 3): (2, 15), ("2024-06", 1): (1, 7)}
    assert sums("2024-09-20") == {("2024-06", 3): (2, 13)}


def test_a_yearly_release_replaces_the_candidates_of_its_year() -> None:
    loaded(*JUNE)
    months = [Event(100 + month, f"2024-{month:02d}-10", best=month) for month in range(1, 13)]
    loaded(*months, on="2025-06-11")

    assert sums("2025-06-10") == {("2024-06", 3): (2, 15), ("2024-06", 1): (1, 7)}
    assert sums("2025-06-11")["2024-06", 3] == (1, 6)
    assert ("2024-06", 1) not in sums("2025-06-11")


def test_a_cut_that_was_sent_as_a_complete_file_is_refused_and_changes_nothing() -> None:
    loaded(*JUNE)
    load = loaded(Event(1, "2024-06-02"), on="2024-09-20")

    assert "found 1, where 3 stand; wanted a complete file" in load.failure
    assert "ucdp-ged-part" in load.failure
    assert sums() == {("2024-06", 3): (2, 15), ("2024-06", 1): (1, 7)}


def test_no_month_is_shown_before_it_has_ended_nor_before_it_was_known() -> None:
    loaded(*JUNE)

    assert not any(month.civilians for month in shown_months("2024-06-29"))
    assert shown_months("2024-06-30")[0].kinds[2] is not None
    assert recorded(make.country(), day=DAY, known_on=dt.date(2024, 7, 19), user=make.person()) is None


def shown_months(day: str) -> tuple[Any, ...]:
    found = shown(day=dt.date.fromisoformat(day))
    return found.months if found else ()


def test_a_month_without_an_event_is_not_a_month_that_nobody_covered() -> None:
    loaded(*(Event(month, f"2024-{month:02d}-10", territory=652) for month in range(4, 7)))
    found = shown()
    assert found is not None

    assert [month.is_covered for month in found.months[:4]] == [True, True, True, False]
    assert all(kind is None for month in found.months for kind in month.kinds)


def test_territories_go_by_the_reviewed_table() -> None:
    load = loaded(Event(1, territory=666), Event(2, territory=347), Event(3, territory=9000))

    assert sums(iso3="ISR") == sums(iso3="PSE") == {("2024-03", 3): (1, 4)}
    assert [row["id"] for row in load.not_covered] == [347, 9000]
    found = shown("PSE")
    assert found is not None
    assert found.notes


def test_what_rests_on_a_hidden_report_is_hidden_and_what_stood_before_is_shown() -> None:
    loaded(*JUNE)
    loaded(
        Event(1, "2024-06-02", best=99), on="2024-09-20", reader="ucdp-ged-part", sensitivity=Sensitivity.CONFIDENTIAL
    )
    loaded(Event(5, "2024-06-25", best=1), on="2024-10-20", reader="ucdp-ged-part")

    assert sums(user=make.person(Role.READER))["2024-06", 3] == (2, 15)
    assert sums(user=make.person(Role.ADMIN))["2024-06", 3] == (3, 105)


def test_a_broken_release_is_listed_with_its_reason_and_holds_up_no_other() -> None:
    make.report(kind=Report.Kind.DATASET, reader="ucdp-ged", bytes=b"no events")
    loaded(*JUNE)

    assert sums()
    broken = EventLoad.objects.exclude(failure="").get()
    assert broken.failure.startswith("line 1: found no column")
    assert not broken.events.exists()


def test_the_database_refuses_events_of_nothing_and_changes_of_what_was_said() -> None:
    loaded(*JUNE)
    event = EventRecord.objects.order_by("event_id").first()
    assert event is not None
    event.load_id, event.event_id = 2**40, 77

    with pytest.raises(IntegrityError, match="belongs to a load"), transaction.atomic():
        event.save(force_insert=True)
    with pytest.raises(IntegrityError, match="never rewritten"), transaction.atomic():
        EventRecord.objects.update(best=0)


def test_many_events_come_in_as_they_are() -> None:
    rng = np.random.default_rng(1)
    many = [
        Event(
            int(number),
            f"2024-06-{rng.integers(1, 30):02d}",
            best=int(rng.integers(0, 50)),
            admin1=f"Unit {number % 7}",
        )
        for number in range(1, 501)
    ]
    loaded(*many)

    stored = {
        row.event_id: (str(row.starts_on), row.best, row.place.admin1)
        for row in EventRecord.objects.select_related("place")
    }
    assert stored == {event.id: (event.day, event.best, event.admin1) for event in many}


@pytest.mark.shared_data
def test_a_real_cut_gives_the_deaths_that_it_states(shared_data: Path) -> None:
    payload = (shared_data / "ucdp" / "hdx_conflict_data_BGD.csv").read_bytes()
    make.report(kind=Report.Kind.DATASET, reader="ucdp-ged-part", bytes=payload, published_on=dt.date(2019, 6, 3))
    load_waiting(at=make.NOW)

    months = months_of(make.country("BGD"), make.person()).standing(day=DAY, known_on=DAY)
    assert sum(row.events for row in months) == 601
    assert sum(row.best for row in months) == EventRecord.objects.aggregate(of=Sum("best"))["of"]
    assert not EventLoad.objects.get().not_covered
