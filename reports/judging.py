"""What a person makes of reports that look alike: the same, an update, different; taken out, joined, taken back."""

import dataclasses
import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.db.models import Q

from people.models import User
from people.permissions import Action, may
from reports import clustering, duplicates, joining
from reports.models import ClusterDecision, ClusterMember, Report, TextPair, TextPairQuerySet

Did = ClusterDecision.Action
State = TextPair.State

REASON_CHARACTERS = (3, 500)


class JudgingError(ValueError):
    """Something that cannot be said of two reports; says what was found and what was wanted."""


@dataclasses.dataclass(frozen=True, slots=True)
class Said:
    """Who says it, when, why, and who is to be told which reports count otherwise now."""

    by: User
    reason: str
    at: dt.datetime
    changed: joining.Changed


@transaction.atomic
def judge(*, report_id: int, other_id: int, verdict: str, said: Said) -> ClusterDecision:
    """Two reports are the same text, one an update of the other, or different. Raises JudgingError.

    The same and an update are one voice from now on; different ones that were one voice part.
    """
    if verdict not in (Did.SAME, Did.UPDATE, Did.DIFFERENT):
        raise JudgingError(f"verdict: found {verdict[:20]!r}; wanted same, update or different")
    _begin(said)
    first, second = _two(report_id, other_id, said.by)
    pair = _pair(first, second, said.at)
    if pair.state == verdict:
        raise JudgingError(f"reports {first.pk} and {second.pk}: found this said of them already; wanted something new")
    if verdict == Did.DIFFERENT:
        return _part(pair, said)
    groups = joining.together_with(first.pk) | joining.together_with(second.pk)
    waiting = TextPair.objects.waiting().filter(first__in=groups, second__in=groups)
    inside = waiting | TextPair.objects.filter(pk=pair.pk)
    decision = _decide(verdict, said, first=second.pk, other=first.pk, before=_states(inside))
    writing = joining.Writing(said.at, decision)
    kind = ClusterMember.Kind.UPDATE if verdict == Did.UPDATE else ClusterMember.Kind.WHOLE
    joining.join(first.pk, second.pk, kind=kind, writing=writing)
    inside.exclude(pk=pair.pk).update(state=State.LINKED)
    _set(pair, State(verdict))
    joining.end(writing, said.changed)
    return decision


@transaction.atomic
def split(*, report_id: int, cluster_id: int, said: Said) -> ClusterDecision:
    """Takes a report, or its passages, out of a cluster; the machine does not put it back. Raises JudgingError."""
    _begin(said)
    report = _visible(report_id, said.by)
    held = ClusterMember.objects.holding().filter(cluster=cluster_id)
    own = list(held.filter(report=report))
    if not own:
        raise JudgingError(
            f"report {report.pk}: found it in no cluster {cluster_id}; wanted one that it belongs to now"
        )
    others = list(held.whole().exclude(report=report).values_list("report", flat=True))
    before = _said_different(report, others, said.at)
    decision = _decide(Did.SPLIT, said, first=report.pk, before=before)
    writing = joining.Writing(said.at, decision, {report.pk})
    joining.close(own, writing)
    joining.end(writing, said.changed)
    return decision


@transaction.atomic
def undo(*, decision_id: int, said: Said) -> ClusterDecision:
    """Takes a decision back, if nothing that it did was changed since. Raises JudgingError."""
    _begin(said)
    decision = ClusterDecision.objects.filter(pk=decision_id).select_related("undone_by").first()
    if decision is None or decision.action == Did.UNDO:
        raise JudgingError(f"decision {decision_id}: found none that can be taken back")
    _visible(decision.report_id, said.by)
    if hasattr(decision, "undone_by"):
        raise JudgingError(f"decision {decision.pk}: found it taken back already")
    opened, closed = list(decision.opened.order_by("pk")), list(decision.closed.order_by("pk"))
    if any(row.until is not None for row in opened) or _changed_since(decision):
        raise JudgingError(f"decision {decision.pk}: found a later one on the same reports; take that back first")
    undone = _decide(Did.UNDO, said, first=decision.report_id, other=decision.other_id, undoes=decision)
    writing = joining.Writing(said.at, undone, {row.report_id for row in (*opened, *closed)})
    joining.close(opened, writing)
    wholes = [row.report_id for row in closed if row.kind != ClusterMember.Kind.PART]
    joined = ClusterMember.objects.holding().whole().filter(report__in=wholes).values_list("report", flat=True).first()
    if joined is not None:
        raise JudgingError(f"decision {decision.pk}: found report {joined} joined since; split it out first")
    joining.reopen(closed, writing)
    for state in set(decision.pairs_before.values()):
        numbers = [number for number, before in decision.pairs_before.items() if before == state]
        TextPair.objects.filter(pk__in=numbers).update(state=state)
    joining.end(writing, said.changed)
    return undone


