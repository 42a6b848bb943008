"""What was changed in a situation or an office, as their pages show it."""

from collections.abc import Iterable

from alerts.models import Change, Office, Situation
from alerts.views.deciding import LogLine

SHOWN = 100  # the latest


def changes_of(of: Situation | Office, *, shows_names: bool) -> list[LogLine]:
    """First to last: staff read who, why and what stood before, everybody else the role. One query."""
    rows: Iterable[Change] = of.changes.select_related("by", "person").order_by("-pk")[:SHOWN]
    return [_line(row, shows_names=shows_names) for row in reversed(list(rows))]


def _line(row: Change, *, shows_names: bool) -> LogLine:
    """Whom a change of an office is about is told to everybody who sees its page: they see its people."""
    return LogLine(
        action=f"{row.what}: {row.person.name}" if row.person else row.what,
        at=row.at,
        role=f"a {row.by.get_role_display()}" if row.by.role != "admin" else "an admin",
        name=row.by.name if shows_names else "",
        reason=row.reason if shows_names else "",
        before=row.before if shows_names else {},
    )
