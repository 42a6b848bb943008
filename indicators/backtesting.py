"""Runs a back-test on what stands in the database, and keeps it."""

import dataclasses
import datetime as dt
import hashlib
import json
import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Q

from countries.models import Country
from indicators import frames, scoring
from indicators.backtest import report as figures
from indicators.backtest.errors import BacktestError
from indicators.backtest.grid import Episodes, Grid, Question, Yearly, labelled, months
from indicators.backtest.material import Material, Scored
from indicators.backtest.one_sided import Rule
from indicators.backtest.outcomes import Outcome as Row
from indicators.models import BacktestRequest, BacktestRun, MethodVersion, OutcomeList, SeriesDefinition
from indicators.models.backtest import Knowledge
from indicators.outcome_loading import ONE_SIDED_SLUG, Figure, figures_stored, load_derived
from indicators.scoring.arrays import I64
from indicators.scoring.evidence_rows import EvidenceRows
from indicators.scoring.levels import fold_many
from indicators.scoring.sensitivity import with_half_lives
from indicators.scoring.series_rows import SeriesRows
from indicators.scoring.spans import happened_on, seen_on_line
from people.models import User

log = logging.getLogger(__name__)

VERSION = "BT-3"
"""Of the figures' definitions in docs/backtest.md: raised with them."""
LABEL = "HINDSIGHT"
"""Every run is: its rows were entered after the months that they tell of. Stored snapshots alone would be real time."""


KIN = {"ucdp-one-sided": ("pts-state-terror", "unhcr-displacement")}
"""Series of other sources that tell of the same events as an outcome's own: killings by the State, flight from them."""


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class Tables:
    """The rows that a back-test may see."""

    method: frames.Method
    evidence: EvidenceRows
    series: SeriesRows
    k: int | None


def run(
    *,
    outcomes: OutcomeList,
    question: Question,
    knowledge: str,
    at: dt.datetime,
    day: dt.date,
    figures_given: Sequence[Figure] | None = None,
    version: MethodVersion | None = None,
) -> BacktestRun:
    """Test a method version, or the one in use, and store what it says; or the run that stands for the same.

    `day` is the installation's day: no horizon may end after it. `figures_given` are yearly deaths for the yardsticks
    where they are not those of the stored series. Raises NoMethodError, and BacktestError where recomputing a stored
    run gives other numbers.
    """
    method = frames.method_of(version) if version else frames.method_in_use()
    given = list(figures_given) if figures_given is not None else figures_stored()[1]
    codes = tuple(Country.objects.order_by("iso3").values_list("iso3", flat=True))
    tables = _tables(method, codes, outcomes, knowledge, at.date())
    grid, episodes = _grid(outcomes, question, codes, day)
    result = figures.report(_material(tables, grid, episodes, given))
    known_on = at.date() if knowledge == Knowledge.HINDSIGHT else _last_day(grid, day)
    asked = {
        "first_year": question.first, "last_year": question.last, "horizon": question.horizon,
        "knowledge": str(knowledge), "known_on": known_on,
    }  # fmt: skip
    inputs = _inputs(tables, outcomes, known_on.toordinal())
    return _kept(
        BacktestRun(
            method=method.version,
            outcomes=outcomes,
            **asked,
            input_digest=_digest(tables, inputs, outcomes, [*map(str, asked.values()), grid.days.tolist()], given),
            code_version=settings.CODE_VERSION,
            result=result | {"label": LABEL, "inputs": inputs},
            ran_at=at,
        )
    )


def ask(
    *, outcomes: OutcomeList | None, question: Question, knowledge: str, by: User, at: dt.datetime
) -> BacktestRequest:
    """Ask a worker for a back-test; the request that waits already where the same is asked for twice.

    Without a list, one is derived from the stored deaths in one-sided violence. Raises BacktestError where none are.
    """
    if outcomes is None:
        origin, stored = figures_stored()
        outcomes, _ = load_derived(figures=stored, rule=Rule(), origin=origin, at=at)
    wanted = {
        "outcomes": outcomes, "first_year": question.first, "last_year": question.last,
        "horizon": question.horizon, "knowledge": Knowledge(knowledge),
    }  # fmt: skip
    who = {"asked_by": by, "asked_at": at}
    request, _ = BacktestRequest.objects.get_or_create(**wanted, finished_at=None, defaults=who)
    return request


