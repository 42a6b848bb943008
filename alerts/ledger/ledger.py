"""The ledger: every warning, ours and those of others, with what became of it, as far as a reader may see.

That an office answered, and when, is for everybody; who it was is not said. A response counts for whom it may be shown
to and for nobody else, so neither a number nor a missing line tells of one that is hidden: `still_open` never says
"none" to a reader who does not see all.

Turned back to an instant, it has what stood then. What was corrected or taken back since says so, in `since`, and its
words are shown no more; what was taken back because it may harm is not there, nor what is too confidential by now.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import CharField, DateTimeField, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce

from alerts import family, policy
from alerts.ledger.elapsed import Moment
from alerts.ledger.timeline import Deed, Mark, Step, Timeline, timeline
from alerts.models import (
    Acknowledgement,
    Alert,
    PublishedWarning,
    PublishedWarningQuerySet,
    Response,
    ResponseQuerySet,
    ResponseStep,
    SituationPlace,
)
from countries.models import Country
from indicators.models.score import Level
from people.models import User
from people.permissions import Sensitivity, clearance_of

Reader = User | AnonymousUser
Row = tuple[str, int, dt.datetime]  # of which table, its number, when

ALERT, PUBLISHED, UNTIED = "alert", "published", "response"
NOT_ASKED = Mark(None, "nobody was asked through this site")
_TO_IT = Q(alert=OuterRef("pk")) | Q(alert__corrects=OuterRef("pk"))  # or to a correction that lets it stand again
ANSWERED, UNANSWERED = "answered", "unanswered"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which warnings; nothing said: all. `known_before` turns the ledger back to what stood in it then."""

    country: str = ""
    region: int | None = None
    situation: int | None = None
    level: int | None = None
    answered: str = ""
    since: dt.datetime | None = None
    before: dt.datetime | None = None
    known_before: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class ResponseLine:
    """A response that the reader may see, with how it stands now and what became of it.

    `since`: what became of a row that stands no more; its words are not shown then.
    """

    response: Response
    status: str
    deed: Deed
    steps: tuple[ResponseStep, ...]
    since: str = ""

    @property
    def outcomes(self) -> list[ResponseStep]:
        """What became of it, the first word first: times are counted up to that one."""
        return [step for step in self.steps if step.is_outcome]


@dataclass(frozen=True, slots=True)
class Entry:
    """One warning with its line; or, where `alert` and `published` are None, a response that is tied to none."""

    alert: Alert | None
    published: PublishedWarning | None
    level: Level | None
    iso3s: tuple[str, ...]
    line: Timeline | None
    responses: tuple[ResponseLine, ...]
    at: Moment
    since: str = ""
    corrected: Alert | None = None  # by the last correction of our alert


def still_open(user: Reader) -> str:
    """What to say where nothing is shown: only who sees everything can be told that there is nothing."""
    clearance = clearance_of(user)
    if clearance == Sensitivity.STRICTLY_CONFIDENTIAL:
        return "none recorded yet"
    return "nothing public so far" if clearance == Sensitivity.PUBLIC else "nothing that you may see so far"


def rows_of(asked: Asked, *, user: Reader) -> QuerySet[Any, Row]:
    """The chosen warnings, latest first, and responses that are tied to none; to be cut to a page and `read`."""
    parts = [_alerts(asked, user), _published(asked, user)]
    if asked.level is None and asked.answered != UNANSWERED:
        parts.append(_untied(asked, user))
    first, *others = (part.order_by().values_list("of", "pk", "at") for part in parts)
    together: QuerySet[Any, Row] = first.union(*others, all=True)
    return together.order_by("-at", "of", "-pk")


