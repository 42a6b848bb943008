"""What was changed in a situation or an office, as their pages show it."""

from collections.abc import Iterable

from django.utils.translation import gettext

from alerts.models import Change, Office, PublishedWarning, Response, Situation
from alerts.views.deciding import LogLine
from people.models import User
from people.permissions import Role

SHOWN = 100  # the latest


def changes_of(of: Situation | Office, *, shows_names: bool) -> list[LogLine]:
    """First to last: staff read who, why and what stood before, everybody else the role. One query."""
    rows: Iterable[Change] = of.changes.select_related("by", "person").order_by("-pk")[:SHOWN]
    return [_line(row, shows_names=shows_names) for row in reversed(list(rows))]


def taken_back_of(of: Situation, *, by_eyes_of: User) -> list[LogLine]:
    """Responses that the person may see, and warnings of others, with who took them back and why. Two queries."""
    responses = Response.objects.open_to(by_eyes_of).filter(situation=of)
    warnings = PublishedWarning.objects.filter(situation=of)
    lines = []
    said = (
        (gettext("response {} withdrawn"), responses),
        (gettext("warning {} of another body taken back"), warnings),
    )
    for what, rows in said:
        gone = rows.filter(withdrawn_at__isnull=False).select_related("withdrawn_by").order_by("-withdrawn_at")
        lines += [_gone(what.format(row.pk), row) for row in gone[:SHOWN]]
    return lines


def _gone(what: str, row: Response | PublishedWarning) -> LogLine:
    assert row.withdrawn_at is not None  # chosen so
    by = row.withdrawn_by
    role = _role(by) if by else gettext("nobody named")  # before names were kept
    return LogLine(what, row.withdrawn_at, role, by.name if by else "", row.withdrawal_reason, {})


def _role(by: User) -> str:
    return gettext("an admin") if by.role == Role.ADMIN else gettext("a %(role)s") % {"role": by.get_role_display()}


def _line(row: Change, *, shows_names: bool) -> LogLine:
    """Whom a change of an office is about is told to everybody who sees its page: they see its people."""
    return LogLine(
        action=f"{row.what}: {row.person.name}" if row.person else row.what,
        at=row.at,
        role=_role(row.by),
        name=row.by.name if shows_names else "",
        reason=row.reason if shows_names else "",
        before=row.before if shows_names else {},
    )