def run_waiting(*, at: dt.datetime, day: dt.date) -> int:
    """Runs what was asked for, oldest first; how many. Safe to run twice."""
    return sum(_run_one(pk, at=at, day=day) for pk in _waiting_ids())


def _waiting_ids() -> list[int]:
    return list(BacktestRequest.objects.filter(finished_at=None).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _run_one(request_id: int, *, at: dt.datetime, day: dt.date) -> int:
    waiting = BacktestRequest.objects.select_for_update(skip_locked=True, of=("self",)).select_related("outcomes")
    request = waiting.filter(pk=request_id, finished_at=None).first()
    if request is None:
        return 0
    question = Question(request.first_year, request.last_year, request.horizon)
    try:
        with transaction.atomic():
            request.run = run(outcomes=request.outcomes, question=question, knowledge=request.knowledge, at=at, day=day)
    except (DatabaseError, ArithmeticError, LookupError, ValueError) as error:  # else it would be tried for ever
        log.error("back-test request %s failed: %s", request_id, type(error).__name__)
        said = isinstance(error, BacktestError | frames.NoMethodError)
        request.failure = str(error)[:500] if said else type(error).__name__
    request.finished_at = at
    request.save(update_fields=["run", "failure", "finished_at"])
    return 1


def _tables(
    method: frames.Method, codes: tuple[str, ...], outcomes: OutcomeList, knowledge: str, known_on: dt.date
) -> Tables:
    """The inputs without the series that the outcomes were made from: an outcome never tests its own series."""
    inputs = frames.inputs(method, codes)
    posts = method.version.goalposts
    own = [method.catalogue.position[posts[slug]["indicator"]] for slug in outcomes.made_from if slug in posts]
    series = inputs.series.where(~np.isin(inputs.series.indicator, own))
    k = known_on.toordinal() if knowledge == Knowledge.HINDSIGHT else None
    return Tables(method, inputs.evidence, series, k)


def _material(tables: Tables, grid: Grid, episodes: Episodes, given: Sequence[Figure]) -> Material:
    codes = tables.evidence.countries
    regions = dict(Country.objects.values_list("iso3", "region"))
    deaths = _yearly(given, codes, ONE_SIDED_SLUG)
    return Material(
        countries=codes,
        regions=[regions[code] for code in codes],
        grid=grid,
        episodes=episodes,
        scored=_scored(tables, grid.days),
        parameters=tables.method.parameters,
        deaths=deaths if deaths.size else None,
        events=_yearly(given, codes, None),
        k=tables.k,
    )


def _grid(outcomes: OutcomeList, question: Question, codes: Sequence[str], day: dt.date) -> tuple[Grid, Episodes]:
    rows = [
        Row(iso3, start, end, "", "", "", begins=begins)
        for iso3, start, end, begins in outcomes.rows.order_by("country__iso3", "start_on").values_list(
            "country__iso3", "start_on", "end_on", "begins"
        )
    ]
    episodes = Episodes.of(rows, codes)
    days, ends = months(question, outcomes.covers_from, min(outcomes.covers_until, day))
    is_incidence = outcomes.kind == OutcomeList.Kind.INCIDENCE
    grid = labelled(episodes, len(codes), days, ends, horizon=question.horizon, with_ongoing=is_incidence)
    return grid, episodes


def _scored(tables: Tables, days: I64) -> Scored:
    """The index of all countries on the month ends of the grid, with levels folded over the whole past."""
    tested = (tables.evidence, tables.series, tables.method.catalogue)
    parameters, count = tables.method.parameters, len(tables.evidence.countries)
    if not days.size:
        empty = np.zeros((count, 0))
        return Scored(
            empty, empty, empty.astype(np.int64), empty.astype(np.bool_), np.zeros((count, 0, 14)), empty, empty
        )
    line, level, every = _line(tables, days)
    other = [scoring.line(*tested, with_half_lives(parameters, by), days, tables.k).overall for by in (0.5, 2.0)]
    column, begun = np.searchsorted(every, days), days >= every[0]
    column[~begun] = 0  # before the first row of all, nothing is assessed
    return Scored(
        overall=np.where(begun, line.overall[:, column], 0.0),
        coverage=np.where(begun, line.coverage[:, column], 0.0),
        level=np.where(begun, level[:, column], 1),
        assessed=line.assessed[:, column] & begun,
        factors=np.where(begun[:, None], line.F[:, column], 0.0),
        half=other[0],
        double=other[1],
    )


def _line(tables: Tables, days: I64) -> tuple[scoring.Totals, I64, I64]:
    """One knowledge line up to the last day of the grid: totals and levels, (C, T), and the month ends."""
    tested, last = (tables.evidence, tables.series, tables.method.catalogue), int(days[-1])
    if tables.k is None:
        both = scoring.history(*tested, tables.method.parameters, last, last)
        return both.known_then, both.known_then.level, both.days
    first = min([int(days[0]), *(int(happened_on(rows).min()) for rows in tested[:2] if rows.size)])
    every = scoring.line_days(first, last)
    line = scoring.line(*tested, tables.method.parameters, every, tables.k)
    return line, fold_many(line.overall, tables.method.parameters), every


def _yearly(given: Sequence[Figure], codes: Sequence[str], series: str | None) -> Yearly:
    """Figures of one series, or of all, as arrays; what belongs to no country of the table is left out."""
    place = {code: number for number, code in enumerate(codes)}
    kept = [one for one in given if one.country in place and series in {None, one.series}]
    return Yearly(
        country=np.array([place[one.country] for one in kept], np.int64),
        period_end=np.array([dt.date(one.year, 12, 31).toordinal() for one in kept], np.int64),
        known_on=np.array([one.known_on.toordinal() for one in kept], np.int64),
        value=np.array([one.value for one in kept], np.float64),
    )


def _inputs(tables: Tables, outcomes: OutcomeList, known_on: int) -> dict[str, Any]:
    """What the tested index rested on, what was left out of it, and what is near kin to the outcome.

    Counted are the rows that are visible at the test's knowledge: on the day `known_on`, or with `then` on any day up
    to it.
    """
    own = SeriesDefinition.objects.filter(slug__in=outcomes.made_from)
    scored = SeriesDefinition.objects.filter(slug__in=tables.method.version.goalposts)
    tell_the_same = [slug for made_from in outcomes.made_from for slug in KIN.get(made_from, ())]
    is_kin = Q(reader__in=own.values("reader")) | Q(slug__in=tell_the_same)
    kin = scored.filter(is_kin).exclude(slug__in=outcomes.made_from)
    return {
        "evidence_rows": seen_on_line(tables.evidence, known_on, tables.k)[0].size,
        "series_rows": seen_on_line(tables.series, known_on, tables.k)[0].size,
        "left_out": list(own.order_by("slug").values_list("title", flat=True)),
        "near_kin": list(kin.order_by("slug").values_list("title", flat=True)),
    }


def _last_day(grid: Grid, day: dt.date) -> dt.date:
    return dt.date.fromordinal(int(grid.days[-1])) if grid.days.size else day


def _digest(
    tables: Tables, inputs: dict[str, Any], outcomes: OutcomeList, asked: list[Any], given: Sequence[Figure]
) -> str:
    """SHA-256 over method, outcomes, question, rows and the names that are told: never over floats of a result."""
    rows = [
        (kind, int(row), int(retracted))
        for kind, table in (("evidence", tables.evidence), ("series", tables.series))
        for row, retracted in zip(table.row_id, table.retracted_on, strict=True)
    ]
    deaths = sorted((one.country, one.year, str(one.known_on), one.value, one.series) for one in given)
    told = [inputs, list(Country.objects.order_by("iso3").values_list("iso3", "region"))]
    text = [VERSION, tables.method.version.sha256, outcomes.sha256, asked, scoring.input_digest(rows), deaths, told]
    return hashlib.sha256(json.dumps(text).encode()).hexdigest()


def _kept(fresh: BacktestRun) -> BacktestRun:
    """The run as it is kept: the one that stands, where inputs and code are the same."""
    stands = BacktestRun.objects.filter(input_digest=fresh.input_digest, code_version=fresh.code_version).first()
    if stands is None:
        fresh.save()
        return fresh
    if stands.result != json.loads(json.dumps(fresh.result)):
        raise BacktestError(
            f"back-test {stands.pk}",
            "other figures when computed again",
            "the same from the same inputs; CODE_VERSION tells two versions of the code apart",
        )
    return stands
