"""Feeds: items with checked days and addresses, the newest first; hostile XML is refused, broken items are told."""

import datetime as dt
import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.readers import reader_named
from reports.readers.days import instant_of
from reports.readers.draft import ITEMS_MAX, FeedDraft, ItemDraft, ReaderError
from reports.readers.plain import from_html, from_markdown, web_address
from reports.readers.publisher import slug_of

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
RSS, ATOM = ((SAMPLES / f"feed.{kind}.xml").read_bytes() for kind in ("rss", "atom"))
SECRET = "Ms Example Person of Exampletown"


def read(payload: bytes) -> FeedDraft:
    draft = reader_named("feed")(payload)
    assert isinstance(draft, FeedDraft)
    return draft


def item(**fields: str) -> str:
    said = {"title": "T", "guid": "1", "pubDate": "Thu, 16 May 2024 07:24:25 GMT", "description": "Made up."} | fields
    return "<item>" + "".join(f"<{name}>{words}</{name}>" for name, words in said.items() if words) + "</item>"


def rss(*items: str) -> bytes:
    return f"<rss version='2.0'><channel><title>F</title>{''.join(items)}</channel></rss>".encode()


def one(**fields: str) -> ItemDraft:
    (found,) = read(rss(item(**fields))).items
    return found


def refusal(payload: bytes) -> str:
    with pytest.raises(ReaderError) as refused:
        read(payload)
    assert SECRET not in str(refused.value)
    return str(refused.value)


def test_items_are_read_newest_first_and_what_has_no_day_is_a_problem() -> None:
    draft = read(RSS)

    assert (draft.title, draft.media_type, draft.left_out) == ("Made-up updates", "application/rss+xml", 0)
    assert [item.external_id for item in draft.items] == ["made-up-3", "https://feed.example/older"]
    assert [(problem.place, problem.reason.split(";")[0]) for problem in draft.problems] == [
        ("item 2", "date: found a date that is no day of the calendar"),
        ("item 4", "date: found no date"),
    ]


def test_what_reliefweb_hides_in_the_description_is_found_and_not_read_as_text() -> None:
    older = read(RSS).items[1]

    assert older.countries == ("MLI", "IRN")
    assert older.source is not None
    assert older.source.name == "Office for Made-Up, Invented and Other Affairs"
    assert (older.source.reliability, older.source.family) == ("F", older.source.slug)
    assert older.text == "This is a synthetic text.\n\nOne point\nTwo & a half\n\nA last paragraph.\nWith a line."
    assert json.loads(older.payload)["enclosures"] == ["https://feed.example/older.pdf"]


def test_the_longer_of_teaser_and_content_is_the_text() -> None:
    newer = read(RSS).items[0]

    assert newer.text == "The whole synthetic text, longer than its teaser."
    assert (newer.title, newer.language, newer.countries) == ("A newer made-up item & more", "en", ("TCD",))


def test_no_address_is_kept_that_is_not_of_the_web() -> None:
    newer = read(RSS).items[0]

    assert newer.url == ""
    assert all(b"javascript" not in item.payload for item in read(RSS).items)


def test_atom_is_read_too() -> None:
    first, second = read(ATOM).items

    assert (first.external_id, first.title, first.url) == (
        "urn:example:1",
        "Une première entrée",
        "https://fil.example/1",
    )
    assert (first.text, first.published_on, first.language) == (
        "Un texte inventé, avec 3 < 4.", dt.date(2024, 5, 20), "fr",
    )  # fmt: skip
    assert (second.text, second.url, second.published_on) == (
        "Un paragraphe.\n\nUn autre.", "", dt.date(2024, 5, 18),
    )  # fmt: skip


def test_the_day_is_that_of_utc() -> None:
    assert one(pubDate="Wed, 15 May 2024 23:30:00 -0500").published_on == dt.date(2024, 5, 16)


