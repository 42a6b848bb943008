"""Matches released alerts and sends what waits by mail: the same as the worker's tasks do."""

from typing import Any

from django.core.management.base import BaseCommand

from alerts import mailing
from r2p_dashboard import clock


class Command(BaseCommand):
    help = "Find who is to be warned, and send the mails that are due; safe beside a worker."

    def handle(self, *args: Any, **options: Any) -> None:
        taken = mailing.match_and_send(now=clock.now)
        self.stdout.write(f"{taken} {'mail' if taken == 1 else 'mails'} taken by the mail server")
