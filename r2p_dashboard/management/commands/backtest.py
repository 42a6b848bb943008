"""`manage.py backtest`: the method in use against an outcome list."""

import argparse
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from indicators import backtesting, outcome_loading
from indicators.backtest.errors import BacktestError
from indicators.backtest.grid import Question
from indicators.backtest.one_sided import KINDS, Rule
from indicators.backtest.printed import lines
from indicators.frames import NoMethodError
from indicators.models import BacktestRun, MethodVersion, OutcomeList
from indicators.models.backtest import Knowledge
from indicators.outcome_loading import ONE_SIDED_SLUG, Figure
from r2p_dashboard import clock
from reports.readers.draft import ReaderError

Chosen = tuple[OutcomeList, list[Figure] | None]


class Command(BaseCommand):
    """Stores a run that the page shows; safe to run twice."""

    help = "Test the method in use against outcomes: a CSV file, the name of a loaded list, or --derive."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("outcomes", nargs="?", default="", help="CSV file, or slug of a loaded list")
        parser.add_argument("--from", dest="first", type=int, required=True, metavar="YYYY")
        parser.add_argument("--to", dest="last", type=int, required=True, metavar="YYYY")
        parser.add_argument("--horizon", type=int, default=12, help="12 or 24 months")
        parser.add_argument(
            "--derive",
            nargs="+",
            metavar=("ucdp-one-sided", "FILE"),
            help="make the outcomes from deaths in one-sided violence: of the loaded series, or of a country-year file",
        )
        parser.add_argument("--kind", choices=KINDS, default="onset", help="with --derive")
        parser.add_argument("--at-least", type=int, default=Rule().at_least, help="with --derive: deaths in the year")
        parser.add_argument(
            "--quiet-years", type=int, default=Rule().quiet_years, help="with --derive: years below it before"
        )
        parser.add_argument("--knowledge", choices=Knowledge.values, default=Knowledge.HINDSIGHT.value)
        parser.add_argument(
            "--method", default="", help="first digits of a version's SHA-256; left out: the one in use"
        )
        parser.add_argument("--json", action="store_true", help="print the stored result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            question = Question(options["first"], options["last"], options["horizon"])
            outcomes, figures = _chosen(options)
            run = backtesting.run(
                outcomes=outcomes,
                question=question,
                knowledge=options["knowledge"],
                at=clock.now(),
                day=clock.installation_day(),
                figures_given=figures,
                version=_version(options["method"]),
            )
        except (BacktestError, ReaderError, NoMethodError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(run), ensure_ascii=False, indent=2))
        else:
            self._print(run)

    def _print(self, run: BacktestRun) -> None:
        outcomes = run.outcomes
        self.stdout.write(f"Back-test {run.pk} of method {run.method}, input digest {run.input_digest[:16]}")
        self.stdout.write(f"Outcomes: {outcomes.title} ({outcomes.slug}). {outcomes.definition}")
        self.stdout.write(f"  {outcomes.source}; {outcomes.licence}; {outcomes.covers_from} to {outcomes.covers_until}")
        self.stdout.write(
            f"Months of {run.first_year} to {run.last_year}, horizon {run.horizon} months,"
            f" knowledge: {run.get_knowledge_display()}"
        )
        for line in lines(run.result, str(run.method)):
            self.stdout.write(line)


def _chosen(options: dict[str, Any]) -> Chosen:
    """The outcome list, and yearly deaths where a file gave them. Raises CommandError."""
    if bool(options["outcomes"]) == bool(options["derive"]):
        raise CommandError(
            "outcomes: found "
            + ("both a list and --derive" if options["derive"] else "none")
            + "; wanted one of a CSV file, a loaded list's name or --derive"
        )
    return _derived(options) if options["derive"] else (_listed(options["outcomes"]), None)


def _version(asked: str) -> MethodVersion | None:
    if not asked:
        return None
    found = list(MethodVersion.objects.select_related("framework").filter(sha256__startswith=asked)[:2])
    if len(found) != 1:
        raise CommandError(f"--method: found {len(found) or 'no'} versions with {asked[:64]!r}; wanted one")
    return found[0]


def _listed(asked: str) -> OutcomeList:
    stands = OutcomeList.objects.filter(slug=asked).first()
    if stands is not None:
        return stands
    path = Path(asked)
    return outcome_loading.load_csv(payload=_bytes(path), name=path.stem, at=clock.now())[0]


def _derived(options: dict[str, Any]) -> Chosen:
    name, *files = options["derive"]
    if name != ONE_SIDED_SLUG or len(files) > 1:
        raise CommandError(
            f"--derive: found {' '.join(options['derive'])[:80]!r}; wanted {ONE_SIDED_SLUG} and at most one file"
        )
    rule = Rule(options["kind"], options["at_least"], options["quiet_years"])
    origin, figures = (
        outcome_loading.figures_in_file(_bytes(Path(files[0]))) if files else outcome_loading.figures_stored()
    )
    outcomes, _ = outcome_loading.load_derived(figures=figures, rule=rule, origin=origin, at=clock.now())
    return outcomes, figures


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(
            f"{path}: {error.strerror}; wanted a CSV file that can be read or a loaded list's name"
        ) from error


def _as_json(run: BacktestRun) -> dict[str, Any]:
    return {
        "id": run.pk,
        "method": run.method.sha256,
        "outcomes": run.outcomes.slug,
        "from": run.first_year,
        "to": run.last_year,
        "horizon": run.horizon,
        "knowledge": run.knowledge,
        "input_digest": run.input_digest,
        "result": run.result,
    }
