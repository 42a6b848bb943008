"""Who is at risk, in one sentence for an alert: the groups that published evidence names, which is no assessment."""

from collections import Counter
from collections.abc import Iterable

from indicators.models import Evidence

NAMED = 3  # those that most pieces name; the others are counted
NOBODY = "Which groups are at risk is not coded in published evidence; the reasons may name them."


def in_few_words(evidence: Iterable[Evidence]) -> str:
    """Of pieces that everybody may see; those that speak of less risk name nobody."""
    risks = (row.group for row in evidence if row.polarity == Evidence.Polarity.RISK and row.group)
    groups = [name for name, _ in sorted(Counter(risks).items(), key=lambda item: (-item[1], item[0]))]
    if not groups:
        return NOBODY
    more = f"; and {len(groups) - NAMED} more" if len(groups) > NAMED else ""
    return f"Named in published evidence: {'; '.join(groups[:NAMED])}{more}. Others may be at risk too."