def read(rows: Iterable[Row], *, user: Reader, known_before: dt.datetime | None = None) -> list[Entry]:
    """The entries of a page of `rows`, in their order; five queries at most, however many."""
    chosen = list(rows)
    numbers = {of: [number for kind, number, _ in chosen if kind == of] for of in (ALERT, PUBLISHED, UNTIED)}
    alerts = _read_alerts(numbers[ALERT], user, known_before)
    corrections = _corrections(alerts, known_before)
    published = _read_published(numbers[PUBLISHED])
    about = Q(alert__in=numbers[ALERT]) | Q(warning__in=[row.first_id for row in published.values()])
    lines = _read_responses(about | Q(pk__in=numbers[UNTIED]), user, known_before) if chosen else []
    words = still_open(user)
    made = []
    for of, number, _ in chosen:
        if of == ALERT:
            mine = tuple(line for line in lines if line.response.alert_id == number)
            made.append(replace(_of_alert(alerts[number], mine, words), corrected=corrections.get(number)))
        elif of == PUBLISHED:
            mine = tuple(line for line in lines if line.response.warning_id == published[number].first_id)
            made.append(_of_published(published[number], mine, words))
        else:
            mine = tuple(line for line in lines if line.response.pk == number)
            made.extend(_of_none(line) for line in mine)
    return made


# --- which ---------------------------------------------------------------------------------------------------
def _seen(user: Reader, known_before: dt.datetime | None) -> ResponseQuerySet:
    rows = Response.objects
    return rows.visible_then(user, before=known_before) if known_before else rows.visible_to(user)


def _warnings(known_before: dt.datetime | None) -> PublishedWarningQuerySet:
    rows = PublishedWarning.objects
    return rows.then(known_before) if known_before else rows.standing()


def _answers(user: Reader, known_before: dt.datetime | None) -> QuerySet[Acknowledgement]:
    """That somebody answered is for everybody, unless the answer was marked as more than internal."""
    rows = Acknowledgement.objects.filter(sensitivity__lte=max(clearance_of(user), Sensitivity.INTERNAL))
    return rows.filter(at__lt=known_before) if known_before else rows


def _alerts(asked: Asked, user: Reader) -> Any:
    rows: Any = Alert.objects.filter(state=Alert.State.RELEASED, kind__in=policy.RAISING, is_dry_run=False)
    if asked.country:
        rows = rows.filter(country__iso3=asked.country)
    if asked.region is not None:
        rows = rows.filter(Q(country__region_code=asked.region) | Q(country__subregion_code=asked.region))
    if asked.level is not None:
        rows = rows.filter(level=asked.level)
    if asked.answered:
        seen = Exists(_answers(user, asked.known_before).filter(_TO_IT))
        rows = _by_answer(rows, asked, seen | Exists(_seen(user, asked.known_before).filter(alert=OuterRef("pk"))))
    return _within(rows.annotate(of=_said(ALERT), at=F("released_at")), asked, "released_at")


def _published(asked: Asked, user: Reader) -> Any:
    rows: Any = _warnings(asked.known_before)
    rows = rows.none() if asked.level is not None else _placed(rows, asked)
    if asked.answered:
        first = Coalesce(OuterRef("original"), OuterRef("pk"))
        rows = _by_answer(rows, asked, Exists(_seen(user, asked.known_before).filter(warning=first)))
    rows = rows.annotate(of=_said(PUBLISHED), at=Cast("issued_on", DateTimeField()))
    return _within(rows, asked, "added_at")


def _untied(asked: Asked, user: Reader) -> Any:
    """To a situation as a whole, or to a warning of another body that was taken back."""
    tied = Exists(_warnings(asked.known_before).of_one(OuterRef("warning"), OuterRef("warning")))
    rows: Any = _placed(_seen(user, asked.known_before).filter(~tied, alert=None), asked)
    return _within(rows.annotate(of=_said(UNTIED), at=Cast("decided_on", DateTimeField())), asked, "entered_at")


def _placed(rows: Any, asked: Asked) -> Any:
    """Of situations about the country or region, whenever they were."""
    if not asked.country and asked.region is None:
        return rows
    places = SituationPlace.objects.all()
    if asked.country:
        places = places.filter(country__iso3=asked.country)
    if asked.region is not None:
        countries = Country.objects.filter(Q(region_code=asked.region) | Q(subregion_code=asked.region))
        places = places.filter(country__in=countries)
    return rows.filter(situation__in=places.values("situation"))


def _by_answer(rows: Any, asked: Asked, is_answered: Any) -> Any:
    return rows.filter(is_answered) if asked.answered == ANSWERED else rows.filter(~is_answered)


