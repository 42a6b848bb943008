"""Guards for views."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from people.permissions import Action, may

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def requires(action: Action) -> Callable[[View[P]], View[P]]:
    """Sends nobody to the sign-in page, and refuses (403) whoever's role does not grant `action`."""

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        @login_required
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not may(request.user, action):
                raise PermissionDenied(_("your role may not %(value)s") % {"value": action.value})
            return view(request, *args, **kwargs)

        return guarded  # type: ignore[return-value]  # login_required widens the type

    return guard
