"""A draft of the lexicon against the version in use, on labelled passages: asked for by people, done by a worker."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import itertools
import logging
from collections.abc import Iterator
from functools import partial

from django.db import DatabaseError, connection, transaction
from django.db.models import OuterRef, Q, Subquery

from indicators import lexicon_keeping
from indicators.lexicon_keeping import Drafted, LexiconRefused
from indicators.matching import editing, measuring
from indicators.matching.lexicon import LexiconError
from indicators.matching.measuring import Labelled, LabelledError
from indicators.models import Evidence, LabelledSet, LexiconTest, Suggestion, SuggestionDecision
from people.models import User
from people.permissions import Action, may

log = logging.getLogger(__name__)

SET_BYTES_MAX = 10_000_000
DECISIONS_MAX = 20_000  # passages, latest first
CHANGED = "the draft was changed since; test it again"
Passages, State = LexiconTest.Passages, Suggestion.State


@transaction.atomic
def store_set(*, name: str, payload: bytes, by: User, at: dt.datetime) -> LabelledSet:
    """Labelled passages that somebody sends in; the same bytes are kept once. Raises LexiconRefused, LabelledError."""
    if not may(by, Action.EDIT_LEXICON):
        raise LexiconRefused("your role may not test the lexicon; wanted a publisher or an administrator")
    if len(payload) > SET_BYTES_MAX:
        raise LabelledError(f"found more than {SET_BYTES_MAX // 1_000_000} MB; wanted less: send a part")
    count = len(measuring.read_labelled(payload))
    fresh = {"name": name[:100] or "labelled passages", "payload": payload, "passages_count": count}
    digest = hashlib.sha256(payload).hexdigest()
    row, _ = LabelledSet.objects.get_or_create(sha256=digest, defaults=fresh | {"sent_by": by, "sent_at": at})
    return row


@transaction.atomic
def ask(*, passages: str, sent: LabelledSet | None, by: User, at: dt.datetime) -> LexiconTest:
    """Asks a worker for a test of the open draft; the one that waits where the same is asked for twice.

    Raises LexiconRefused.
    """
    if not may(by, Action.EDIT_LEXICON):
        raise LexiconRefused("your role may not test the lexicon; wanted a publisher or an administrator")
    now, publication = lexicon_keeping.open_draft(), lexicon_keeping.published()
    if now is None or publication is None:
        raise LexiconRefused("found no open draft; begin one first")
    asked = {"draft": now.draft, "before": publication.version, "sha256": now.sha256, "passages": Passages(passages)}
    waiting = LexiconTest.objects.filter(**asked, sent=sent, finished_at=None).first()
    return waiting or LexiconTest.objects.create(**asked, sent=sent, asked_by=by, asked_at=at)


def is_waiting() -> bool:
    """Whether a worker has a test to do."""
    return LexiconTest.objects.filter(finished_at=None).exists()


def run_waiting(*, at: dt.datetime) -> int:
    """Does the tests that were asked for, oldest first; how many. Safe to run twice."""
    waiting = LexiconTest.objects.filter(finished_at=None).order_by("pk").values_list("pk", flat=True)
    return sum(_run_one(pk, at=at) for pk in list(waiting))


def _run_one(test_id: int, *, at: dt.datetime) -> int:
    """One worker at a time: the lock is the connection's and ends with it. Progress is saved as it goes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('indicators_lexicontest'), %s)", [test_id])
        if not cursor.fetchone()[0]:
            return 0
    try:
        return _run(test_id, at=at)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('indicators_lexicontest'), %s)", [test_id])


def _run(test_id: int, *, at: dt.datetime) -> int:
    tests = LexiconTest.objects.select_related("draft__based_on", "before", "sent")
    test = tests.filter(pk=test_id, finished_at=None).first()
    if test is None:
        return 0
    try:
        test.result = _result(test)
    except DatabaseError:  # the database's trouble, not the test's: it waits
        raise
    except Exception as error:  # noqa: BLE001  else it would be tried for ever
        log.error("lexicon test %s failed: %s", test_id, type(error).__name__)
        said = isinstance(error, LexiconRefused | LexiconError | LabelledError)
        test.failure = str(error)[:500] if said else type(error).__name__
    test.finished_at = at
    test.save(update_fields=["result", "failure", "finished_at"])
    return 1


