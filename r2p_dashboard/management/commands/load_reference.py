"""`manage.py load_reference`: countries, framework, series definitions, method, lexicon, sources and measures."""

import argparse
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from alerts.situations.measure_loading import load_measures
from alerts.situations.measures import CatalogueError
from countries.loading import load_countries
from countries.reference import ReferenceDataError
from indicators import lexicon_keeping, methods, reference_loading
from indicators.matching.lexicon import LexiconError
from r2p_dashboard import clock
from reports.source_loading import SourceFileError, load_sources

REFUSALS = (
    ReferenceDataError,
    reference_loading.CatalogueFileError,
    methods.MethodError,
    SourceFileError,
    LexiconError,
    CatalogueError,
)


class Command(BaseCommand):
    """Safe to run twice."""

    help = (
        "Load countries, the Framework's catalogue, series definitions, the method in use, the lexicon, sources and "
        "measures."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--migrate", action="store_true", help="bring the tables up to date first")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["migrate"]:
            call_command("migrate", interactive=False, verbosity=0)
            self.stdout.write("migrated; load reference")
        at = clock.now()
        try:
            countries = load_countries()
            framework = reference_loading.load_framework(at=at)
            series = reference_loading.load_series_definitions()
            helped = reference_loading.check_guidance()
            method = methods.publish_shipped(at=at)
            lexicon = lexicon_keeping.load_shipped(at=at)
            sources = load_sources()
            measures = load_measures()
        except REFUSALS as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{countries} countries, framework version {framework.version} with "
            f"{framework.indicators.count()} indicators, {series} series, help for {helped}, method {method}, "
            f"lexicon {lexicon.label}, {sources} sources that can be fetched, "
            f"{measures} measures"
        )
