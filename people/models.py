"""People who sign in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from people.permissions import Role


class UserManager(BaseUserManager["User"]):
    """Makes people; addresses are kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, **{"role": Role.ADMIN, "is_superuser": True, **fields})

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person with one role; what the role may do stands in `people.permissions`."""

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.READER)
    is_active = models.BooleanField("may sign in", default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="email_is_kept_in_lower_case"),
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]), name="person_has_a_known_role"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Whether the admin pages are open to this person."""
        return self.is_active and self.role == Role.ADMIN


class StaffNotice(models.Model):
    """Something about the record that staff have to look at; no person's name and no excerpt stands in it.

    Open until somebody closes it with a note. What is said of the same subject again counts up.
    """

    kind = models.SlugField(max_length=40, db_index=False)
    subject = models.CharField("ids of what it is about", max_length=200)
    words = models.TextField("what was found, what was wanted, what to do")
    raised_at = models.DateTimeField("first raised")
    last_raised_at = models.DateTimeField()
    times = models.PositiveIntegerField("how often it was raised", default=1)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    closing_note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=models.Q(closed_at=None),
                name="one_open_notice_per_kind_and_subject",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at=None, closed_by=None, closing_note="")
                | (models.Q(closed_at__isnull=False, closed_by__isnull=False) & ~models.Q(closing_note="")),
                name="notice_is_closed_by_somebody_with_a_note",
            ),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"

    @property
    def title(self) -> str:
        """Its kind in words."""
        return self.kind.replace("-", " ").capitalize()
