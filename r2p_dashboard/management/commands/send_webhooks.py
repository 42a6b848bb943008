"""Posts what waits for webhooks: the same as the worker's task does."""

from typing import Any

from django.core.management.base import BaseCommand

from alerts.channels import sending
from r2p_dashboard import clock


class Command(BaseCommand):
    help = "Post the alerts that wait for webhooks; safe beside a worker."

    def handle(self, *args: Any, **options: Any) -> None:
        taken = sending.send_waiting(now=clock.now)
        self.stdout.write(f"{taken} {'post' if taken == 1 else 'posts'} taken")
