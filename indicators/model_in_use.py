"""Which learned model judges the lexicon's hits now: none, unless it is allowed here and switched on."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools

from django.conf import settings
from django.db import transaction

from indicators.lexicon_keeping import LexiconRefused
from indicators.matching.head import Head, HeadError
from indicators.models import ModelSwitch, SuggesterModel
from people.models import User
from people.permissions import Action, may


@dataclasses.dataclass(frozen=True, slots=True)
class Learned:
    """The model that is switched on, and its coefficients; both None where the lexicon alone suggests."""

    row: SuggesterModel | None = None
    head: Head | None = None


def learned() -> Learned:
    """What judges now; no query where the setting SUGGESTER_TRAINED is off."""
    if not settings.SUGGESTER_TRAINED:
        return Learned()
    switch = ModelSwitch.objects.order_by("-pk").select_related("model").first()
    if switch is None or switch.model is None:
        return Learned()
    return Learned(switch.model, _head(switch.model.sha256))


@functools.lru_cache(maxsize=2)
def _head(sha256: str) -> Head:
    return Head.of(SuggesterModel.objects.get(sha256=sha256).data)


def last_switch() -> ModelSwitch | None:
    """Who switched what, last."""
    return ModelSwitch.objects.select_related("model", "by").order_by("-pk").first()


@transaction.atomic
def switch(*, number: int | None, reason: str, by: User, at: dt.datetime) -> ModelSwitch:
    """Switches a model on, or (None) back to the lexicon alone. Raises LexiconRefused."""
    if not may(by, Action.EDIT_LEXICON):
        raise LexiconRefused("your role may not switch a model; wanted a publisher or an administrator")
    if number is None:
        return ModelSwitch.objects.create(model=None, by=by, at=at, reason=reason)
    if not settings.SUGGESTER_TRAINED:
        raise LexiconRefused("found SUGGESTER_TRAINED off; whoever runs this installation has to set it to 1 first")
    model = SuggesterModel.objects.filter(number=number).first()
    if model is None:
        raise LexiconRefused(f"found no model {number}; wanted one of the list")
    try:
        Head.of(model.data)
    except HeadError as error:
        raise LexiconRefused(str(error)) from error
    return ModelSwitch.objects.create(model=model, by=by, at=at, reason=reason)
