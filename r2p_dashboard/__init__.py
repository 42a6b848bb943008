"""The project: settings, addresses, the order of the stages, health, and the local launcher."""

from r2p_dashboard.celery import app as celery_app

__all__ = ["celery_app"]
