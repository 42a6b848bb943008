"""Computes stored scores anew from the inputs as they were, and says which are not what they give."""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import groupby

from django.db.models import QuerySet

from indicators import frames
from indicators.agreement import Difference, band_differences, differences
from indicators.beside import bands_of
from indicators.models import Snapshot
from indicators.reproducing import CountryRows, inputs_then, rows_of
from indicators.scored import given_of, score_inputs


@dataclasses.dataclass(frozen=True, slots=True)
class Checked:
    """One stored score. Neither trouble nor differences: it is what its inputs give."""

    snapshot_id: int
    iso3: str
    as_of: dt.date
    known_on: dt.date
    method: str  # the first digits of its digest
    differing: tuple[Difference, ...] = ()
    trouble: str = ""  # why it cannot be computed anew

    def __str__(self) -> str:
        what = self.trouble or ", ".join(map(str, self.differing))
        name = f"snapshot {self.snapshot_id}, {self.iso3} as of {self.as_of} known {self.known_on}"
        return f"{name}, method {self.method}: {what}"


def to_verify(*, sample: int | None, method: str = "") -> QuerySet[Snapshot]:
    """All snapshots, or so many drawn by chance; under every method, or the one whose digest begins so."""
    rows = Snapshot.objects.filter(method__sha256__startswith=method.lower())
    if sample is None:
        return rows
    drawn = list(rows.order_by("?").values_list("pk", flat=True)[:sample])  # drawn once, or each look draws others
    return Snapshot.objects.filter(pk__in=drawn)


def verify(snapshots: QuerySet[Snapshot]) -> Iterator[Checked]:
    """One country at a time: a score that a batch stored must be what its country alone gives."""
    methods: dict[int, frames.Method] = {}
    ordered = snapshots.select_related("country", "run", "method__framework").order_by("country__iso3", "pk")
    numbered = groupby(ordered.values_list("pk", "country"), key=lambda row: row[1])
    for _, pairs in numbered:
        rows: CountryRows | None = None
        for number, _ in pairs:
            snapshot = ordered.prefetch_related("histories", "bands").get(pk=number)
            rows = rows or rows_of(snapshot.country)
            method = methods.get(snapshot.method_id)
            if method is None:
                method = methods[snapshot.method_id] = frames.method_of(snapshot.method)
            yield _check(snapshot, rows, method)


def _check(snapshot: Snapshot, rows: CountryRows, method: frames.Method) -> Checked:
    found = inputs_then(rows, method, snapshot)
    trouble = ""
    differing: tuple[Difference, ...] = ()
    if found.is_exact:
        differing = tuple(_differences(snapshot, method, found.inputs))
    else:
        trouble = (
            f"found no instant at which its rows have the digest {snapshot.input_digest[:12]}; "
            "wanted the rows that its run read"
        )
    return Checked(
        snapshot_id=snapshot.pk,
        iso3=rows.country.iso3,
        as_of=snapshot.as_of,
        known_on=snapshot.known_on,
        method=method.version.sha256[:8],
        differing=differing,
        trouble=trouble,
    )


def _differences(snapshot: Snapshot, method: frames.Method, inputs: frames.Inputs) -> Sequence[Difference]:
    (again,) = score_inputs(
        method,
        inputs,
        day=snapshot.as_of,
        known_on=snapshot.known_on,
        with_beside=snapshot.interval_low is not None,
        as_at=snapshot.run.started_at,
    )
    found = differences(snapshot, again, histories=list(snapshot.histories.all()))
    given = given_of(method, inputs, known_on=snapshot.known_on)
    for band in snapshot.bands.all():
        found += band_differences(band, bands_of(given, {0: band.days}, known_on=snapshot.known_on)[0])
    return found
