"""What becomes of a signal: pure, one version for all. docs/alerts.md says it in words.

No hysteresis here: the levels that come in have it already (docs/methodology.md), and twice would only make us late.
"""

from alerts.policy.judging import Found, Judgement, judge, judge_all
from alerts.policy.kinds import ALERT_OF, FRESH_DAYS, RAISING
from alerts.policy.warned import Warned, is_standing, may_fail, superseded, warned_level, was_sent

__all__ = [
    "ALERT_OF",
    "FRESH_DAYS",
    "RAISING",
    "Found",
    "Judgement",
    "Warned",
    "is_standing",
    "judge",
    "judge_all",
    "may_fail",
    "superseded",
    "warned_level",
    "was_sent",
]
