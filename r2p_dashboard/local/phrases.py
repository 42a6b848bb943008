"""What a mail's frame says in other languages: `python -m r2p_dashboard.local.phrases` after a string changed.

It reads the strings from templates and code, adds the new ones to each `locale/*/LC_MESSAGES/django.po` and takes out
those that nobody says any more, and writes the compiled file beside it. Both are committed: no machine that runs or
builds this needs GNU gettext.
"""

import ast
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.catalog import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PROJECT = Path(__file__).resolve().parents[2]
LOCALES = PROJECT / "locale"
APPS = ("alerts", "countries", "indicators", "people", "reports", "r2p_dashboard")
CALLS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "ngettext": 2, "ngettext_lazy": 2}  # strings each
Said = str | tuple[str, str]  # the second where it differs for one and for many


def said() -> set[Said]:
    """Every string that goes through gettext. Needs Django to be set up."""
    return {*_in_code(), *_in_templates()}


def files() -> list[Path]:
    """One a language."""
    return sorted(LOCALES.glob("*/LC_MESSAGES/django.po"))


def read(path: Path) -> Catalog:
    """A file of translations."""
    with path.open("rb") as file:
        return read_po(file)


def compiled(catalog: Catalog) -> bytes:
    """As gettext reads it."""
    kept = io.BytesIO()
    write_mo(kept, catalog)
    return kept.getvalue()


def update(path: Path, wanted: set[Said]) -> int:
    """Writes both files anew; how many strings have no translation yet."""
    catalog = read(path)
    for known in [message.id for message in catalog if message.id and message.id not in wanted]:
        catalog.delete(known)
    for text in sorted(wanted - {message.id for message in catalog}, key=str):
        catalog.add(text)
    with path.open("wb") as file:
        write_po(file, catalog, width=0, sort_output=True, omit_header=False)
    path.with_suffix(".mo").write_bytes(compiled(catalog))
    return sum(1 for message in catalog if message.id and not is_translated(message))


def is_translated(message: Message) -> bool:
    """Whether every form of it is said."""
    said = message.string
    return bool(said) and (isinstance(said, str) or all(said or ()))


def _in_code() -> Iterator[Said]:
    for path in (path for app in APPS for path in sorted((PROJECT / app).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and (count := CALLS.get(_called(node.func))):
                found = [one.value for one in node.args[:count] if isinstance(one, ast.Constant)]
                texts = [text for text in found if isinstance(text, str)]
                if texts:
                    yield texts[0] if count == 1 else (texts[0], texts[1])


def _called(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _in_templates() -> Iterator[Said]:
    from django.template import Template
    from django.template.base import Node
    from django.templatetags.i18n import BlockTranslateNode, TranslateNode

    for path in sorted((PROJECT / "templates" / "emails").iterdir()):
        for node in Template(path.read_text(encoding="utf-8")).nodelist.get_nodes_by_type(Node):
            if isinstance(node, TranslateNode):
                yield str(node.filter_expression.var.literal)
            elif isinstance(node, BlockTranslateNode):
                one = str(node.render_token_list(node.singular)[0])
                yield (one, str(node.render_token_list(node.plural)[0])) if node.plural else one


def main() -> int:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "r2p_dashboard.settings")
    os.environ.setdefault("SECRET_KEY", "only-to-read-templates")
    os.environ.setdefault("SECURE", "0")
    django.setup()
    wanted = said()
    for path in files():
        print(f"{path.relative_to(PROJECT)}: {len(wanted)} strings, {update(path, wanted)} without a translation")
    return 0


if __name__ == "__main__":
    sys.exit(main())
