"""RSS 2.0 and Atom, from bytes: feedparser given a text would open it as a file or an address."""

import datetime as dt
import hashlib
import io
import re
from collections.abc import Mapping
from typing import Any

import feedparser

from reports.readers.days import instant_of
from reports.readers.draft import (
    EXTERNAL_ID_CHARACTERS_MAX,
    ITEMS_MAX,
    FeedDraft,
    ItemDraft,
    ItemProblem,
    ReaderError,
    canonical,
    passages_of,
)
from reports.readers.places import countries_labelled
from reports.readers.plain import from_html, one_line, tidy, web_address
from reports.readers.publisher import publisher
from reports.text import decode

WANTED = "an RSS 2.0 or Atom feed"
FEED_TAGS_MAX = 600_000  # 10 µs a tag; a feed of 10,000 items has some 200,000
ITEM_CHARACTERS_MAX = 1_000_000
ENCODINGS = re.compile(r"utf-?8|us-ascii|iso-8859-\d{1,2}|windows-125\d|koi8-[ru]", re.IGNORECASE)

_ENCODING = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s{0,100}<\?xml\s[^<>]{0,200}?encoding\s{0,9}=\s{0,9}[\"']([\w.:-]{1,40})[\"']"
)
_ROOT = re.compile(r"<(?:\w{1,20}:)?(\w{1,20})")
_SPACE = re.compile(r"\s*")
_HIDDEN = re.compile(r"<div class=\"tag (country|source)\">([^<]{0,2000})</div>")  # ReliefWeb's, in its descriptions
_FEEDS = {"rss", "feed", "rdf"}


def read(payload: bytes) -> FeedDraft:
    """The items of a feed, newest first, at most ITEMS_MAX. Raises ReaderError."""
    parsed = _parsed(_text_of(payload))
    channel, entries = parsed["feed"], parsed["entries"]
    problems: list[ItemProblem] = []
    dated: list[tuple[dt.datetime, int, Mapping[str, Any]]] = []
    for number, entry in enumerate(entries, 1):
        try:
            dated.append((_published_at(entry), number, entry))
        except ReaderError as error:
            problems.append(ItemProblem(f"item {number}", str(error)))
    dated.sort(key=lambda one: (one[0], -one[1]), reverse=True)
    language = _language(_said(channel, "language"))
    items: list[ItemDraft] = []
    for instant, number, entry in dated[:ITEMS_MAX]:
        try:
            items.append(_item(entry, instant.date(), language))
        except ReaderError as error:
            problems.append(ItemProblem(f"item {number}", str(error)))
    return FeedDraft(
        media_type="application/atom+xml" if str(parsed["version"]).startswith("atom") else "application/rss+xml",
        title=_title(channel)[:300] or "Feed",
        items=tuple(items),
        problems=tuple(problems),
        left_out=max(0, len(dated) - ITEMS_MAX),
    )


def _text_of(payload: bytes) -> str:
    """The feed as a text from its first element on, in the encoding that it states.

    What is checked here is what is parsed: no parser guesses another encoding.
    """
    stated = _ENCODING.match(payload[:1000])
    encoding = stated[1].decode() if stated else "utf-8"
    if not ENCODINGS.fullmatch(encoding):
        raise ReaderError("XML declaration", "an encoding that is not read", "UTF-8, ISO-8859 or Windows-125x")
    try:
        text = decode(payload if encoding.lower() in {"utf-8", "utf8"} else payload.decode(encoding).encode())
    except (UnicodeDecodeError, LookupError) as error:
        raise ReaderError("file", "bytes that are not in the encoding that it states", WANTED) from error
    text = _behind_prolog(text)
    root = _ROOT.match(text)
    name = root[1].lower() if root else ""
    if text[:14].lower() == "<!doctype html" or name in {"html", "head", "body"}:
        raise ReaderError("first bytes", "an HTML page", f"{WANTED}; the page may name its address")
    if text[:9].lower() == "<!doctype":
        raise ReaderError("file", "a document type, which may hold entities", f"{WANTED} without one")
    if name not in _FEEDS:
        raise ReaderError("first bytes", "JSON" if text[:1] in {"{", "["} else "no feed", WANTED)
    if (tags := text.count("<")) > FEED_TAGS_MAX:
        raise ReaderError("file", f"{tags:,} tags", f"at most {FEED_TAGS_MAX:,}")
    return text


def _behind_prolog(text: str) -> str:
    """From the first element, or from a document type: without declaration, instructions and comments before it."""
    at = 0
    while True:
        space = _SPACE.match(text, at)
        at = space.end() if space else at
        close = "?>" if text.startswith("<?", at) else "-->" if text.startswith("<!--", at) else ""
        if not close:
            return text[at:]
        end = text.find(close, at)
        if end < 0:
            return ""
        at = end + len(close)


