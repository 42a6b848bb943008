"""`manage.py ingest READER --file PATH`: hands a file to the workers and says what became of it."""

import argparse
import datetime as dt
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from people.models import User
from people.permissions import Action, Sensitivity, may
from r2p_dashboard import clock, pipeline
from reports.ingest import About, IngestError, receive, too_large
from reports.models import Retrieval
from reports.readers import READERS


def _day(value: str) -> dt.date:
    try:
        return dt.date.fromisoformat(value)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{value!r} is no day; wanted YYYY-MM-DD") from error


class Command(BaseCommand):
    """The same file twice changes nothing; a broken file leaves a failed retrieval with its reason."""

    help = "Take a file in through the worker."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("reader", choices=sorted(READERS), help="what kind of file it is")
        parser.add_argument("--file", required=True, type=Path, help="the file")
        parser.add_argument("--as", dest="email", default="", help="e-mail address of the person who sends it")
        parser.add_argument("--source", default="", help="slug of the source, where the file does not say it")
        parser.add_argument("--title", default="", help="title, where the file does not say it")
        parser.add_argument("--url", default="", help="address of the original")
        parser.add_argument("--published", type=_day, default=None, help="day the original was public, YYYY-MM-DD")
        parser.add_argument("--sensitivity", choices=[s.name.lower() for s in Sensitivity], default="public")
        parser.add_argument("--wait", type=int, default=120, help="seconds to wait for the worker (0: do not wait)")

    def handle(self, *args: Any, **options: Any) -> None:
        payload = _bytes_of(options["file"])
        about = About(
            source=options["source"],
            title=options["title"],
            url=options["url"],
            published_on=options["published"],
            sensitivity=Sensitivity[options["sensitivity"].upper()],
        )
        try:
            retrieval = receive(
                reader=options["reader"],
                payload=payload,
                about=about,
                file_name=options["file"].name,
                at=clock.now(),
                asked_by=_person(options["email"]),
            )
        except IngestError as error:
            raise CommandError(str(error)) from error
        rang = pipeline.ring()
        if options["wait"]:
            self._report(_finished(retrieval, seconds=options["wait"]), rang=rang)
        else:
            self.stdout.write(f"retrieval {retrieval.pk}: waiting for a worker")

    def _report(self, retrieval: Retrieval, *, rang: bool) -> None:
        if retrieval.state == Retrieval.State.WAITING:
            raise CommandError(
                f"retrieval {retrieval.pk}: no worker has read it yet; it is kept and will be read when a worker runs"
                + ("" if rang else " (the broker does not answer)")
            )
        if retrieval.state == Retrieval.State.FAILED:
            raise CommandError(f"retrieval {retrieval.pk} failed: {retrieval.reason}")
        same = " (it was here already; nothing changed)" if retrieval.state == Retrieval.State.SAME else ""
        self.stdout.write(f"retrieval {retrieval.pk}: report {retrieval.report_id}{same}")


def _bytes_of(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > settings.REPORT_BYTES_MAX:
            raise CommandError(too_large(size))
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}; wanted a file that can be read") from error


def _person(email: str) -> User | None:
    if not email:
        return None
    person = User.objects.filter(email=email.lower()).first()
    if person is None:
        raise CommandError("--as: found nobody with that address; wanted a person who can sign in")
    if not may(person, Action.INGEST_REPORT):
        raise CommandError(f"--as: found a {person.role}; wanted somebody who may {Action.INGEST_REPORT.value}")
    return person


def _finished(retrieval: Retrieval, *, seconds: int) -> Retrieval:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        retrieval.refresh_from_db()
        if retrieval.state != Retrieval.State.WAITING:
            break
        time.sleep(0.2)
    return retrieval
