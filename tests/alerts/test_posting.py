"""Encrypted lines and log-ins: certificates are verified, and nothing is said in the clear instead."""

import contextlib
import dataclasses
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.mailserver import posting
from alerts.mailserver.posting import Answer, Line, Result
from r2p_dashboard.addresses import MailServer, Tls
from tests.alerts.smtp_servers import DROP, HANG, HOST, Post, post_office

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of 127.0.0.1 in one file, signed by itself."""
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=test.example", "-addext", f"subjectAltName=IP:{HOST}"]
    subprocess.run([*command, "-keyout", path, "-out", f"{path}.crt"], check=True, capture_output=True)
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


@pytest.fixture
def context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.fixture
def starttls(context: ssl.SSLContext) -> Iterator[Post]:
    with post_office(tls_context=context, require_starttls=True, auth_required=True) as post:
        yield post


def posted(post: Post, *, tls: Tls, user: str = "", password: str = "") -> Answer:
    server = MailServer(HOST, post.port, user, password, tls)
    with Line(server, "alerts@r2p.example") as line:
        return line.post(recipient="to@test.example", message=b"Subject: Synthetic\r\n\r\nSynthetic.\r\n")


@pytest.mark.usefixtures("trusted")
def test_a_mail_goes_after_starttls_and_log_in(starttls: Post) -> None:
    answer = posted(starttls, tls="starttls", user="user", password="secret")

    assert (answer.result, answer.code, starttls.logins) == (Result.SENT, 250, [("user", "secret")])
    assert len(starttls.taken) == 1


@pytest.mark.usefixtures("trusted")
def test_a_mail_goes_over_a_line_that_is_encrypted_from_the_start(context: ssl.SSLContext) -> None:
    with post_office(encrypted=context) as post:
        assert posted(post, tls="tls").result is Result.SENT


def test_a_certificate_of_nobody_we_trust_is_refused_before_the_password_is_said(
    starttls: Post, context: ssl.SSLContext
) -> None:
    answer = posted(starttls, tls="starttls", user="user", password="secret")
    with post_office(encrypted=context) as post:
        other = posted(post, tls="tls", user="user", password="secret")

    assert answer == Answer(
        Result.NO_ANSWER, "STARTTLS", "no answer at STARTTLS: its certificate cannot be verified", is_about_server=True
    )
    assert (other.step, other.text) == ("connect", "no answer at connect: its certificate cannot be verified")
    assert starttls.logins == post.logins == []


def test_a_server_without_encryption_is_not_told_the_password() -> None:
    with post_office() as post:
        answer = posted(post, tls="starttls", user="user", password="secret")

    assert (answer.step, answer.text) == ("STARTTLS", "no answer at STARTTLS: the server does not offer it")
    assert answer.is_about_server
    assert post.logins == []


@pytest.mark.usefixtures("trusted")
def test_a_log_in_that_is_refused_leaves_the_mail_to_be_sent(starttls: Post) -> None:
    answer = posted(starttls, tls="starttls", user="user", password="wrong")

    assert (answer.result, answer.step, answer.code) == (Result.DEFERRED, "log-in", 535)
    assert answer.is_about_server
    assert "wrong" not in answer.text


@pytest.mark.parametrize(
    ("what", "text"),
    [
        (HANG, "no answer at EHLO: timed out"),
        (DROP, "no answer at EHLO: the connection was dropped"),
        ("554 5.3.2 closed", "at EHLO: 5.3.2 closed"),
    ],
)
def test_a_server_that_will_not_talk_is_about_the_server(monkeypatch: pytest.MonkeyPatch, what: str, text: str) -> None:
    monkeypatch.setattr(posting, "ANSWER_SECONDS", 0.3)
    with post_office() as post:
        post.says["EHLO"] = what
        answer = posted(post, tls="none")

    assert (answer.text, answer.is_about_server) == (text, True)


@contextlib.contextmanager
def dripping(*, after: int) -> Iterator[MailServer]:
    """A server that says yes to so many commands, its greeting counted; then a reply that goes on and never ends."""
    with socket.create_server((HOST, 0)) as listening:

        def talk() -> None:
            line, _ = listening.accept()
            with line, line.makefile("rb") as heard, contextlib.suppress(OSError):
                for number in range(after):
                    line.sendall(b"250 yes\r\n" if number else b"220 hello\r\n")
                    heard.readline()
                while True:
                    line.sendall(b"220-and\r\n" if after == 0 else b"250-and\r\n")
                    time.sleep(0.02)

        threading.Thread(target=talk, daemon=True).start()
        yield MailServer(HOST, listening.getsockname()[1])


@pytest.mark.parametrize(("after", "step"), [(0, "connect"), (1, "EHLO"), (2, "MAIL"), (3, "RCPT")])
def test_an_answer_that_never_ends_holds_nobody_longer_than_one_mail_may_take(
    monkeypatch: pytest.MonkeyPatch, after: int, step: str
) -> None:
    monkeypatch.setattr(posting, "MAIL_SECONDS", 0.3)
    began = time.monotonic()
    with dripping(after=after) as server, Line(server, "alerts@r2p.example") as line:
        answer = line.post(recipient="to@test.example", message=b"\r\n")

    assert time.monotonic() - began < 5
    assert (answer.result, answer.step, answer.text) == (Result.NO_ANSWER, step, f"no answer at {step}: took too long")


def test_a_good_bye_that_never_ends_holds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "MAIL_SECONDS", 0.3)
    began = time.monotonic()
    with dripping(after=2) as server, Line(server, "alerts@r2p.example") as line:
        assert line._open() is None

    assert time.monotonic() - began < 5


def test_a_host_that_is_none_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    server = dataclasses.replace(MailServer("localhost", 25), host="nobody.invalid")
    with Line(server, "alerts@r2p.example") as line:
        answer = line.post(recipient="to@test.example", message=b"\r\n")

    assert (answer.text, answer.is_about_server) == ("no answer at connect: no such host", True)


def test_what_a_server_sends_is_kept_as_one_short_line() -> None:
    assert posting.cleaned(b"4.3.0\r\nlater\x00\x1b[31m \xff") == "4.3.0 later [31m \ufffd"
    assert len(posting.cleaned(b"x" * 10_000)) == 500


@pytest.mark.parametrize(
    ("message", "sent"),
    [
        (b"a\r\n", b"a\r\n.\r\n"),
        (b"a", b"a\r\n.\r\n"),
        (b".\r\n.a\nb\r.", b"..\r\n..a\r\nb\r\n..\r\n.\r\n"),
    ],
)
def test_no_line_of_a_mail_ends_it_early(message: bytes, sent: bytes) -> None:
    assert posting.with_dots_doubled(message) == sent
