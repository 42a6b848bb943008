"""Whether every stage and service does its work: read by people on the status page and by machines at /health."""

import dataclasses
import datetime as dt
from urllib.parse import parse_qsl, urlsplit

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError as BrokerError

from indicators.models import MethodVersion, ScoreRun
from indicators.world import DAY_LAG
from r2p_dashboard import pipeline
from r2p_dashboard.celery import app
from r2p_dashboard.pipeline import Stage, Waiting

SERVICE_SECONDS = 1.0  # a service that needs longer to say "here" counts as not answering
WORKER_SECONDS = 0.5
SWEEP_KEY = "r2p:last-sweep"
SWEEP_LIMIT = dt.timedelta(minutes=5)  # beat rings every minute


@dataclasses.dataclass(frozen=True, slots=True)
class StageHealth:
    """One stage of the way from a file to a score."""

    name: str
    title: str
    last_done: dt.datetime | None
    waiting: int
    waiting_since: dt.datetime | None
    limit: dt.timedelta
    trouble: str  # empty where all is well

    @property
    def is_stale(self) -> bool:
        return bool(self.trouble)

    @property
    def limit_minutes(self) -> int:
        return int(self.limit.total_seconds() // 60)


@dataclasses.dataclass(frozen=True, slots=True)
class ServiceHealth:
    """Something that the site stands on."""

    name: str
    title: str
    trouble: str = ""
    note: str = ""
    is_known: bool = True  # False where nothing has been seen of it yet: neither in order nor down

    @property
    def is_down(self) -> bool:
        return bool(self.trouble)


@dataclasses.dataclass(frozen=True, slots=True)
class Health:
    """Everything at one instant."""

    at: dt.datetime
    services: tuple[ServiceHealth, ...]
    stages: tuple[StageHealth, ...]

    @property
    def word(self) -> str:
        """`ok`, `stale` or `down`."""
        if any(service.is_down for service in self.services):
            return "down"
        return "stale" if any(stage.is_stale for stage in self.stages) else "ok"


def check(*, at: dt.datetime, day: dt.date, ask_worker: bool = False) -> Health:
    """Asks every service and looks at every stage. A worker is asked only on wish: it takes half a second."""
    database = _database()
    services = [database, _broker(), _sweep(at=at)]
    if ask_worker and not services[1].is_down:
        services.append(_worker())
    if database.is_down:
        return Health(at, tuple(services), ())
    done, waiting = pipeline.last_done(), pipeline.waiting()
    trouble = {"score": score_trouble(at=at, day=day)}
    stages = (
        stage_health(stage, waiting[stage.name], done.get(stage.name), at=at, trouble=trouble.get(stage.name, ""))
        for stage in pipeline.STAGES
    )
    return Health(at, tuple(services), tuple(stages))


def note_sweep(*, at: dt.datetime) -> None:
    """Leaves word that beat rang and a worker heard it; called by the sweep's own task."""
    try:
        _broker_client().set(SWEEP_KEY, at.isoformat())
    except (redis.RedisError, ValueError):
        return  # the broker's own line on the status page says so


def stage_health(
    stage: Stage, waiting: Waiting, last_done: dt.datetime | None, *, at: dt.datetime, trouble: str = ""
) -> StageHealth:
    """How long something waits for `stage`; stale beyond its limit, or where there is other trouble."""
    if waiting.since is not None and at - waiting.since > stage.limit:
        trouble = trouble or _("something waits for longer than %(span)s") % {"span": _minutes(stage.limit)}
    return StageHealth(stage.name, str(stage.title), last_done, waiting.count, waiting.since, stage.limit, trouble)


def score_trouble(*, at: dt.datetime, day: dt.date) -> str:
    """Why current scores may not be today's: a method's last run failed or hangs, or no daily run came."""
    runs = ScoreRun.objects.filter(method__in=MethodVersion.objects.published())
    last = list(runs.order_by("method", "-started_at", "-pk").distinct("method"))
    if any(run.state == ScoreRun.State.FAILED for run in last):
        return _("the last run failed; the scores of the run before it stand")
    if any(run.state == ScoreRun.State.RUNNING and at - run.started_at > settings.SCORE_RUN_LIMIT for run in last):
        return _("the last run has not ended within %(span)s") % {"span": _minutes(settings.SCORE_RUN_LIMIT)}
    published = runs.filter(state=ScoreRun.State.PUBLISHED, is_full=True).order_by("-as_of").first()
    if published is not None and published.as_of < day - DAY_LAG:
        return _("the last run over every country is of %(found)s; wanted one of %(wanted)s") % {
            "found": published.as_of,
            "wanted": day,
        }
    return ""


def _minutes(span: dt.timedelta) -> str:
    return _("%(count)s minutes") % {"count": f"{span.total_seconds() / 60:.0f}"}


def _silent(error: Exception) -> str:
    return _("does not answer (%(error)s)") % {"error": type(error).__name__}


def _database() -> ServiceHealth:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return ServiceHealth("database", _("Database"), trouble=_silent(error))
    return ServiceHealth("database", _("Database"))


def _broker_client() -> redis.Redis:
    """A client that gives up soon. Celery writes a broker on a socket `redis+socket:///path?virtual_host=0`."""
    address = settings.REDIS_URL
    parts = urlsplit(address)
    if parts.scheme == "redis+socket":
        address = f"unix://{parts.path}?db={dict(parse_qsl(parts.query)).get('virtual_host', '0')}"
    return redis.Redis.from_url(
        address, socket_timeout=SERVICE_SECONDS, socket_connect_timeout=SERVICE_SECONDS, decode_responses=True
    )


def _broker() -> ServiceHealth:
    try:
        _broker_client().ping()
    except (redis.RedisError, ValueError) as error:
        return ServiceHealth("broker", _("Broker"), trouble=_silent(error))
    return ServiceHealth("broker", _("Broker"))


def _sweep(*, at: dt.datetime) -> ServiceHealth:
    """Beat and a worker together: the sweep that beat asks for every minute and a worker does."""
    title = _("Timer and worker (a sweep every minute)")
    try:
        found = _broker_client().get(SWEEP_KEY)
        last = dt.datetime.fromisoformat(str(found)) if found else None
    except (redis.RedisError, ValueError):
        last = None
    if last is None:
        return ServiceHealth("sweep", title, note=_("no sweep seen yet"), is_known=False)
    said = _("last sweep %(at)s UTC") % {"at": f"{last:%Y-%m-%d %H:%M}"}
    if at - last > SWEEP_LIMIT:
        return ServiceHealth("sweep", title, trouble=said)
    return ServiceHealth("sweep", title, note=said)


def _worker() -> ServiceHealth:
    try:
        answers = app.control.ping(timeout=WORKER_SECONDS) or []
    except (BrokerError, redis.RedisError, OSError) as error:
        trouble = _("cannot be asked (%(error)s)") % {"error": type(error).__name__}
        return ServiceHealth("worker", _("Worker"), trouble=trouble)
    if not answers:
        trouble = _("none answered within %(count)s seconds") % {"count": f"{WORKER_SECONDS:g}"}
        return ServiceHealth("worker", _("Worker"), trouble=trouble)
    return ServiceHealth("worker", _("Worker"), note=_("%(count)s answered") % {"count": len(answers)})
