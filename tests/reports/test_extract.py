"""Reading in a process of its own: what loops, grows, dies or lies is told with its cap, and the next file is read."""

import os
import signal
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from reports import extract
from reports.extract import Limits, Stopped, Warm, wire
from reports.readers import READERS
from reports.readers.draft import CarriedFile, ItemProblem, PassageDraft, ReaderError, ReportDraft
from tests.reports import documents
from tests.reports.documents import BODY
from tests.waiting import until

SMALL = Limits(memory_bytes=64 * 2**20, cpu_seconds=1, wall_seconds=5, answer_bytes=2**20)


@pytest.fixture(autouse=True)
def naughty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READERS, "naughty", "tests.reports.naughty")


def stopped(payload: bytes, *, reader: str = "naughty", limits: Limits = SMALL) -> str:
    with pytest.raises(ReaderError) as refused:
        extract.read(reader, payload, limits=limits)
    assert "wanted" in str(refused.value)
    return str(refused.value)


def still_reads() -> bool:
    return extract.read("text", b"Made-up words.").draft.title is None


CAPS = {
    "loop": "time: found more than 1 seconds of work to read it",
    "grow": "memory: found more than 64 MB needed to read it; wanted at most 64 MB",
    "talk": "text: found more than 1 MB in it",
    "crash": "reading: found its process ended by signal 6",
}


@pytest.mark.parametrize("deed", CAPS)
def test_what_goes_beyond_a_cap_is_told_with_the_cap_and_the_next_file_is_read(deed: str) -> None:
    assert stopped(deed.encode()).startswith(CAPS[deed])
    assert still_reads()


def test_what_hangs_is_ended_by_the_clock() -> None:
    limits = Limits(wall_seconds=1)

    assert stopped(b"sleep", limits=limits).startswith("time: found more than 1 seconds to read it")
    assert still_reads()


def test_a_reader_that_raises_is_named_by_its_exception_and_not_by_its_words() -> None:
    with pytest.raises(extract.Broke) as broke:
        extract.read("naughty", b"raise")

    assert broke.value.kind == "ZeroDivisionError"
    assert "witness" not in str(broke.value)


def test_the_process_knows_no_secret_no_django_and_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_KEY", "made up")

    known = extract.read("naughty", b"tell").draft
    assert isinstance(known, ReportDraft)
    assert known.text == "LANG OMP_NUM_THREADS OPENBLAS_NUM_THREADS PYTHONPATH"


def children_of(pid: int) -> list[int]:
    return [int(number) for number in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_file_whose_process_is_killed_while_it_is_read_is_told_and_the_next_is_read() -> None:
    warm = Warm()
    job = {"reader": "naughty", "module": "tests.reports.naughty", "function": "read"}
    told: list[str] = []

    def reading() -> None:
        try:
            warm.do(job, b"sleep", Limits())
        except Stopped as error:
            told.append(str(error))
        warm.close()

    reader = threading.Thread(target=reading)
    reader.start()
    until(lambda: warm.pid and children_of(warm.pid), what="the file's own process")
    os.kill(children_of(warm.pid)[0], signal.SIGKILL)
    reader.join(10)

    assert told[0].startswith("reading: found its process ended by signal 9")


def test_a_warm_process_that_was_killed_is_started_again() -> None:
    warm = Warm()
    job = {"reader": "text", "module": "reports.readers.text", "function": "read"}
    warm.do(job, b"One.", Limits())
    first = warm.pid
    os.kill(first, signal.SIGKILL)

    assert warm.do(job, b"Two.", Limits()).report is not None
    assert warm.pid != first
    warm.close()


def test_no_process_outlives_the_one_that_reads() -> None:
    """As after kill -9 of a worker: the warm process and the file's own are gone with it."""
    ready, says = os.pipe()
    worker = os.fork()
    if worker == 0:
        warm = Warm()
        warm._started()
        os.write(says, struct.pack("<i", warm.pid))
        job = {"reader": "naughty", "module": "tests.reports.naughty", "function": "read"}
        warm.do(job, b"sleep", Limits())
        os._exit(0)
    (pid,) = struct.unpack("<i", os.read(ready, 4))
    os.close(ready)
    os.close(says)
    until(lambda: Path(f"/proc/{pid}").exists() and children_of(pid), what="the file's own process")
    own = children_of(pid)[0]
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)

    until(lambda: not is_alive(pid) and not is_alive(own), what="the end of both")


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_sixty_files_do_not_start_sixty_processes_anew() -> None:
    extract.read("automatic", documents.pdf([BODY]))
    start = time.process_time()
    for number in range(60):
        extract.read("automatic", documents.pdf([f"{BODY} {number}"]))

    assert extract._warm().pid
    assert time.process_time() - start < 10  # our own share: no import is in it


# --- hostile files, each with its own cap ------------------------------------------------------------------
ENTITIES = "<!DOCTYPE w [<!ENTITY a 'lol'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{('&' + chr(97 + n) + ';') * 10}'>" for n in range(9)
) + "]>"  # fmt: skip


def deep_mail() -> bytes:
    parts = (b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (depth, depth) for depth in range(400))
    return b"From: a@b.c\nTo: d\nSubject: x\nMIME-Version: 1.0\n" + b"".join(parts)


def crowded_mail() -> bytes:
    many = documents.mail()
    for number in range(1_000):
        many.add_attachment(b"x", maintype="application", subtype="pdf", filename=f"{number}.pdf")
    return many.as_bytes()


