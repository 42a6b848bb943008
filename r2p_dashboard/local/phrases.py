"""What mails and pages say in other languages: `python -m r2p_dashboard.local.phrases` after a string changed.

It reads the strings from templates and code, adds the new ones of mails to each `locale/*/LC_MESSAGES/django.po` and
takes out those that nobody says any more, and writes the compiled file beside it. With `--pages` it adds those of pages
too, for who translates them (docs/decisions/0082). Both files are committed: no machine that runs or builds this needs
GNU gettext.
"""

import ast
import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.catalog import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PROJECT = Path(__file__).resolve().parents[2]
LOCALES = PROJECT / "locale"
TEMPLATES = PROJECT / "templates"
MAILS = ("templates/emails", "alerts/messages", "alerts/outbox", "alerts/subscriptions/confirming.py")  # what says them
APPS = ("alerts", "countries", "indicators", "people", "reports", "r2p_dashboard")
CALLS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "ngettext": 2, "ngettext_lazy": 2}  # strings each
Said = str | tuple[str, str]  # the second where it differs for one and for many


def mails() -> set[Said]:
    """Every string that a mail says: each language has all of them. Needs Django to be set up."""
    return {text for path, text in _found() if _is_of_mails(path)}


def pages() -> set[Said]:
    """Every string that a page says: a language has all of them before pages are shown in it."""
    return {text for path, text in _found() if not _is_of_mails(path)}


def missing(catalog: Catalog, wanted: set[Said]) -> set[Said]:
    """What of the wanted strings the language cannot say yet."""
    return wanted - {message.id for message in catalog if message.id and is_translated(message) and not message.fuzzy}


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


def update(path: Path, wanted: set[Said], *, kept: frozenset[Said] | set[Said] = frozenset()) -> int:
    """Writes both files anew; how many of the wanted strings have no translation yet.

    `kept` is what stays where it is there already, and is not added.
    """
    catalog = read(path)
    for known in [message.id for message in catalog if message.id and message.id not in wanted | kept]:
        catalog.delete(known)
    for text in sorted(wanted - {message.id for message in catalog}, key=str):
        catalog.add(text)
    with path.open("wb") as file:
        write_po(file, catalog, width=0, sort_output=True, omit_header=False)
    path.with_suffix(".mo").write_bytes(compiled(catalog))
    return len(missing(catalog, wanted))


def is_translated(message: Message) -> bool:
    """Whether every form of it is said."""
    said = message.string
    return bool(said) and (isinstance(said, str) or all(said or ()))


def _is_of_mails(path: Path) -> bool:
    return any(path.is_relative_to(PROJECT / part) for part in MAILS)


def _found() -> Iterator[tuple[Path, Said]]:
    for path in (path for app in APPS for path in sorted((PROJECT / app).rglob("*.py"))):
        yield from ((path, text) for text in _in_code(path.read_text(encoding="utf-8")))
    for path in (path for path in sorted(TEMPLATES.rglob("*")) if path.is_file()):
        yield from ((path, text) for text in _in_template(path.read_text(encoding="utf-8")))


def _in_code(source: str) -> Iterator[Said]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (count := CALLS.get(_called(node.func))):
            found = [one.value for one in node.args[:count] if isinstance(one, ast.Constant)]
            texts = [text for text in found if isinstance(text, str)]
            if texts:
                yield texts[0] if count == 1 else (texts[0], texts[1])


def _called(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _in_template(source: str) -> Iterator[Said]:
    from django.template import Template
    from django.template.base import Node
    from django.templatetags.i18n import BlockTranslateNode, TranslateNode

    for node in Template(source).nodelist.get_nodes_by_type(Node):
        if isinstance(node, TranslateNode):
            yield str(node.filter_expression.var.literal)
        elif isinstance(node, BlockTranslateNode):
            one = str(node.render_token_list(node.singular)[0])
            yield (one, str(node.render_token_list(node.plural)[0])) if node.plural else one
    yield from re.findall(r"""_\("([^"]+)"\)""", source)  # what tags and filters are given


def main() -> int:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "r2p_dashboard.settings")
    os.environ.setdefault("SECRET_KEY", "only-to-read-templates")
    os.environ.setdefault("SECURE", "0")
    django.setup()
    of_mails, of_pages = mails(), pages()
    wanted = of_mails | of_pages if "--pages" in sys.argv[1:] else of_mails
    for path in files():
        left = update(path, wanted, kept=of_pages)
        print(f"{path.relative_to(PROJECT)}: {len(wanted)} strings, {left} without a translation")
        print(f"  pages: {len(of_pages)} strings, {len(missing(read(path), of_pages))} without a translation")
    return 0


if __name__ == "__main__":
    sys.exit(main())
