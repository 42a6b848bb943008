"""The staff desk's common rules, and people."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db import models
from django.http import HttpRequest

from people.models import User
from people.permissions import Action, may

if TYPE_CHECKING:
    Desk = admin.ModelAdmin[Any]
    PeopleDesk = UserAdmin[User]
    NewForm = BaseUserCreationForm[User]
    ChangeForm = UserChangeForm[User]
else:
    Desk = admin.ModelAdmin
    PeopleDesk = UserAdmin
    NewForm = BaseUserCreationForm
    ChangeForm = UserChangeForm

admin.site.site_header = "Staff desk"
admin.site.site_title = "Staff desk"
admin.site.index_title = "Reference data, people, and the record to read"
admin.site.unregister(Group)  # everybody has one role; people/permissions.py says what it grants


HTTPS: dict[type[Any], dict[str, str]] = {
    models.URLField: {"assume_scheme": "https"}
}  # what an address without a scheme is taken for


class TableRules:
    """Answers from the one permission table. Nothing is deleted here: the record keeps everything."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(request.user, Action.MANAGE)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, Action.MANAGE)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(request.user, Action.MANAGE)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, Action.MANAGE)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ManagedDesk(TableRules, Desk):
    """Rows that staff keep in order here."""

    formfield_overrides = HTTPS


class ReadingDesk(TableRules, Desk):
    """Rows that are only read here: other pages and tasks write them."""

    formfield_overrides = HTTPS

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NewPersonForm(NewForm):
    """A new person with a first password, to be changed by themselves."""

    class Meta:
        model = User
        fields = ("email", "name", "role")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class PersonForm(ChangeForm):
    """A person's name, role and whether they may sign in."""

    class Meta:
        model = User
        fields = ("email", "name", "role", "is_active", "password")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


@admin.register(User)
class PersonAdmin(TableRules, PeopleDesk):
    """People are switched off, never deleted: what they coded and decided keeps its name."""

    form = PersonForm
    add_form = NewPersonForm
    list_display = ("email", "name", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()
    readonly_fields = ("last_login", "joined_at")
    fieldsets = (
        (None, {"fields": ("email", "name", "role", "is_active", "password")}),
        ("Dates", {"fields": ("last_login", "joined_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "role", "password1", "password2")}),)
