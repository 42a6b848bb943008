"""The order of the stages, and nothing else. A stage pulls what lacks its output; this module only rings."""

import dataclasses
import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

from celery import Signature, chain, signature
from django.db import connection
from django.db.models import DateTimeField, F, Model, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError

from alerts import comparing
from alerts.answers import duties
from alerts.channels import sending
from alerts.corrections import owing
from alerts.desk import owed
from alerts.models import (
    Alert,
    Compared,
    Confirmation,
    CorrectionDuty,
    Delivery,
    Duty,
    DutyStep,
    Postponed,
    Signal,
    Verdict,
)
from alerts.outbox import delivery
from alerts.raising import lapsing
from alerts.subscriptions import confirming
from countries.charts import Said
from indicators import (
    assess,
    bands,
    event_loading,
    figure_loading,
    lexicon_testing,
    note_coding,
    searching_again,
    series_loading,
    suggesting,
)
from indicators.models import (
    BacktestRequest,
    Band,
    EventLoad,
    FigureLoad,
    NoteCoding,
    RescoreRequest,
    ScoreRun,
    SeriesLoad,
    SuggestionRun,
    TableImport,
)
from r2p_dashboard import clock
from reports import clustering, fetching, rehashing
from reports.models import Retrieval
from reports.models import Signature as TextSignature

log = logging.getLogger(__name__)

Rows = Callable[[], QuerySet[Any, Any]]
MINUTES_10 = dt.timedelta(minutes=10)


