"""Which event a piece of evidence is held to be part of: its own row's, or what people said of it since."""

import datetime as dt
from collections.abc import Collection, Sequence

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from indicators.models import EventLink, EventLinkQuerySet, Evidence, EvidenceQuerySet


def linked(countries: Sequence[str] | None = None, *, at: dt.datetime | None = None) -> dict[int, str]:
    """Names of the events that people gave evidence, by its number: of some countries or all, as held at an instant.

    None stands for now. An empty name: part of no named event. One query, which begins with the links.
    """
    return dict(links_of(countries, at=at).values_list("evidence", "event_key"))


def links_of(countries: Sequence[str] | None = None, *, at: dt.datetime | None = None) -> EventLinkQuerySet:
    """The links that `linked` reads, for who reads them together with something else."""
    rows = EventLink.objects.holding(at)
    return rows if countries is None else rows.filter(evidence__country__iso3__in=list(countries))


def links_changed_around(first: dt.datetime, last: dt.datetime) -> set[dt.datetime]:
    """Instants at which links changed, and those just before: one may be written later than it says."""
    spans = EventLink.objects.filter(Q(since__range=(first, last)) | Q(until__range=(first, last)))
    instants = {at for span in spans.values_list("since", "until") for at in span if at is not None}
    return instants | {at - dt.timedelta(microseconds=1) for at in instants}


def ever_linked() -> Exists:
    """Whether people ever gave a row another event: where they did not, nobody need ask for links."""
    return Exists(EventLink.objects.filter(evidence=OuterRef("pk")))


def event_digest_line(evidence_id: int, event: str) -> str:
    """What the digest of a score's inputs says of evidence that people gave an event."""
    return f"event:{evidence_id}:{event}"


def event_now() -> Coalesce:
    """The name of a row's event as held now; empty where it has none."""
    held = EventLink.objects.holding().filter(evidence=OuterRef("pk")).values("event_key")
    return Coalesce(Subquery(held[:1]), F("event_key"))


def held_event(evidence_id: int) -> str:
    """The name of one row's event as held now; a row that takes its place takes that too."""
    return str(Evidence.objects.annotate(event=event_now()).values_list("event", flat=True).get(pk=evidence_id))


def with_events(rows: EvidenceQuerySet) -> EvidenceQuerySet:
    """Rows each with `event`, its name as held now, and `event_linked_at`, when people gave it; None: they did not."""
    held = EventLink.objects.holding().filter(evidence=OuterRef("pk"))
    return rows.annotate(event=event_now(), event_linked_at=Subquery(held.values("since")[:1]))


def of_event(event: str, country_id: int) -> EvidenceQuerySet:
    """Evidence of a named event of a country as held now, rejected pieces left out."""
    held = EventLink.objects.holding()
    own = Q(event_key=event) & ~Exists(held.filter(evidence=OuterRef("pk")))
    rows = Evidence.objects.filter(own | Q(pk__in=held.filter(event_key=event).values("evidence")))
    return rows.filter(country=country_id).exclude(status=Evidence.Status.REJECTED)


# A correction takes the place of the row that it corrects: what was said of one row of such a line holds for all of it.
_APART = """
    WITH RECURSIVE up AS (
        SELECT id AS number, id, corrects_id FROM indicators_evidence WHERE id = ANY (%s)
        UNION SELECT up.number, e.id, e.corrects_id FROM up JOIN indicators_evidence e ON e.id = up.corrects_id
    ), mine AS (
        SELECT number, id FROM up WHERE corrects_id IS NULL
        UNION SELECT mine.number, e.id FROM mine JOIN indicators_evidence e ON e.corrects_id = mine.id
    ), said AS (
        SELECT d.* FROM indicators_eventdecision d WHERE d.action = 'different'
            AND NOT EXISTS (SELECT 1 FROM indicators_eventdecision u WHERE u.undoes_id = d.id)
    ), others AS (
        SELECT mine.number, said.other_id AS id FROM mine JOIN said ON said.evidence_id = mine.id
        UNION SELECT mine.number, said.evidence_id FROM mine JOIN said ON said.other_id = mine.id
    ), over AS (
        SELECT o.number, e.id, e.corrects_id FROM others o JOIN indicators_evidence e ON e.id = o.id
        UNION SELECT over.number, e.id, e.corrects_id FROM over JOIN indicators_evidence e ON e.id = over.corrects_id
    ), theirs AS (
        SELECT number, id FROM over WHERE corrects_id IS NULL
        UNION SELECT theirs.number, e.id FROM theirs JOIN indicators_evidence e ON e.corrects_id = theirs.id
    )
    SELECT number, id FROM theirs
"""


def told_apart(numbers: Collection[int]) -> set[tuple[int, int]]:
    """Pairs of which people said that they are different events, lower number first: any that has one of `numbers`.

    With the corrections of both sides, and with what they correct. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(_APART, [list(numbers)])
        return {(min(pair), max(pair)) for pair in cursor.fetchall()}
