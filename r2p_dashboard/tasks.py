"""The sweep: what lost messages leave waiting is found here, every minute."""

from typing import Any

from celery import shared_task

from r2p_dashboard import clock, health, pipeline
from reports import fetching


@shared_task(name="r2p_dashboard.sweep")
def sweep(**_later: Any) -> None:
    """Safe to run twice: it asks for what is due, once, and rings."""
    health.note_sweep(at=clock.now())
    fetching.ask_due(at=clock.now())
    pipeline.sweep(day=clock.installation_day(), known_on=clock.now().date())
