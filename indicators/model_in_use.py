"""Which learned model judges the lexicon's hits now: none, unless it is allowed here, switched on and usable."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import logging
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction

from indicators.embedding import EmbeddingRefused, embed_as
from indicators.lexicon_keeping import LexiconRefused
from indicators.matching.head import FORM_EMBEDDED, Head, HeadError
from indicators.models import ModelSwitch, SuggesterModel
from people.models import User
from people.permissions import Action, may

log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class Learned:
    """The model that is switched on, and its coefficients; both None where the lexicon alone suggests."""

    row: SuggesterModel | None = None
    head: Head | None = None


def learned() -> Learned:
    """What judges now: the lexicon alone too where the model that is switched on cannot be used, which the log says.

    No query where the setting SUGGESTER_TRAINED is off.
    """
    if not settings.SUGGESTER_TRAINED:
        return Learned()
    switch = ModelSwitch.objects.order_by("-pk").select_related("model").first()
    if switch is None or switch.model is None:
        return Learned()
    try:
        return Learned(switch.model, _head(switch.model.data))
    except HeadError as error:
        _tell(f"model {switch.model.number} is switched on and not used: {error}. The lexicon alone suggests.")
        return Learned()


def refusal(switch: ModelSwitch | None) -> str:
    """Why the model that is switched on is not used, and what to do; empty where it is used, or none is on."""
    if not settings.SUGGESTER_TRAINED or switch is None or switch.model is None:
        return ""
    try:
        _head(switch.model.data)
    except HeadError as error:
        return str(error)
    return ""


def _head(data: Mapping[str, Any]) -> Head:
    """Of stored coefficients, with what embeds where they ask for it. Raises HeadError."""
    if data.get("form") != FORM_EMBEDDED:
        return Head.of(data)
    if not settings.SUGGESTER_EMBEDDINGS:
        raise HeadError(
            "found SUGGESTER_EMBEDDINGS off; wanted on, since the model uses embeddings: whoever runs this "
            "installation sets it to 1, or a publisher switches to another model"
        )
    try:
        return Head.of(data, embed_as(data.get("encoder") or {}))
    except EmbeddingRefused as error:
        raise HeadError(str(error)) from error


@functools.lru_cache(maxsize=8)
def _tell(said: str) -> None:
    """Into the log, once a process."""
    log.warning("%s", said)


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
        _head(model.data)
    except HeadError as error:
        raise LexiconRefused(str(error)) from error
    return ModelSwitch.objects.create(model=model, by=by, at=at, reason=reason)
