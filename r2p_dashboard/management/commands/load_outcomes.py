"""`manage.py load_outcomes FILE`: an outcome list from a CSV file."""

import argparse
import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from indicators import outcome_loading
from indicators.backtest.errors import BacktestError
from r2p_dashboard import clock


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"found {text[:20]!r}; wanted a day such as 2004-02-29") from error


class Command(BaseCommand):
    """Safe to run twice: the same file is one list."""

    help = "Load an outcome list: CSV with country (ISO3), start, end, kind, source, licence and, if wanted, made_from."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--title", default="", help="left out: the file's name")
        parser.add_argument("--definition", default="", help="what counts as an outcome, as the page prints it")
        parser.add_argument("--covers-from", type=_day, help="left out: 1 January of the first year")
        parser.add_argument("--covers-until", type=_day, help="left out: end of the last year named")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            outcomes, is_new = outcome_loading.load_csv(
                payload=path.read_bytes(),
                name=path.stem,
                at=clock.now(),
                title=options["title"],
                definition=options["definition"],
                covers_from=options["covers_from"],
                covers_until=options["covers_until"],
            )
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}; wanted a file that can be read") from error
        except BacktestError as error:
            raise CommandError(f"{path.name}: {error}") from error
        state = "" if is_new else " (it was here already; nothing changed)"
        self.stdout.write(f"outcome list {outcomes.slug}: {outcomes.rows.count()} outcomes{state}")
