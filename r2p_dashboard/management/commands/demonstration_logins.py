"""`manage.py demonstration_logins`: prints who can sign in to the demonstration."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from people import demonstration


class Command(BaseCommand):
    """Only where `load_demonstration` has made these people."""

    help = "Print the demonstration log-ins."

    def handle(self, *args: Any, **options: Any) -> None:
        secret = demonstration.password(settings.LOCAL_FOLDER)
        for log_in in demonstration.log_ins():
            self.stdout.write(f"  {log_in.role.label:<12} {log_in.email:<28} {secret}")
