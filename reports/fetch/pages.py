"""Answers in several pages, and answers in an archive: made into the one file that a reader takes."""

import dataclasses
import hashlib
import io
import json
import lzma
import time
import zipfile
import zlib
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

from reports.fetch import Fetched, FetchError, Rules, fetch

PAGES_MAX = 200
SECONDS_MAX = 150.0  # all pages together, the pauses between them too
TABLES = (".csv", ".tsv", ".json", ".xlsx")
UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, OSError)
_OFFICE = "[Content_Types].xml"

NextOf = Callable[[bytes], str]


def next_page_url(payload: bytes) -> str:
    """The address that a page of UCDP's API names as the next; empty on the last. Raises FetchError."""
    try:
        page = json.loads(payload)
        named = page["NextPageUrl"] if isinstance(page, dict) else None
    except (ValueError, KeyError, RecursionError) as error:
        raise FetchError("page: found no JSON with NextPageUrl; wanted a page of the API") from error
    return named.strip() if isinstance(named, str) else ""


def fetch_pages(
    url: str,
    *,
    rules: Rules,
    next_of: NextOf,
    between: Callable[[], None],
    key: tuple[str, str] | None = None,
) -> Fetched:
    """Every page from `url` on. One page is its bytes; several are a JSON list of them, each as it came.

    The next page must stand on the same server, and no page may come twice. `between` waits for the next turn.
    Raises FetchError.
    """
    end, pages, seen, left = time.monotonic() + SECONDS_MAX, [], set[str](), rules.bytes_max
    first: Fetched | None = None
    while url:
        if pages:
            between()
        _refuse(url, seen, rules)
        seconds = end - time.monotonic()
        if seconds <= 0:
            raise FetchError(f"pages: found more than {SECONDS_MAX:g} seconds hold; wanted fewer", is_transient=True)
        within = dataclasses.replace(rules, bytes_max=left, seconds=min(rules.seconds, seconds))
        page = fetch(url, rules=within, key=key)
        assert page is not None  # nothing was said of an older one
        first = first or page
        pages.append(page.payload)
        left -= len(page.payload)
        url = _beside(url, next_of(page.payload))
    assert first is not None  # an empty address is refused when it is fetched
    payload = pages[0] if len(pages) == 1 else b"[" + b",\n".join(pages) + b"]"
    return dataclasses.replace(first, payload=payload, headers=_headers(first, len(pages)))


def _headers(first: Fetched, count: int) -> dict[str, str]:
    """Of several pages no ETag: it would speak of the first alone."""
    if count == 1:
        return first.headers
    kept = {name: value for name, value in first.headers.items() if name in {"content-type", "date"}}
    return kept | {"pages": str(count)}


def _refuse(url: str, seen: set[str], rules: Rules) -> None:
    if url in seen:
        raise FetchError("page: found one that was here before; wanted the next, or none")
    if len(seen) >= PAGES_MAX:
        raise FetchError(f"pages: found more than {PAGES_MAX}; wanted at most that: ask for a shorter period")
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
    if not fetched.payload.startswith(b"PK\x03\x04"):
        return fetched
    try:
        with zipfile.ZipFile(io.BytesIO(fetched.payload)) as archive:
            names = archive.namelist()
            if _OFFICE in names:
                return fetched
            name = _table_of(names)
            payload = _member(archive, name, bytes_max)
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
    ) as error:
        raise FetchError("archive: found a ZIP that cannot be read; wanted one without a password") from error
    digest = hashlib.sha256(fetched.payload).hexdigest()
    headers = fetched.headers | {"zip-member": name[:100], "zip-sha256": digest}
    return dataclasses.replace(fetched, payload=payload, headers=headers)


def _table_of(names: list[str]) -> str:
    tables = [name for name in names if name.lower().endswith(TABLES) and not name.startswith("__MACOSX")]
    if len(tables) != 1:
        raise FetchError(f"archive: found {len(tables)} tables in it; wanted one ({', '.join(TABLES)})")
    return tables[0]


def _member(archive: zipfile.ZipFile, name: str, bytes_max: int) -> bytes:
    """At most `bytes_max`, whatever the archive says of its size."""
    with archive.open(name) as member:
        payload = member.read(bytes_max + 1)
    if len(payload) > bytes_max:
        raise FetchError(f"archive: found more than {bytes_max / 2**20:.3g} MB in it; wanted at most that")
    return payload
