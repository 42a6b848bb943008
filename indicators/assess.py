"""Computes scores under every published method and makes them stand: all of a run's countries at once, or none."""

import contextlib
import dataclasses
import datetime as dt
import functools
import logging
from collections.abc import Iterator, Sequence

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from countries.models import Country
from indicators import bands, frames, methods
from indicators.models import Band, History, MethodVersion, RescoreRequest, ScoreRun, Snapshot, Standing
from indicators.rechecking import Rechecked, recheck
from indicators.scored import ScoredCountry, score_inputs
from people.notices import raise_notice

log = logging.getLogger(__name__)

_LOCK = 901_2024  # an arbitrary number: PostgreSQL's advisory lock of the score runs
PAUSES = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))  # after 1, 2, 3 and more failed full runs
LOOKED_AT = 50  # full runs, for their pauses; more than fail in a day of pauses


class DisagreementError(RuntimeError):
    """What stands is not what its inputs give now: the run is not published."""


class UnknownCountriesError(LookupError):
    """Codes of no country here."""


@transaction.atomic
def ask_for_scores(*, countries: Sequence[str], at: dt.datetime) -> None:
    """Asks for scores anew without a change of inputs. Raises UnknownCountriesError."""
    found = dict(Country.objects.filter(iso3__in=countries).values_list("iso3", "pk"))
    if unknown := sorted(set(countries) - found.keys()):
        raise UnknownCountriesError(f"found no country {', '.join(unknown)}; wanted ISO 3166-1 alpha-3 codes")
    RescoreRequest.objects.bulk_create(RescoreRequest(country_id=pk, asked_at=at) for pk in found.values())


def score_changed(*, at: dt.datetime, day: dt.date) -> ScoreRun | None:
    """Scores the countries whose inputs changed; None where none did. Safe to run twice."""
    with _one_at_a_time():  # what a run before this one scores is not asked for any more
        if not RescoreRequest.objects.exists():
            return None
        return _score(at=at, day=day, is_full=False)


def score_all(*, at: dt.datetime, day: dt.date, with_beside: bool = True) -> ScoreRun:
    """Scores every country: evidence decays even when nothing comes in. Safe to run twice.

    First computes anew, as one batch, what stands; where that disagrees, what stands stays (DisagreementError).
    """
    with _one_at_a_time():
        return _score(at=at, day=day, is_full=True, with_beside=with_beside)


def is_due(*, day: dt.date, known_on: dt.date, at: dt.datetime) -> bool:
    """Whether some standing score is of another day than it should be, or a published method has none yet.

    Not within the pause after full runs that failed one after the other.
    """
    standing = Standing.objects.filter(method__in=MethodVersion.objects.published())
    if not standing.exists():
        return False
    behind = standing.exclude(snapshot__as_of=day, snapshot__known_on=known_on)
    stands = Standing.objects.filter(method=OuterRef("pk"))
    is_behind = behind.exists() or MethodVersion.objects.published().exclude(Exists(stands)).exists()
    return is_behind and not _pauses(at)


def _pauses(at: dt.datetime) -> bool:
    """Whether a method's last full runs failed, and the latest of them too lately to try again."""
    ended = ScoreRun.objects.filter(is_full=True, method__in=MethodVersion.objects.published())
    runs = ended.exclude(state=ScoreRun.State.RUNNING).order_by("-pk").values_list("method", "state", "failed_at")
    failed: dict[int, list[dt.datetime]] = {}
    published = set()
    for method, state, failed_at in runs[:LOOKED_AT]:
        if state == ScoreRun.State.PUBLISHED:
            published.add(method)
        elif method not in published and failed_at is not None:
            failed.setdefault(method, []).append(failed_at)
    return any(at < times[0] + PAUSES[min(len(times), len(PAUSES)) - 1] for times in failed.values())


@dataclasses.dataclass(frozen=True)
class _Work:
    """What one run asks of every method; the rows are read when the first method needs them."""

    at: dt.datetime
    day: dt.date
    is_full: bool
    with_beside: bool
    requests: dict[int, str]  # number -> country
    read: dict[int, frames.Rows] = dataclasses.field(default_factory=dict)

    @functools.cached_property
    def countries(self) -> list[str]:
        if self.is_full:
            return list(Country.objects.order_by("iso3").values_list("iso3", flat=True))
        return sorted(set(self.requests.values()))

    def rows(self, method: frames.Method) -> frames.Rows:
        """Read once for all methods with the same catalogue."""
        if method.version.framework_id not in self.read:
            self.read[method.version.framework_id] = frames.read(method, self.countries)
        return self.read[method.version.framework_id]


def _score(*, at: dt.datetime, day: dt.date, is_full: bool, with_beside: bool = True) -> ScoreRun:
    """One run for each method; the run of the one in use. The caller holds the lock.

    A method that fails holds up no other; its error is raised after all of them, and what was asked for stays asked.
    """
    ScoreRun.objects.filter(state=ScoreRun.State.RUNNING).update(
        state=ScoreRun.State.FAILED, failed_at=at, failure="the worker stopped before it was done"
    )
    # The requests are read before the inputs: what is asked for later stays for the next run.
    requests = dict(RescoreRequest.objects.values_list("pk", "country__iso3"))
    work = _Work(at, day, is_full, with_beside, requests)
    runs, errors = [], []
    for version in _methods(is_full=is_full):
        try:
            runs.append(_run(version, work))
        except Exception as error:  # noqa: BLE001  raised below
            errors.append(error)
    if errors:
        raise errors[0]
    RescoreRequest.objects.filter(pk__in=requests).delete()
    return runs[0]


