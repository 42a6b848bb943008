"""`manage.py whatif CASE.json`: what the method says of a case. It asks no database and writes nothing."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from indicators.scoring import Catalogue
from indicators.scoring.case import answer
from indicators.scoring.case_input import parsed
from indicators.scoring.errors import CaseError, ScoringInputError

FRAMEWORK = Path(__file__).parents[3] / "indicators/framework/un_2014.json"


class Command(BaseCommand):
    """A bad case is named on the standard error and ends with 1."""

    help = "Answer a case of the golden file's format with the method's numbers, as JSON."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("case", metavar="CASE.json", help="a file, or - for the standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        framework = Catalogue.from_framework(json.loads(FRAMEWORK.read_text(encoding="utf-8")))
        try:
            found = answer(parsed(_text(options["case"])), framework)
        except ScoringInputError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False))


def _text(name: str) -> str:
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}; wanted a file that can be read, or -") from error
    except UnicodeDecodeError as error:
        raise CaseError("case", f"a byte that is no UTF-8 at {error.start}", "JSON in UTF-8") from error
