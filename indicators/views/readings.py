"""What two people read in one passage, and how a third settled it, as a page tells it."""

from __future__ import annotations

import dataclasses
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from indicators.fields import Line, Pick, offer
from indicators.forms import ANCHORS, indicator_choices
from indicators.models import Evidence, SecondReading, Settlement
from people.models import User
from people.permissions import Action, may


class DisagreementForm(forms.Form):
    """How the second reader reads it, and why."""

    verdict = Pick(
        [("differs", _("It counts, with this indicator and severity")), ("rejects", _("It should not count"))],
        label=_("Your reading"),
    )
    severity = Pick(ANCHORS, label=_("Severity"))
    indicator = Pick(label=_("Indicator"))
    reason = Line(
        min_length=3, max_length=500, label=_("Why (3 to 500 characters)"), widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, data: Any = None, *, evidence: Evidence) -> None:
        initial = {"severity": str(evidence.severity), "indicator": evidence.indicator.code, "verdict": "differs"}
        super().__init__(data, initial=initial, auto_id="second-%s")
        offer(self, "indicator", indicator_choices())


class SettlementForm(forms.Form):
    """Which reading stands, and why."""

    stands = Pick(Settlement.Stands.choices, label=_("Which reading stands"), widget=forms.RadioSelect)
    reason = Line(
        min_length=3, max_length=500, label=_("Why (3 to 500 characters)"), widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="settle-%s")


@dataclasses.dataclass(frozen=True, slots=True)
class Readings:
    """One piece of evidence as its readers read it, and what this person may do about it."""

    needs_two: bool
    second: SecondReading | None
    settlement: Settlement | None
    came_from: Settlement | None
    may_read_second: bool
    may_settle: bool

    @classmethod
    def of(cls, evidence: Evidence, user: object) -> Readings:
        """Of a row that was read with READ_WITH: no query."""
        second = getattr(evidence, "second_reading", None)
        is_open = evidence.status == Evidence.Status.PROPOSED
        is_first = evidence.coder_id == getattr(user, "pk", None)
        is_disputed = is_open and second is not None
        is_reader = is_first or (second is not None and second.by_id == getattr(user, "pk", None))
        return cls(
            needs_two=evidence.needs_two_readers,
            second=second,
            settlement=getattr(second, "settlement", None) if second is not None else None,
            came_from=getattr(evidence, "settled_from", None),
            may_read_second=is_open and second is None and not is_first and may(user, Action.DECIDE_EVIDENCE),
            may_settle=is_disputed and not is_reader and may(user, Action.SETTLE_READINGS),
        )

    @property
    def is_disputed(self) -> bool:
        """Whether two disagree and nobody has settled it yet."""
        return self.second is not None and self.second.is_disagreement and self.settlement is None

    def in_short(self, evidence: Evidence) -> str:
        """One sentence for every reader; empty where one reader is enough."""
        if self.came_from is not None:
            return self._settled_from(evidence)
        if self.second is None:
            return gettext("It needs a second reader before it counts.") if self._waits(evidence) else ""
        if not self.second.is_disagreement:
            return gettext("Read by two people; they agree.")
        on = _on(evidence, self.second)
        if self.settlement is None:
            return gettext("Read by two people; they disagree%(on)s. A third person settles it.") % {"on": on}
        return gettext("Read by two people; they disagreed%(on)s. A third settled it: %(stands)s.") % {
            "on": on,
            "stands": self.settlement.get_stands_display(),
        }

    def _settled_from(self, evidence: Evidence) -> str:
        """Of the row that the second reader's reading became."""
        assert self.came_from is not None
        reading = self.came_from.reading
        on = _on(reading.evidence, reading)
        return gettext(
            "Read by two people; they disagreed%(on)s. A third settled it: the second reading, this one, stands."
        ) % {"on": on}

    def _waits(self, evidence: Evidence) -> bool:
        return self.needs_two and evidence.status == Evidence.Status.PROPOSED


READ_WITH = (
    "second_reading__by", "second_reading__indicator", "second_reading__settlement__by",
    "second_reading__settlement__became", "settled_from__reading__evidence__indicator",
    "settled_from__reading__indicator",
)  # fmt: skip


def _on(evidence: Evidence, second: SecondReading) -> str:
    """What they disagree on, first reader's value first."""
    if second.verdict == SecondReading.Verdict.REJECTS:
        return " " + gettext("on whether it should count")
    differences = []
    if second.severity != evidence.severity:
        differences.append(
            " "
            + gettext("on severity: %(first)s / %(second)s") % {"first": evidence.severity, "second": second.severity}
        )
    if second.indicator_id != evidence.indicator_id:
        differences.append(
            " "
            + gettext("on the indicator: %(first)s / %(second)s")
            % {"first": evidence.indicator.code, "second": second.indicator.code}
        )
    return ",".join(differences)


def may_withdraw(evidence: Evidence, user: User) -> bool:
    """Whether this person proposed it and nobody has decided yet."""
    return evidence.status == Evidence.Status.PROPOSED and evidence.coder_id == user.pk
