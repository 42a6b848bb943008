"""Files within files: mails in ZIPs and ZIPs on mails are followed; the caps hold for all that one file brings."""

import pytest

from people.models import User
from people.permissions import Role, Sensitivity
from reports import ingest, nesting
from reports.models import Passage, Report, Retrieval
from tests import make
from tests.reports.documents import BODY, mail, with_attached, zipped

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def sender(db: None) -> User:
    return make.person(Role.CODER)


def read(payload: bytes, sender: User, name: str = "outer.zip") -> Retrieval:
    """Sends one file, and has it and all that comes in it read."""
    about = ingest.About(source=make.source().slug, published_on=make.TODAY)
    row = ingest.receive(
        reader="automatic", payload=payload, about=about, file_name=name, at=make.NOW, asked_by=sender
    )  # fmt: skip
    ingest.read_waiting(at=make.NOW)
    row.refresh_from_db()
    return row


def names() -> list[str]:
    return list(Retrieval.objects.order_by("pk").values_list("file_name", flat=True))


def reasons() -> list[str]:
    return [problem["reason"] for row in Retrieval.objects.order_by("pk") for problem in row.problems]


def nest(depth: int, payload: bytes = b"Made-up words at the bottom.") -> bytes:
    """ZIPs within each other: `depth` of them around a text."""
    name = "bottom.txt"
    for layer in range(depth):
        payload, name = zipped({name: payload}), f"layer-{layer}.zip"
    return payload


def test_a_mail_in_a_zip_keeps_its_attachments(sender: User) -> None:
    letter = with_attached(mail("Made-up words in a mail."), annex_txt=b"Made-up words in an annex.")
    read(zipped({"letter.eml": letter}), sender)

    assert names() == ["outer.zip", "letter.eml", "annex.txt"]
    assert Passage.objects.filter(text="Made-up words in an annex.").exists()
    annex = Report.objects.get(reader="text")
    assert annex.carrier is not None
    assert annex.carrier.reader == "mail"


def test_a_zip_on_a_mail_in_a_zip_is_opened(sender: User) -> None:
    letter = with_attached(mail(), annexes_zip=zipped({"one.txt": b"Made-up one.", "two.txt": b"Made-up two."}))
    read(zipped({"letter.eml": letter}), sender)

    assert names() == ["outer.zip", "letter.eml", "annexes.zip", "one.txt", "two.txt"]
    assert reasons() == []


def test_what_comes_in_a_mail_is_as_close_as_the_mail(sender: User) -> None:
    letter = with_attached(mail(), annexes_zip=zipped({"one.txt": b"Made-up one."}), note_txt=b"A made-up note.")
    read(zipped({"letter.eml": letter, "beside.txt": b"Made up, beside the letter."}), sender)
    close = dict(Report.objects.values_list("title", "sensitivity"))

    inside = ["A made-up mail", "annexes.zip", "Made-up one.", "A made-up note."]
    assert {close.pop(title) for title in inside} == {Sensitivity.INTERNAL}
    assert set(close.values()) == {Sensitivity.PUBLIC}


def test_a_report_that_is_public_stays_so_when_a_mail_brings_it_again(sender: User) -> None:
    read(b"A made-up public statement.", sender, "statement.txt")
    read(with_attached(mail(), statement_txt=b"A made-up public statement."), sender, "letter.eml")

    assert Report.objects.get(reader="text").sensitivity == Sensitivity.PUBLIC


def test_below_the_depth_nothing_is_opened_and_that_is_told(sender: User) -> None:
    read(nest(nesting.DEPTH_MAX + 3), sender)

    assert len(names()) == 1 + nesting.DEPTH_MAX
    (reason,) = reasons()
    assert f"found more than {nesting.DEPTH_MAX} files within each other" in reason


def test_the_number_of_files_is_capped_over_all_layers(sender: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nesting, "FILES_MAX", 12)
    inner = {f"{at}.zip": zipped({f"{at}-{n}.txt": b"Made up %d %d." % (at, n) for n in range(4)}) for at in range(5)}
    read(zipped(inner), sender)

    assert len(names()) == 1 + 12
    assert len(reasons()) == 5 + 20 - 12
    assert "wanted at most that in all" in reasons()[0]


def test_the_bytes_are_capped_over_all_layers(sender: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nesting, "BYTES_MAX", 60_000)
    parts = {f"{at}.zip": zipped({"long.txt": b"%d. " % at + BODY.encode() * 300}) for at in range(4)}
    read(zipped(parts), sender)

    assert len(names()) == 1 + 4 + 2
    assert len(reasons()) == 2


def test_layers_that_are_each_within_the_ratio_are_no_way_around_it(
    sender: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nesting, "RATIO_FROM", 50_000)
    words = b"Made-up words about nobody at all. " * 25_000  # below where the reader of one layer looks
    row = read(zipped({"inner.zip": zipped({"long.txt": words})}), sender)

    assert names() == ["outer.zip", "inner.zip"]
    assert row.state == Retrieval.State.DONE
    assert f"{nesting.RATIO_MAX} times its size" in reasons()[0]


def test_a_flood_of_copies_ends_at_the_caps(sender: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nesting, "FILES_MAX", 30)
    leaf = zipped({f"{n}.txt": b"Made up %d." % n for n in range(20)})
    read(zipped({f"{n}.zip": zipped({f"{m}.zip": leaf for m in range(20)}) for n in range(20)}), sender)

    assert Retrieval.objects.count() == 31
    assert not Retrieval.objects.filter(state=Retrieval.State.WAITING).exists()


def test_what_came_again_says_again_what_was_not_opened(sender: User) -> None:
    deep = nest(nesting.DEPTH_MAX + 2)
    read(deep, sender)
    again = read(deep, sender)

    assert again.state == Retrieval.State.SAME
    assert len(reasons()) == 2
