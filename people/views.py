"""One's own account."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from people.models import User
from people.permissions import grant_of


@require_safe
@login_required
def account(request: HttpRequest) -> HttpResponse:
    grant = grant_of(request.user)
    context = {"actions": sorted(action.value for action in grant.actions), "clearance": grant.clearance.label}
    return render(request, "people/account.html", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def password(request: HttpRequest) -> HttpResponse:
    """Changes one's own password; other sessions of the same person end, this one stays."""
    assert isinstance(request.user, User)  # login_required let nobody else in
    form = PasswordChangeForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        update_session_auth_hash(request, form.save())
        messages.success(request, _("Your password is changed. Other devices have to sign in again."))
        return redirect("account")
    return render(request, "people/password.html", {"form": form}, status=400 if form.errors else 200)
