"""Before a full run is published: is what stands what its inputs give, computed as one batch?"""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence

from indicators import frames
from indicators.agreement import differences
from indicators.models import ScoreRun, Standing
from indicators.scored import ScoredCountry, score_inputs


@dataclasses.dataclass(frozen=True, slots=True)
class Rechecked:
    """What was found, by country code."""

    differing: dict[str, str] = dataclasses.field(default_factory=dict)  # -> what differs, and by how much
    unasked: tuple[str, ...] = ()  # other inputs, and nobody asked to score anew


def recheck(
    run: ScoreRun,
    method: frames.Method,
    inputs: frames.Inputs,
    scored: Sequence[ScoredCountry],
    *,
    pending: Collection[str],
    with_beside: bool,
) -> Rechecked:
    """Compares the standing scores of `method` with the same days computed from `inputs`.

    `pending` countries changed and are about to be scored: they are left out. `scored` is what the run itself computed,
    which spares a second computation where the standing scores are of its own days.
    """
    by_days: dict[tuple[dt.date, dt.date], list[Standing]] = defaultdict(list)
    unasked = []
    rows = Standing.objects.filter(method=method.version).exclude(country__iso3__in=pending)
    for row in rows.select_related("country", "snapshot__run__method").prefetch_related("snapshot__histories"):
        iso3, snapshot = row.country.iso3, row.snapshot
        if inputs.digests.get(iso3, frames.EMPTY_DIGEST) == snapshot.input_digest:
            by_days[snapshot.as_of, snapshot.known_on].append(row)
        else:
            unasked.append(iso3)
    differing: dict[str, str] = {}
    for (day, known_on), standing in by_days.items():
        has_beside = with_beside and any(row.snapshot.interval_low is not None for row in standing)
        again = scored
        if (day, known_on) != (run.as_of, run.known_on):
            again = score_inputs(method, inputs, day=day, known_on=known_on, with_beside=has_beside)
        differing |= _differing(standing, again, with_beside=with_beside)
    return Rechecked(dict(sorted(differing.items())), tuple(sorted(unasked)))


def _differing(standing: Sequence[Standing], again: Sequence[ScoredCountry], *, with_beside: bool) -> dict[str, str]:
    found = {country.iso3: country for country in again}
    said = {}
    for row in standing:
        histories = list(row.snapshot.histories.all())
        gaps = differences(row.snapshot, found[row.country.iso3], histories=histories, with_beside=with_beside)
        if gaps:
            said[row.country.iso3] = ", ".join(map(str, gaps[:5]))
    return said
