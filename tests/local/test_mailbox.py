"""The loopback mail server: a 250 means that the mail is on the disk, and nothing else is a mail there."""

import os
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from r2p_dashboard.local import environment, ports
from r2p_dashboard.local.children import Child, mailbox_command
from r2p_dashboard.local.ports import HOST

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def mailbox(folder: Path) -> Iterator[int]:
    """A real one, on a port of its choice."""
    command = [sys.executable, "-m", "r2p_dashboard.local.mailbox", "--port", "0", "--folder", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline().split(f"{HOST}:")[1].split()[0])
        finally:
            process.terminate()
            assert process.wait(10) == 0


def mail(subject: str) -> bytes:
    message = EmailMessage()
    message["Subject"], message["Message-ID"] = subject, "<one@test.example>"
    message.set_content("..a line that starts with a dot\nand Türkiye\n")
    return message.as_bytes(policy=SMTP)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "mail"


def test_a_mail_is_kept_with_its_envelope_before_the_server_says_so(kept: Path) -> None:
    with mailbox(kept) as port, smtplib.SMTP(HOST, port) as client:
        for number in range(3):
            client.sendmail("from@test.example", ["to@test.example"], mail(f"number {number}"))
            assert len(list(kept.iterdir())) == number + 1
        client.mail("from@test.example")
        client.rcpt("to@test.example")
        code, text = client.data(mail("the last"))

    names = sorted(path.stem for path in kept.iterdir())
    assert (code, text.decode()) == (250, f"2.0.0 kept as {names[-1]}")
    last = (kept / f"{names[-1]}.eml").read_bytes()
    assert last.endswith(b"\r\n\r\n" + mail("the last").split(b"\r\n\r\n", 1)[1])
    assert message_from_bytes(last)["Delivered-To"] == "to@test.example"


def test_a_mail_that_cannot_be_kept_is_not_taken(kept: Path) -> None:
    with mailbox(kept) as port, smtplib.SMTP(HOST, port) as client:
        kept.rename(kept.with_name("gone"))
        with pytest.raises(smtplib.SMTPDataError) as refusal:
            client.sendmail("from@test.example", ["to@test.example"], mail("lost"))

    assert refusal.value.smtp_code == 452


def test_two_launchers_at_once_have_a_port_each() -> None:
    with ThreadPoolExecutor(8) as pool:
        listeners = list(pool.map(ports.listen, [ports.MAILBOX] * 8))

    try:
        assert len({one.getsockname()[1] for one in listeners}) == 8
    finally:
        for one in listeners:
            one.close()


def test_a_mailbox_that_is_started_again_takes_what_came_meanwhile(kept: Path) -> None:
    with ports.listen(ports.MAILBOX) as listener:
        env = {**os.environ, "MAIL_URL": ""}
        number = listener.fileno()
        child = Child("mailbox", mailbox_command(kept.parent, number), kept.parent, ROOT, env, (number,))
        child.start()
        assert child._process is not None
        child._process.kill()
        child._process.wait(10)
        with socket.create_connection(listener.getsockname()) as waits:
            waits.settimeout(30)
            child.start()
            assert waits.recv(200).startswith(b"220 ")
        with smtplib.SMTP(HOST, listener.getsockname()[1]) as client:
            client.sendmail("from@test.example", ["to@test.example"], mail("after"))
        child.stop()

    assert len(list(kept.iterdir())) == 1


def test_what_a_killed_mailbox_had_half_written_is_removed(kept: Path) -> None:
    kept.mkdir()
    (kept / ".half.part").touch()
    (kept / "whole.eml").touch()

    with mailbox(kept):
        assert [path.name for path in kept.iterdir()] == ["whole.eml"]


@pytest.mark.parametrize(
    ("named", "mail_url", "site_url"),
    [
        ({}, "smtp://127.0.0.1:8030", "http://127.0.0.1:8001"),
        ({"MAIL_URL": "", "SITE_URL": ""}, "smtp://127.0.0.1:8030", "http://127.0.0.1:8001"),
        ({"MAIL_URL": "smtp://relay", "SITE_URL": "https://a.example"}, "smtp://relay", "https://a.example"),
    ],
)
def test_every_child_is_told_of_the_mailbox_unless_the_caller_names_a_server(
    tmp_path: Path, named: dict[str, str], mail_url: str, site_url: str
) -> None:
    env = environment.environment(
        folder=tmp_path, database_url="", redis_url="", web_port=8001, mail_port=8030, environ=named
    )

    assert (env["MAIL_URL"], env["SITE_URL"]) == (mail_url, site_url)
    environment.keep(tmp_path, env)
    assert (environment.running(tmp_path) or {}).items() >= {"MAIL_URL": mail_url, "SITE_URL": site_url}.items()
