"""The words of a template can be said in another language: none stands outside the tags that translate."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template import base

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
FILES = [pytest.param(path, id=str(path.relative_to(TEMPLATES))) for path in sorted(TEMPLATES.rglob("*.html"))]
SILENT = {"script", "style", "pre", "code", "kbd", "svg"}  # no words, or words of a machine
SAID = {"title", "aria-label", "alt", "placeholder", "label", "data-label"}  # attributes that somebody reads
# Names that no language translates, and marks.
SAME_EVERYWHERE = {"API", "AUC", "CAP", "CSV", "ETag", "JSON", "PNG", "SHA", "UTC", "UCDP", "XML", "YAML"}
GIVEN = re.compile(r"""(?<![\w.])(?:title|text|link|label|button|what|whose|words|nothing|caption)="([^"]*)\"""")
INSTEAD = re.compile(r"""\|(?:default|default_if_none|yesno|join|pluralize):"([^"]*)\"""")


class Words(HTMLParser):
    """Collects what a reader sees or hears of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in SILENT
        self.found += [value or "" for name, value in attrs if name in SAID]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(data)


def outside(source: str) -> Iterator[str]:
    """The source without what is translated, and what its tags are given in plain English."""
    inside = ""
    for token in base.Lexer(source).tokenize():
        name = token.contents.split(" ", 1)[0] if token.token_type == base.TokenType.BLOCK else ""
        if inside:
            inside = "" if name == f"end{inside}" else inside
        elif name in {"blocktranslate", "comment"}:
            inside = name
        elif token.token_type == base.TokenType.TEXT:
            yield token.contents
        elif token.token_type == base.TokenType.VAR or name in {"include", "with"}:
            texts = (*INSTEAD.findall(token.contents), *given(token.contents, name))
            yield from (f"<i title='{text}'></i>" for text in texts)


def given(contents: str, name: str) -> list[str]:
    return GIVEN.findall(contents) if name in {"include", "with"} else []


def bare(source: str) -> set[str]:
    """The words that stand outside."""
    parser = Words()
    parser.feed("".join(outside(source)))
    parser.close()
    return {word for text in parser.found for word in re.findall(r"[^\W\d_]{2,}", text)} - SAME_EVERYWHERE


@pytest.mark.parametrize("path", FILES)
def test_every_word_of_a_template_is_wrapped_for_translation(path: Path) -> None:
    assert bare(path.read_text(encoding="utf-8")) == set(), "wrap it: {% translate %}, {% blocktranslate %} or _()"


@pytest.mark.parametrize(
    "source",
    [
        "<p>{{ name }} is bare</p>",
        '<img alt="is bare">',
        '<a title="{{ name }} is bare">{{ name }}</a>',
        "{% if name %}is bare{% endif %}",
        '{% include "x.html" with title="is bare" %}',
        '{{ name|default:"is bare" }}',
        "{% blocktranslate %}wrapped{% endblocktranslate %} is bare",
    ],
)
def test_bare_words_are_found_wherever_they_stand(source: str) -> None:
    assert bare(source) == {"is", "bare"}


@pytest.mark.parametrize(
    "source",
    [
        '<p>{% translate "Said" %} · {{ name|date:"j F Y" }} UTC</p>',
        "{% blocktranslate with a=b.c %}All of <b>{{ a }}</b>{% endblocktranslate %}",
        '{% include "x.html" with title=_("Said") href=here %}',
        "<code>manage.py load</code>",
        '<a class="button quiet" href="/x/">→</a>',
        "{% comment %}Needs: words{% endcomment %}",
    ],
)
def test_what_is_wrapped_and_what_is_no_word_passes(source: str) -> None:
    assert bare(source) == set()
