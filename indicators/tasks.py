"""Tasks of the indicators' queue: ids and nothing else in their arguments."""

from typing import Any

from celery import shared_task

from indicators import (
    assess,
    backtesting,
    bands,
    event_loading,
    figure_loading,
    importing,
    lexicon_testing,
    note_coding,
    searching_again,
    series_loading,
    suggesting,
    voices,
)
from r2p_dashboard import clock
from reports import clustering


@shared_task(name="indicators.code_notes")
def code_notes(**_later: Any) -> None:
    """Safe to run twice: a note is coded once."""
    note_coding.code_waiting(at=clock.now(), installation_day=clock.installation_day())


@shared_task(name="indicators.load_series")
def load_series(**_later: Any) -> None:
    """Safe to run twice: a release is loaded once."""
    series_loading.load_waiting(at=clock.now())


@shared_task(name="indicators.cluster_reports")
def cluster_reports(**_later: Any) -> None:
    """Safe to run twice: a report is compared once. Here and not among the reports' tasks, since scores follow."""
    while clustering.cluster_some(at=clock.now(), changed=voices.ask_for_scores):
        pass


@shared_task(name="indicators.import_tables")
def import_tables(**_later: Any) -> None:
    """Safe to run twice: a file is checked once for each time it is asked, and a row is written once."""
    importing.check_waiting(at=clock.now())
    importing.write_waiting(at=clock.now(), installation_day=clock.installation_day())


@shared_task(name="indicators.load_events")
def load_events(**_later: Any) -> None:
    """Safe to run twice: a release is loaded once."""
    event_loading.load_waiting(at=clock.now())


@shared_task(name="indicators.load_figures")
def load_figures(**_later: Any) -> None:
    """Safe to run twice: a file is loaded once."""
    figure_loading.load_waiting(at=clock.now())


@shared_task(name="indicators.suggest")
def suggest(**_later: Any) -> None:
    """Safe to run twice: a report is searched once."""
    suggesting.suggest_waiting(at=clock.now())


@shared_task(name="indicators.test_lexicon")
def test_lexicon(**_later: Any) -> None:
    """Safe to run twice: a test is done once, by one worker."""
    lexicon_testing.run_waiting(at=clock.now())


@shared_task(name="indicators.search_again")
def search_again(**_later: Any) -> None:
    """Safe to run twice, and goes on where it was stopped: a report is searched once for each order."""
    searching_again.run_waiting(at=clock.now())


@shared_task(name="indicators.run_backtests")
def run_backtests(**_later: Any) -> None:
    """Safe to run twice: what was asked for is run once."""
    backtesting.run_waiting(at=clock.now(), day=clock.installation_day())


@shared_task(name="indicators.score_changed")
def score_changed(**_later: Any) -> None:
    """Safe to run twice: it scores the countries that ask for it, and then none asks."""
    assess.score_changed(at=clock.now(), day=clock.installation_day())


@shared_task(name="indicators.score_all_countries")
def score_all_countries(**_later: Any) -> None:
    """Safe to run twice: the same inputs give the same snapshots."""
    assess.score_all(at=clock.now(), day=clock.installation_day())


@shared_task(name="indicators.fill_bands")
def fill_bands(**_later: Any) -> None:
    """Safe to run twice: a band is stored once. A short step; what is left waits for the next bell."""
    bands.fill_waiting(at=clock.now())
