"""The stage that finds changes: what stands now against what stood when a country was last looked at.

`stage` goes round the countries, `levels` reads a change of level, `flags` rapid change and silence, `pieces` what
single pieces of evidence brought or took away.
"""

from alerts.comparing.stage import ComparingError, compare_waiting, waiting

__all__ = ["ComparingError", "compare_waiting", "waiting"]
