"""`manage.py load_demonstration`: the cited documents as evidence, scored by the workers."""

import argparse
import datetime as dt
import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.urls import reverse

from alerts import comparing
from alerts.answers import offices
from alerts.ledger import cited_loading
from alerts.models import Office, Subscription
from alerts.subscriptions import subscribing
from indicators import backtesting, coding, series_loading, suggesting
from indicators.backtest.grid import Question
from indicators.models import BacktestRequest, Evidence, NoteCoding, RescoreRequest, ScoreRun, SeriesValue, Suggestion
from indicators.models.backtest import Knowledge
from indicators.outcome_loading import ONE_SIDED_SLUG
from people.demonstration import SECOND_FOCAL_POINT, create_people, email_of
from people.models import User
from people.permissions import Role
from r2p_dashboard import clock, pipeline
from reports.ingest import About, receive
from reports.models import Report, Retrieval

NOTES = settings.BASE_DIR / "indicators" / "demonstration"
UNREVIEWED = NOTES / "unreviewed"  # what these say nobody has coded: the machine suggests, and a person decides
DATASETS = {  # reader -> where its files stand in the folder that --data names
    "ucdp-country-year": "ucdp/organizedviolencecy_*.csv",
    "unhcr-population": "unhcr/population_*.csv",
    "pts": "pts/PTS-*.csv",
    "inform-risk": "inform_risk/inform_risk_index.csv",
}


