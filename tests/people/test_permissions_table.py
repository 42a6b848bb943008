"""The one permission table, written out a second time: a change must be meant."""

import pytest
from django.contrib.auth.models import AnonymousUser

from people.models import User
from people.permissions import GRANTS, Action, Role, Sensitivity, clearance_of, may

TABLE = {
    # sees up to, INGEST ENTER DECIDE RETRACT SETTLE RELEASE OUTBOX SUBSCR NOTICES MANAGE LEXICON OFFICES LEDGER RECORD
    None: (0, "--------------"),
    Role.READER: (0, "--------------"),
    Role.FOCAL_POINT: (1, "-------------x"),
    Role.CODER: (2, "xx-----------x"),
    Role.REVIEWER: (2, "xxxx--------xx"),
    Role.PUBLISHER: (3, "xxxxxxxxx-xxxx"),
    Role.ADMIN: (3, "xxxxxxxxxxxxxx"),
}
ORDER = [
    Action.INGEST_REPORT, Action.ENTER_EVIDENCE, Action.DECIDE_EVIDENCE, Action.RETRACT_EVIDENCE,
    Action.SETTLE_READINGS, Action.RELEASE_ALERT, Action.WATCH_OUTBOX, Action.MANAGE_SUBSCRIPTIONS,
    Action.CLOSE_NOTICES, Action.MANAGE, Action.EDIT_LEXICON, Action.MANAGE_OFFICES,
    Action.KEEP_LEDGER, Action.RECORD_RESPONSE,
]  # fmt: skip


def person(role: Role | None, *, is_active: bool = True) -> User | AnonymousUser:
    return AnonymousUser() if role is None else User(role=role, is_active=is_active)


@pytest.mark.parametrize("role", TABLE)
def test_a_role_may_do_and_see_what_the_table_says(role: Role | None) -> None:
    sees, does = TABLE[role]

    assert clearance_of(person(role)) == sees
    assert "".join("x" if may(person(role), action) else "-" for action in ORDER) == does


@pytest.mark.parametrize("role", Role)
def test_whoever_may_no_longer_sign_in_is_nobody(role: Role) -> None:
    stranger = person(role, is_active=False)

    assert clearance_of(stranger) == Sensitivity.PUBLIC
    assert not any(may(stranger, action) for action in Action)


def test_the_table_is_complete() -> None:
    assert set(ORDER) == set(Action)
    assert set(GRANTS) == set(Role) == set(TABLE) - {None}


def test_whoever_decides_may_see_what_coders_enter() -> None:
    deciders = [role for role, grant in GRANTS.items() if Action.DECIDE_EVIDENCE in grant.actions]

    assert all(GRANTS[role].clearance >= GRANTS[Role.CODER].clearance for role in deciders)


def test_something_that_is_no_person_is_nobody() -> None:
    assert clearance_of(object()) == Sensitivity.PUBLIC
    assert not may(None, Action.ENTER_EVIDENCE)


@pytest.mark.django_db
def test_a_role_outside_the_table_is_refused_by_the_database() -> None:
    from django.db import IntegrityError

    with pytest.raises(IntegrityError, match="person_has_a_known_role"):
        User.objects.create(email="x@test.example", name="X", role="superhero")
