"""New sources, and changes of what is known of one: for those who manage them."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from indicators.views.asked import moment_of
from people.access import requires
from people.permissions import Action
from r2p_dashboard import clock
from reports.models import Source
from reports.source_forms import SourceKeepingForm
from reports.source_keeping import SourceError, change_source, create_source, last_change
from reports.views.seen import person_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.MANAGE)
def source_new(request: HttpRequest) -> HttpResponse:
    """A source that is not here yet: fetched, or of files that are sent in."""
    moment_of(request)
    return _edit(request, None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.MANAGE)
def source_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """What is known of a source, to be changed with a reason."""
    moment_of(request)
    found = Source.objects.select_related("family").filter(slug=slug).first()
    if found is None:
        raise Http404(_("source: found none under this name"))
    return _edit(request, found)


def _edit(request: HttpRequest, found: Source | None) -> HttpResponse:
    form = SourceKeepingForm(request.POST if request.method == "POST" else None, source=found, day=clock.now().date())
    if request.method == "POST" and form.is_valid():
        try:
            saved = _saved(request, found, form)
        except SourceError as error:
            message = f"{error.message[:1].upper()}{error.message[1:]}."
            if found is not None and error.field == "seen_change":
                form.rest_on(last_change(found))
                message += " " + gettext("Look at it on the source's page; what you save now replaces it.")
            is_beside = error.field in form.fields and not form.fields[error.field].widget.is_hidden
            form.add_error(error.field if is_beside else None, message)
        else:
            messages.success(request, _("Saved: %(name)s.") % {"name": saved.name})
            return redirect("source", saved.slug)
    status = 400 if request.method == "POST" else 200
    return render(request, "reports/source_edit.html", {"form": form, "source": found}, status=status)


def _saved(request: HttpRequest, found: Source | None, form: SourceKeepingForm) -> Source:
    by, at, reason = person_of(request), clock.now(), form.cleaned_data["reason"]
    if found is None:
        slug = form.cleaned_data["slug"]
        return create_source(by=by, at=at, slug=slug, values=form.values(), reason=reason)
    seen = form.cleaned_data["seen_change"]
    return change_source(source_id=found.pk, by=by, at=at, values=form.values(), reason=reason, seen_change=seen)
