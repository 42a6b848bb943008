"""The words of forms, messages, errors of pages and plots can be translated: each goes through gettext."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
APPS = ("alerts", "countries", "indicators", "reports", "people", "r2p_dashboard")
# Words of operators and developers, which stay in English, notes on columns of tables, and what knows no framework.
ELSEWHERE = re.compile(
    r"/(migrations|management|local|scoring|api|models|demonstration)/|/(api|admin|settings|style_\w+)\.py$"
)
FILES = [
    pytest.param(path, id=str(path.relative_to(ROOT)))
    for app in APPS
    for path in sorted((ROOT / app).rglob("*.py"))
    if not ELSEWHERE.search(f"/{path.relative_to(ROOT)}")
]
FIELDS = {"label", "help_text", "empty_label"}
PLOT = {"title", "unit", "source", "note", "alt"}
RAISED = {"ValidationError", "Http404", "PermissionDenied", "add_error"}
SAID = {"success", "info", "warning", "error"}


def bare(source: str) -> list[str]:
    """The words that stand as they are in a place that a reader sees."""
    found = []
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        found += [ast.unparse(value) for value in seen(call) if is_text(value)]
    return found


def seen(call: ast.Call) -> Iterator[ast.expr]:
    """What a call is given that somebody reads on a page."""
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if name in RAISED or (getattr(getattr(call.func, "value", None), "id", "") == "messages" and name in SAID):
        yield from call.args
    for keyword in call.keywords:
        if keyword.arg in FIELDS or (name == "Chart" and keyword.arg in PLOT):
            yield from branches(keyword.value)
        if keyword.arg == "error_messages" and isinstance(keyword.value, ast.Dict):
            yield from keyword.value.values
        if name == "Chart" and keyword.arg == "columns" and isinstance(keyword.value, ast.Tuple):
            yield from keyword.value.elts


def branches(value: ast.expr) -> list[ast.expr]:
    return [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]


def is_text(value: ast.expr) -> bool:
    """Whether it is a literal with words: a name of a field or of a code, such as `until`, is none."""
    if isinstance(value, ast.JoinedStr):
        plain = "".join(str(part.value) for part in value.values if isinstance(part, ast.Constant))
        return re.search(r"[^\W\d_]{2,}", plain) is not None
    text = value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""
    return re.search(r"[^\W\d_]{2,}", text) is not None and (" " in text or text[:1].isupper())


@pytest.mark.parametrize("path", FILES)
def test_what_a_reader_sees_goes_through_gettext(path: Path) -> None:
    assert bare(path.read_text(encoding="utf-8")) == []


def test_bare_words_are_found() -> None:
    source = """
raise Http404(f"found no page {number}")
messages.success(request, "Saved.")
field = CharField(label="Name", help_text=_("Help"), initial="en", error_messages={"required": "Found none."})
Chart(key="map", title="A map" if one else _("Two"), columns=("Country", _("Level")))
"""

    assert bare(source) == ["f'found no page {number}'", "'Saved.'", "'Name'", "'Found none.'", "'A map'", "'Country'"]


def test_plots_know_of_django_only_what_translates() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (pure,) = (one for one in contracts if one["name"].startswith("The arithmetic and the readers"))
    modules = [one.partition(" ->")[0] for one in pure["ignore_imports"]]

    known = {name: imported(ROOT / f"{name.replace('.', '/')}.py") for name in modules}

    assert set(map(frozenset, known.values())) == {frozenset({"django.utils.translation"})}


def imported(path: Path) -> set[str]:
    """What a module imports of Django."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [one.name for one in node.names] if isinstance(node, ast.Import) else []
        found |= {name for name in names if name.split(".")[0] == "django"}
    return found
