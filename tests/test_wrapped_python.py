"""What Python says on a page can be said in another language: no label, message or title stands outside gettext."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
APPS = ("alerts", "countries", "indicators", "people", "r2p_dashboard", "reports")
# What no reader of a page sees: machines, the shell, Django's own desk, notes on columns. Of models, the labels of
# choices are read below.
UNSEEN = {
    "admin.py", "api", "api.py", "apps.py", "demonstration", "local", "management", "migrations", "models", "models.py",
    "permissions.py", "readers", "settings.py", "style_examples.py", "style_guide.py",
}  # fmt: skip
FILES = [
    pytest.param(path, id=str(path.relative_to(PROJECT)))
    for app in APPS
    for path in sorted((PROJECT / app).rglob("*.py"))
    if not UNSEEN & set(path.relative_to(PROJECT).parts) and path.read_text(encoding="utf-8").strip()
]
SAID = {"label", "help_text", "empty_label", "empty"}  # of a field of a form
OF_CHARTS = {"title", "unit", "source", "note", "alt", "columns", "heads"}
# Constants that hold words for a page, by where they stand; below the views, words go into rows and files.
OF_PAGES = re.compile(
    r"views/|templatetags/|forms?\.py$|charts\.py$|_modes?\.py$|_map\.py$|r2p_dashboard/(?!management|local)\w+\.py$"
)
NOT_SAID = {
    "EXAMPLES": "what somebody may type, in other languages too",
    "HEADS": "names of a mail's headers",
    "BY_STAFF": "kept in a row, in English",
    "ENDED_BY_STAFF": "kept in a row, in English",
    "EVERYBODY": "a key",
    "invalid_page_message": "for the API",
    "BY_THEIR_BYTES": "names of formats",
}
CHARTS = {"Chart", "Mode", "Sheet"}
RAISED = {"BadRequest", "Http404", "PermissionDenied", "ValidationError"}  # what a page of an error says
MESSAGES = {"debug", "error", "info", "success", "warning"}


def bare(source: str) -> set[str]:
    """The words that stand outside, each with its line."""
    tree = ast.parse(source)
    labelling = {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and _takes_label(one)}
    return {
        f"{found.lineno}: {ast.unparse(found)}"
        for node in ast.walk(tree)
        for found in _shown(node, labelling)
        if _has_words(found)
    }


def _takes_label(function: ast.FunctionDef) -> bool:
    """A short way to make a field, whose first argument is its label."""
    return [one.arg for one in function.args.args][:1] == ["label"]


def _shown(node: ast.AST, labelling: set[str]) -> Iterator[ast.expr]:
    """What of a call, a title or an error reaches a reader."""
    if isinstance(node, ast.FunctionDef) and node.name.endswith(("_title", "_alt")):
        yield from (
            part
            for line in ast.walk(node)
            if isinstance(line, ast.Return) and line.value
            for part in _parts(line.value)
        )
    elif isinstance(node, ast.Assign | ast.AugAssign):
        yield from _assigned(node)
    elif isinstance(node, ast.Call):
        yield from _called(node, labelling)


def _assigned(node: ast.Assign | ast.AugAssign) -> Iterator[ast.expr]:
    """The errors that a kind of field gives."""
    target = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
    if target.rpartition(".")[2].partition("[")[0] in {"default_error_messages", "error_messages"}:
        yield from node.value.values if isinstance(node.value, ast.Dict) else _parts(node.value)


def _called(node: ast.Call, labelling: set[str]) -> Iterator[ast.expr]:
    head, _, name = ast.unparse(node.func).rpartition(".")
    if name in RAISED or name in labelling:
        yield from _parts(*node.args[:1])
    elif name == "add_error" or (head == "messages" and name in MESSAGES):
        yield from _parts(*node.args[1:])
    for given in node.keywords:
        yield from _given(name, given)


def _given(name: str, given: ast.keyword) -> Iterator[ast.expr]:
    if given.arg == "error_messages" and isinstance(given.value, ast.Dict):
        yield from given.value.values
    elif given.arg in SAID or (given.arg in OF_CHARTS and name in CHARTS):
        yield from _parts(given.value)
    elif given.arg == "choices" and isinstance(given.value, ast.List | ast.Tuple):
        pairs = [one for one in given.value.elts if isinstance(one, ast.Tuple) and len(one.elts) == 2]
        yield from (words for one in pairs for words in _parts(one.elts[1]))


def _parts(*given: ast.expr) -> Iterator[ast.expr]:
    for one in given:
        if isinstance(one, ast.Tuple | ast.List):
            yield from _parts(*one.elts)
        elif isinstance(one, ast.IfExp):
            yield from _parts(one.body, one.orelse)
        elif isinstance(one, ast.BinOp) and isinstance(one.op, ast.Add):
            yield from _parts(one.left, one.right)
        else:
            yield one


def _has_words(found: ast.expr) -> bool:
    parts = found.values if isinstance(found, ast.JoinedStr) else [found]
    texts = [str(part.value) for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return any(re.search(r"[^\W\d_]{2,}", text) for text in texts)


def bare_constants(source: str) -> set[str]:
    """Texts of tables and constants of modules and classes, in which words follow each other or one is capitalised."""
    tree = ast.parse(source)
    lines = [*tree.body, *(line for one in tree.body if isinstance(one, ast.ClassDef) for line in one.body)]
    named = [
        (ast.unparse(line.targets[0] if isinstance(line, ast.Assign) else line.target), line.value)
        for line in lines
        if isinstance(line, ast.Assign | ast.AnnAssign) and line.value is not None
    ]
    kept = [value for name, value in named if not set(re.findall(r"\w+", name)) & {*NOT_SAID, "__all__"}]
    return {f"{found.lineno}: {ast.unparse(found)}" for value in kept for found in _table(value) if _is_said(found)}


def bare_labels(source: str) -> set[str]:
    """Labels of choices of models."""
    classes = [one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.ClassDef)]
    choices = [one for one in classes if any(ast.unparse(base).endswith("Choices") for base in one.bases)]
    pairs = [line.value for one in choices for line in one.body if isinstance(line, ast.Assign)]
    labels = [pair.elts[1] for pair in pairs if isinstance(pair, ast.Tuple)]
    return {f"{label.lineno}: {ast.unparse(label)}" for label in labels if _has_words(label)}


def _table(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, ast.Dict):
        yield from (found for one in value.values for found in _table(one))
    elif isinstance(value, ast.Tuple | ast.List | ast.Set):
        yield from (found for one in value.elts for found in _table(one))
    elif isinstance(value, ast.Call) and re.fullmatch("dict|enumerate|[A-Z][a-z]+", ast.unparse(value.func)):
        yield from (found for one in value.args for found in _table(one))
    elif isinstance(value, ast.Constant | ast.JoinedStr):
        yield value


def _is_said(found: ast.expr) -> bool:
    parts = found.values if isinstance(found, ast.JoinedStr) else [found]
    text = "".join(str(part.value) for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str))
    is_code = re.match(r"[<%&?/#^\s]|SELECT|WITH|INSERT|UPDATE", text) or re.search(r"[<>{}\\]|\w:\w|\.\w", text)
    return not is_code and bool(re.search(r"[^\W\d_]{2,} [^\W\d_]+", text) or re.fullmatch("[A-Z][a-z]{2,}", text))


TABLES = [one for one in FILES if OF_PAGES.search(str(one.id))]


@pytest.mark.parametrize("path", TABLES)
def test_every_word_of_a_table_that_a_page_shows_is_wrapped(path: Path) -> None:
    assert bare_constants(path.read_text(encoding="utf-8")) == set(), "wrap it lazily, or name it with its reason"


MODELS = [
    pytest.param(path, id=str(path.relative_to(PROJECT)))
    for app in APPS
    for path in sorted((PROJECT / app).rglob("*.py"))
    if "models" in path.as_posix() or path.name == "permissions.py"
]


@pytest.mark.parametrize("path", MODELS)
def test_every_label_of_a_choice_is_wrapped_for_translation(path: Path) -> None:
    assert bare_labels(path.read_text(encoding="utf-8")) == set(), "wrap it: gettext_lazy"


def test_bare_tables_and_labels_are_found() -> None:
    tables = 'A = {"key": "is bare"}\nB = (("key", _("Said")), ("key", "Bare"))\nC = "is bare"'
    tables += '\nclass D:\n    e = Field("is bare")'
    labels = 'class State(models.TextChoices):\n    ONE = "one", "bare"\n    TWO = "two", _("said")'

    assert len(bare_constants(tables)) == 4
    assert bare_labels(labels) == {"2: 'bare'"}
    assert bare_constants('A = {"Key": "key"}\nHEADS = ("From", "To")\nB = "SELECT a FROM b"') == set()


@pytest.mark.parametrize("path", FILES)
def test_every_word_that_python_gives_a_page_is_wrapped_for_translation(path: Path) -> None:
    assert bare(path.read_text(encoding="utf-8")) == set(), "wrap it: gettext, gettext_lazy or ngettext"


@pytest.mark.parametrize(
    "source",
    [
        'Line(label="is bare")',
        'Line(help_text=f"is bare {n}")',
        'Line(error_messages={"required": "is bare"})',
        'Chart(title="is bare", key="not")',
        'Chart(columns=("is bare", other))',
        'messages.success(request, "is bare")',
        'messages.error(request, f"is bare {n}")',
        'raise forms.ValidationError("is bare")',
        'raise BadRequest(f"is bare {n}")',
        'form.add_error("name", "is bare")',
        'Line(label="is bare" if one else _("said"))',
        'def _map_title(rows: Rows) -> str:\n    return f"is bare {rows}"',
        'Pick(choices=[("", "is bare"), *others])',
        'default_error_messages = {"required": "is bare"}',
        'self.error_messages["invalid"] = f"is bare {n}"',
        'def _text(label: str) -> Line: ...\nname = _text("is bare")',
    ],
)
def test_bare_words_are_found_wherever_they_stand(source: str) -> None:
    assert ["is bare" in found for found in bare(source)] == [True]


@pytest.mark.parametrize(
    "source",
    [
        'Line(label=_("Said"), help_text="")',
        'Line(help_text=format_lazy(_("At most {n}."), n=3))',
        'Chart(key="level", title=_("Said"), source=source, columns=(_("Said"), "%"))',
        'messages.success(request, _("%(n)s said") % {"n": n})',
        'logger.info("not of a page")',
        'form.add_error("name", _("Said"))',
        'Counter(title="not of a chart")',
    ],
)
def test_what_is_wrapped_and_what_no_page_shows_passes(source: str) -> None:
    assert bare(source) == set()


def test_plots_know_of_django_only_what_translates() -> None:
    contracts = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (pure,) = (one for one in contracts if one["name"].startswith("The arithmetic and the readers"))
    modules = [one.partition(" ->")[0] for one in pure["ignore_imports"]]

    known = {name: imported(PROJECT / f"{name.replace('.', '/')}.py") for name in modules}

    words = {"django.utils.functional", "django.utils.text", "django.utils.translation"}
    assert all("django.utils.translation" in found and found <= words for found in known.values())


def imported(path: Path) -> set[str]:
    """What a module imports of Django."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [one.name for one in node.names] if isinstance(node, ast.Import) else []
        found |= {name for name in names if name.split(".")[0] == "django"}
    return found