def _result(test: LexiconTest) -> measuring.Numbers:
    now: Drafted = lexicon_keeping.drafted(test.draft)
    if now.sha256 != test.sha256:
        raise LexiconRefused(CHANGED)
    passages = list(passages_of(test))
    if not passages:
        raise LexiconRefused("found no labelled passage in this set; choose another")
    _tell(test.pk, total_count=len(passages), done_count=0)
    told = partial(_done, test.pk)
    return measuring.compared(passages, editing.parsed(test.before.files), editing.parsed(now.files), told=told)


def _done(test_id: int, count: int) -> None:
    _tell(test_id, done_count=count)


def _tell(test_id: int, **counts: int) -> None:
    LexiconTest.objects.filter(pk=test_id).update(**counts)


def passages_of(test: LexiconTest) -> Iterator[Labelled]:
    """The labelled passages that a test asks for."""
    if test.passages == Passages.SHIPPED:
        yield from measuring.read_labelled(measuring.HELD_OUT.read_bytes())
    elif test.passages == Passages.SENT and test.sent is not None:
        yield from measuring.read_labelled(bytes(test.sent.payload))
    else:
        yield from decided_passages()


def decided_passages(most: int = DECISIONS_MAX) -> Iterator[Labelled]:
    """What reviewers made of suggestions, by passage: what they accepted is a label, of the undecided nobody knows.

    A change to another indicator counts for the factor that it was changed to. Bulk rejections are no labels.
    """
    for one in decided(most):
        yes = frozenset(factor for factor, is_so in one.judged.items() if is_so)
        yield Labelled(f"passage {one.passage_id}", one.text, one.language, yes, frozenset(one.judged))


@dataclasses.dataclass(slots=True)
class Decided:
    """A passage and, factor by factor, whether a person accepted it."""

    passage_id: int
    text: str
    language: str
    report_id: int
    judged: dict[int, bool] = dataclasses.field(default_factory=dict)

    def judge(self, factor: int, *, is_right: bool) -> None:
        """One decision more; an acceptance outweighs a rejection of the same factor for another State or indicator."""
        self.judged[factor] = self.judged.get(factor, False) or is_right


def decided(most: int = DECISIONS_MAX) -> Iterator[Decided]:
    """Passages with a decision that stands and was no bulk's, latest first.

    What was accepted and then set aside, by a second reader or by a retraction, says nothing: people disagreed.
    """
    last = SuggestionDecision.objects.filter(suggestion=OuterRef("pk")).order_by("-pk")
    rows = Suggestion.objects.filter(state__in=[State.ACCEPTED, State.CHANGED, State.REJECTED])
    bulk, stands = Subquery(last.values("bulk")[:1]), Subquery(last.values("evidence__status")[:1])
    live = Q(stands=None) | Q(stands__in=[Evidence.Status.PROPOSED, Evidence.Status.ACCEPTED])
    rows = rows.annotate(in_bulk=bulk, stands=stands).filter(live, in_bulk=None).order_by("-passage_id", "pk")
    fields = ("passage_id", "passage__text", "passage__report__language", "passage__report_id")
    found = rows.values_list("pk", "indicator__factor__number", "state", *fields).iterator(chunk_size=2_000)
    became = _became()
    for _, group in itertools.islice(itertools.groupby(found, key=lambda row: row[3]), most):
        now: Decided | None = None
        for pk, factor, state, *of_passage in group:
            now = now or Decided(*of_passage)
            accepted = became.get(pk, factor) if state == State.CHANGED else factor
            now.judge(factor, is_right=state != State.REJECTED and accepted == factor)
            if accepted != factor:
                now.judge(accepted, is_right=True)
        if now is not None:
            yield now


def _became() -> dict[int, int]:
    """The factor to which a person moved a suggestion."""
    changed = SuggestionDecision.objects.filter(action="change", changes__has_key="indicator").order_by("pk")
    found = changed.values_list("suggestion_id", "changes__indicator__became")
    return {pk: int(str(code).partition(".")[0]) for pk, code in found}
