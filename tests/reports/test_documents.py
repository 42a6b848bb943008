"""Documents of every kind become passages with their places; what cannot be read says why, without a word of it."""

import contextlib
import datetime as dt
import io
import re

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.readers import endings, reader_named
from reports.readers.draft import ReaderError, ReportDraft
from tests.reports import documents
from tests.reports.documents import BODY

SECRET = "Ms Example Person of Exampletown"


def read(payload: bytes, reader: str = "automatic") -> ReportDraft:
    draft = reader_named(reader)(payload)
    assert isinstance(draft, ReportDraft)
    return draft


def refusal(payload: bytes, reader: str = "automatic") -> str:
    with pytest.raises(ReaderError) as refused:
        reader_named(reader)(payload)
    words = str(refused.value)
    assert re.fullmatch(r"[^:]+: found .+; wanted .+", words)
    assert "Example" not in words
    return words


# --- PDF ---------------------------------------------------------------------------------------------------
def test_a_pdf_becomes_passages_that_name_their_pages() -> None:
    draft = read(documents.pdf([BODY + " First."], [BODY + " Second."], title="A made-up report"))

    assert [(passage.locator, passage.text[-7:]) for passage in draft.passages] == [
        ("page 1", " First."), ("page 2", "Second."),
    ]  # fmt: skip
    assert (draft.title, draft.read_by, draft.media_type) == ("A made-up report", "pdf", "application/pdf")
    assert all(draft.text[passage.start : passage.end] == passage.text for passage in draft.passages)


def test_lines_at_the_head_and_foot_of_most_pages_are_left_out() -> None:
    pages = [["A/HRC/0/1", f"Point {word}. {BODY}", f"GE.24-01234 {at}/4"] for at, word in enumerate("abcd", 1)]
    draft = read(documents.pdf(*pages))

    assert "A/HRC" not in draft.text
    assert "GE.24" not in draft.text
    assert [passage.text[:8] for passage in draft.passages] == ["Point a.", "Point b.", "Point c.", "Point d."]


def test_a_line_in_the_middle_of_pages_stays_however_often_it_stands_there() -> None:
    lines = [[f"{word} {at} stands alone" for at in "abcde"] for word in ("One", "Two", "Three", "Four")]
    pages = [[*rows, "The same words again", *rows[::-1]] for rows in lines]

    assert read(documents.pdf(*pages)).text.count("The same words again") == 4


def test_words_cut_at_a_line_end_are_put_together() -> None:
    assert (
        "the detention of persons went on"
        in read(documents.pdf(["There the deten-", "tion of persons", "went on."])).text
    )


@pytest.mark.parametrize("title", ["Microsoft Word - draft.doc", "untitled", "report.indd", "", "  "])
def test_a_title_that_a_program_put_there_is_none(title: str) -> None:
    assert read(documents.pdf(["A made-up heading", BODY], title=title)).title == "A made-up heading"


def test_a_scan_is_flagged_as_unread_and_never_as_empty() -> None:
    draft = read(documents.pdf([], ["3"], pictures=[0, 1]))

    assert draft.is_unread
    assert draft.media_type == "application/pdf"


def test_a_pdf_without_any_word_is_unread_too() -> None:
    assert read(documents.pdf([], [])).is_unread


def test_single_pages_that_are_pictures_are_named_and_the_others_are_read() -> None:
    draft = read(documents.pdf([BODY], [], [BODY], pictures=[1]))

    assert not draft.is_unread
    assert [(problem.place, problem.reason[:31]) for problem in draft.problems] == [
        ("page 2", "words: found a picture only; wa"),
    ]  # fmt: skip


def test_a_short_page_of_words_is_no_scan() -> None:
    assert not read(documents.pdf(["Short."])).is_unread


# --- DOCX --------------------------------------------------------------------------------------------------
def test_a_docx_becomes_passages_that_name_their_paragraphs_and_its_footnotes() -> None:
    draft = read(documents.docx("First made-up words.", "Second ones.", notes="A note.", title="Made up"))

    assert [(passage.locator, passage.text) for passage in draft.passages] == [
        ("paragraph 1", "First made-up words."), ("paragraph 2", "Second ones."), ("footnotes", "A note."),
    ]  # fmt: skip
    assert (draft.title, draft.read_by) == ("Made up", "docx")


def test_the_first_heading_of_a_docx_is_its_title_where_it_states_none() -> None:
    assert read(documents.docx("Words.", heading="A heading")).title == "A heading"


