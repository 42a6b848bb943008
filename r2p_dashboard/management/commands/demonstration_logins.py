"""`manage.py demonstration_logins`: prints who can sign in to the demonstration."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from people import demonstration
from people.models import User


class Command(BaseCommand):
    """Only where `load_demonstration` has made these people."""

    help = "Print the demonstration log-ins."

    def handle(self, *args: Any, **options: Any) -> None:
        emails = [log_in.email for log_in in demonstration.log_ins()]
        if User.objects.filter(email__in=emails).count() < len(emails):
            raise CommandError("log-ins: found no demonstration here; wanted `manage.py load_demonstration` first")
        secret = demonstration.password(settings.LOCAL_FOLDER)
        for log_in in demonstration.log_ins():
            self.stdout.write(f"  {log_in.role.label:<12} {log_in.email:<28} {secret}")