def _methods(*, is_full: bool) -> Sequence[MethodVersion]:
    """Every published method, the one in use first; a new one joins with a run over every country."""
    published = MethodVersion.objects.by_use().select_related("framework")
    versions = list(published)
    if not versions:
        raise frames.NoMethodError("method: found none; wanted `manage.py load_reference` first")
    return versions if is_full else list(published.with_scores()) or versions[:1]


def _run(version: MethodVersion, work: _Work) -> ScoreRun:
    """A failure leaves what stood, and is recorded."""
    run = ScoreRun.objects.create(
        method=version,
        as_of=work.day,
        known_on=work.at.date(),
        is_full=work.is_full,
        code_version=settings.CODE_VERSION,
        started_at=work.at,
    )
    try:
        with transaction.atomic():
            rechecked = _compute_and_publish(run, frames.method_of(version), work)
    except Exception as error:
        run.state, run.failed_at, run.failure = ScoreRun.State.FAILED, work.at, type(error).__name__
        run.published_at = None
        run.save(update_fields=["state", "failed_at", "failure", "published_at"])
        log.error("score run %s failed: %s", run.pk, run.failure)
        if isinstance(error, DisagreementError):
            raise_notice(kind="scores-disagree", subject=_subject(version), words=str(error), at=work.at)
        raise
    if rechecked.unasked:
        _say_unasked(version, rechecked.unasked, at=work.at)
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


def _compute_and_publish(run: ScoreRun, method: frames.Method, work: _Work) -> Rechecked:
    inputs = frames.inputs_of(work.rows(method), method, work.countries)
    scored = score_inputs(method, inputs, day=run.as_of, known_on=run.known_on, with_beside=work.with_beside)
    rechecked = Rechecked()
    if run.is_full:
        # Asked for again after the rows were read: a decision between the two reads is no change past the application.
        pending = {*work.requests.values(), *RescoreRequest.objects.values_list("country__iso3", flat=True)}
        rechecked = recheck(run, method, inputs, scored, pending=pending, with_beside=work.with_beside)
        if rechecked.differing:
            raise DisagreementError(_words(method.version, rechecked.differing))
    years = bands.year_bands(method, inputs, scored, known_on=run.known_on) if work.with_beside else {}
    _publish(run, scored, years, at=work.at)
    run.state, run.published_at, run.countries_count = ScoreRun.State.PUBLISHED, work.at, len(scored)
    run.save(update_fields=["state", "published_at", "countries_count"])
    if run.is_full:
        methods.retire_equals(method.version, at=work.at)
    methods.note_standing(method_id=run.method_id, at=work.at)
    return rechecked


def _publish(run: ScoreRun, scored: Sequence[ScoredCountry], years: dict[str, bands.Days], *, at: dt.datetime) -> None:
    """Adds the snapshots that are new and points every country at its own."""
    ids = dict(Country.objects.values_list("iso3", "pk"))
    standing = {
        (snapshot.country_id, snapshot.input_digest): snapshot
        for snapshot in Snapshot.objects.filter(as_of=run.as_of, known_on=run.known_on, method=run.method)
    }
    fresh = [country for country in scored if (ids[country.iso3], country.input_digest) not in standing]
    snapshots = Snapshot.objects.bulk_create(country.as_snapshot(run, ids[country.iso3]) for country in fresh)
    new = list(zip(fresh, snapshots, strict=True))
    History.objects.bulk_create(line.as_history(snapshot) for country, snapshot in new for line in country.lines)
    Band.objects.bulk_create(
        bands.as_row(snapshot, Band.Part.YEARS, years[country.iso3], at=at)
        for country, snapshot in new
        if country.iso3 in years
    )
    standing |= {(snapshot.country_id, snapshot.input_digest): snapshot for snapshot in snapshots}
    Standing.objects.bulk_create(
        (
            Standing(
                country_id=ids[country.iso3],
                method=run.method,
                snapshot=standing[ids[country.iso3], country.input_digest],
            )
            for country in scored
        ),
        update_conflicts=True,
        unique_fields=["country", "method"],
        update_fields=["snapshot"],
    )


def _subject(version: MethodVersion) -> str:
    return f"method {version.sha256[:8]}"


def _words(version: MethodVersion, differing: dict[str, str]) -> str:
    named = "; ".join(f"{iso3} ({what})" for iso3, what in list(differing.items())[:20])
    return (
        f"method {version.sha256[:8]}: found {len(differing)} countries whose standing score is not what its inputs "
        f"give: {named}; wanted agreement to 1e-9. What stood still stands. See "
        "`manage.py verify_scores` and the runbook, Scores that disagree."
    )


def _say_unasked(version: MethodVersion, countries: Sequence[str], *, at: dt.datetime) -> None:
    words = (
        f"found other inputs than those of the standing score of {', '.join(countries)}, and no request to score anew; "
        "wanted one with every change. They were scored anew. Find out who changed rows past the application."
    )
    raise_notice(kind="inputs-changed-unasked", subject=_subject(version), words=words, at=at)
