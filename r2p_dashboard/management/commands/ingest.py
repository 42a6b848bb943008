"""`manage.py ingest` fetches every source that is on, `ingest SOURCE` one; `ingest READER --file PATH` takes a file in.

The workers do it; this waits for them and says what came of it.
"""

import argparse
import datetime as dt
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from people.models import User
from people.permissions import Action, Sensitivity, may
from r2p_dashboard import clock, pipeline
from reports import fetching
from reports.ingest import About, IngestError, bytes_max, receive, too_large
from reports.models import Retrieval, Source
from reports.readers import READERS

OPEN = {Retrieval.State.ASKED, Retrieval.State.WAITING}


def _day(value: str) -> dt.date:
    try:
        return dt.date.fromisoformat(value)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{value!r} is no day; wanted YYYY-MM-DD") from error


class Command(BaseCommand):
    """The same file or answer twice changes nothing; what fails leaves a failed retrieval with its reason."""

    help = "Fetch a source, or take a file in, through the worker."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "what",
            metavar="SOURCE|READER",
            nargs="?",
            default="",
            help=f"slug of a source to fetch (none: every one that is on); with --file one of {', '.join(READERS)}",
        )
        parser.add_argument("--all", action="store_true", help="every source that is on, as without a name")
        parser.add_argument("--file", type=Path, help="the file; without it the source is fetched")
        parser.add_argument("--as", dest="email", default="", help="e-mail address of the person who sends or asks")
        parser.add_argument("--source", default="", help="slug of the source, where the file does not say it")
        parser.add_argument("--title", default="", help="title, where the file does not say it")
        parser.add_argument("--url", default="", help="address of the original")
        parser.add_argument("--published", type=_day, default=None, help="day the original was public, YYYY-MM-DD")
        parser.add_argument("--sensitivity", choices=[s.name.lower() for s in Sensitivity], default="public")
        parser.add_argument("--wait", type=int, default=120, help="seconds to wait for the worker (0: do not wait)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["all"] and (options["what"] or options["file"]):
            raise CommandError("--all: found a name or a file beside it; wanted it alone")
        if not (options["what"] or options["file"]):
            return self._round(options)
        retrieval = _sent(options) if options["file"] else _asked(options)
        rang = pipeline.ring() if options["file"] else pipeline.ring_fetch()
        if options["wait"]:
            self._report(self._finished(retrieval, seconds=options["wait"]), rang=rang)
        else:
            self.stdout.write(f"retrieval {retrieval.pk}: {retrieval.get_state_display()}")

    def _round(self, options: dict[str, Any]) -> None:
        """Every source that is on: a line for each that ends, then a table."""
        rows = fetching.ask_all(at=clock.now(), asked_by=_person(options["email"]))
        if not rows:
            raise CommandError("sources: found none that is on; wanted one (switch it on at its page, /sources/)")
        pipeline.ring_fetch()
        self.stdout.write(f"{len(rows)} sources asked")
        rows = self._ended(rows, seconds=options["wait"])
        for line in round_table(rows):
            self.stdout.write(line)
        failed = sum(row.state == Retrieval.State.FAILED for row in rows)
        unfinished = sum(row.state in OPEN for row in rows)
        if options["wait"] and (failed or unfinished):
            raise CommandError(
                f"{failed} sources failed, {unfinished} not ended yet (kept: they end when a worker runs)"
            )

    def _ended(self, rows: list[Retrieval], *, seconds: int) -> list[Retrieval]:
        """The same when all ended or the time is over; each that ends is said once, by its source."""
        end, said = time.monotonic() + seconds, set[int]()
        numbers = [row.pk for row in rows]
        while True:
            found = Retrieval.objects.filter(pk__in=numbers).select_related("source").defer("payload")
            rows = list(found.order_by("source__name"))
            for row in rows:
                if row.state not in OPEN and row.pk not in said:
                    said.add(row.pk)
                    self.stdout.write(f"  {len(said)}/{len(rows)} {_slug(row)}: {row.get_state_display()}")
            if len(said) == len(rows) or time.monotonic() >= end:
                return rows
            time.sleep(0.2)

    def _finished(self, retrieval: Retrieval, *, seconds: int) -> Retrieval:
        """The retrieval when it came to an end or the time is over; each step is printed once."""
        end, said = time.monotonic() + seconds, ""
        while retrieval.state in OPEN and time.monotonic() < end:
            step = _step(retrieval)
            if step != said and retrieval.source_id:
                self.stdout.write(f"retrieval {retrieval.pk}: {step}")
                said = step
            time.sleep(0.2)
            retrieval.refresh_from_db()
        return retrieval

    def _report(self, retrieval: Retrieval, *, rang: bool) -> None:
        if retrieval.state in OPEN:
            raise CommandError(
                f"retrieval {retrieval.pk}: {_unfinished(retrieval)} when a worker runs"
                + ("" if rang else " (the broker does not answer)")
            )
        if retrieval.state == Retrieval.State.FAILED:
            raise CommandError(f"retrieval {retrieval.pk} failed: {retrieval.reason}")
        same = " (it was here already; nothing changed)" if retrieval.state == Retrieval.State.SAME else ""
        self.stdout.write(f"retrieval {retrieval.pk}: report {retrieval.report_id}{same}")
        self._report_items(retrieval)

    def _report_items(self, retrieval: Retrieval) -> None:
        """What an answer carried; nothing where it was no feed."""
        counts = {
            "new": retrieval.items_new, "the same": retrieval.items_same, "changed": retrieval.items_changed,
            "failed": retrieval.items_failed, "left out": retrieval.items_left_out,
        }  # fmt: skip
        if any(counts.values()):
            said = ", ".join(f"{count} {word}" for word, count in counts.items())
            self.stdout.write(f"{sum(counts.values())} reports seen: {said}")
        for problem in retrieval.problems:
            self.stdout.write(f"  {problem['place']}: {problem['reason']}")
        if retrieval.is_full:
            self.stdout.write("the answer was cut at its limit: the rest is asked for next")


def round_table(rows: list[Retrieval]) -> list[str]:
    """What came of each source, in columns; the reason of a failure stands beneath it."""
    names = ("seen", "new", "same", "changed", "failed", "left_out")
    width = max(len("together"), *(len(_slug(row)) for row in rows))
    lines = ["source".ljust(width) + "".join(f"{name.replace('_', ' '):>10}" for name in names)]
    for row in rows:
        lines.append(_slug(row).ljust(width) + "".join(f"{getattr(row, f'items_{name}'):>10}" for name in names))
        lines += [f"  {row.get_state_display()}: {row.reason}"] if row.reason else []
        lines += [f"  {problem['place']}: {problem['reason']}" for problem in row.problems]
    sums = [sum(getattr(row, f"items_{name}") for row in rows) for name in names]
    return [*lines, "together".ljust(width) + "".join(f"{count:>10}" for count in sums)]


def _slug(row: Retrieval) -> str:
    return row.source.slug if row.source is not None else f"retrieval {row.pk}"


def _step(retrieval: Retrieval) -> str:
    if retrieval.state == Retrieval.State.ASKED and retrieval.reason:
        return f"attempt {retrieval.attempts} failed: {retrieval.reason}; it is tried again"
    return str(retrieval.get_state_display())


def _unfinished(retrieval: Retrieval) -> str:
    if retrieval.state == Retrieval.State.WAITING:
        return "no worker has read it yet; it is kept and will be read"
    return f"{_step(retrieval)}; no worker has fetched it yet; it is kept and will be fetched"


def _asked(options: dict[str, Any]) -> Retrieval:
    slug = options["what"]
    source = Source.objects.fetched().filter(slug=slug).first()
    if source is None:
        known = ", ".join(Source.objects.fetched().order_by("slug").values_list("slug", flat=True)) or "none yet"
        also = "; a reader wants --file" if slug in READERS else ""
        raise CommandError(f"source: found {slug!r}; wanted one that can be fetched ({known}){also}")
    try:
        return fetching.ask(source=source, at=clock.now(), asked_by=_person(options["email"]))
    except fetching.FetchingError as error:
        raise CommandError(str(error)) from error


def _sent(options: dict[str, Any]) -> Retrieval:
    if options["what"] not in READERS:
        raise CommandError(f"reader: found {options['what']!r}; wanted one of {', '.join(READERS)}")
    payload = _bytes_of(options["file"], options["what"])
    about = About(
        source=options["source"],
        title=options["title"],
        url=options["url"],
        published_on=options["published"],
        sensitivity=Sensitivity[options["sensitivity"].upper()],
    )
    try:
        return receive(
            reader=options["what"],
            payload=payload,
            about=about,
            file_name=options["file"].name,
            at=clock.now(),
            asked_by=_person(options["email"]),
        )
    except IngestError as error:
        raise CommandError(str(error)) from error


def _bytes_of(path: Path, reader: str) -> bytes:
    try:
        size = path.stat().st_size
        if size > bytes_max(reader):
            raise CommandError(too_large(size, reader))
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
