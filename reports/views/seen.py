"""Who sees which reports, sources and retrievals, and who asks."""

import datetime as dt

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.http import HttpRequest

from indicators.models import Evidence
from people.models import User
from people.permissions import Action, Sensitivity, clearance_of, may
from reports.models import Report, ReportQuerySet, Retrieval, Source

STAFF_FIRST = (Report.Kind.ENTRY, Report.Kind.CODING_NOTE, Report.Kind.FEED, Report.Kind.BUNDLE)


def reports_seen_by(user: User | AnonymousUser, *, known_on: dt.date) -> ReportQuerySet:
    """Reports public by `known_on`.

    What was written here, and what was fetched, is for staff until evidence in it is accepted: nobody has read it yet,
    and its licence may not let us show it to everybody.
    """
    seen = Report.objects.visible_to(user).filter(published_on__lte=known_on)
    if may(user, Action.ENTER_EVIDENCE):
        return seen
    accepted = Evidence.objects.visible_to(user).ever_accepted().filter(passage__report=OuterRef("pk"))
    return seen.filter(~Q(kind__in=STAFF_FIRST) & Q(carrier=None) | Exists(accepted))


def sources_seen_by(user: User | AnonymousUser, *, known_on: dt.date) -> QuerySet[Source]:
    """Sources of which the reader may see a report, with how many and the latest day; by name."""
    reports = reports_seen_by(user, known_on=known_on).exclude(kind__in=(Report.Kind.FEED, Report.Kind.BUNDLE))
    seen = Q(reports__in=reports.values("pk"))
    rows = Source.objects.annotate(
        report_count=Count("reports", filter=seen), last_published_on=Max("reports__published_on", filter=seen)
    )
    return rows.filter(report_count__gt=0).order_by("name")


def retrievals_seen_by(user: User) -> QuerySet[Retrieval]:
    """What this person may know of: above public one's own, or all for those who decide; never the uncleared.

    What became a report that was closed since is hidden from others with its file name. Who sent it keeps the row: its
    words are their own.
    """
    public = Q(about__sensitivity=Sensitivity.PUBLIC) | Q(about__sensitivity__isnull=True)
    cleared = Q(about__sensitivity__lte=clearance_of(user))
    if not may(user, Action.DECIDE_EVIDENCE):
        cleared &= Q(asked_by=user)
    still_open = Q(report=None) | Q(report__sensitivity__lte=clearance_of(user)) | Q(asked_by=user)
    return Retrieval.objects.filter(public | cleared, still_open).defer("payload")


def person_of(request: HttpRequest) -> User:
    """Who asks, where a guard let nobody else in."""
    assert isinstance(request.user, User)
    return request.user
