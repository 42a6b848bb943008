"""`manage.py train_suggester`: learns from what reviewers decided, and says how well."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from indicators import training
from r2p_dashboard import clock


class Command(BaseCommand):
    """Safe to run twice: the same decisions give the same model. It is used by nobody until it is switched on."""

    help = "Train a model on the stored decisions; the page /lexicon/ switches it on."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            model, is_new = training.train(at=clock.now())
        except training.TooFewDecisions as error:
            raise CommandError(f"{error}. Nothing was stored.") from error
        report = model.report
        self.stdout.write(f"model {model.number}{'' if is_new else ' stands already'}, lexicon {report['lexicon']}")
        self.stdout.write(
            f"{report['examples']} decided signs ({report['accepted']} accepted, {report['rejected']} not) "
            f"from {report['reports']} reports, {report['folds']} folds by report"
        )
        for name, title in (("lexicon_alone", "lexicon alone"), ("with_model", "with the model")):
            one = report[name]
            said = " ".join(f"{key} {_said(one[key])}" for key in ("precision", "recall", "f1"))
            self.stdout.write(f"{title}: {said}")
        for one in report["calibration"]:
            self.stdout.write(
                f"value {one['from']:.1f} to {one['to']:.1f}: {one['count']} signs, "
                f"mean {_said(one['mean'])}, accepted {_said(one['accepted'])}"
            )
        where = "on /lexicon/" if settings.SUGGESTER_TRAINED else "on /lexicon/, once SUGGESTER_TRAINED=1 is set"
        self.stdout.write(f"It is not in use. A publisher switches it on {where}.")


def _said(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