def in_docx(words: str, doctype: str = "") -> bytes:
    return documents.docx(body=f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>", doctype=doctype)


def drawing(content: bytes) -> bytes:
    return documents.pdf([BODY], stream=documents.flate(content))


NUMBERED = "".join(f"<w:p>{number}</w:p>" for number in range(4_000_000))
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a PDF that claims 300,000 pages": (
        lambda: documents.pdf([BODY], claimed=300_000), "found 300,000 pages; wanted at most 2,000",
    ),
    "a PDF with 300,000 pages in one list": (
        lambda: documents.pdf([BODY], again=300_000), "a part larger than any that programs write",
    ),
    "a PDF of 2,001 pages": (lambda: documents.pdf([BODY], again=2_001), "found 2,001 pages; wanted at most 2,000"),
    "a PDF with a stream that unpacks to 200 MB": (
        lambda: drawing(b" " * 200_000_000), "a part larger than any that programs write",
    ),
    "a PDF with a page of 30 MB": (lambda: drawing(b"0 0 m " * 5_000_000), "30 MB to draw it; wanted at most 20"),
    "a DOCX that is a tree of gigabytes": (lambda: documents.docx(body=NUMBERED), "more than 60 MB when unpacked"),
    "a DOCX packed too tightly": (lambda: documents.docx(body=" " * 40_000_000), "packed more than 200 to 1"),
    "a DOCX that expands entities": (lambda: in_docx("&j;", ENTITIES), "a document type, which may hold entities"),
    "a DOCX nested without end": (
        lambda: documents.docx(body="<w:p>" * 9_000 + "</w:p>" * 9_000), "more than 200 elements within",
    ),
    "a DOCX with 5 million characters": (
        lambda: in_docx(os.urandom(2_500_000).hex()), "more than 4,000,000 characters",
    ),
    "a ZIP of 101 files": (
        lambda: documents.zipped({str(number): b"x" for number in range(101)}), "found 101 files in it; wanted at most",
    ),
    "a ZIP that claims 60,000 files": (lambda: _claiming(60_000), "found 60,000 files in it; wanted at most 5,000"),
    "a mail with 1,000 attachments": (crowded_mail, "found 1,001 parts; wanted at most 200"),
    "a mail nested without end": (deep_mail, "parts more than 20 deep"),
    "a mail with a megabyte of headers": (
        lambda: b"From: a@b.c\nTo: d\nSubject: x\n" + b"X-Y: z\n" * 150_000 + b"\nWords.",
        "kB of headers; wanted at most 500 kB",
    ),
    "a text of one line of 20 MB": (
        lambda: b"word " * 4_000_000, "found 20,000,000 characters; wanted at most 4,000,000",
    ),
    "a text with NUL bytes": (lambda: b"Words\x00words", "a NUL character"),
    "a page of nothing but tags": (lambda: b"<html><body>" + b"<a>x" * 200_001, "200,003 tags; wanted at most 200,000"),
}  # fmt: skip


def _claiming(count: int) -> bytes:
    good = bytearray(documents.zipped({"a": b"x"}))
    end = good.rindex(b"PK\x05\x06")
    good[end + 10 : end + 12] = struct.pack("<H", count)
    return bytes(good)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_its_cap(name: str) -> None:
    make, found = HOSTILE[name]

    assert found in stopped(make(), reader="automatic", limits=extract.LIMITS)
    assert still_reads()


def test_a_bomb_in_a_zip_is_a_problem_and_its_neighbours_are_taken_out() -> None:
    both = documents.zipped({"bomb.txt": b"0" * 15_000_000, "good.txt": b"Made-up words."})
    draft = extract.read("automatic", both).draft

    assert isinstance(draft, ReportDraft)
    assert [file.name for file in draft.carried] == ["good.txt"]
    assert draft.problems == (
        ItemProblem(
            "file 1 of the ZIP",
            "found bytes packed more than 200 to 1; wanted at most 200 to 1: nothing written packs so tightly",
        ),
    )


# --- what the process may say ------------------------------------------------------------------------------
def told(answer: wire.Answer) -> bytes:
    return b"".join(wire.packed(answer))


def test_an_answer_arrives_as_it_was_sent() -> None:
    passage = PassageDraft(0, 3, "abc", "page 1")
    draft = ReportDraft(
        "document", "x", "abc", (passage,), carried=(CarriedFile("a", b"\x00\xff"), CarriedFile("b", b""))
    )
    answer = wire.Answer("pypdf", "7", report=draft)

    assert wire.unpacked(memoryview(told(answer))) == answer


@pytest.mark.parametrize(
    "change",
    [
        {"refused": 7}, {"report": {"kind": "document"}}, {"report": "x"}, {"unknown": 1}, {"feed": []},
        {"figures": {"rows": [{"territory": 1}]}}, {"extractor": None},
    ],
)  # fmt: skip
def test_an_answer_of_another_shape_is_refused(change: dict[str, object]) -> None:
    said = orjson.loads(told(wire.Answer())[8:]) | change
    payload = orjson.dumps(said)

    with pytest.raises(wire.WireError, match="wanted"):
        wire.unpacked(memoryview(struct.pack("<Q", len(payload)) + payload))


@pytest.mark.parametrize("payload", [b"", b"\x00" * 8, b"\xff" * 20, struct.pack("<Q", 2) + b"[]"])
def test_anything_that_is_no_answer_is_refused(payload: bytes) -> None:
    with pytest.raises(wire.WireError, match="wanted"):
        wire.unpacked(memoryview(payload))
