"""Fetches sources: what was asked for is fetched once, whoever comes first; what it says is read by the next stage."""

import contextlib
import datetime as dt
import hashlib
import logging
import time
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from people.models import User
from people.permissions import Action, may
from reports import asking, custody, hosts
from reports.fetch import Fetched, FetchError
from reports.fetch.waits import wait_asked
from reports.models import Retrieval, Source

log = logging.getLogger(__name__)
Deed = custody.Deed

ATTEMPTS_MAX = 3
LEASE = dt.timedelta(minutes=3)  # one begun less long ago is somebody's; above what one fetch may take
WAITS = {1: LEASE, 2: dt.timedelta(minutes=10)}  # after so many attempts, until the next
ROUND_MAX = dt.timedelta(minutes=6)  # then the sweep goes on: below the task's own limit
REST_MAX = dt.timedelta(seconds=5)  # a longer rest of a server is not waited for
LOOKED_AT = 200  # of what waits, in one look: there are some dozen sources

_OPEN = (Retrieval.State.ASKED, Retrieval.State.WAITING)
_GOOD = (Retrieval.State.DONE, Retrieval.State.SAME)


class FetchingError(ValueError):
    """A source that cannot be asked; says what was found and what was wanted."""


def due(*, at: dt.datetime) -> QuerySet[Source]:
    """Sources that are on, not being fetched, and whose time has come, or whose last answer said that there is more."""
    mine = Retrieval.objects.filter(source=OuterRef("pk"))
    last = mine.order_by("-pk")
    done_before = last.filter(state=Retrieval.State.DONE).values("cursor")[1:2]
    rows = Source.objects.fetched().filter(~Exists(mine.filter(state__in=_OPEN)), is_on=True)
    rows = rows.annotate(
        asked_last=Subquery(last.values("received_at")[:1]),
        state_last=Subquery(last.values("state")[:1]),
        is_full_last=Subquery(last.values("is_full")[:1]),
        cursor_last=Subquery(last.values("cursor")[:1]),
        cursor_before=Coalesce(Subquery(done_before), Value("")),
    )
    is_time = Q(asked_last=None) | Q(asked_last__lte=at - F("fetch_every"))
    is_more = Q(state_last=Retrieval.State.DONE, is_full_last=True) & ~Q(cursor_last=F("cursor_before"))
    return rows.filter(is_time | is_more).order_by("pk")


def ask_due(*, at: dt.datetime) -> int:
    """Asks for every source that is due, once each, however long nobody did; how many."""
    count = 0
    for source in due(at=at):
        with contextlib.suppress(FetchingError):  # somebody else's ended in between: the next sweep asks again
            count += ask(source=source, at=at).received_at == at
    return count


def action_to_ask(source: Source) -> Action:
    """What somebody must be allowed to do who has it fetched now: one that is off is for those who manage it."""
    return Action.INGEST_REPORT if source.is_on else Action.MANAGE


def ask_all(*, at: dt.datetime, asked_by: User | None = None) -> list[Retrieval]:
    """One retrieval for each source that is on, the open one where there is one. Raises FetchingError."""
    return [
        ask(source=source, at=at, asked_by=asked_by)
        for source in Source.objects.fetched().filter(is_on=True).order_by("pk")
    ]


def ask(*, source: Source, at: dt.datetime, asked_by: User | None = None) -> Retrieval:
    """A retrieval to be fetched; the open one where there is one. Raises FetchingError.

    Without `asked_by` it is the schedule or an operator who asks.
    """
    if not source.reader:
        raise FetchingError(f"source {source.slug}: found no address to fetch; wanted one with a reader and an address")
    if asked_by is not None:
        wanted = action_to_ask(source)
        if not may(asked_by, wanted):
            off = "" if source.is_on else f"; source {source.slug} is off"
            raise FetchingError(f"role {asked_by.role}: may not {wanted.value}{off}")
    try:
        with transaction.atomic():
            asked = Retrieval.objects.create(
                source=source, reader=source.reader, state=Retrieval.State.ASKED, received_at=at, asked_by=asked_by,
                about={"source": source.slug, "url": source.address, "language": source.language},
            )  # fmt: skip
            who = asked_by.pk if asked_by else None
            custody.note(Deed.ASKED, at=at, retrieval_id=asked.pk, by_id=who, stage="fetch", is_new=True)
            return asked
    except IntegrityError:
        standing = Retrieval.objects.filter(source=source, state__in=_OPEN).first()
        if standing is None:  # it ended in between
            raise FetchingError(f"source {source.slug}: found a retrieval that ended just now; ask again") from None
        return standing


def waiting(*, at: dt.datetime | None = None) -> QuerySet[Retrieval]:
    """What was asked for and not fetched yet, those included that are being fetched or wait for another attempt.

    With `at` without those whose server asked us to stay away for longer.
    """
    rows = Retrieval.objects.filter(state=Retrieval.State.ASKED)
    return rows if at is None else rows.filter(Q(next_try_at=None) | Q(next_try_at__lte=at))


def fetch_waiting(*, at: dt.datetime) -> int:
    """Fetches what was asked for, each outside any transaction; how many came to an end. Safe to run twice at once."""
    start, count = time.monotonic(), 0
    while (now := at + dt.timedelta(seconds=time.monotonic() - start)) - at < ROUND_MAX:
        begun = _begin_next(now)
        if begun is not None:
            count += _fetch(begun, start=start, at=at)
        elif not _rested(now):
            break
    return count


def _ready(at: dt.datetime) -> QuerySet[Retrieval]:
    """What may be begun at `at`, for all that we know of it ourselves."""
    free = Q(begun_at=None)
    for attempts, wait in WAITS.items():
        free |= Q(attempts=attempts, begun_at__lte=at - wait)
    free |= Q(attempts__gte=ATTEMPTS_MAX, begun_at__lte=at - LEASE)
    return waiting(at=at).filter(free).order_by("attempts", "pk")


