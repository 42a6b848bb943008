"""`manage.py request_scores MMR UKR`: asks for scores to be computed anew."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from indicators import assess
from r2p_dashboard import clock, pipeline


class Command(BaseCommand):
    """What is asked for is left out of the daily agreement check once, and scored from the inputs as they are."""

    help = "Ask for the scores of some countries to be computed anew, and ring the workers."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("countries", nargs="+", metavar="ISO3", help="ISO 3166-1 alpha-3 codes")

    def handle(self, *args: Any, **options: Any) -> None:
        codes = sorted({code.upper() for code in options["countries"]})
        try:
            assess.ask_for_scores(countries=codes, at=clock.now())
        except assess.UnknownCountriesError as error:
            raise CommandError(str(error)) from error
        pipeline.ring_scores()
        self.stdout.write(f"asked for {', '.join(codes)}")
