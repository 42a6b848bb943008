"""`manage.py verify_reports`: are reports what was stored?"""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from r2p_dashboard import clock
from reports import rehashing
from reports.models import CustodyCheck


class Command(BaseCommand):
    """Writes an entry and a notice for each report that fails, and a row for the run."""

    help = "Hash reports again, compare their text, passages and chains of custody, and say which are not as stored."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--sample", type=_count, help="so many, drawn by chance, instead of all")

    def handle(self, *args: Any, **options: Any) -> None:
        at, sample = clock.now(), options["sample"]
        check = rehashing.begin(at=at, sample=sample)
        if check.reached:
            self.stderr.write(f"check {check.pk} goes on after report {check.reached}")
        failing = rehashing.check_all(check, at=at) if sample is None else rehashing.check_sample(check, at=at)
        broken = 0
        for failed in failing:
            broken += not failed.of.startswith("report")
            self.stdout.write(str(failed))
        done = CustodyCheck.objects.get(pk=check.pk)
        said = f"{done.checked} reports: {done.checked - done.failed} are what was stored, {done.failed} are not"
        self.stdout.write(f"{said}; {broken} other finding{'s' * (broken != 1)}" if broken else said)
        if done.failed or broken:
            raise CommandError(f"{done.failed} of {done.checked} reports are not as stored; other findings: {broken}")


def _count(value: str) -> int:
    if not value.isdecimal() or int(value) < 1:
        raise argparse.ArgumentTypeError(f"{value!r}; wanted a whole number of 1 or more")
    return int(value)
