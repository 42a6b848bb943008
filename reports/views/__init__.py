"""Pages of sources, reports, and what was sent in or fetched."""

from reports.views.courses import standings
from reports.views.seen import retrievals_seen_by, sources_seen_by

__all__ = ["retrievals_seen_by", "sources_seen_by", "standings"]
