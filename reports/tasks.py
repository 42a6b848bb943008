"""Tasks of the reports' queue: ids and nothing else in their arguments."""

from typing import Any

from celery import shared_task

from r2p_dashboard import clock
from reports import fetching, ingest, rehashing, watching


@shared_task(name="reports.fetch_waiting")
def fetch_waiting(**_later: Any) -> None:
    """Safe to run twice: what one worker has begun, another leaves alone."""
    fetching.fetch_waiting(at=clock.now())


@shared_task(name="reports.read_waiting")
def read_waiting(**_later: Any) -> None:
    """Safe to run twice: a retrieval is read once, whoever comes first."""
    ingest.read_waiting(at=clock.now())


@shared_task(name="reports.watch_sources")
def watch_sources(**_later: Any) -> None:
    """Safe to run twice: staff are told once of each source that falls silent or answers again."""
    watching.tell(at=clock.now())


@shared_task(name="reports.verify_reports")
def verify_reports(**_later: Any) -> None:
    """A part of the full check: reading must not wait for all of it. The sweep asks for the next part."""
    rehashing.check_part(rehashing.begin(at=clock.now()), at=clock.now())
