"""One queryset method says who may see what: by the evidence's own and by its report's sensitivity."""

import pytest
from django.contrib.auth.models import AnonymousUser

from indicators.models import Evidence
from people.models import User
from people.permissions import GRANTS, Role, Sensitivity
from reports.models import Report
from tests import make

pytestmark = pytest.mark.usefixtures("reference")
NOBODY = None


def reader(role: Role | None) -> User | AnonymousUser:
    return AnonymousUser() if role is None else make.person(role)


def clearance(role: Role | None) -> Sensitivity:
    return Sensitivity.PUBLIC if role is None else GRANTS[role].clearance


@pytest.mark.parametrize("role", [NOBODY, *Role])
@pytest.mark.parametrize("of_evidence", Sensitivity)
@pytest.mark.parametrize("of_report", Sensitivity)
def test_evidence_is_seen_by_whoever_is_cleared_for_it_and_for_its_report(
    role: Role | None, of_evidence: Sensitivity, of_report: Sensitivity
) -> None:
    row = make.accepted(of=make.passage(make.report(sensitivity=of_report)), sensitivity=of_evidence)
    user, cleared = reader(role), max(of_evidence, of_report) <= clearance(role)

    assert Evidence.objects.visible_to(user).exists() is cleared
    assert Evidence.objects.marked_for(user).get(pk=row.pk).is_visible is cleared
    assert Report.objects.visible_to(user).filter(pk=row.passage.report_id).exists() is (of_report <= clearance(role))


def test_a_row_that_was_not_marked_is_never_visible() -> None:
    assert make.accepted().is_visible is False


def test_a_person_who_may_no_longer_sign_in_sees_what_nobody_sees() -> None:
    make.confidential()

    assert not Evidence.objects.visible_to(make.person(Role.ADMIN, is_active=False)).exists()


def test_marking_leaves_nothing_out() -> None:
    make.accepted(), make.confidential()

    assert [row.is_visible for row in Evidence.objects.marked_for(AnonymousUser()).order_by("pk")] == [True, False]
