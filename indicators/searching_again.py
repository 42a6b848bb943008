"""Reports of late searched again with the lexicon in use: counted first, done when somebody confirms it.

Counting is the very search, taken back report by report. What people decided is touched by neither.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, F, Max, OuterRef, QuerySet

from indicators import lexicon_keeping
from indicators.lexicon_keeping import LexiconRefused
from indicators.models import SearchOrder, SuggestionRun
from indicators.suggesting import Catalogue, Changed, catalogue, search_again
from people.english import in_english
from people.models import User
from people.permissions import Action, may
from reports.models import Report

DAYS_MAX = 365
State = SearchOrder.State
PASSED = "found another version in use by now; set this aside and count again"


def ask(*, days: int, by: User, at: dt.datetime) -> SearchOrder:
    """Asks a worker to count what a search of the last days' reports would change. Raises LexiconRefused."""
    _refuse_strangers(by)
    publication = lexicon_keeping.published()
    if publication is None:
        raise LexiconRefused("found no version in use; wanted `manage.py load_reference` first")
    since = at - dt.timedelta(days=days)
    rows = _searched(since)
    last = rows.aggregate(last=Max("pk"))["last"]
    if last is None:
        raise LexiconRefused(f"found no searched report of the last {days} days; wanted one at least")
    try:
        with transaction.atomic():
            return SearchOrder.objects.create(
                version=publication.version, days=days, since=since, last_report_id=last,
                reports_count=rows.count(), asked_by=by, asked_at=at,
            )  # fmt: skip
    except IntegrityError as error:
        raise LexiconRefused("found a search of this version under way; confirm it or set it aside first") from error


@transaction.atomic
def confirm(*, order_id: int, by: User, at: dt.datetime) -> SearchOrder:
    """Lets a worker do what was counted. Raises LexiconRefused."""
    _refuse_strangers(by)
    order = _locked(order_id)
    publication = lexicon_keeping.published()
    if order.state != State.READY:
        raise LexiconRefused(f"found it {in_english(order.get_state_display)}; wanted it counted and not decided")
    if publication is None or publication.version_id != order.version_id:
        raise LexiconRefused(PASSED)
    return _moved(order, State.CONFIRMED, by=by, at=at, cursor=0, failed_count=0)


@transaction.atomic
def drop(*, order_id: int, by: User, at: dt.datetime) -> SearchOrder:
    """Sets it aside before anything was changed. Raises LexiconRefused."""
    _refuse_strangers(by)
    order = _locked(order_id)
    if order.state not in (State.COUNTING, State.READY):
        raise LexiconRefused(f"found it {in_english(order.get_state_display)}; wanted it not confirmed")
    return _moved(order, State.DROPPED, by=by, at=at, finished_at=at)


def _moved(order: SearchOrder, state: str, *, by: User, at: dt.datetime, **fields: object) -> SearchOrder:
    changes = {"state": state, "decided_by": by, "decided_at": at, **fields}
    for name, value in changes.items():
        setattr(order, name, value)
    order.save(update_fields=list(changes))
    return order


def _locked(order_id: int) -> SearchOrder:
    order = SearchOrder.objects.select_for_update().filter(pk=order_id).first()
    if order is None:
        raise LexiconRefused("found no such search; wanted one of the list")
    return order


def _refuse_strangers(by: User) -> None:
    if not may(by, Action.EDIT_LEXICON):
        raise LexiconRefused("your role may not have reports searched again; wanted a publisher or an administrator")


def _searched(since: dt.datetime) -> QuerySet[Report]:
    good = SuggestionRun.objects.filter(report=OuterRef("pk"), failure="")
    return Report.objects.filter(Exists(good), received_at__gte=since)


def _under_way() -> QuerySet[SearchOrder]:
    return SearchOrder.objects.filter(state__in=[State.COUNTING, State.CONFIRMED]).order_by("pk")


def is_waiting() -> bool:
    """Whether a worker has something to count or to search."""
    return _under_way().exists()


def run_waiting(*, at: dt.datetime) -> int:
    """Counts and searches what was asked for, a transaction a report; how many. Goes on where it was stopped."""
    return sum(_run(order_id, at) for order_id in list(_under_way().values_list("pk", flat=True)))


def _run(order_id: int, at: dt.datetime) -> int:
    steps, known = 0, catalogue()
    while _step(order_id, known, at):
        steps += 1
    return steps


@transaction.atomic
def _step(order_id: int, known: Catalogue, at: dt.datetime) -> bool:
    """The next report of an order; whether there was one. Two workers take turns: the order is locked."""
    order = SearchOrder.objects.select_for_update(skip_locked=True).filter(pk=order_id).first()
    if order is None or order.state not in (State.COUNTING, State.CONFIRMED):
        return False
    rows = _searched(order.since).filter(pk__gt=order.cursor, pk__lte=order.last_report_id)
    report_id = rows.order_by("pk").values_list("pk", flat=True).first()
    if report_id is None:
        _finish(order, at)
        return False
    (_count if order.state == State.COUNTING else _do)(order, report_id, known, at)
    return True


def _finish(order: SearchOrder, at: dt.datetime) -> None:
    if order.state == State.COUNTING:
        order.state = State.READY
    else:
        order.state, order.finished_at = State.DONE, at
    order.save(update_fields=["state", "finished_at"])


def _count(order: SearchOrder, report_id: int, known: Catalogue, at: dt.datetime) -> None:
    changed = _taken_back(lambda: search_again(report_id, known, order=order, at=at))
    SearchOrder.objects.filter(pk=order.pk).update(
        cursor=report_id, counted_count=F("counted_count") + 1, would_add=F("would_add") + changed.added,
        would_withdraw=F("would_withdraw") + changed.withdrawn, failed_count=F("failed_count") + changed.failed,
    )  # fmt: skip


def _do(order: SearchOrder, report_id: int, known: Catalogue, at: dt.datetime) -> None:
    changed = search_again(report_id, known, order=order, at=at)
    SearchOrder.objects.filter(pk=order.pk).update(
        cursor=report_id, searched_count=F("searched_count") + 1, added=F("added") + changed.added,
        withdrawn=F("withdrawn") + changed.withdrawn, failed_count=F("failed_count") + changed.failed,
    )  # fmt: skip


def _taken_back(work: Callable[[], Changed]) -> Changed:
    """What the work would do, with nothing of it left."""
    mark = transaction.savepoint()
    try:
        return work()
    finally:
        if not connection.needs_rollback:
            transaction.savepoint_rollback(mark)