def _changed_since(decision: ClusterDecision) -> bool:
    """Whether a later decision that stands set the same pairs."""
    later = ClusterDecision.objects.filter(pk__gt=decision.pk, undone_by=None).exclude(action=Did.UNDO)
    return later.filter(pairs_before__has_any_keys=list(decision.pairs_before)).exists()


def _begin(said: Said) -> None:
    if not may(said.by, Action.DECIDE_EVIDENCE):
        raise JudgingError(f"role {said.by.role}: may not {Action.DECIDE_EVIDENCE.value}")
    least, most = REASON_CHARACTERS
    if not least <= len(said.reason.strip()) <= most:
        raise JudgingError(f"reason: found {len(said.reason.strip())} characters; wanted {least} to {most}")
    joining.hold_clusters()


def _visible(report_id: int, by: User) -> Report:
    rows = Report.objects.visible_to(by).filter(kind__in=clustering.KINDS).exclude(text="")
    report = rows.defer("bytes", "headers").filter(pk=report_id).first()
    if report is None:
        raise JudgingError(f"report {report_id}: found none that you may see and that has a text; wanted its number")
    return report


def _two(one: int, other: int, by: User) -> tuple[Report, Report]:
    if one == other:
        raise JudgingError(f"report {one}: found it twice; wanted another report")
    first, second = _visible(min(one, other), by), _visible(max(one, other), by)
    return first, second


def _pair(first: Report, second: Report, at: dt.datetime) -> TextPair:
    """The pair's row; two reports that the machine did not find alike are compared now."""
    pair = TextPair.objects.filter(first=first, second=second).first()
    if pair is None:
        pair = _new_pair(first.pk, duplicates.shingles(first.text), second, at)
        pair.save()
    return pair


def _part(pair: TextPair, said: Said) -> ClusterDecision:
    """Different: the later of the two leaves, where they were one voice."""
    first, second = pair.first_id, pair.second_id
    own = joining.cluster_of(second)
    shares = own is not None and own == joining.cluster_of(first)
    held = ClusterMember.objects.holding()
    leaves = list(held.filter(report=second, cluster=own)) if shares else _parts(first, second) + _parts(second, first)
    before = _states(TextPair.objects.filter(pk=pair.pk))
    if shares:
        others = list(held.whole().filter(cluster=own).exclude(report=second).values_list("report", flat=True))
        before |= _said_different(pair.second, others, said.at)
    decision = _decide(Did.DIFFERENT, said, first=second, other=first, before=before)
    writing = joining.Writing(said.at, decision, {first, second})
    joining.close(leaves, writing)
    _set(pair, State.DIFFERENT)
    joining.end(writing, said.changed)
    return decision


def _parts(whole: int, part: int) -> list[ClusterMember]:
    """The passages of one report that count with another."""
    cluster = joining.cluster_of(whole)
    rows = ClusterMember.objects.holding().filter(cluster=cluster, report=part, kind=ClusterMember.Kind.PART)
    return list(rows) if cluster is not None else []


def _said_different(report: Report, others: Collection[int], at: dt.datetime) -> dict[str, str]:
    """Sets the pairs of a report with others to "different"; their states before, by number."""
    standing = TextPair.objects.of(report.pk).filter(Q(first__in=others) | Q(second__in=others))
    numbers = {pk for pair in standing.values_list("first", "second") for pk in pair}
    rows = Report.objects.only("text").filter(pk__in=set(others) - numbers).order_by("pk")
    own = duplicates.shingles(report.text) if rows else None
    TextPair.objects.bulk_create(_new_pair(report.pk, own, other, at) for other in rows if own is not None)
    before = _states(standing.all())
    standing.update(state=State.DIFFERENT)
    return before


def _new_pair(report_id: int, own: duplicates.Shingles, other: Report, at: dt.datetime) -> TextPair:
    """The row of a report and another one that the machine did not compare."""
    of = {report_id: own, other.pk: duplicates.shingles(other.text)}
    first, second = sorted(of)
    shared = duplicates.shared(of[first], of[second])
    return TextPair(
        first_id=first, second_id=second, of_first=shared.of_first, of_second=shared.of_second, state=State.WAITING,
        found_at=at,
    )  # fmt: skip


def _states(pairs: TextPairQuerySet) -> dict[str, str]:
    return {str(pk): state for pk, state in pairs.values_list("pk", "state")}


def _set(pair: TextPair, state: State) -> None:
    pair.state = state
    pair.save(update_fields=["state"])


def _decide(
    action: str,
    said: Said,
    *,
    first: int,
    other: int | None = None,
    before: dict[str, str] | None = None,
    undoes: ClusterDecision | None = None,
) -> ClusterDecision:
    return ClusterDecision.objects.create(
        action=action, report_id=first, other_id=other, reason=" ".join(said.reason.split()), by=said.by, at=said.at,
        pairs_before=before or {}, undoes=undoes,
    )  # fmt: skip