@dataclasses.dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits for a stage, and since when the first of it."""

    count: int
    since: dt.datetime | None


@dataclasses.dataclass(frozen=True, slots=True)
class Stage:
    """One step on the way from a source to a mail.

    `waiting` names what waits: rows, and the field that says since when each does. `last_done` is a query of at most
    one row, the latest instant at which something was done. `limit` is how long something may wait before the stage
    counts as stale.
    """

    name: str
    title: Said
    task: str
    waiting: tuple[tuple[Rows, str], ...]
    last_done: Rows
    limit: dt.timedelta = MINUTES_10


def last_done() -> dict[str, dt.datetime]:
    """When each stage last did something, by its name; one that never did is missing. One query for all of them."""
    first, *others = (stage.last_done().annotate(stage=Value(stage.name)) for stage in STAGES)
    return {row["stage"]: row["done_at"] for row in first.union(*others, all=True)}


def waiting() -> dict[str, Waiting]:
    """What waits for each stage, by its name. One query for all of them."""
    counted, given = [], []
    for name, (rows, since) in ((stage.name, part) for stage in STAGES for part in stage.waiting):
        sql, params = rows().order_by().values_list("pk", since).query.sql_with_params()
        counted.append(f"SELECT %s AS stage, COUNT(*) AS waits, MIN(w.since) AS since FROM ({sql}) w (id, since)")  # noqa: S608
        given += [name, *params]
    with connection.cursor() as cursor:
        every = " UNION ALL ".join(counted)
        cursor.execute(f"SELECT stage, SUM(waits), MIN(since) FROM ({every}) s GROUP BY stage", given)  # noqa: S608  # by Django
        return {name: Waiting(int(count), first) for name, count, first in cursor.fetchall()}


def _last(model: type[Model], field: str, **of: Any) -> Rows:
    """The latest instant in `field` of what was done, as `done_at`."""
    rows = model._default_manager.filter(**of, **{f"{field}__isnull": False}).order_by(f"-{field}")
    return lambda: rows.annotate(done_at=F(field)).values("done_at")[:1]


def _stage(
    name: str,
    title: Said,
    task: str,
    rows: Rows,
    since: str,
    last: Rows,
    limit: dt.timedelta = MINUTES_10,
) -> Stage:
    return Stage(name, title, task, ((rows, since),), last, limit)


def _to_fetch() -> QuerySet[Retrieval]:
    return fetching.waiting(at=clock.now())


def _unread() -> QuerySet[Retrieval]:
    return Retrieval.objects.filter(state=Retrieval.State.WAITING)


def _overdue() -> QuerySet[Alert]:
    """Drafts that nobody can release any more; nobody says since when."""
    rows = lapsing.overdue(day=clock.now().date())
    return rows.annotate(since=Cast(Value(None), DateTimeField()))


def _postponed() -> QuerySet[Postponed]:
    """Signals that waited for what becomes of an alert, and need not any more; nobody says since when."""
    return Postponed.objects.due().annotate(over_since=Cast(Value(None), DateTimeField()))


def _to_send() -> QuerySet[Delivery]:
    return delivery.waiting(at=clock.now())


def _to_ask() -> QuerySet[Confirmation]:
    return confirming.waiting(at=clock.now())


def _to_post() -> QuerySet[Delivery]:
    rows: QuerySet[Delivery] = sending.waiting(at=clock.now())
    return rows


def _to_correct() -> QuerySet[CorrectionDuty]:
    rows: QuerySet[CorrectionDuty] = owed.waiting(day=clock.now().date())
    return rows


def _ended() -> QuerySet[Delivery]:
    return duties.ended(at=clock.now())


def _unheard() -> QuerySet[Alert]:
    rows: QuerySet[Alert] = owed.unheard(at=clock.now())
    return rows


def _unsettled() -> QuerySet[Duty]:
    return duties.unsettled(at=clock.now())


STAGES = (
    _stage(
        "fetch", _("Sources fetched"), "reports.fetch_waiting",
        _to_fetch, "received_at", _last(Retrieval, "fetched_at"), dt.timedelta(minutes=30),
    ),
    _stage(
        "read", _("Reports read"), "reports.read_waiting",
        _unread, "received_at", _last(Retrieval, "finished_at"),
    ),
    _stage(
        "cluster", _("Reports compared with those that are here"), "indicators.cluster_reports",
        clustering.waiting, "received_at", _last(TextSignature, "signed_at"), dt.timedelta(minutes=15),
    ),
    _stage(
        "code", _("Coding notes turned into proposed evidence"), "indicators.code_notes",
        note_coding.waiting, "received_at", _last(NoteCoding, "coded_at"),
    ),
    _stage(
        "load", _("Dataset releases turned into series"), "indicators.load_series",
        series_loading.waiting, "received_at", _last(SeriesLoad, "loaded_at"), dt.timedelta(minutes=15),
    ),
    _stage(
        "events", _("Event releases turned into recorded events"), "indicators.load_events",
        event_loading.waiting, "received_at", _last(EventLoad, "loaded_at"), dt.timedelta(minutes=15),
    ),
    _stage(
        "figures", _("Files of other publishers turned into figures"), "indicators.load_figures",
        figure_loading.waiting, "received_at", _last(FigureLoad, "loaded_at"), dt.timedelta(minutes=15),
    ),
    _stage(
        "suggest", _("Reports searched for suggestions"), "indicators.suggest",
        suggesting.waiting, "due_at", _last(SuggestionRun, "searched_at"), dt.timedelta(minutes=15),
    ),
    _stage(
        "import", _("Imported tables checked and written"), "indicators.import_tables",
        TableImport.objects.waiting, "moved_at", _last(TableImport, "checked_at"), dt.timedelta(minutes=15),
    ),
    _stage(
        "score", _("Scores computed"), "indicators.score_changed",
        RescoreRequest.objects.all, "asked_at", _last(ScoreRun, "published_at"),
    ),
    _stage(
        "compare", _("Scores searched for changes of level"), "alerts.compare",
        comparing.waiting, "snapshot__run__published_at", _last(Compared, "compared_at"),
    ),
    Stage(
        "raise", _("Signals judged"), "alerts.raise_alerts",
        ((Signal.objects.unjudged, "found_at"), (_postponed, "over_since"), (_overdue, "since")),
        _last(Verdict, "judged_at"),
    ),
    _stage(
        "match", _("Released alerts matched with subscriptions"), "alerts.match",
        Alert.objects.unmatched, "released_at", _last(Alert, "matched_at"),
    ),
    _stage(
        "send", _("Mails handed to the mail server"), "alerts.send",
        _to_send, "next_try_at", _last(Delivery, "finished_at", channel="mail"), dt.timedelta(minutes=15),
    ),
    Stage(
        "answers", _("Offices reminded of warnings that they have not answered"), "alerts.see_to_answers",
        ((_ended, "finished_at"), (_unsettled, "since")), _last(DutyStep, "at"), dt.timedelta(minutes=15),
    ),
    Stage(
        "duties", _("Corrections owed to who was warned"), "alerts.find_duties",
        ((owing.waiting, "retracted_at"), (_to_correct, "found_at"), (_unheard, "since")),
        _last(CorrectionDuty, "found_at"), dt.timedelta(minutes=30),
    ),
    _stage(
        "webhooks", _("Alerts posted to webhooks"), "alerts.send_webhooks",
        _to_post, "next_try_at", _last(Delivery, "finished_at", channel="webhook"), dt.timedelta(minutes=15),
    ),
    _stage(
        "confirmations", _("People asked to say yes to a rule made for them"), "alerts.send_confirmations",
        _to_ask, "next_try_at", _last(Confirmation, "finished_at"), dt.timedelta(minutes=15),
    ),
    _stage(
        "bands", _("Intervals along the lines filled in"), "indicators.fill_bands",
        bands.waiting, "snapshot__run__published_at", _last(Band, "stored_at"), dt.timedelta(hours=6),
    ),
)  # fmt: skip


def ring() -> bool:
    """Asks the workers to run every stage from reading on; whether the bell could be rung.

    A bell that cannot be rung loses nothing: the sweep finds what waits.
    """
    return _send(_from("read"))


def ring_fetch() -> bool:
    """The same from fetching on: after somebody asked for a source. A slow server holds nobody else up."""
    return _send(_from("fetch"))


def ring_imports() -> bool:
    """The same from the imports of tables on: after somebody sent, settled or confirmed one."""
    return _send(_from("import"))


def ring_scores() -> bool:
    """The same from scoring on: after a decision on evidence."""
    return _send(_from("score"))


def ring_warnings() -> bool:
    """The same from matching on: after the release of an alert."""
    return _send(_from("match"))


def ring_confirmations() -> bool:
    """Asks the workers for the mails that ask for a yes: after a rule was made for somebody else."""
    return _send(signature("alerts.send_confirmations", immutable=True))


def ring_backtests() -> bool:
    """Asks the workers for the back-tests that somebody asked for; no stage waits for them."""
    return _send(signature("indicators.run_backtests", immutable=True))


def ring_lexicon() -> bool:
    """Asks the workers for tests of the lexicon and for searches that somebody asked for; no stage waits for them."""
    rang = [_send(signature(f"indicators.{name}", immutable=True)) for name in ("test_lexicon", "search_again")]
    return all(rang)


def sweep(*, day: dt.date, known_on: dt.date) -> bool:
    """Rings where something waits or the scores are of another day; whether every bell could be rung and one was.

    Each waiting stage has its own bell, so that one which keeps failing does not hold up those after it.
    """
    here = waiting()
    bells = [_from(stage.name) for stage in STAGES if here[stage.name].count]
    if assess.is_due(day=day, known_on=known_on, at=clock.now()):
        bells.append(signature("indicators.score_all_countries", immutable=True))
    if BacktestRequest.objects.filter(finished_at=None).exists():
        bells.append(signature("indicators.run_backtests", immutable=True))
    if rehashing.is_unfinished():
        bells.append(signature("reports.verify_reports", immutable=True))
    if lexicon_testing.is_waiting():
        bells.append(signature("indicators.test_lexicon", immutable=True))
    if searching_again.is_waiting():
        bells.append(signature("indicators.search_again", immutable=True))
    rang = [_send(bell) for bell in bells]
    return bool(rang) and all(rang)


def _from(name: str) -> Signature:
    """The stage called `name` and those after it, each after the one before it."""
    place = next(place for place, stage in enumerate(STAGES) if stage.name == name)
    return chain(*(signature(stage.task, immutable=True) for stage in STAGES[place:]))


def _send(bell: Signature) -> bool:
    try:
        bell.apply_async(retry=False)
    except OperationalError as error:
        log.warning("the broker does not answer (%s); the sweep will pick up", type(error).__name__)
        return False
    return True