def _begin_next(at: dt.datetime) -> Retrieval | None:
    """The next one whose server may be asked now, begun, with that server's turn taken."""
    refused: set[str] = set()
    for retrieval_id, address in _ready(at).values_list("pk", "about__url")[:LOOKED_AT]:
        name = hosts.host_of(address)
        if name in refused:
            continue
        if not hosts.take_turn(name, at=at):
            refused.add(name)
        elif (begun := _begin(retrieval_id, at)) is not None:
            return begun
        else:
            hosts.give_back(name)
    return None


@transaction.atomic
def _begin(retrieval_id: int, at: dt.datetime) -> Retrieval | None:
    """Committed before anything is fetched, so that a worker's death is counted and waited out."""
    rows = _ready(at).filter(pk=retrieval_id).select_related("source")
    retrieval = rows.select_for_update(skip_locked=True, of=("self",)).first()
    if retrieval is None:
        return None
    retrieval.attempts += 1
    retrieval.begun_at = at
    retrieval.save(update_fields=["attempts", "begun_at"])
    return retrieval


def _rested(at: dt.datetime) -> bool:
    """Whether it was worth waiting for: a server that is asked next has rested now. Longer rests are the sweep's."""
    names = {hosts.host_of(address) for address in _ready(at).values_list("about__url", flat=True)[:LOOKED_AT]}
    free_at = hosts.free_at(names)
    if free_at is None or free_at - at > REST_MAX:
        return False
    time.sleep(max((free_at - at).total_seconds(), 0.05))
    return True


def _fetch(begun: Retrieval, *, start: float, at: dt.datetime) -> bool:
    """Whether it came to an end here: fetched, unchanged or failed for good."""
    assert begun.source is not None  # a constraint holds it
    good = _good(begun)
    previous = good.first()
    fetched: Fetched | None = None
    error: FetchError | None = None
    try:
        if begun.attempts > ATTEMPTS_MAX:
            raise FetchError(begun.reason or f"fetch: {ATTEMPTS_MAX} workers stopped in it; wanted an answer")
        fetched = asking.get(begun.source, good, at=at)
    except FetchError as found:
        error = found
    except Exception as broken:  # noqa: BLE001  one source must not stop the others, nor be fetched for ever
        log.error("retrieval %s: the fetch broke: %s", begun.pk, type(broken).__name__)
        error = FetchError(f"the fetch broke ({type(broken).__name__}); please report it")
    now = at + dt.timedelta(seconds=time.monotonic() - start)
    wait = (wait_asked(error.retry_after, at=now) if error else None) or dt.timedelta()
    hosts.end_turn(hosts.host_of(begun.about["url"]), at=now, wait=wait)
    return _store(begun, fetched, error, previous, at=now)


def _good(begun: Retrieval) -> QuerySet[Retrieval]:
    """Those that went well with the same reader and address, the latest first."""
    same = Retrieval.objects.filter(source=begun.source, reader=begun.reader, about__url=begun.about["url"])
    return same.filter(state__in=_GOOD).defer("payload").order_by("-pk")


@transaction.atomic
def _store(
    begun: Retrieval, fetched: Fetched | None, error: FetchError | None, previous: Retrieval | None, *, at: dt.datetime
) -> bool:
    """Keeps what came of it, unless another worker has begun it anew since. Old data stay whatever comes."""
    rows = Retrieval.objects.filter(pk=begun.pk, state=Retrieval.State.ASKED, attempts=begun.attempts)
    retrieval = rows.select_for_update().first()
    if retrieval is None:
        return False
    if error is not None:
        _fail(retrieval, error, at)
    elif fetched is not None:
        retrieval.payload, retrieval.headers = fetched.payload, fetched.headers
        retrieval.state, retrieval.attempts, retrieval.reason = Retrieval.State.WAITING, 0, ""
        retrieval.fetched_at = at
    elif previous is not None:
        _keep(retrieval, previous, at)
    retrieval.save()
    _note(retrieval, fetched, at)
    return retrieval.state != Retrieval.State.ASKED


def _note(retrieval: Retrieval, fetched: Fetched | None, at: dt.datetime) -> None:
    said: dict[str, Any] = {}
    if fetched is not None:
        said = {"status": fetched.status, "headers": custody.sha256_of(fetched.headers), "size": len(fetched.payload)}
        said["sha256"] = hashlib.sha256(fetched.payload).hexdigest()
    elif retrieval.report_id:
        said = {"report": retrieval.report_id}
    deed = Deed.FETCHED if fetched is not None else Deed.UNCHANGED if retrieval.report_id else Deed.FAILED
    custody.note(deed, at=at, retrieval_id=retrieval.pk, stage="fetch", is_held=True, **said)


def _fail(retrieval: Retrieval, error: FetchError, at: dt.datetime) -> None:
    retrieval.reason = str(error)[:500]
    if error.is_transient and retrieval.attempts < ATTEMPTS_MAX:
        wait = wait_asked(error.retry_after, at=at)
        retrieval.next_try_at = at + wait if wait else None
        return  # it stays asked; the sweep tries again
    retrieval.state, retrieval.finished_at = Retrieval.State.FAILED, at


def _keep(retrieval: Retrieval, previous: Retrieval, at: dt.datetime) -> None:
    """Nothing changed: what the last one was told still holds, its ETag too."""
    retrieval.state, retrieval.report_id = Retrieval.State.SAME, previous.report_id
    retrieval.headers, retrieval.cursor, retrieval.reason = previous.headers, previous.cursor, ""
    retrieval.fetched_at = retrieval.finished_at = at
