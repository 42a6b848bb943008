"""docs/methodology.md as its tests read it."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/methodology.md").read_text(encoding="utf-8")


def _chapters() -> dict[str, str]:
    parts = re.split(r"^## \d+\. (.+)$", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


CHAPTERS = _chapters()


def chapter(title: str) -> str:
    """The chapter whose title begins so."""
    (found,) = (text for name, text in CHAPTERS.items() if name.startswith(title))
    return found


def prose(title: str) -> str:
    """A chapter with its lines joined."""
    return " ".join(chapter(title).split())


def cells(line: str) -> list[str]:
    return [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def table(text: str, first: str) -> list[list[str]]:
    """Rows of the Markdown table whose heading begins with `first`."""
    lines = text[text.index(f"| {first} |") :].split("\n\n")[0].splitlines()
    return [cells(line) for line in lines[2:]]


def said(text: str) -> dict[str, str]:
    """Every number that a chapter's tables of names print, by its name."""
    lines = [cells(line) for line in text.splitlines() if line.startswith("| `")]
    return {line[0].strip("`"): line[-1] for line in lines}


def told(name: str, value: float) -> str:
    """A number as the page prints it: six decimals, no minus before 0."""
    return f"{name} = {value + 0.0:.6f}".replace("-0.000000", "0.000000")
