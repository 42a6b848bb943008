"""The order of the stages, and nothing else. A stage pulls what lacks its output; this module only rings."""

import dataclasses
import datetime as dt
import logging
from collections.abc import Callable

from celery import Signature, chain, signature
from kombu.exceptions import OperationalError

from indicators import assess, note_coding, series_loading
from indicators.models import NoteCoding, RescoreRequest, ScoreRun, SeriesLoad
from reports.models import Retrieval

log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class Stage:
    """One step from a file to a score.

    `limit` is how long something may wait before the stage counts as stale.
    """

    name: str
    title: str
    task: str
    waiting: Callable[[], int]
    waiting_since: Callable[[], dt.datetime | None]
    last_done: Callable[[], dt.datetime | None]
    limit: dt.timedelta


def _waiting_retrievals() -> int:
    return Retrieval.objects.filter(state=Retrieval.State.WAITING).count()


def _oldest_retrieval() -> dt.datetime | None:
    oldest = Retrieval.objects.filter(state=Retrieval.State.WAITING).order_by("received_at").first()
    return oldest.received_at if oldest else None


def _last_retrieval() -> dt.datetime | None:
    last = Retrieval.objects.exclude(state=Retrieval.State.WAITING).order_by("-finished_at").first()
    return last.finished_at if last else None


def _oldest_note() -> dt.datetime | None:
    oldest = note_coding.waiting().first()
    return oldest.received_at if oldest else None


def _last_note() -> dt.datetime | None:
    last = NoteCoding.objects.order_by("-coded_at").first()
    return last.coded_at if last else None


def _oldest_release() -> dt.datetime | None:
    oldest = series_loading.waiting().first()
    return oldest.received_at if oldest else None


def _last_load() -> dt.datetime | None:
    last = SeriesLoad.objects.order_by("-loaded_at").first()
    return last.loaded_at if last else None


def _oldest_request() -> dt.datetime | None:
    oldest = RescoreRequest.objects.order_by("asked_at").first()
    return oldest.asked_at if oldest else None


def _last_run() -> dt.datetime | None:
    last = ScoreRun.objects.filter(state=ScoreRun.State.PUBLISHED).order_by("-published_at").first()
    return last.published_at if last else None


STAGES = (
    Stage(
        "read", "Reports read", "reports.read_waiting",
        _waiting_retrievals, _oldest_retrieval, _last_retrieval, dt.timedelta(minutes=10),
    ),
    Stage(
        "code", "Coding notes turned into proposed evidence", "indicators.code_notes",
        lambda: note_coding.waiting().count(), _oldest_note, _last_note, dt.timedelta(minutes=10),
    ),
    Stage(
        "load", "Dataset releases turned into series", "indicators.load_series",
        lambda: series_loading.waiting().count(), _oldest_release, _last_load, dt.timedelta(minutes=15),
    ),
    Stage(
        "score", "Scores computed", "indicators.score_changed",
        RescoreRequest.objects.count, _oldest_request, _last_run, dt.timedelta(minutes=10),
    ),
)  # fmt: skip


def ring() -> bool:
    """Asks the workers to run every stage in order; whether the bell could be rung.

    A bell that cannot be rung loses nothing: the sweep finds what waits.
    """
    return _send(_from(0))


def sweep(*, day: dt.date, known_on: dt.date) -> bool:
    """Rings where something waits or the scores are of another day; whether every bell could be rung and one was.

    Each waiting stage has its own bell, so that one which keeps failing does not hold up those after it.
    """
    bells = [_from(place) for place, stage in enumerate(STAGES) if stage.waiting()]
    if assess.is_due(day=day, known_on=known_on):
        bells.append(signature("indicators.score_all_countries", immutable=True))
    rang = [_send(bell) for bell in bells]
    return bool(rang) and all(rang)


def _from(place: int) -> Signature:
    """The stages from `place` on, each after the one before it."""
    return chain(*(signature(stage.task, immutable=True) for stage in STAGES[place:]))


def _send(bell: Signature) -> bool:
    try:
        bell.apply_async(retry=False)
    except OperationalError as error:
        log.warning("the broker does not answer (%s); the sweep will pick up", type(error).__name__)
        return False
    return True
