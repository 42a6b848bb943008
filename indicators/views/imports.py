"""Importing a table: the file, its columns, the preview, the decision, the log and its undoing."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from indicators import importing
from indicators.importing import ACTION_FOR, ImportRefused
from indicators.models import TableImport
from indicators.tables.faults import EncodingError, TableError
from indicators.tables.fields import FIELDS, template_of
from indicators.views.import_forms import AnswersForm, ColumnsForm, ConfirmForm, SendForm, SheetForm, UndoForm
from indicators.views.import_pages import COMPLETE, columns_page, log_page, questions_of, refused_rows
from people.access import requires
from people.permissions import Action, may
from r2p_dashboard import clock, pipeline
from r2p_dashboard.renderers import to_csv
from reports.views.seen import person_of

LISTED = 30
State = TableImport.State


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.ENTER_EVIDENCE)
def imports(request: HttpRequest) -> HttpResponse:
    """Sending a file, and the imports before it."""
    person = person_of(request)
    form = SendForm(request.POST or None, request.FILES or None, user=person)
    if request.method == "POST" and form.is_valid():
        try:
            table = importing.receive(
                kind=form.cleaned_data["kind"], payload=form.cleaned_data["file"].read(),
                file_name=form.cleaned_data["file"].name or "", by=person, at=clock.now(),
            )  # fmt: skip
        except ImportRefused as error:
            form.add_error(error.field if error.field in form.fields else None, _said(error))
        else:
            return redirect("import", table.pk)
    seen = TableImport.objects.visible_to(person).select_related("sent_by").defer("payload", "columns", "answers")
    context = {"form": form, "imports": list(seen.order_by("-pk")[:LISTED])}
    return render(request, "indicators/imports.html", context, status=400 if form.errors else 200)


def _said(error: ImportRefused) -> str:
    return f"{str(error)[:1].upper()}{str(error)[1:]}."


@never_cache
@require_safe
@requires(Action.ENTER_EVIDENCE)
def table_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """One import, whatever its state: columns to name, a preview, progress, or the log."""
    table = _table(request, import_id)
    if table.state == State.MAPPING:
        return columns_page(request, table)
    return log_page(request, table)


def _table(request: HttpRequest, import_id: int) -> TableImport:
    seen = TableImport.objects.visible_to(request.user).filter(pk=import_id)
    table = seen.select_related("sent_by", "confirmed_by", "undone_by", "report__source").defer(*COMPLETE).first()
    if table is None:
        raise Http404(_("import: found none under this number that you may see"))
    return table


def _may_change(request: HttpRequest, table: TableImport) -> None:
    if not may(request.user, ACTION_FOR[TableImport.Kind(table.kind)]):
        raise PermissionDenied(_("your role may not import this kind of table"))


@require_POST
@requires(Action.ENTER_EVIDENCE)
def sheet(request: HttpRequest, import_id: int) -> HttpResponse:
    """Another sheet, or another reading of the bytes; also the way back from a preview to the columns."""
    table = _table(request, import_id)
    _may_change(request, table)
    try:
        sheets = importing.preview_of(table).sheets
    except EncodingError:
        sheets = ()
    form = SheetForm(request.POST, table=table, sheets=sheets)
    if not form.is_valid():
        return columns_page(request, table, sheet_form=form, status=400)
    data = {"sheet": table.sheet, "encoding": table.encoding} | form.cleaned_data
    try:
        importing.reopen(
            import_id=table.pk, by=person_of(request), sheet=data["sheet"], encoding=data["encoding"], at=clock.now()
        )
    except ImportRefused as error:
        if table.state != State.MAPPING:
            return _told(request, table, error)
        form.add_error(error.field if error.field in form.fields else None, _said(error))
        return columns_page(request, table, sheet_form=form, status=400)
    return redirect("import", table.pk)


@require_POST
@requires(Action.ENTER_EVIDENCE)
def columns(request: HttpRequest, import_id: int) -> HttpResponse:
    """The columns and the choices for the whole file: a worker checks every row next."""
    table = _table(request, import_id)
    _may_change(request, table)
    person = person_of(request)
    try:
        seen = importing.preview_of(table)
    except TableError as error:
        return _told(request, table, ImportRefused(str(error)))
    form = ColumnsForm(request.POST, table=table, seen=seen, user=person)
    if form.is_valid():
        try:
            importing.settle(
                import_id=table.pk, by=person, columns=form.columns(), choices=form.choices(), at=clock.now()
            )
        except ImportRefused as error:
            form.refuse(error.field, str(error))
        else:
            transaction.on_commit(pipeline.ring_imports)
            return redirect("import", table.pk)
    return columns_page(request, table, form=form, status=400)


@require_POST
@requires(Action.ENTER_EVIDENCE)
def answers(request: HttpRequest, import_id: int) -> HttpResponse:
    """What was asked about: the rows are checked again."""
    table = _table(request, import_id)
    _may_change(request, table)
    form = AnswersForm(request.POST, asked=questions_of(table))
    if not form.is_valid():
        return log_page(request, table, answers_form=form, status=400)
    try:
        importing.answer(import_id=table.pk, by=person_of(request), answers=form.answers(), at=clock.now())
    except ImportRefused as error:
        return _told(request, table, error)
    transaction.on_commit(pipeline.ring_imports)
    return redirect("import", table.pk)


@require_POST
@requires(Action.ENTER_EVIDENCE)
def confirm(request: HttpRequest, import_id: int) -> HttpResponse:
    """Lets a worker write the good rows."""
    table = _table(request, import_id)
    _may_change(request, table)
    form = ConfirmForm(request.POST, checked_at=table.checked_at)
    if not form.is_valid():
        return log_page(request, table, confirm_form=form, status=400)
    try:
        importing.confirm(
            import_id=table.pk, by=person_of(request), seen=form.cleaned_data["seen"],
            all_or_nothing=form.cleaned_data["how"] == "all", at=clock.now(),
        )  # fmt: skip
    except ImportRefused as error:
        return _told(request, table, error)
    transaction.on_commit(pipeline.ring_imports)
    return redirect("import", table.pk)


@require_POST
@requires(Action.ENTER_EVIDENCE)
def drop(request: HttpRequest, import_id: int) -> HttpResponse:
    """Sets a file aside before anything was written."""
    table = _table(request, import_id)
    _may_change(request, table)
    try:
        importing.drop(import_id=table.pk, by=person_of(request), at=clock.now())
    except ImportRefused as error:
        return _told(request, table, error)
    messages.success(request, _("Import %(pk)s is set aside. Nothing of it was written.") % {"pk": table.pk})
    return redirect("imports")


@require_POST
@requires(Action.ENTER_EVIDENCE)
def undo(request: HttpRequest, import_id: int) -> HttpResponse:
    """Takes a whole import back."""
    table = _table(request, import_id)
    form = UndoForm(request.POST)
    if not form.is_valid():
        return log_page(request, table, undo_form=form, status=400)
    try:
        taken = importing.undo(
            import_id=table.pk, by=person_of(request), reason=form.cleaned_data["reason"], at=clock.now()
        )
    except ImportRefused as error:
        return _told(request, table, error)
    transaction.on_commit(pipeline.ring_scores)
    messages.success(
        request, _("Import %(pk)s is undone: %(total)s taken back.") % {"pk": table.pk, "total": taken.total}
    )
    return redirect("import", table.pk)


def _told(request: HttpRequest, table: TableImport, error: ImportRefused) -> HttpResponse:
    """Back to the import as it stands now, with the reason."""
    messages.error(request, _("Nothing was changed. %(error)s") % {"error": _said(error)})
    return redirect("import", table.pk)


@require_GET
@requires(Action.ENTER_EVIDENCE)
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty table with the headings that need no naming."""
    if kind not in FIELDS:
        raise Http404(_("template: there is one for evidence and one for series"))
    return _download(f"import-{kind}.csv", to_csv([], template_of(kind)))


@require_GET
@requires(Action.ENTER_EVIDENCE)
def refused(request: HttpRequest, import_id: int) -> HttpResponse:
    """The rows that could not go in, as they were sent, each with its line and its reasons."""
    table = _table(request, import_id)
    names, rows = refused_rows(table)
    return _download(f"import-{table.pk}-refused.csv", to_csv(rows, names))


def _download(name: str, text: str) -> HttpResponse:
    headers: dict[str, Any] = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(f"\ufeff{text}", content_type="text/csv; charset=utf-8", headers=headers)