class Command(BaseCommand):
    """Safe to run twice: what is there already is not loaded again."""

    help = "Load the demonstration through the workers."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--data", type=Path, default=None, help="folder with datasets to ingest as well")
        parser.add_argument("--seconds", type=int, default=180, help="how long to wait for the workers")

    def handle(self, *args: Any, **options: Any) -> None:
        self.end = time.monotonic() + options["seconds"]
        people = create_people(settings.LOCAL_FOLDER)
        sent = self._send_notes(people[Role.CODER])
        if options["data"]:
            sent += self._send_series(options["data"], people[Role.CODER])
        if sent:
            self.stdout.write(f"{sent} files handed to the workers")
        pipeline.ring()
        self._wait("files read", _sent().filter(state=Retrieval.State.WAITING).count)
        self._refuse_failures(sent)
        self._wait("coding notes turned into proposed evidence", _notes_left)
        self._wait("series loaded", _releases_left)
        self._wait("reports searched for suggestions", suggesting.waiting().filter(retrievals__in=_sent()).count)
        proposed = Evidence.objects.filter(passage__report__sha256__in=_digests_of_notes())
        accepted = coding.accept_all(evidence=proposed, by=people[Role.REVIEWER], at=clock.now())
        if accepted:
            self.stdout.write(f"{accepted} pieces of evidence accepted by the demonstration reviewer")
        pipeline.ring()
        began = clock.now()
        self._wait("countries scored", lambda: _countries_left(began))
        run = ScoreRun.objects.filter(state=ScoreRun.State.PUBLISHED).order_by("-published_at").first()
        if run is None:
            raise CommandError("scores: found no published run; the worker's log says why")
        self.stdout.write(f"scores stand as of {run.as_of}")
        self._wait("scores compared", comparing.waiting().count)
        self._subscribe(people)
        self._make_office(people)
        cited = cited_loading.load_cited(at=clock.now())
        self.stdout.write(f"{cited} cited warnings, responses and levers: {settings.SITE_URL}{reverse('ledger')}")
        self._ask_for_backtest(people[Role.REVIEWER])
        waiting = Suggestion.objects.waiting().count()
        self.stdout.write(f"{waiting} suggestions wait for a reviewer: {settings.SITE_URL}{reverse('suggestions')}")

    def _subscribe(self, people: dict[Role, User]) -> None:
        """The demonstration focal point asks for everything; once, also where the rule was ended since."""
        focal_point = people[Role.FOCAL_POINT]
        if not Subscription.objects.filter(person=focal_point).exists():
            everything = subscribing.Wanted(is_everywhere=True)
            subscribing.subscribe(person=focal_point, wanted=everything, by=None, at=clock.now())

    def _make_office(self, people: dict[Role, User]) -> None:
        """An office that says it is made up, with both focal points; once, also where it was ended since."""
        if Office.objects.filter(is_demonstration=True).exists():
            return
        by, at = people[Role.ADMIN], clock.now()
        made = offices.open_office(
            name="Made-up office of the demonstration", kind=Office.Kind.STATE, country=None, languages=["en"],
            is_demonstration=True, by=by, at=at,
        )  # fmt: skip
        for who in (people[Role.FOCAL_POINT], User.objects.get(email=SECOND_FOCAL_POINT)):
            offices.put_person(office_id=made.pk, person=who, by=by, at=at)

    def _ask_for_backtest(self, reviewer: User) -> None:
        """Asks for one over the yearly deaths, once, where these are loaded; a worker runs it afterwards."""
        if BacktestRequest.objects.exists() or not SeriesValue.objects.filter(definition__slug=ONE_SIDED_SLUG).exists():
            return
        question = Question(first=1993, last=2022, horizon=24)
        backtesting.ask(outcomes=None, question=question, knowledge=Knowledge.HINDSIGHT, by=reviewer, at=clock.now())
        pipeline.ring_backtests()
        self.stdout.write(f"a back-test is asked for: {settings.SITE_URL}{reverse('backtest')}")

    def _send_notes(self, coder: User) -> int:
        files = [*sorted(NOTES.glob("*.toml")), *sorted(UNREVIEWED.glob("*.toml"))]
        return sum(self._send("coding-note", path, coder) for path in files)

    def _send_series(self, folder: Path, coder: User) -> int:
        """Sends every dataset that is there; which ones are, and which not, is said."""
        files = {reader: sorted(folder.glob(pattern)) for reader, pattern in DATASETS.items()}
        if not any(files.values()):
            raise CommandError(
                f"--data: found none of {', '.join(DATASETS.values())} in that folder; wanted one at least"
            )
        for reader, paths in files.items():
            names = ", ".join(path.name for path in paths)
            self.stdout.write(f"{reader}: {names or f'no {DATASETS[reader]}; its series stay empty'}")
        return sum(self._send(reader, path, coder) for reader, paths in files.items() for path in paths)

    def _send(self, reader: str, path: Path, coder: User) -> int:
        """1 where the file is new here, 0 where it was sent before."""
        if Retrieval.objects.filter(file_name=path.name, reader=reader).exclude(state=Retrieval.State.FAILED).exists():
            return 0
        receive(
            reader=reader, payload=path.read_bytes(), about=About(), file_name=path.name, at=clock.now(), asked_by=coder
        )
        return 1

    def _wait(self, what: str, left: Callable[[], int]) -> None:
        before = -1
        while (count := left()) > 0:
            if count != before:
                self.stdout.write(f"{what}: {count} to go")
                before = count
            if time.monotonic() > self.end:
                raise CommandError(
                    f"{what}: {count} still to go; is a worker running? What was sent is kept: run this again later."
                )
            time.sleep(0.25)

    def _refuse_failures(self, sent: int) -> None:
        failed = Retrieval.objects.filter(state=Retrieval.State.FAILED).order_by("-pk")[:sent]
        notes = NoteCoding.objects.exclude(failure="")
        for retrieval in failed:
            self.stderr.write(f"{retrieval.file_name}: {retrieval.reason}")
        for coding_of_note in notes:
            self.stderr.write(f"note {coding_of_note.report_id}: {coding_of_note.failure}")


def _digests_of_notes() -> list[str]:
    """Of the demonstration's own notes: what people send in waits for people."""
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in NOTES.glob("*.toml")]


def _countries_left(began: dt.datetime) -> int:
    failed = ScoreRun.objects.filter(state=ScoreRun.State.FAILED, failed_at__gte=began).first()
    if failed is not None:
        raise CommandError(f"scores: run {failed.pk} failed ({failed.failure}); the worker's log says why")
    return RescoreRequest.objects.values("country").distinct().count()


def _sent() -> QuerySet[Retrieval]:
    """What the demonstration's coder sent: what others sent is not waited for."""
    return Retrieval.objects.filter(asked_by__email=email_of(Role.CODER))


def _notes_left() -> int:
    return Report.objects.filter(retrievals__in=_sent(), kind=Report.Kind.CODING_NOTE, note_coding=None).count()


def _releases_left() -> int:
    return series_loading.waiting().filter(retrievals__in=_sent()).count()
