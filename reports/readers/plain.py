"""Markup from outside as plain text: paragraphs are kept, marks and addresses are not."""

import html
import re
import unicodedata
from urllib.parse import urlsplit

import nh3

from reports.text import ReaderError

URL_CHARACTERS_MAX = 500
TAGS_MAX = 5_000  # of one item: the cleaner takes time with the square of the depth, at 5,000 some 30 ms
INLINE_TAGS_MAX = 50  # each is opened again in every later paragraph: time with the product of both

_LINES = {"br", "tr", "li", "dt", "dd"}
_PARAGRAPHS = {
    "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "blockquote", "pre", "table", "section",
    "article", "header", "footer", "aside", "figure", "figcaption", "hr",
}  # fmt: skip
_CELLS = {"td", "th"}
_TAG = re.compile(r"<(/?)([a-z0-9]+)[^<>]*>")  # on cleaned markup, where every other < is &lt;
_INLINE = re.compile(r"</?(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/>])[^<>]*>?", re.IGNORECASE)
_BREAKS = re.compile(r"\n{2,}")
_CONTROL = {
    **dict.fromkeys(range(32)),
    **dict.fromkeys(range(127, 160)),
    9: " ",
    10: "\n",
    11: " ",
    12: "\n",
    13: "\n",
    0x85: "\n",
}

# Markdown: each pattern is bounded, so that no text takes more than its length times a constant.
_LINK = re.compile(r"(!?)\[([^\[\]\n]{0,500})\]\((?:[^()\s]|\([^()\s]{0,100}\)){0,1000}(?:\s\"[^\"\n]{0,200}\")?\)")
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*?)(?:[ \t]#{1,6})?$", re.MULTILINE)
_QUOTE = re.compile(r"^ {0,3}>[ \t]?", re.MULTILINE)
_RULE = re.compile(r"^ {0,3}(?:[-*_=][ \t]?){3,80}$", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]{0,12}[*+-][ \t]+", re.MULTILINE)
_EMPHASIS = re.compile(r"(?<![\w*\\])(\*{1,3})(?=\S)([^*\n]{1,2000}?)(?<![\s\\])\1(?![\w*])")
_UNDERLINE = re.compile(r"(?<![\w\\])(_{1,3})(?=\S)([^_\n]{1,2000}?)(?<![\s\\])\1(?!\w)")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>|~])")
_ADDRESS = re.compile(r"<(https?://[^<>\s]{1,1000})>")


def from_html(markup: str) -> str:
    """The words of a piece of HTML: blocks become paragraphs, rows and list entries lines. Raises ReaderError."""
    _refuse_many_tags(markup)
    markup = _fewer_inline(markup)
    markup = markup.encode("utf-8", "replace").decode().translate(_CONTROL)
    clean = nh3.clean(markup, tags=_LINES | _PARAGRAPHS | _CELLS, attributes={}, strip_comments=True)
    one_space = re.sub(r"\s+", " ", clean)
    return tidy(html.unescape(_TAG.sub(_break, one_space)))


def _fewer_inline(markup: str) -> str:
    """Where tags without a bearing on the text are many, without them; what hides from that was built to."""
    if len(_INLINE.findall(markup)) <= INLINE_TAGS_MAX:
        return markup
    markup = _INLINE.sub("", markup)
    if _INLINE.search(markup):
        raise ReaderError("markup", "tags within tags", "HTML")
    return markup


def _break(tag: re.Match[str]) -> str:
    closes, name = tag.groups()
    return "\n\n" if name in _PARAGRAPHS else "\n" if name in _LINES and not closes else " "


def from_markdown(text: str) -> str:
    """The words of a Markdown text without its marks; HTML within is taken out too. Raises ReaderError."""
    text = tidy(text)
    text = _ADDRESS.sub(r"\1", text)
    if "<" in text or "&" in text:
        text = _without_tags(text)
    text = _LINK.sub(lambda link: "" if link[1] else link[2], text)
    for marks, kept in ((_RULE, ""), (_QUOTE, ""), (_HEADING, r"\n\1\n"), (_BULLET, "")):
        text = marks.sub(kept, text)
    text = _EMPHASIS.sub(r"\2", text)
    text = _UNDERLINE.sub(r"\2", text)
    return tidy(_ESCAPE.sub(r"\1", text))


def _without_tags(text: str) -> str:
    """Paragraph by paragraph: Markdown's own line ends must survive what folds space."""
    _refuse_many_tags(text)
    return "\n".join(from_html(line) if "<" in line or "&" in line else line for line in text.split("\n"))


def _refuse_many_tags(markup: str) -> None:
    if (tags := markup.count("<")) > TAGS_MAX:
        raise ReaderError("markup", f"{tags:,} tags", f"at most {TAGS_MAX:,}: more are built to take long")


def tidy(text: str) -> str:
    """Without control characters and lone surrogates, in form NFC; lines trimmed, one empty line between paragraphs."""
    text = text.encode("utf-8", "replace").decode().replace("\r\n", "\n").translate(_CONTROL)
    lines = "\n".join(" ".join(line.split()) for line in unicodedata.normalize("NFC", text).split("\n"))
    return _BREAKS.sub("\n\n", lines).strip()


def one_line(text: str) -> str:
    """A text as a title or a name: in one line, clean."""
    return " ".join(tidy(text).split())


def web_address(link: object) -> str:
    """`link` where it is an http(s) address that can be kept, else nothing: `javascript:` is never kept."""
    if not isinstance(link, str) or len(link) > URL_CHARACTERS_MAX:
        return ""
    link = link.strip()
    if not link.isprintable() or re.search(r"[\s<>\"\\]", link):
        return ""
    try:
        parts = urlsplit(link)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return ""
    return link if is_web else ""
