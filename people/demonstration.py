"""The demonstration's log-ins: one person a role, with a password made anew for each installation."""

import dataclasses
import secrets
from pathlib import Path

from people.models import User
from people.permissions import Role

DOMAIN = "demo.example"  # reserved: no mail can ever arrive there
SECOND_FOCAL_POINT = "focal-point-2@demo.example"  # so that there is somebody to ask next
_NAMES = {
    Role.READER: "Demonstration reader",
    Role.FOCAL_POINT: "Demonstration focal point",
    Role.CODER: "Demonstration coder",
    Role.REVIEWER: "Demonstration reviewer",
    Role.PUBLISHER: "Demonstration publisher",
    Role.ADMIN: "Demonstration admin",
}


@dataclasses.dataclass(frozen=True, slots=True)
class LogIn:
    """One demonstration person."""

    role: Role
    email: str


def log_ins() -> tuple[LogIn, ...]:
    """Everybody of the demonstration, by role; the second focal point comes last."""
    return (*(LogIn(role, email_of(role)) for role in Role), LogIn(Role.FOCAL_POINT, SECOND_FOCAL_POINT))


def email_of(role: Role) -> str:
    """The address of the demonstration person with that role."""
    return f"{role.value.replace('_', '-')}@{DOMAIN}"


def password(folder: Path) -> str:
    """The installation's demonstration password, made at first asking and kept in `folder` for its owner only."""
    path = folder / "demonstration-password"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text("-".join(secrets.token_hex(2) for _ in range(4)), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def create_people(folder: Path) -> dict[Role, User]:
    """Everybody of the demonstration, made where missing; the first of each role. Safe to run twice."""
    secret = password(folder)
    people: dict[Role, User] = {}
    standing = {person.email: person for person in User.objects.filter(email__in=[one.email for one in log_ins()])}
    first = standing.get(log_ins()[0].email)
    is_known = first is not None and first.check_password(secret)  # all share it, and a check takes a third of a second
    for log_in in log_ins():
        person = standing.get(log_in.email)
        if person is None:
            person = User.objects.create_user(
                log_in.email, secret, name=_name(log_in), role=log_in.role, is_superuser=log_in.role == Role.ADMIN
            )
        elif not is_known:
            person.set_password(secret)
            person.save(update_fields=["password"])
        people.setdefault(log_in.role, person)
    return people


def _name(log_in: LogIn) -> str:
    return f"Second {_NAMES[log_in.role].lower()}" if log_in.email == SECOND_FOCAL_POINT else _NAMES[log_in.role]