@pytest.mark.parametrize(
    "stated",
    ["2024-13-45", "2024-02-30T00:00:00Z", "Thu, 32 May 2024 07:00:00 GMT", "Thu, 16 Foo 2024 07:00:00 GMT",
     "yesterday", "16/05/2024", "0001-01-01", "Thu, 16 May 2024 25:00:00 GMT",
     "9999-12-31T23:59:59-05:00", "²024-05-16"],
)  # fmt: skip
def test_a_day_that_is_none_is_never_mended(stated: str) -> None:
    assert instant_of(stated) is None
    draft = read(rss(item(pubDate=stated), item(guid="2")))
    assert ([item.external_id for item in draft.items], len(draft.problems)) == (["2"], 1)


@pytest.mark.parametrize(
    ("stated", "hour"),
    [("Thu, 16 May 2024 07:24:25 +0000", 7), ("16 May 2024 07:24 EST", 12), ("2024-05-16T07:24:25.123456+02:00", 5),
     ("2024-05-16 07:24:25", 7), ("Thursday, 16 May 2024 07:24:60 GMT", 7), ("2024-05-16", 0)],
)  # fmt: skip
def test_days_of_mail_and_of_iso_are_understood(stated: str, hour: int) -> None:
    instant = instant_of(stated)

    assert instant is not None
    assert (instant.date(), instant.hour) == (dt.date(2024, 5, 16), hour)


def test_a_feed_of_ten_thousand_items_is_cut_to_the_newest() -> None:
    start = dt.datetime(2023, 1, 1, tzinfo=dt.UTC)
    days = [(start + dt.timedelta(hours=number)).isoformat() for number in range(10_000)]
    draft = read(rss(*(item(guid=str(number), pubDate=day) for number, day in enumerate(days))))

    assert (len(draft.items), draft.left_out) == (ITEMS_MAX, 10_000 - ITEMS_MAX)
    assert [int(item.external_id) for item in draft.items] == list(range(9_999, 9_499, -1))


REFUSED = {
    "a page": (b"<!DOCTYPE html><html><body>" + SECRET.encode(), "an HTML page"),
    "a page without type": (b"\n <html lang='en'><p>" + SECRET.encode(), "an HTML page"),
    "JSON": (b'{"items": []}', "JSON"),
    "words": (SECRET.encode(), "no feed"),
    "other XML": (b"<?xml version='1.0'?><svg xmlns='x'><text>" + SECRET.encode() + b"</text></svg>", "no feed"),
    "a prolog without end": (b"<?xml version='1.0'?><!-- " + SECRET.encode(), "no feed"),
    "an entity of its own": (
        b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><rss>&b;</rss>', "document type",
    ),
    "an entity of a file": (
        b'<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]><rss>&a;</rss>', "document type",
    ),
    "an encoding for smuggling": (b'<?xml version="1.0" encoding="utf-7"?><rss version="2.0"/>', "encoding"),
    "bytes of another encoding": (b'<?xml version="1.0" encoding="utf-8"?><rss>\xe9</rss>', "0xe9"),
    "UTF-16": ("<rss version='2.0'/>".encode("utf-16"), "UTF-16"),
    "a million tags": (b"<rss>" + b"<a>" * 600_001, "tags"),
    "nothing of a feed": (b"<x:rss", "no version and no items"),
}  # fmt: skip


@pytest.mark.parametrize("refused", REFUSED)
def test_what_is_no_feed_is_refused_with_what_was_wanted(refused: str) -> None:
    payload, found = REFUSED[refused]

    assert re.search(f"found .*{found}.*; wanted ", refusal(payload))


def test_an_address_in_the_place_of_a_feed_is_never_opened(tmp_path: Path) -> None:
    trap = tmp_path / "trap.xml"
    trap.write_bytes(RSS)

    for address in (str(trap), trap.as_uri(), "http://127.0.0.1:9/feed"):
        assert "no feed" in refusal(address.encode())


