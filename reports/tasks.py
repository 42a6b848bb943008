"""Tasks of the reports' queue: ids and nothing else in their arguments."""

from typing import Any

from celery import shared_task

from r2p_dashboard import clock
from reports import ingest


@shared_task(name="reports.read_waiting")
def read_waiting(**_later: Any) -> None:
    """Safe to run twice: a retrieval is read once, whoever comes first."""
    ingest.read_waiting(at=clock.now())
