"""What the desk says of a passage whose text stands in another report too: it may be in the record already."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from django.db.models import Exists, OuterRef

from indicators import voices
from indicators.models import Evidence, Suggestion
from indicators.voices import Mate
from people.models import User
from reports.models import ClusterMember


@dataclasses.dataclass(frozen=True, slots=True)
class SameText:
    """The other reports of the same text, and what was accepted there of the same sign and country."""

    mates: Sequence[Mate]
    twins: Sequence[Evidence]


def is_in_cluster() -> Exists:
    """Whether the report of a suggestion's passage is one text with another one."""
    return Exists(ClusterMember.objects.holding().filter(report=OuterRef("passage__report_id")))


def same_text(suggestions: Sequence[Suggestion], *, report_id: int, user: User) -> SameText | None:
    """Three queries; for reports that are in a cluster only."""
    mates = voices.cluster_mates([report_id], user=user).get(report_id, [])
    if not mates:
        return None
    wanted = {(one.indicator_id, one.country_id) for one in suggestions}
    rows = voices.accepted_in_cluster(report_id=report_id, user=user).select_related("indicator", "country")
    return SameText(mates, [row for row in rows if (row.indicator_id, row.country_id) in wanted])