def test_a_page_quoted_in_a_description_does_not_make_the_feed_a_page() -> None:
    assert one(description="<![CDATA[<!DOCTYPE html><html><body><p>Made up.</p></body></html>]]>").text == "Made up."


def test_a_feed_in_another_encoding_is_read_as_it_states() -> None:
    payload = b'<?xml version="1.0" encoding="ISO-8859-1"?>' + rss(item(title="Caf\u00e9")).decode().encode("latin-1")

    assert read(payload).items[0].title == "Café"


def test_a_feed_that_is_not_well_formed_is_read_as_far_as_it_goes() -> None:
    payload = rss(item(title="A&nbsp;B & C"), item(guid="2")).replace(b"</channel></rss>", b"")

    assert [item.external_id for item in read(payload).items] == ["1", "2"]


@pytest.mark.parametrize("place", ["description", "title", "category", "author"])
def test_an_item_of_nothing_but_tags_is_a_problem_of_its_own(place: str) -> None:
    draft = read(rss(item(guid="1", **{place: "<![CDATA[" + "<div>" * 6_000 + "]]>"}), item(guid="2")))

    assert [item.external_id for item in draft.items] == ["2"]
    assert "tags" in draft.problems[0].reason


def test_an_item_without_id_goes_by_its_address_and_without_both_is_a_problem() -> None:
    draft = read(rss(item(guid="", link="https://x.example/1"), item(guid="")))

    assert [item.external_id for item in draft.items] == ["https://x.example/1"]
    assert "neither an id nor a link" in draft.problems[0].reason


def test_long_ids_stay_apart_within_their_column() -> None:
    first, second = one(guid="x" * 400 + "1").external_id, one(guid="x" * 400 + "2").external_id

    assert first != second
    assert len(first) == len(second) == 300


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "//x.example/", "/x", "ftp://x.example/",
     "http://", "https://user:word@x.example/", "https://x.example/a b", "https://x.example/\n", "http://[::1",
     "https://x.example/" + "x" * 500, 'https://x.example/"onclick="', "java\tscript:alert(1)", None, 7],
)  # fmt: skip
def test_only_addresses_of_the_web_are_kept(address: object) -> None:
    assert web_address(address) in {"", "https://x.example/"}


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One<p>two", "One\n\ntwo"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("one<br/>two<style>p{}</style><!-- three -->", "one\ntwo"),
        ("3 &lt; 4 &amp;amp; 5 &#0; &#xD800;", "3 < 4 &amp; 5 \ufffd \ufffd"),
        ("word\nword\t word", "word word word"),
        ("<script>alert(1)</script>", ""),
        ("a <b", "a"),
    ],
)
def test_html_becomes_plain_paragraphs(markup: str, text: str) -> None:
    assert from_html(markup) == text


def test_slugs_are_short_and_tell_names_apart() -> None:
    long = "A very long name of an organisation that nobody has ever heard of, branch "

    assert slug_of("Médecins Sans Frontières (MSF)") == "medecins-sans-frontieres-msf"
    assert len({slug_of(long + "one"), slug_of(long + "two"), slug_of("机构甲"), slug_of("机构乙"), slug_of("Σ")}) == 5
    for name in (long, "机构甲", "x" * 200, "---", "a-" * 60):
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug_of(name))
        assert len(slug_of(name)) <= 60


PARTS = st.lists(
    st.sampled_from(
        ["<item>", "</item>", "<entry>", "<title>", "</title>", "<description>", "<![CDATA[", "]]>", "<p>", "&amp;",
         "<pubDate>", "2024-05-16", "</pubDate>", "&#xD800;", "&#0;", "<guid>", "<link href='x'/>", "<!--", "-->",
         "<content type='xhtml'>", "<a:b xmlns:a='x'>", "<?php ", "<!ENTITY a 'b'>", "word", "\x01", "<author>",
         "<category>Mali</category>", "<source url='x'>", "<media:content url='x'/>", "<updated>",
         "<geo:lat>x</geo:lat>"]
    ),
    max_size=40,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["<rss version='2.0'><channel>", "<feed xmlns='http://www.w3.org/2005/Atom'>", "<rdf>"]), PARTS)
