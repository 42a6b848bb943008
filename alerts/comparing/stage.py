"""Goes round the countries whose standing score nobody has compared yet, and writes a signal for each change."""

import datetime as dt
import logging

from django.db import OperationalError, connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from alerts.comparing.flags import has_risen, rapid_signal, silence_changed, silence_signal, silent_countries
from alerts.comparing.levels import Pair, has_changed, level_of, signal_of
from alerts.comparing.pieces import correction_signals, lost_reasons, new_triggers, trigger_signals
from alerts.models import Compared, Signal
from indicators.models import Snapshot, Standing
from indicators.models.score import ARRAYS

log = logging.getLogger(__name__)

_LOCK = 901_2025  # an arbitrary number: PostgreSQL's advisory lock of this stage


def waiting() -> QuerySet[Standing]:
    """Countries whose standing score nobody has compared yet; of the method in use only."""
    same = Compared.objects.filter(country=OuterRef("country"), snapshot=OuterRef("snapshot"))
    return Standing.objects.in_use().filter(~Exists(same))


class ComparingError(RuntimeError):
    """Some countries could not be compared; the others were, and these stay to be compared again."""


def compare_waiting(*, at: dt.datetime) -> int:
    """Writes a signal for every change; how many. Safe to run twice, and after a gap of any length.

    A country that breaks holds up no other. Raises ComparingError after all the others.
    """
    broken, count = 0, 0
    for country_id in _pass_over_the_unchanged(at=at):
        try:
            count += _compare(country_id, at=at)
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001  other countries' signals must not wait for it
            log.error("country %s could not be compared: %s", country_id, type(error).__name__)
            broken += 1
    if broken:
        raise ComparingError(f"{broken} countries could not be compared; the log names them")
    return count


@transaction.atomic
def _pass_over_the_unchanged(*, at: dt.datetime) -> list[int]:
    """Notes the countries whose change says nothing; the numbers of the others. A fixed number of queries."""
    _take_turns()
    standing = list(waiting().select_related("snapshot").defer(*_arrays("snapshot")))
    if not standing:
        return []
    numbers = [row.country_id for row in standing]
    before, silent = _before(numbers), silent_countries(numbers)
    day = min(row.snapshot.as_of for row in standing)
    pieces = {
        *new_triggers(numbers, day=day).values_list("country", flat=True),
        *lost_reasons(numbers).values_list("country", flat=True),
    }
    changed = [
        row.country_id
        for row in standing
        if row.country_id in pieces
        or _may_say((before.get(row.country_id), row.snapshot), is_silent=row.country_id in silent)
    ]
    same = [row for row in standing if row.country_id not in set(changed)]
    _note(same, at=at)
    return changed


def _may_say(pair: Pair, *, is_silent: bool) -> bool:
    return has_changed(pair) or has_risen(pair) or silence_changed(pair[1].reporting, was_told=is_silent)


@transaction.atomic
def _compare(country_id: int, *, at: dt.datetime) -> int:
    _take_turns()
    row = (
        waiting().filter(country=country_id).select_related("snapshot__method__framework", "snapshot__country").first()
    )
    if row is None:  # another worker was here
        return 0
    pair = (_before([country_id]).get(country_id), row.snapshot)
    found = _signals(pair)
    for signal in found:
        signal.country_id = country_id
        signal.before, signal.after = pair
        signal.from_level, signal.to_level = level_of(pair[0]), pair[1].shown_level
        signal.found_at = at
    Signal.objects.bulk_create(found)
    _note([row], at=at)
    return len(found)


def _signals(pair: Pair) -> list[Signal]:
    """What the two scores, and what came and went between them, say; not yet stored."""
    was_told = pair[1].country_id in silent_countries([pair[1].country_id])
    alone = [
        signal_of(pair) if has_changed(pair) else None,
        rapid_signal(pair),
        silence_signal(pair, was_told=was_told),
    ]
    return [signal for signal in alone if signal is not None] + trigger_signals(pair) + correction_signals(pair)


def _take_turns() -> None:
    """One worker at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _arrays(path: str) -> list[str]:
    return [f"{path}__{name}" for name in ARRAYS]


def _before(countries: list[int]) -> dict[int, Snapshot]:
    rows = Compared.objects.filter(country__in=countries).select_related("snapshot__run")
    return {row.country_id: row.snapshot for row in rows.defer(*_arrays("snapshot"))}


def _note(rows: list[Standing], *, at: dt.datetime) -> None:
    Compared.objects.bulk_create(
        (Compared(country_id=row.country_id, snapshot_id=row.snapshot_id, compared_at=at) for row in rows),
        update_conflicts=True,
        unique_fields=["country"],
        update_fields=["snapshot", "compared_at"],
    )