def test_what_was_deleted_in_a_docx_is_not_read_and_a_text_box_is_read_once() -> None:
    mc = 'mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    box = "<w:txbxContent><w:p><w:r><w:t>Boxed.</w:t></w:r></w:p></w:txbxContent>"
    choice = f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
    twice = f"<{mc}>{choice}</mc:AlternateContent>"
    body = f"<w:p><w:del><w:r><w:delText>Gone.</w:delText></w:r></w:del><w:r><w:t>Kept.</w:t>{twice}</w:r></w:p>"

    assert read(documents.docx(body=body)).text == "Boxed.\n\nKept."


# --- mail and ZIP ------------------------------------------------------------------------------------------
def test_a_mail_says_its_subject_its_day_and_its_words_and_brings_its_attachments() -> None:
    draft = read(documents.with_attached(documents.mail("Made-up words.\n\nMore."), report_pdf=b"%PDF-", logo_png=b"x"))

    assert (draft.title, draft.published_on, draft.read_by) == ("A made-up mail", dt.date(2024, 6, 1), "mail")
    assert [passage.text for passage in draft.passages] == ["Made-up words.", "More."]
    assert [(file.name, file.payload) for file in draft.carried] == [("report.pdf", b"%PDF-")]
    assert [problem.place for problem in draft.problems] == ["attachment 2"]


def test_a_mail_in_html_is_read_without_its_script() -> None:
    message = documents.mail()
    message.set_content("<p>Made-up <b>words</b>.</p><script>alert('secret')</script>", subtype="html")

    assert read(message.as_bytes()).text == "Made-up words."


def test_a_mail_in_an_old_encoding_is_read_by_what_it_declares() -> None:
    message = documents.mail()
    message.set_content("Вымышленные слова о том, чего не было.", charset="koi8-r")

    assert read(message.as_bytes()).text == "Вымышленные слова о том, чего не было."


def test_a_pasted_mail_is_a_mail_whatever_its_line_ends() -> None:
    pasted = documents.mail().as_bytes()

    assert read(pasted.replace(b"\n", b"\r\n")).title == read(b"\n" + pasted).title == "A made-up mail"


def test_a_subject_with_line_ends_in_it_is_one_line_and_no_second_header() -> None:
    crafted = documents.mail().as_bytes().replace(b"A made-up mail", b"=?utf-8?q?A=0D=0ABcc:_x=40test.example?=")
    title = read(crafted).title

    assert title is not None
    assert "\n" not in title
    assert title.startswith("A")


def test_a_zip_brings_each_file_under_a_name_that_is_no_path() -> None:
    draft = read(
        documents.zipped({"../../etc/passwd": b"One.", "a\\b.txt": b"Two.", "__MACOSX/x": b"", ".DS_Store": b"x"})
    )

    assert (draft.kind, draft.read_by) == ("bundle", "zip")
    assert [(file.name, file.payload) for file in draft.carried] == [("passwd", b"One."), ("b.txt", b"Two.")]


# --- text and pages ----------------------------------------------------------------------------------------
SENTENCE = "Le président de la Côte d’Ivoire a déclaré que l’été fut « calme »."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman"])
def test_a_text_is_read_in_the_encodings_that_are_in_use(encoding: str) -> None:
    assert read(SENTENCE.encode(encoding)).text == SENTENCE


@pytest.mark.parametrize("encoding", ["cp1251", "cp1256", "gb18030", "iso-8859-2"])
def test_a_text_in_an_encoding_that_could_be_another_is_refused_and_never_guessed(encoding: str) -> None:
    words = {
        "cp1251": "Привет, мир. ",
        "cp1256": "سلام عليكم ",
        "gb18030": "人民的声音 ",
        "iso-8859-2": "zażółć gęślą jaźń ",
    }

    assert "wanted UTF-8" in refusal((words[encoding] * 5).encode(encoding))


def test_bare_carriage_returns_end_lines() -> None:
    assert [passage.text for passage in read(b"One.\r\rTwo.").passages] == ["One.", "Two."]


def test_a_page_in_a_declared_encoding_is_read_by_it() -> None:
    page = f'<html><head><meta charset="windows-1251"></head><body><p>{"Вымышленные слова. " * 9}</p></body></html>'

    assert read(page.encode("cp1251")).text.startswith("Вымышленные слова.")


@pytest.mark.parametrize(
    ("meta", "day"),
    [
        ('<meta property="article:published_time" content="2024-06-01T10:00:00Z">', dt.date(2024, 6, 1)),
        ('<meta name="DC.date" content="2024/06/01">', dt.date(2024, 6, 1)),
        ('<meta name="date" content="2024-13-45">', None),
        ('<meta name="viewport" content="2024-06-01">', None),
    ],
)
def test_a_page_has_the_day_that_its_head_states_and_no_other(meta: str, day: dt.date | None) -> None:
    page = f"<html><head>{meta}</head><body><p>On 5 May 2023 nothing happened. {BODY * 3}</p></body></html>"

    assert read(page.encode()).published_on == day


