"""The Celery application: queues, routes and the beat schedule."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_ready
from kombu import Exchange, Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "r2p_dashboard.settings")

QUEUES = ("reports", "fetch", "indicators", "alerts")  # a worker takes from all of them

app = Celery("r2p_dashboard")
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=600,  # seconds; below the visibility timeout, or a long task would run twice
    task_default_queue="reports",
    task_queues=tuple(Queue(name, Exchange(name), routing_key=name) for name in QUEUES),
    task_routes={
        "reports.fetch_waiting": {"queue": "fetch"},  # a slow server must not hold up the reading
        "reports.*": {"queue": "reports"},
        "indicators.*": {"queue": "indicators"},
        "alerts.*": {"queue": "alerts"},
        "r2p_dashboard.*": {"queue": "reports"},
    },
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 900,  # seconds; the broker is only a bell: a lost message costs time, never data
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 5,
    },
    timezone="UTC",
    beat_schedule={
        # expires when the next one comes: a day without workers must not leave a day of sweeps to do
        # every minute: 1440 runs a day; rings the stages that have something waiting
        "sweep": {"task": "r2p_dashboard.sweep", "schedule": crontab(minute="*"), "options": {"expires": 60}},
        # 03:15: one run a day; every country, since evidence decays even when nothing comes in
        "score every country": {
            "task": "indicators.score_all_countries",
            "schedule": crontab(minute="15", hour="3"),
        },
        # minute 7 of every hour: 24 runs a day; the shortest silence that counts is three times a quarter of an hour
        "watch sources": {
            "task": "reports.watch_sources",
            "schedule": crontab(minute="7"),
            "options": {"expires": 3600},
        },
        # Sundays at 04:25: one run a day, on one day of the week; hashes every report again, in parts
        "verify reports": {
            "task": "reports.verify_reports",
            "schedule": crontab(minute="25", hour="4", day_of_week="sun"),
        },
    },
)


@app.on_configure.connect
def _broker_from_settings(sender: Celery, **_: object) -> None:
    from django.conf import settings

    sender.conf.update(broker_url=settings.REDIS_URL)


@worker_ready.connect
def _sweep_at_start(sender: Any, **_: object) -> None:
    """What waited while no worker ran is picked up at once, not at the next minute."""
    sender.app.send_task("r2p_dashboard.sweep")


app.autodiscover_tasks(["reports", "indicators", "alerts", "r2p_dashboard"])