def test_broken_feeds_raise_nothing_but_a_reader_error(root: str, parts: list[str]) -> None:
    try:
        draft = read((root + "".join(parts)).encode("utf-8", "surrogatepass"))
    except ReaderError:
        return
    assert all(item.text[piece.start : piece.end] == piece.text for item in draft.items for piece in item.passages)
    assert all("\x00" not in item.text + item.title and item.published_on for item in draft.items)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([RSS, ATOM]), st.integers(0, 5000), st.integers(0, 9), st.binary(max_size=9))
def test_a_feed_with_some_bytes_replaced_is_read_or_refused(feed: bytes, at: int, length: int, new: bytes) -> None:
    at %= len(feed)
    try:
        read(feed[:at] + new + feed[at + length :])
    except ReaderError:
        return


HOSTILE = {
    "headings": "# # # " * 50_000, "links": "[a](" * 80_000, "brackets": "[" * 300_000, "stars": "*a " * 100_000,
    "rules": "- " * 150_000, "quotes": "> " * 150_000, "underlines": "_a" * 150_000, "parentheses": "[a]((" * 60_000,
    "escapes": "\\" * 300_000, "titles": '[a](b "' * 40_000,
}  # fmt: skip


SLOW = {
    "tags of one name": "<div>" * 4_990,
    "open marks": "".join(f"<b c={number}>x<p>" for number in range(2_490)),
    "open marks in tables": "".join(f"<table><b c={number}>x" for number in range(49)) + "<table>x" * 4_800,
}


@pytest.mark.parametrize("slow", SLOW)
def test_markup_that_is_built_to_take_long_takes_no_longer_than_other(slow: str) -> None:
    began = time.process_time()
    assert from_html(SLOW[slow]).count("x") == SLOW[slow].count("x")

    assert time.process_time() - began < 3


def test_many_links_and_marks_are_only_left_out() -> None:
    assert from_html("<p>A <a href='x'>link</a> and <b>mark</b>.</p>" * 60).split("\n\n") == ["A link and mark."] * 60


def test_tags_that_hide_in_tags_are_refused() -> None:
    with pytest.raises(ReaderError, match="tags within tags"):
        from_html("<<b>b x>" * 60)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_markdown_that_is_built_to_take_long_takes_no_longer_than_other(hostile: str) -> None:
    began = time.process_time()
    from_markdown(HOSTILE[hostile])

    assert time.process_time() - began < 10


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("ab<>/&;#[]()!*_`\\\"'=- \n\t\x00\x0b\ud800\u2028é"), max_size=80))
def test_any_markup_becomes_text_without_control_characters(markup: str) -> None:
    for text in (from_html(markup), from_markdown(markup)):
        assert text == text.strip()
        assert text.encode().decode() == text
        assert all(letter.isprintable() or letter == "\n" for letter in text)


@pytest.mark.shared_data
def test_the_real_feed_of_reliefweb_is_read(shared_data: Path) -> None:
    draft = read((shared_data / "reliefweb/reliefweb_updates_ukr_2020.rss.xml").read_bytes())

    assert (len(draft.items), draft.problems, draft.left_out) == (20, (), 0)
    assert {item.countries for item in draft.items} == {("UKR",)}
    assert all(item.source and item.url.startswith("https://reliefweb.int/") for item in draft.items)
    names = {item.source.name for item in draft.items if item.source}
    assert "Organization for Security and Co-operation in Europe" in names
    assert "UN Children's Fund" in names
    assert not any("<" in item.text or "Country:" in item.text for item in draft.items)
