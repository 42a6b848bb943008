"""Signals: what stands now against what stood when a country was last looked at."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from alerts import comparing
from alerts.comparing import levels
from alerts.models import Compared, Signal
from indicators import assess, coding, frames, series_loading
from indicators.models import Evidence, MethodVersion, Snapshot
from indicators.models.score import Level
from indicators.scored import shown_levels
from people.permissions import Role
from tests import make
from tests.alerts import rounds

pytestmark = pytest.mark.usefixtures("reference")
OF_A_LEVEL = ("level_up", "level_down", "gone_stale", "method")


def test_the_first_rise_is_a_signal_from_undetermined() -> None:
    rounds.grave_situation()
    rounds.score()

    assert comparing.compare_waiting(at=make.NOW) == 2  # and one piece is trigger evidence

    signal = Signal.objects.get(kind__in=OF_A_LEVEL)
    assert (signal.kind, signal.from_level, signal.before) == ("level_up", Level.UNDETERMINED, None)
    assert signal.to_level == signal.after.shown_level >= Level.ELEVATED
    assert not signal.is_historic


def test_comparing_twice_finds_nothing_new() -> None:
    rounds.grave_situation()
    rounds.score()
    comparing.compare_waiting(at=make.NOW)

    assert comparing.compare_waiting(at=make.NOW) == 0
    assert not comparing.waiting().exists()
    assert Signal.objects.count() == 2


def test_a_little_evidence_is_no_signal_and_is_compared_all_the_same() -> None:
    make.accepted()
    rounds.score()

    assert comparing.compare_waiting(at=make.NOW) == 0
    assert Compared.objects.get(country__iso3="MMR").snapshot.shown_level == Level.UNDETERMINED


def test_a_rise_by_evidence_entered_long_after_it_was_known_is_historic() -> None:
    rounds.grave_situation(known_on=dt.date(2023, 1, 10), event_on=dt.date(2023, 1, 1))
    rounds.score()

    comparing.compare_waiting(at=make.NOW)

    assert Signal.objects.get(kind__in=OF_A_LEVEL).is_historic


def test_fresh_evidence_that_takes_the_level_up_is_not_made_historic_by_old_evidence_beside_it() -> None:
    rounds.grave_situation(indicators=rounds.GRAVE[::2], known_on=dt.date(2023, 1, 10), event_on=dt.date(2023, 1, 1))
    rounds.grave_situation(indicators=rounds.GRAVE[1::2])
    rounds.score()

    comparing.compare_waiting(at=make.NOW)

    assert not Signal.objects.get(kind__in=OF_A_LEVEL).is_historic


def test_what_is_accepted_while_a_rise_is_judged_does_not_make_it_historic(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds.grave_situation(indicators=rounds.GRAVE[::2], known_on=dt.date(2023, 1, 10), event_on=dt.date(2023, 1, 1))
    rounds.grave_situation(indicators=rounds.GRAVE[1::2])
    rounds.score()
    asked: list[dict[str, Any]] = []

    def levels_a_moment_later(*given: Any, **said: Any) -> dict[str, int]:
        if not asked:  # somebody accepts in between, what was listed as fresh does not hold it
            rounds.grave_situation(indicators=rounds.GRAVE)
        asked.append(said)
        return shown_levels(*given, **said)

    monkeypatch.setattr(levels, "shown_levels", levels_a_moment_later)
    comparing.compare_waiting(at=make.NOW)

    assert not Signal.objects.get(kind__in=OF_A_LEVEL).is_historic


def some_series(published_on: dt.date, at: dt.datetime) -> None:
    payload = make.ucdp_csv((775, "Myanmar (Burma)", 2023, 90_000, 90_000))
    make.report(
        kind="dataset", reader="ucdp-country-year", bytes=payload, media_type="text/csv", received_at=at,
        published_on=published_on,
    )  # fmt: skip
    series_loading.load_waiting(at=at)


@pytest.mark.parametrize(
    ("published_on", "days", "is_historic"),
    [
        ("2024-03-01", 1, True),
        ("2024-06-01", 1, False),
        ("2025-06-11", 500, True),  # of a later day than the fixed one, and old when it was loaded
        ("2025-06-11", 365, False),
    ],
)
def test_a_rise_by_a_dataset_loaded_long_after_its_release_is_historic(
    published_on: str, days: int, is_historic: bool
) -> None:
    loaded_at = make.NOW + dt.timedelta(days=days)
    rounds.grave_situation(indicators=rounds.GRAVE[:6], at=make.NOW - dt.timedelta(hours=1))
    rounds.score()
    comparing.compare_waiting(at=make.NOW)
    some_series(dt.date.fromisoformat(published_on), loaded_at)
    assess.score_changed(at=loaded_at, day=make.TODAY)

    comparing.compare_waiting(at=loaded_at)

    signal = Signal.objects.get(kind__in=OF_A_LEVEL)
    assert (signal.kind, signal.is_historic) == ("level_up", is_historic)


def test_evidence_that_only_ages_has_gone_stale_and_the_level_is_not_said_to_fall() -> None:
    rounds.grave_situation()
    rounds.score()
    comparing.compare_waiting(at=make.NOW)
    rounds.score(day=dt.date(2064, 6, 30))

    comparing.compare_waiting(at=make.NOW)

    latest = Signal.objects.filter(kind__in=OF_A_LEVEL).latest("pk")
    assert (latest.kind, latest.to_level) == ("gone_stale", Level.UNDETERMINED)


def test_a_retraction_brings_the_level_down() -> None:
    rows = rounds.grave_situation()
    rounds.score()
    comparing.compare_waiting(at=make.NOW)
    for row in rows:
        coding.retract(evidence_id=row.pk, by=make.person(Role.ADMIN), reason="made up", at=make.NOW)
    rounds.score()

    comparing.compare_waiting(at=make.NOW)

    assert Signal.objects.filter(kind__in=OF_A_LEVEL).latest("pk").kind == "level_down"


def test_a_gap_is_compared_as_one_step() -> None:
    """Nobody compared for three runs: one signal from what was last seen to what stands."""
    make.accepted()
    rounds.score()
    comparing.compare_waiting(at=make.NOW)
    for place in range(0, len(rounds.GRAVE), 4):
        rounds.grave_situation(indicators=rounds.GRAVE[place : place + 4])
        rounds.score()

    comparing.compare_waiting(at=make.NOW)

    signal = Signal.objects.get(kind__in=OF_A_LEVEL)
    assert (signal.from_level, signal.before) == (0, Snapshot.objects.filter(country__iso3="MMR").earliest("pk"))


def test_a_signal_is_never_rewritten() -> None:
    rounds.grave_situation()
    rounds.score()
    comparing.compare_waiting(at=make.NOW)

    with pytest.raises(DatabaseError, match="never rewritten"), transaction.atomic():
        Signal.objects.update(is_historic=True)
    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
        Signal.objects.latest("pk").delete()


def test_a_run_of_another_day_brings_no_signal_where_the_level_holds() -> None:
    rounds.grave_situation()
    rounds.score()
    comparing.compare_waiting(at=make.NOW)
    assess.score_all(at=make.NOW + dt.timedelta(days=1), day=make.TODAY)

    assert comparing.compare_waiting(at=make.NOW) == 0
    assert Evidence.objects.exists()


def test_a_new_method_alone_brings_no_rise_but_does_not_swallow_fresh_evidence() -> None:
    make.accepted()
    rounds.score()
    comparing.compare_waiting(at=make.NOW)
    another_method()
    rounds.grave_situation()
    rounds.score()

    comparing.compare_waiting(at=make.NOW)

    assert Signal.objects.exclude(kind="trigger").get().kind == "level_up"


def test_a_new_method_does_not_swallow_a_fresh_dataset() -> None:
    loaded_at = make.NOW + dt.timedelta(days=1)
    rounds.grave_situation(indicators=rounds.GRAVE[:6], at=make.NOW - dt.timedelta(hours=1))
    rounds.score()
    comparing.compare_waiting(at=make.NOW)
    some_series(dt.date(2024, 6, 1), loaded_at)
    another_method()
    rounds.score(at=loaded_at)

    comparing.compare_waiting(at=loaded_at)

    signal = Signal.objects.get(kind__in=OF_A_LEVEL)
    assert (signal.kind, signal.is_historic) == ("level_up", False)


def test_a_rise_by_a_new_method_alone_is_said_to_be_one() -> None:
    rounds.grave_situation(at=make.NOW - dt.timedelta(days=9))
    rounds.score()
    comparing.compare_waiting(at=make.NOW)
    another_method(up=[1, 2, 3, 4])
    rounds.score()

    comparing.compare_waiting(at=make.NOW)

    assert Signal.objects.filter(kind__in=OF_A_LEVEL).latest("pk").kind == "method"


def another_method(**changes: object) -> None:
    version = frames.version_in_use()
    version.pk = None
    version.parameters = version.parameters | changes
    version.sha256 = f"{MethodVersion.objects.count():064x}"
    version.published_at = make.NOW
    version.save()
