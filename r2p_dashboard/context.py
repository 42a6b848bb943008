"""What every page knows about the installation."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from alerts.models import Alert, OfficeMember
from indicators import deciding
from people.notices import open_notices
from people.permissions import Action, Role, may
from r2p_dashboard import clock
from r2p_dashboard.navigation import alert_side, day_picker, main_item


def installation(request: HttpRequest) -> dict[str, object]:
    """Name, day, whether it is a demonstration, and what the reader may do."""
    user: Any = getattr(request, "user", None)
    has_duties = may(user, Action.MANAGE_OFFICES) or _is_in_an_office(user)
    day: dt.date | None = settings.INSTALLATION_DAY
    return {
        "installation_name": settings.INSTALLATION_NAME,
        "maintenance": settings.MAINTENANCE,
        "demonstration_day": day,
        "real_today": clock.now().date(),
        "may_ingest": may(user, Action.INGEST_REPORT),
        "may_enter_evidence": may(user, Action.ENTER_EVIDENCE),
        "may_decide_evidence": may(user, Action.DECIDE_EVIDENCE),
        "desk": SimpleLazyObject(lambda: deciding.desk_of(user)) if may(user, Action.ENTER_EVIDENCE) else None,
        "may_release": may(user, Action.RELEASE_ALERT),
        "alert_nav": SimpleLazyObject(lambda: alert_side(request)),
        "picker": SimpleLazyObject(lambda: day_picker(request)),
        "may_record": may(user, Action.RECORD_RESPONSE),
        "may_keep_ledger": may(user, Action.KEEP_LEDGER),
        "drafts_count": SimpleLazyObject(Alert.objects.waiting().count) if may(user, Action.RELEASE_ALERT) else 0,
        "has_duties": has_duties,
        "main_item": main_item(request, has_duties=has_duties),
        "may_watch_outbox": may(user, Action.WATCH_OUTBOX),
        "notices_count": SimpleLazyObject(open_notices().count) if may(user, Action.CLOSE_NOTICES) else 0,
        "may_manage": may(user, Action.MANAGE),
    }


def _is_in_an_office(user: Any) -> bool:
    """Asked of focal points alone: others of an office see everybody's duties anyway."""
    if getattr(user, "role", "") != Role.FOCAL_POINT:
        return False
    return OfficeMember.objects.filter(person=user.pk, until=None).exists()
