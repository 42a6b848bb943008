"""Answers in several pages, and answers in an archive: made into the one file that a reader takes."""

import dataclasses
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from reports import zips
from reports.fetch import Fetched, FetchError, Rules, fetch

PAGES_MAX = 200
SECONDS_MAX = 150.0  # all pages together, the pauses between them too
TABLES = (".csv", ".tsv", ".json", ".xlsx")
_OFFICE = "[Content_Types].xml"

Page = Mapping[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Pages:
    """How an API deals out its rows: the list in a page, where the next page is, and a page that has all rows."""

    rows: str
    next_of: Callable[[str, Page], str]  # address and page; empty on the last
    whole: Callable[[list[Any]], dict[str, Any]]
    total: str = ""  # where a page says how many rows there are in all


def _named(_url: str, page: Page) -> str:
    named = page.get("NextPageUrl")
    return named.strip() if isinstance(named, str) else ""


def _numbered(url: str, page: Page) -> str:
    number, last = page.get("page"), page.get("maxPages")
    if not (isinstance(number, int) and isinstance(last, int) and number < last):
        return ""
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "page"]
    return parts._replace(query=urlencode([*query, ("page", number + 1)])).geturl()


UCDP = Pages(
    "Result",
    _named,
    lambda rows: {"TotalCount": len(rows), "TotalPages": 1, "NextPageUrl": "", "Result": rows},
    total="TotalCount",
)
UNHCR = Pages("items", _numbered, lambda rows: {"page": 1, "maxPages": 1, "items": rows})


def fetch_rest(
    first: Fetched,
    *,
    rules: Rules,
    pages: Pages,
    between: Callable[[], None],
    key: tuple[str, str] | None = None,
) -> Fetched:
    """The answer with the pages that follow it, as one page of all rows; one that has no next as it came.

    The next page must stand on the same server, and no page may come twice. `between` waits for the next turn.
    Raises FetchError.
    """
    page = _page(first.payload, pages)
    url = _beside(first.url, pages.next_of(first.url, page)) if page else ""
    if not url:
        return first
    end, left, seen = time.monotonic() + SECONDS_MAX, rules.bytes_max - len(first.payload), {first.url}
    payloads, rows, total = [first.payload], list(page[pages.rows]), page.get(pages.total)
    while url:
        between()
        _refuse(url, seen, end)
        within = dataclasses.replace(rules, bytes_max=left, seconds=min(rules.seconds, end - time.monotonic()))
        found = fetch(url, rules=within, key=key)
        assert found is not None  # nothing was said of an older one
        page = _page(found.payload, pages)
        if not page:
            raise FetchError(f"page: found no JSON with a list {pages.rows}; wanted the next page of the answer")
        payloads.append(found.payload)
        rows += page[pages.rows]
        left -= len(found.payload)
        url = _beside(url, pages.next_of(url, page))
    if isinstance(total, int) and total != len(rows):
        reason = f"pages: found {len(rows)} rows; wanted the {total} that the first page speaks of"
        raise FetchError(reason, is_transient=True)
    whole = json.dumps(pages.whole(rows), ensure_ascii=False).encode()
    return dataclasses.replace(first, payload=whole, headers=_headers(first, payloads))


def _page(payload: bytes, pages: Pages) -> Page:
    """The page; empty where it is none, which its reader then says better."""
    try:
        page = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return page if isinstance(page, dict) and isinstance(page.get(pages.rows), list) else {}


def _headers(first: Fetched, payloads: list[bytes]) -> dict[str, str]:
    """Of several pages no ETag, which would speak of the first alone, but how many they were and their digest."""
    kept = {name: value for name, value in first.headers.items() if name in {"content-type", "date"}}
    return kept | {"pages": str(len(payloads)), "pages-sha256": hashlib.sha256(b"".join(payloads)).hexdigest()}


def _refuse(url: str, seen: set[str], end: float) -> None:
    if url in seen:
        raise FetchError("page: found one that was here before; wanted the next, or none")
    if len(seen) >= PAGES_MAX:
        raise FetchError(f"pages: found more than {PAGES_MAX}; wanted at most that: ask for a shorter period")
    if time.monotonic() >= end:
        raise FetchError(f"pages: found more than {SECONDS_MAX:g} seconds hold; wanted fewer", is_transient=True)
    seen.add(url)


def _beside(url: str, named: str) -> str:
    """The address of the next page: of the same server, never from https to http."""
    if not named:
        return ""
    here, there = urlsplit(url), urlsplit(urljoin(url, named))
    if here.scheme == "https" and there.scheme == "http" and there.netloc == here.netloc:
        there = there._replace(scheme="https")  # behind a proxy, APIs name themselves by http
    if (there.scheme, there.netloc) != (here.scheme, here.netloc):
        raise FetchError("page: found the next one on another server; wanted it on the same")
    return there.geturl()


def unzipped(fetched: Fetched, *, bytes_max: int) -> Fetched:
    """The one table in a ZIP archive; anything else as it came. Raises FetchError.

    Its headers say which member it was and the digest of the archive.
    """
    if not fetched.payload.startswith(zips.FIRST_BYTES):
        return fetched
    try:
        archive = zips.opened(fetched.payload)
        if _OFFICE in archive.namelist():
            return fetched
        table = zips.only_table(archive, TABLES)
        payload = zips.unpacked(archive, table, zips.Caps(bytes_max))
    except zips.ZipError as error:
        raise FetchError(f"archive: {error}") from error
    digest = hashlib.sha256(fetched.payload).hexdigest()
    headers = fetched.headers | {"zip-member": table.filename[:100], "zip-sha256": digest}
    return dataclasses.replace(fetched, payload=payload, headers=headers)
