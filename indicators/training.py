"""What reviewers decided, made into examples and learned from; nobody uses the model until it is switched on."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from indicators import embedding, lexicon_keeping
from indicators.embedding import Embed, Encoder
from indicators.learning import Example, fit
from indicators.lexicon_testing import Decided, decided
from indicators.matching.head import features
from indicators.matching.measuring import Lexicons, all_hits_in, hits_in
from indicators.models import LexiconVersion, SuggesterModel

EXAMPLES_MIN = 200
CLASS_MIN = 40  # of the rarer answer
REPORTS_MIN = 20


class TooFewDecisions(ValueError):
    """Too little to learn from; says how many there are and how many are wanted."""


def train(*, at: dt.datetime, encoder: Encoder | None = None) -> tuple[SuggesterModel, bool]:
    """A model from all decisions, or the one that stands for the same; whether it is new. Raises TooFewDecisions.

    With an `encoder` (`encoder_allowed` says which) it uses the passages' embeddings too.
    """
    now = lexicon_keeping.in_use()
    embed = embedding.embed if encoder else _nothing
    examples = [example for one in decided() for example in _examples(one, now.lexicons, embed)]
    _refuse_too_few(examples)
    made = fit(examples, encoder=dataclasses.asdict(encoder) if encoder else None)
    report = made.report | {"lexicon": now.label, "by_factor": _by_factor(examples)}
    digest = hashlib.sha256(json.dumps([made.data, report], sort_keys=True).encode()).hexdigest()
    version = LexiconVersion.objects.filter(pk=now.version_id or 0).first()
    with transaction.atomic():
        last = SuggesterModel.objects.select_for_update().aggregate(last=Max("number"))["last"] or 0
        fresh = {"number": last + 1, "lexicon": version, "data": made.data, "report": report, "trained_at": at}
        return SuggesterModel.objects.get_or_create(sha256=digest, defaults=fresh)


def encoder_allowed() -> Encoder | None:
    """What embeds here; None where SUGGESTER_EMBEDDINGS is off. Raises EmbeddingRefused where it is on without it."""
    return embedding.found() if settings.SUGGESTER_EMBEDDINGS else None


def _nothing(text: str) -> tuple[float, ...]:
    return ()


def _examples(one: Decided, lexicons: Lexicons, embed: Embed) -> Iterator[Example]:
    """The factors that a passage touches: decided ones; and, as an implicit no, faint ones beside an accepted one.

    Where a person accepted something in a passage and left a faint factor unnamed, they read it and saw it not.
    """
    hits = all_hits_in(one.text, one.language, lexicons)
    suggested = {hit.factor for hit in hits_in(one.text, one.language, lexicons)}
    is_read, embedded = any(one.judged.values()), embed(one.text) if hits else ()
    for hit in hits:
        is_right = one.judged.get(hit.factor, False)
        if hit.factor in one.judged or (is_read and hit.factor not in suggested):
            yield Example(features(one.text, hit, hits, embedded), is_right, hit.factor in suggested, one.report_id)


def _refuse_too_few(examples: Sequence[Example]) -> None:
    right = sum(one.is_right for one in examples)
    found = (len(examples), min(right, len(examples) - right), len({one.report_id for one in examples}))
    wanted = (EXAMPLES_MIN, CLASS_MIN, REPORTS_MIN)
    if any(have < least for have, least in zip(found, wanted, strict=True)):
        raise TooFewDecisions(
            f"found {found[0]} decided signs ({right} accepted, {len(examples) - right} not) from {found[2]} reports; "
            f"wanted {wanted[0]}, of each answer {wanted[1]}, from {wanted[2]} reports: decide more suggestions first"
        )


def _by_factor(examples: Sequence[Example]) -> dict[str, dict[str, int]]:
    """Accepted and not, by factor."""
    counts = Counter((next(at - 1 for at in one.features if 2 <= at <= 15), one.is_right) for one in examples)
    factors = sorted({factor for factor, _ in counts})
    return {str(one): {"accepted": counts[one, True], "rejected": counts[one, False]} for one in factors}
