"""`manage.py publish_method FILE --note TEXT`: a version with other parameters, beside what is published."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from indicators import assess, frames, methods
from r2p_dashboard import clock


class Command(BaseCommand):
    """Computes the whole history under the new version; the old ones stay until `retire_method`."""

    help = "Publish a version of the method with some parameters changed, and compute every score under it."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help='JSON such as {"alarm_points": 6}; - for standard input')
        parser.add_argument("--note", required=True, help="what changes and why; shown to every reader")

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        try:
            before = frames.version_in_use()
            version = methods.publish(overrides=_read(options["file"]), note=options["note"], at=at)
        except (methods.MethodError, frames.NoMethodError) as error:
            raise CommandError(str(error)) from error
        for one in methods.differences_between(before, version):
            self.stdout.write(f"{one.key}: {one.old} -> {one.new}")
        self.stdout.write(f"method {version.sha256} is published; computing every score under it")
        try:
            assess.score_all(at=at, day=clock.installation_day())
        except assess.DisagreementError as error:
            raise CommandError(f"the run of another version failed, which holds up no new one: {error}") from error
        self.stdout.write(f"it is in use; method {before.sha256[:8]} stands beside it until `manage.py retire_method`")


def _read(name: str) -> dict[str, Any]:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        found = json.loads(text)
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}; wanted a file that can be read") from error
    except ValueError as error:
        raise CommandError(f"{name}: found no valid JSON; wanted an object of parameters") from error
    if not isinstance(found, dict):
        raise CommandError(f"{name}: found a {type(found).__name__}; wanted an object of parameters")
    return found
