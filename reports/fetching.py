"""Fetches sources: what was asked for is fetched once, whoever comes first; what it says is read by the next stage."""

import contextlib
import datetime as dt
import logging
import os
import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from people.models import User
from people.permissions import Action, may
from reports.fetch import Fetched, FetchError, Rules, fetch
from reports.models import Retrieval, Source
from reports.readers.reliefweb import question

log = logging.getLogger(__name__)

ATTEMPTS_MAX = 3
LEASE = dt.timedelta(minutes=3)  # one begun less long ago is somebody's; above what one fetch may take
WAITS = {1: LEASE, 2: dt.timedelta(minutes=10)}  # after so many attempts, until the next
SECONDS_MAX = 60.0  # one fetch
ROUND_MAX = dt.timedelta(minutes=6)  # then the sweep goes on: below the task's own limit
KEY_NAME = re.compile(r"SOURCE_[A-Z0-9_]{1,50}")  # or a source could be told to send any secret of the server's
STALE_AFTER = 3  # cadences without a success

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
            return Retrieval.objects.create(
                source=source, reader=source.reader, state=Retrieval.State.ASKED, received_at=at, asked_by=asked_by,
                about={"source": source.slug, "url": source.address, "language": source.language},
            )  # fmt: skip
    except IntegrityError:
        standing = Retrieval.objects.filter(source=source, state__in=_OPEN).first()
        if standing is None:  # it ended in between
            raise FetchingError(f"source {source.slug}: found a retrieval that ended just now; ask again") from None
        return standing


def change_schedule(
    *, source_id: int, by: User, is_on: bool, fetch_every: dt.timedelta, off_because: str = ""
) -> Source:
    """Switches a source on or off, or changes how often it is fetched. Raises FetchingError."""
    if not may(by, Action.MANAGE):
        raise FetchingError(f"role {by.role}: may not {Action.MANAGE.value}")
    if not is_on and not off_because.strip():
        raise FetchingError("reason: found none; wanted why the source is off")
    with transaction.atomic():
        source = Source.objects.select_for_update().fetched().get(pk=source_id)
        source.is_on, source.fetch_every = is_on, fetch_every
        source.off_because = "" if is_on else off_because.strip()
        source.save(update_fields=["is_on", "fetch_every", "off_because"])
    return source


def is_stale(source: Source, since: dt.datetime | None, *, at: dt.datetime) -> bool:
    """Whether one that is on brought nothing for too long; `since` its last success, else when it was first asked."""
    return bool(source.is_on and source.fetch_every and since and at - since > STALE_AFTER * source.fetch_every)


def waiting() -> QuerySet[Retrieval]:
    """What was asked for and not fetched yet, those included that are being fetched or wait for another attempt."""
    return Retrieval.objects.filter(state=Retrieval.State.ASKED)


def fetch_waiting(*, at: dt.datetime) -> int:
    """Fetches what was asked for, each outside any transaction; how many came to an end. Safe to run twice at once."""
    start, count = time.monotonic(), 0
    while (now := at + dt.timedelta(seconds=time.monotonic() - start)) - at < ROUND_MAX:
        begun = _begin_next(now)
        if begun is None:
            break
        count += _fetch(begun, start=start, at=at)
    return count


@transaction.atomic
def _begin_next(at: dt.datetime) -> Retrieval | None:
    """The next one, begun: committed before anything is fetched, so that a worker's death is counted and waited out."""
    free = Q(begun_at=None)
    for attempts, wait in WAITS.items():
        free |= Q(attempts=attempts, begun_at__lte=at - wait)
    free |= Q(attempts__gte=ATTEMPTS_MAX, begun_at__lte=at - LEASE)
    rows = waiting().filter(free).order_by("attempts", "pk")
    retrieval = rows.select_for_update(skip_locked=True, of=("self",)).select_related("source").first()
    if retrieval is None:
        return None
    retrieval.attempts += 1
    retrieval.begun_at = at
    retrieval.save(update_fields=["attempts", "begun_at"])
    return retrieval


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
        fetched = _get(begun.source, good)
    except FetchError as found:
        error = found
    except Exception as broken:  # noqa: BLE001  one source must not stop the others, nor be fetched for ever
        log.error("retrieval %s: the fetch broke: %s", begun.pk, type(broken).__name__)
        error = FetchError(f"the fetch broke ({type(broken).__name__}); please report it")
    return _store(begun, fetched, error, previous, at=at + dt.timedelta(seconds=time.monotonic() - start))


def _good(begun: Retrieval) -> QuerySet[Retrieval]:
    """Those that went well with the same reader and address, the latest first."""
    same = Retrieval.objects.filter(source=begun.source, reader=begun.reader, about__url=begun.about["url"])
    return same.filter(state__in=_GOOD).defer("payload").order_by("-pk")


def _get(source: Source, good: QuerySet[Retrieval]) -> Fetched | None:
    if source.reader == "reliefweb-v2":
        return _get_reliefweb(source, good.exclude(cursor="").values_list("cursor", flat=True).first() or "")
    previous = good.first()
    said: Mapping[str, Any] = previous.headers if previous else {}
    known = {"etag": said.get("etag", ""), "last_modified": said.get("last-modified", "")}
    return fetch(source.address, rules=_rules(), **known)


def _get_reliefweb(source: Source, since: str) -> Fetched | None:
    """The reports changed since the cursor; the reader has taken its overlap off it."""
    appname = _key(source.credential)
    joined = "&" if urlsplit(source.address).query else "?"
    address = f"{source.address}{joined}{urlencode({'appname': appname})}"
    return fetch(address, rules=_rules(), body=question(appname, since))


def _rules() -> Rules:
    """Hosts are those of the sources in the table: staff who manage sources keep the list."""
    addresses = Source.objects.fetched().values_list("address", flat=True)
    return Rules(
        hosts=frozenset(filter(None, (urlsplit(address).hostname for address in addresses))),
        user_agent=f"r2p-dashboard/{settings.CODE_VERSION or '0'} (+{settings.FETCH_CONTACT or settings.SITE_URL})",
        also=settings.FETCH_ALSO,
        bytes_max=settings.REPORT_BYTES_MAX,
        seconds=SECONDS_MAX,
    )


def _key(name: str) -> str:
    if not KEY_NAME.fullmatch(name):
        raise FetchError("key: found no variable of the source's own; wanted one that begins with SOURCE_")
    value = os.environ.get(name, "").strip()
    if not value:
        raise FetchError(f"key: found nothing in {name}; wanted the key in that environment variable of the worker")
    return value


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
    return retrieval.state != Retrieval.State.ASKED


def _fail(retrieval: Retrieval, error: FetchError, at: dt.datetime) -> None:
    retrieval.reason = str(error)[:500]
    if error.is_transient and retrieval.attempts < ATTEMPTS_MAX:
        return  # it stays asked; the sweep tries again
    retrieval.state, retrieval.finished_at = Retrieval.State.FAILED, at


def _keep(retrieval: Retrieval, previous: Retrieval, at: dt.datetime) -> None:
    """Nothing changed: what the last one was told still holds, its ETag too."""
    retrieval.state, retrieval.report_id = Retrieval.State.SAME, previous.report_id
    retrieval.headers, retrieval.cursor, retrieval.reason = previous.headers, previous.cursor, ""
    retrieval.fetched_at = retrieval.finished_at = at
