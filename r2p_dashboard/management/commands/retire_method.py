"""`manage.py retire_method SHA`: a version is computed no more; its scores stay."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from indicators import methods
from r2p_dashboard import clock


class Command(BaseCommand):
    """`--undo` publishes it again as it was; the next sweep brings its scores up to date."""

    help = "Retire a published version of the method."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "sha", metavar="SHA", help="the first digits of its SHA-256, 6 or more, as the page Method shows it"
        )
        parser.add_argument("--undo", action="store_true", help="publish a retired version again")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["undo"]:
                version = methods.bring_back(sha256=options["sha"])
            else:
                version = methods.retire(sha256=options["sha"], at=clock.now())
        except methods.MethodError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"method {version.sha256} is {'published again' if options['undo'] else 'retired'}")