def _parsed(text: str) -> Mapping[str, Any]:
    payload = b'<?xml version="1.0" encoding="utf-8"?>' + text.encode("utf-8", "replace")
    try:
        parsed: Mapping[str, Any] = feedparser.parse(
            io.BytesIO(payload), sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:
        raise ReaderError("file", f"XML that breaks the parser ({type(error).__name__})", WANTED) from error
    if not parsed.get("version") and not parsed["entries"]:
        raise ReaderError("file", "no version and no items", WANTED)
    return parsed


def _published_at(entry: Mapping[str, Any]) -> dt.datetime:
    """When it was published; an Atom entry may state only when it was updated."""
    stated = _said(entry, "published") or _said(entry, "updated") or _said(entry, "created")
    instant = instant_of(stated)
    if instant is None:
        found = "a date that is no day of the calendar" if stated else "no date"
        raise ReaderError("date", found, "a day as in RFC 822 or RFC 3339")
    return instant


def _item(entry: Mapping[str, Any], published_on: dt.date, language: str | None) -> ItemDraft:
    markup, is_html = _markup(entry)
    hidden = {kind: _unescaped(words) for kind, words in _HIDDEN.findall(markup)}
    text = from_html(_HIDDEN.sub("", markup)) if is_html else tidy(markup)
    title = _title(entry)
    if not (title or text):
        raise ReaderError("item", "neither title nor text", "one of them")
    url = web_address(_said(entry, "link"))
    labels = _labels(entry)
    named = _listed(hidden.get("country", ""), labels)
    organisations = _listed(hidden.get("source", ""), [*_authors(entry), *labels])
    text = text or title
    return ItemDraft(
        external_id=_external_id(entry, url),
        title=title or text[:120],
        url=url,
        published_on=published_on,
        text=text,
        passages=passages_of(text),
        payload=_payload(entry, markup, labels),
        language=language,
        countries=countries_labelled(named or labels),
        source=publisher(organisations[0]) if organisations else None,
    )


def _markup(entry: Mapping[str, Any]) -> tuple[str, bool]:
    """The longest text of the entry, and whether it is HTML."""
    found: list[Any] = [entry.get("summary_detail"), *(entry.get("content") or [])]
    texts = [one for one in found if isinstance(one, Mapping) and isinstance(one.get("value"), str)]
    if not texts:
        return "", False
    longest = max(texts, key=lambda one: len(one["value"]))
    value = str(longest["value"])
    if len(value) > ITEM_CHARACTERS_MAX:
        raise ReaderError("description", f"{len(value):,} characters", f"at most {ITEM_CHARACTERS_MAX:,}")
    return value, longest.get("type") != "text/plain" or "</" in value


def _external_id(entry: Mapping[str, Any], url: str) -> str:
    stated = one_line(_said(entry, "id")) or url
    if not stated:
        raise ReaderError("item", "neither an id nor a link", "one of them")
    if len(stated) <= EXTERNAL_ID_CHARACTERS_MAX:
        return stated
    digest = hashlib.sha256(stated.encode()).hexdigest()
    return f"{stated[: EXTERNAL_ID_CHARACTERS_MAX - 65]}#{digest}"


def _payload(entry: Mapping[str, Any], markup: str, labels: list[str]) -> bytes:
    links = [(one.get("rel"), one.get("href")) for one in entry.get("links") or [] if isinstance(one, Mapping)]
    said = {
        "id": tidy(_said(entry, "id")),
        "link": web_address(_said(entry, "link")),
        "title": tidy(_said(entry, "title")),
        "published": tidy(_said(entry, "published") or _said(entry, "updated")),
        "text": tidy(markup),
        "labels": labels,
        "authors": _authors(entry),
        "enclosures": [address for rel, href in links if rel == "enclosure" and (address := web_address(href))],
    }
    return canonical(said)


def _listed(words: str, known: list[str]) -> list[str]:
    """The names in `Sources: A, B`; a name with a comma in it is told by the labels that the item also has."""
    rest = words.partition(":")[2].strip()
    names: list[str] = []
    in_order = sorted(set(known), key=len, reverse=True)
    while rest:
        whole = (name for name in in_order if rest == name or rest.startswith(f"{name}, "))
        name = next(whole, None) or rest.partition(", ")[0]
        names.append(name)
        rest = rest[len(name) :].removeprefix(", ").strip()
    return [name for name in names if name]


def _labels(entry: Mapping[str, Any]) -> list[str]:
    terms = (one.get("term") for one in entry.get("tags") or [] if isinstance(one, Mapping))
    return [label for term in terms if isinstance(term, str) and (label := _unescaped(term))][:100]


def _authors(entry: Mapping[str, Any]) -> list[str]:
    names = (one.get("name") for one in entry.get("authors") or [] if isinstance(one, Mapping))
    return [name for said in names if isinstance(said, str) and (name := _unescaped(said))][:100]


def _unescaped(words: str) -> str:
    """A name, in which the publisher may have escaped twice."""
    return one_line(from_html(words)) if "&" in words or "<" in words else one_line(words)


def _title(said: Mapping[str, Any]) -> str:
    return _unescaped(_said(said, "title"))


def _language(stated: str) -> str | None:
    code = stated.lower().replace("_", "-").partition("-")[0].strip()
    return code if re.fullmatch(r"[a-z]{2,3}", code) else None


def _said(said: Mapping[str, Any], name: str) -> str:
    """As the feed states it: feedparser's own look-up would give one date for another."""
    value = dict.get(said, name) if isinstance(said, dict) else None
    return value if isinstance(value, str) else ""
