"""`manage.py verify_scores`: are stored scores what their inputs give?"""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from indicators import methods, verifying

SAMPLE = 100
STEP = 100  # snapshots between two lines of progress


class Command(BaseCommand):
    """Reads, never writes."""

    help = "Compute stored scores anew from the inputs as they were, and say which differ by more than 1e-9."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--all", action="store_true", help="every snapshot")
        which.add_argument("--sample", type=_count, default=SAMPLE, help=f"so many, drawn by chance ({SAMPLE})")
        parser.add_argument(
            "--method", default="", help="only under the method whose SHA-256 begins so, 6 digits or more"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        sample = None if options["all"] else options["sample"]
        rows = verifying.to_verify(sample=sample, method=_digest(options["method"]))
        total, differing, lost = rows.count(), 0, 0
        if not total:
            raise CommandError("found no snapshot to verify; wanted one (`manage.py verify_scores --all`)")
        for done, found in enumerate(verifying.verify(rows), start=1):
            differing += bool(found.differing)
            lost += bool(found.trouble)
            if found.differing or found.trouble:
                self.stdout.write(str(found))
            if done % STEP == 0 and done < total:
                self.stderr.write(f"{done} of {total}")
        self.stdout.write(
            f"{total} snapshots: {total - differing - lost} are what their inputs give, {differing} differ, "
            f"{lost} cannot be computed anew"
        )
        if differing:
            raise CommandError(f"{differing} of {total} snapshots are not what their inputs give")


def _digest(asked: str) -> str:
    try:
        return methods.digest_asked(asked) if asked else ""
    except methods.MethodError as error:
        raise CommandError(f"--method: {error}") from error


def _count(value: str) -> int:
    if not value.isdecimal() or int(value) < 1:
        raise argparse.ArgumentTypeError(f"{value!r}; wanted a whole number of 1 or more")
    return int(value)
