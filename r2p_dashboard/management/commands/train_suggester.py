"""`manage.py train_suggester`: learns from what reviewers decided, and says how well."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from indicators import training
from indicators.embedding import EmbeddingRefused, Encoder
from r2p_dashboard import clock


class Command(BaseCommand):
    """Safe to run twice: the same decisions give the same model. It is used by nobody until it is switched on."""

    help = "Train a model on the stored decisions; the page /lexicon/ switches it on."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            encoder = training.encoder_allowed()
        except EmbeddingRefused as error:
            encoder = None
            self.stdout.write(f"SUGGESTER_EMBEDDINGS is on, without effect: {error}. Trained without embeddings.")
        try:
            model, is_new = training.train(at=clock.now(), encoder=encoder)
        except training.TooFewDecisions as error:
            raise CommandError(f"{error}. Nothing was stored.") from error
        report = model.report
        self.stdout.write(f"model {model.number}{'' if is_new else ' stands already'}, lexicon {report['lexicon']}")
        self.stdout.write(
            f"{report['examples']} decided signs ({report['accepted']} accepted, {report['rejected']} not) "
            f"from {report['reports']} reports, {report['folds']} folds by report"
        )
        for title, one in _compared(report):
            said = " ".join(f"{key} {_said(one[key])}" for key in ("precision", "recall", "f1"))
            self.stdout.write(f"{title}: {said}")
        if "uses" in report:
            self.stdout.write(f"the model uses {report['uses']}, by {Encoder(**model.data['encoder'])}")
        for one in report["calibration"]:
            self.stdout.write(
                f"value {one['from']:.1f} to {one['to']:.1f}: {one['count']} signs, "
                f"mean {_said(one['mean'])}, accepted {_said(one['accepted'])}"
            )
        where = "on /lexicon/" if settings.SUGGESTER_TRAINED else "on /lexicon/, once SUGGESTER_TRAINED=1 is set"
        self.stdout.write(f"It is not in use. A publisher switches it on {where}.")


def _compared(report: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The lexicon alone, and every model that was tried beside it."""
    tried = report.get("compared") or {"model": report["with_model"]}
    titles = {"model": "with the model"}
    return [
        ("lexicon alone", report["lexicon_alone"]),
        *((titles.get(name, f"a model with {name}"), rates) for name, rates in tried.items()),
    ]


def _said(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