def _within(rows: Any, asked: Asked, known: str) -> Any:
    if asked.situation is not None:
        rows = rows.filter(situation=asked.situation)
    if asked.since is not None:
        rows = rows.filter(at__gte=asked.since)
    if asked.before is not None:
        rows = rows.filter(at__lt=asked.before)
    return rows.filter(**{f"{known}__lt": asked.known_before}) if asked.known_before else rows


def _said(word: str) -> Value:
    return Value(word, output_field=CharField())


# --- what of each --------------------------------------------------------------------------------------------
def _read_alerts(numbers: Collection[int], user: Reader, known_before: dt.datetime | None) -> dict[int, Alert]:
    if not numbers:
        return {}
    first = Subquery(_answers(user, known_before).filter(_TO_IT).order_by("at").values("at")[:1])
    rows = Alert.objects.filter(pk__in=numbers).select_related("country", "situation").annotate(first_seen=first)
    return {row.pk: row for row in rows}


def _corrections(alerts: dict[int, Alert], known_before: dt.datetime | None) -> dict[int, Alert]:
    """The last correction of each alert that had gone out by then."""
    found: dict[int, Alert] = {}
    for number, since in family.after(list(alerts.values())).items():
        for one in since:
            is_known = known_before is None or (one.released_at is not None and one.released_at < known_before)
            if one.kind == Alert.Kind.CORRECTION and is_known:
                found[number] = one
    return found


def _read_published(numbers: Collection[int]) -> dict[int, PublishedWarning]:
    if not numbers:
        return {}
    last_places = Q(situation__places__until=None) | Q(situation__places__until=F("situation__closed_at"))
    iso3s = ArrayAgg("situation__places__country__iso3", filter=last_places, default=[], distinct=True)
    rows = PublishedWarning.objects.filter(pk__in=numbers).select_related("situation", "replaced_by")
    rows = rows.annotate(iso3s=iso3s)
    return {row.pk: row for row in rows}


def _read_responses(of: Q, user: Reader, known_before: dt.datetime | None) -> list[ResponseLine]:
    steps = ResponseStep.objects.all()
    steps = steps.filter(entered_at__lt=known_before) if known_before else steps
    rows = _seen(user, known_before).filter(of).select_related("measure", "situation", "replaced_by")
    rows = rows.prefetch_related(Prefetch("steps", steps)).order_by("decided_on", "pk")
    return [line_of(row) for row in rows]


def line_of(response: Response) -> ResponseLine:
    """A response read with its measure and its steps."""
    steps = tuple(sorted(response.steps.all(), key=lambda step: (step.on, step.pk)))
    said = tuple(Step(step.on, step.status, step.is_outcome, step.text) for step in steps)
    deed = Deed(response.decided_on, response.began_on, response.status, said)
    return ResponseLine(response, str(Response.Status(deed.status_now).label), deed, steps, _since(response))


def _since(row: Response | PublishedWarning) -> str:
    """What became of a row that stands no more."""
    if row.withdrawn_at is not None:
        return "taken back since"
    return "corrected since" if getattr(row, "replaced_by", None) is not None else ""


def _of_alert(alert: Alert, lines: tuple[ResponseLine, ...], words: str) -> Entry:
    assert alert.released_at is not None  # a constraint of the database
    seen: dt.datetime | None = vars(alert)["first_seen"]
    deeds = [line.deed for line in lines]
    line = timeline(warned=alert.released_at, seen=seen, deeds=deeds, still_open=words)
    return Entry(alert, None, Level(alert.level), (alert.country.iso3,), line, lines, alert.released_at)


def _of_published(warning: PublishedWarning, lines: tuple[ResponseLine, ...], words: str) -> Entry:
    deeds = [line.deed for line in lines]
    line = timeline(warned=warning.issued_on, seen=NOT_ASKED, deeds=deeds, still_open=words)
    iso3s = tuple(vars(warning)["iso3s"])
    return Entry(None, warning, None, iso3s, line, lines, warning.issued_on, _since(warning))


def _of_none(line: ResponseLine) -> Entry:
    return Entry(None, None, None, (), None, (line,), line.response.decided_on)
