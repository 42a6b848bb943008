"""What a script says comes from the page, in the page's language: no sentence stands in static/js."""

import re
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[1] / "static" / "js"
FILES = [pytest.param(path, id=path.name) for path in sorted(SCRIPTS.glob("*.js"))]
COMMENT = re.compile(r"(?m)(?:^|(?<=\s))//.*$")
TEXT = re.compile(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`')
WORD = r"[A-Za-z’']{2,}"
SENTENCE = re.compile(rf"(?:^|\s)[A-Z][a-z]+ (?:{WORD}|\(|…)|{WORD} {WORD} {WORD}|^[A-Z][a-z]+ …$")
GIVEN = re.compile(r"""(?:textContent|placeholder|title)\s*[=:]\s*["`](?=[^"`]*[A-Za-z]{2})|"aria-label",\s*["`]""")
INSIDE = "the chart library could not be fetched"  # the cause of an error, after the sentence of the page


def bare(source: str) -> list[str]:
    """The sentences that a script says by itself, and what it puts into the text of an element."""
    code = COMMENT.sub("", source)
    texts = [quoted or written for quoted, written in TEXT.findall(code)]
    said = [re.sub(r"\$\{[^}]*\}", "…", text) for text in texts if text != INSIDE]
    return [text for text in said if SENTENCE.search(text) and not re.search(r"[<>{}=#]|^\.", text)] + GIVEN.findall(
        code
    )


@pytest.mark.parametrize("path", FILES)
def test_a_script_says_what_the_page_gave_it(path: Path) -> None:
    assert bare(path.read_text(encoding="utf-8")) == [], "write it into the page, wrapped, and read it from there"


@pytest.mark.parametrize(
    "source",
    [
        'say("It was not saved.");',
        "say(`Saving ${code} …`);",
        'button.textContent = "Close";',
        'box.setAttribute("aria-label", "Search");',
        'Object.assign(a, { textContent: "Sign in" });',
    ],
)
def test_a_bare_sentence_is_found(source: str) -> None:
    assert bare(source)


@pytest.mark.parametrize(
    "source",
    [
        "// It was not saved.",
        "say(WORDS.lost);",
        "say(filled(WORDS.saving, { what: about }));",
        'button.className = "button button-quiet document-close";',
        'document.querySelector(".bench-text :is(details, dialog)[open]");',
        'chosen.textContent = "";',
    ],
)
def test_what_the_page_gave_and_what_is_no_sentence_passes(source: str) -> None:
    assert bare(source) == []
