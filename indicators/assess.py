"""Computes scores and makes them stand: all of a run's countries at once, or none of them."""

import contextlib
import datetime as dt
import logging
from collections.abc import Iterator, Sequence

from django.conf import settings
from django.db import connection, transaction

from countries.models import Country
from indicators import frames
from indicators.models import History, RescoreRequest, ScoreRun, Snapshot, Standing
from indicators.scored import ScoredCountry, score_countries

log = logging.getLogger(__name__)

_LOCK = 901_2024  # an arbitrary number: PostgreSQL's advisory lock of the score runs


def score_changed(*, at: dt.datetime, day: dt.date) -> ScoreRun | None:
    """Scores the countries whose inputs changed; None where none did. Safe to run twice."""
    with _one_at_a_time():  # what a run before this one scores is not asked for any more
        if not RescoreRequest.objects.exists():
            return None
        return _run(at=at, day=day, is_full=False)


def score_all(*, at: dt.datetime, day: dt.date) -> ScoreRun:
    """Scores every country: evidence decays even when nothing comes in. Safe to run twice."""
    with _one_at_a_time():
        return _run(at=at, day=day, is_full=True)


def is_due(*, day: dt.date, known_on: dt.date) -> bool:
    """Whether some standing score is of another day or method than it should be."""
    if not Standing.objects.exists():
        return False
    method = frames.version_in_use()
    return Standing.objects.exclude(snapshot__as_of=day, snapshot__known_on=known_on, snapshot__method=method).exists()


def _run(*, at: dt.datetime, day: dt.date, is_full: bool) -> ScoreRun:
    """One run; the caller holds the lock. A failure leaves what stood, and is recorded."""
    ScoreRun.objects.filter(state=ScoreRun.State.RUNNING).update(
        state=ScoreRun.State.FAILED, failed_at=at, failure="the worker stopped before it was done"
    )
    run = ScoreRun.objects.create(
        method=frames.version_in_use(),
        as_of=day,
        known_on=at.date(),
        is_full=is_full,
        code_version=settings.CODE_VERSION,
        started_at=at,
    )
    try:
        with transaction.atomic():
            _compute_and_publish(run, frames.method_of(run.method), at=at)
    except Exception as error:
        run.state, run.failed_at, run.failure = ScoreRun.State.FAILED, at, type(error).__name__
        run.published_at = None
        run.save(update_fields=["state", "failed_at", "failure", "published_at"])
        log.error("score run %s failed: %s", run.pk, run.failure)
        raise
    return run


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """A lock that a killed worker cannot keep."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _compute_and_publish(run: ScoreRun, method: frames.Method, *, at: dt.datetime) -> None:
    # The requests are read before the inputs: what is asked for later stays for the next run.
    requests = list(RescoreRequest.objects.values_list("pk", "country__iso3"))
    every = Country.objects.order_by("iso3").values_list("iso3", flat=True)
    countries = list(every) if run.is_full else sorted({iso3 for _, iso3 in requests})
    scored = score_countries(method, countries, day=run.as_of, known_on=run.known_on)
    _publish(run, scored)
    RescoreRequest.objects.filter(pk__in=[pk for pk, _ in requests]).delete()
    run.state, run.published_at, run.countries_count = ScoreRun.State.PUBLISHED, at, len(scored)
    run.save(update_fields=["state", "published_at", "countries_count"])


def _publish(run: ScoreRun, scored: Sequence[ScoredCountry]) -> None:
    """Adds the snapshots that are new and points every country at its own."""
    ids = dict(Country.objects.values_list("iso3", "pk"))
    standing = {
        (snapshot.country_id, snapshot.input_digest): snapshot
        for snapshot in Snapshot.objects.filter(as_of=run.as_of, known_on=run.known_on, method=run.method)
    }
    fresh = [country for country in scored if (ids[country.iso3], country.input_digest) not in standing]
    snapshots = Snapshot.objects.bulk_create(country.as_snapshot(run, ids[country.iso3]) for country in fresh)
    History.objects.bulk_create(
        line.as_history(snapshot) for country, snapshot in zip(fresh, snapshots, strict=True) for line in country.lines
    )
    standing |= {(snapshot.country_id, snapshot.input_digest): snapshot for snapshot in snapshots}
    Standing.objects.bulk_create(
        (
            Standing(country_id=ids[country.iso3], snapshot=standing[ids[country.iso3], country.input_digest])
            for country in scored
        ),
        update_conflicts=True,
        unique_fields=["country"],
        update_fields=["snapshot"],
    )
