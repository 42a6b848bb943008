"""Reads reports of non-delivery that mail servers sent back: one mail a file, or one from standard input."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from alerts.outbox.bouncing import UnknownMailError, take_back
from alerts.outbox.returned import NotAReturnError
from r2p_dashboard import clock


class Command(BaseCommand):
    """`manage.py read_bounces FILE…`, or `… < mail` from a mail server's pipe."""

    help = "Notes mails that came back. A FILE is one report (RFC 3464) as a mail; without any, standard input is one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE")

    def handle(self, *, files: list[Path], **options: Any) -> None:
        refused = 0
        for name, payload in self._payloads(files):
            try:
                count = take_back(report=payload, at=clock.now())
            except (NotAReturnError, UnknownMailError) as error:
                refused += 1
                self.stderr.write(f"{name}: {error}")
            else:
                self.stdout.write(f"{name}: {count} came back" if count else f"{name}: nothing new")
        if refused:
            raise CommandError(f"{refused} could not be used; nothing of them was changed")

    def _payloads(self, files: list[Path]) -> list[tuple[str, bytes]]:
        if not files:
            return [("standard input", sys.stdin.buffer.read())]
        try:
            return [(path.name, path.read_bytes()) for path in files]
        except OSError as error:
            raise CommandError(f"a file could not be read: {error.strerror}; wanted one mail a file") from None
