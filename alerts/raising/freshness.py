"""Whether the scores that stand are those of the day: nothing is warned of from old ones."""

import datetime as dt

from django.conf import settings
from django.db.models import Min

from indicators.models import ScoreRun, Standing
from indicators.world import is_stale, latest_run


def why_stale(*, at: dt.datetime) -> str:
    """What is wrong with the scores that stand, in words; empty where they are in order. Two queries."""
    last = latest_run()
    oldest = Standing.objects.in_use().aggregate(oldest=Min("snapshot__as_of"))["oldest"]
    day = settings.INSTALLATION_DAY or at.date()
    if not is_stale(last, stands_of=oldest, day=day):
        return ""
    if last is not None and last.state == ScoreRun.State.FAILED:
        return f"the latest scoring run, {last.pk}, failed"
    return f"the oldest score that stands is of {oldest}"