# --- what it is --------------------------------------------------------------------------------------------
FOREIGN: dict[str, tuple[bytes, str]] = {
    "nothing": (b" \n ", "nothing in it"),
    "an old Office file": (b"\xd0\xcf\x11\xe0" + b"x" * 99, "an Office file of before 2007"),
    "a picture": (b"\xff\xd8\xff\xe0", "a picture (JPEG)"),
    "a program": (b"MZ\x90\x00\x03", "a program"),
    "RTF": (b"{\\rtf1 " + SECRET.encode(), "an RTF file"),
    "a workbook": (documents.zipped({"xl/workbook.xml": b"<x/>"}), "a workbook (XLSX)"),
    "slides": (documents.zipped({"ppt/presentation.xml": b"<x/>"}), "slides (PPTX)"),
    "a feed": (b'<?xml version="1.0"?><rss version="2.0"></rss>', "a feed"),
    "a coding note": (b'[note]\nid = "x"\n', "a coding note"),
    "a table": (b"a,b,c,d\n" + b"1,2,3,4\n" * 9, "a table"),
    "half a ZIP": (documents.zipped({"a": b"x" * 999})[:60], "a ZIP file without its end"),
    "an empty ZIP": (documents.zipped({}), "no file in it"),
    "half a PDF": (documents.pdf([BODY])[:200], "a broken one"),
    "a locked PDF": (documents.locked_pdf(), "one that wants a password"),
    "a DOCX without words": (documents.docx(""), "no words"),
    "a ZIP of a bomb alone": (documents.zipped({"a.txt": b"0" * 5_000_000}), "nothing that can be taken out"),
    "a mail without words": (documents.mail(" ").as_bytes(), "no words and no attachment"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_cannot_be_read_says_what_it_is_and_what_to_do(kind: str) -> None:
    payload, found = FOREIGN[kind]

    assert f"found {found}" in refusal(payload)


@pytest.mark.parametrize("reader", ["pdf", "docx", "mail", "zip"])
@pytest.mark.parametrize("payload", [b"", b" \n", SECRET.encode(), b"\x00" * 99, b"<html>", SECRET.encode("utf-16")])
def test_a_reader_that_was_chosen_refuses_what_is_of_another_kind(reader: str, payload: bytes) -> None:
    refusal(payload, reader)


def test_the_bytes_tell_the_kind_and_a_name_that_says_another_is_told() -> None:
    assert endings.mismatch("report.docx", "pdf").startswith("name: found the ending of another kind")
    assert endings.mismatch("ged251-csv.zip", "ucdp-ged") == ""
    assert endings.mismatch("report.pdf", "pdf") == endings.mismatch("report", "pdf") == ""


def test_a_polyglot_is_what_its_first_bytes_are() -> None:
    both = documents.pdf([BODY]) + documents.zipped({"a.txt": b"Hidden."})
    draft = read(both)

    assert (draft.read_by, draft.carried) == ("pdf", ())
    assert "Hidden" not in draft.text


STARTS = [b"", b"%PDF-1.7\n", b"PK\x03\x04", b"From: a@b.c\nTo: d\nSubject: ", b"<html>", documents.pdf([BODY])[:400],
          documents.docx("x")[:300], documents.mail().as_bytes()[:150], b"\xff\xfe"]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(STARTS),
    st.binary(max_size=300),
    st.sampled_from(["automatic", "pdf", "docx", "mail", "zip", "text", "html"]),
)
def test_any_bytes_are_read_or_refused_by_name(start: bytes, rest: bytes, reader: str) -> None:
    with contextlib.suppress(ReaderError):
        draft = read(start + rest, reader)
        assert all(draft.text[passage.start : passage.end] == passage.text for passage in draft.passages)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["pdf", "docx", "mail"]), st.integers(0, 3000), st.binary(min_size=1, max_size=8))
def test_a_good_file_with_a_few_wrong_bytes_is_read_or_refused_by_name(reader: str, at: int, wrong: bytes) -> None:
    good = {"pdf": documents.pdf([BODY], [BODY]), "docx": documents.docx(BODY), "mail": documents.mail().as_bytes()}[
        reader
    ]
    at %= len(good)
    with contextlib.suppress(ReaderError):
        read(good[:at] + wrong + good[at + len(wrong) :], reader)


def test_a_docx_that_another_program_wrote_is_read() -> None:
    written = docx.Document()
    written.core_properties.title = "Made up"
    written.add_heading("A heading", 1)
    written.add_paragraph("Made-up words.")
    written.add_table(1, 2).rows[0].cells[1].text = "In a cell."
    out = io.BytesIO()
    written.save(out)

    draft = read(out.getvalue())
    assert (draft.title, draft.text) == ("Made up", "A heading\n\nMade-up words.\n\nIn a cell.")
