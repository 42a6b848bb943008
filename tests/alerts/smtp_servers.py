"""Real mail servers on loopback, in a thread, that answer what a test wants, or fall silent, or hang up."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from r2p_dashboard.addresses import MailServer

HOST = "127.0.0.1"
HANG, DROP = "hang", "drop"  # instead of an answer; HANG for as long as it is said


@dataclass(frozen=True)
class Mail:
    """One mail as its whole text arrived, whatever was answered to it."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=default)


@dataclass
class Post:
    """The server. `says` holds an answer (or HANG, or DROP) by step or by recipient; everything else is a yes.

    `once` is the same for the next one only, `then` for the next one after a mail was taken.

    Steps: EHLO, MAIL, RCPT, DATA (before the text), TEXT (in the middle of it), END (after it).
    """

    says: dict[str, str] = field(default_factory=dict)
    once: dict[str, str] = field(default_factory=dict)
    then: dict[str, str] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    taken: list[Mail] = field(default_factory=list)  # those of `mails` that were answered with 250
    port: int = 0
    connections: int = 0
    logins: list[tuple[str, str]] = field(default_factory=list)
    at: dict[str, threading.Event] = field(default_factory=dict)  # set when somebody comes to that step

    @property
    def server(self) -> MailServer:
        return MailServer(HOST, self.port)

    def forget(self) -> None:
        """As if it had just been started."""
        for heard in (self.says, self.once, self.then, self.mails, self.taken, self.logins, self.at):
            heard.clear()
        self.connections = 0

    def wait_for(self, step: str) -> None:
        assert self.at.setdefault(step, threading.Event()).wait(30), f"nobody came to {step}"

    async def answer(self, server: SMTP, step: str, *, address: str = "", yes: str = "250 OK") -> str:
        said = self.once.pop(step, "") or self.says.get(address) or self.says.get(step, yes)
        self.at.setdefault(step, threading.Event()).set()
        while said == HANG and (said := self.says.get(address) or self.says.get(step, yes)) == HANG:
            await asyncio.sleep(0.05)
        if said == DROP:
            cast(asyncio.Transport, server.transport).abort()
            raise asyncio.CancelledError
        return said

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        said = await self.answer(server, "EHLO")
        return responses if said.startswith("2") else [said]

    async def handle_HELO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str) -> str:
        session.host_name = hostname
        return await self.answer(server, "EHLO", yes="250 test.example")

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = await self.answer(server, "MAIL", address=address)
        if said.startswith("2"):
            envelope.mail_from = address
        return said

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = await self.answer(server, "RCPT", address=address)
        if said.startswith("2"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        mail = Mail(envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.original_content or b"")
        self.mails.append(mail)
        said = await self.answer(server, "END")
        if said.startswith("2"):
            self.taken.append(mail)
            self.once, self.then = self.once | self.then, {}
        return said

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=self.logins[-1] == ("user", "secret"), handled=False)


class Conversation(SMTP):
    """aiosmtpd's, with two more places where something can go wrong."""

    async def smtp_DATA(self, arg: str) -> None:
        post = cast(Post, self.event_handler)
        if post.says.get("TEXT"):
            await self.push("354 go on")
            await self._reader.readuntil(b"\r\n")
            await post.answer(self, "TEXT")
        elif (said := await post.answer(self, "DATA")).startswith("2"):
            await super().smtp_DATA(arg)
        else:
            await self.push(said)


@contextmanager
def post_office(*, port: int = 0, encrypted: ssl.SSLContext | None = None, **options: Any) -> Iterator[Post]:
    """A server that listens until the block ends. `options` are those of aiosmtpd's SMTP."""
    post = Post()
    loop = asyncio.new_event_loop()

    def conversation() -> SMTP:
        post.connections += 1
        more: dict[str, Any] = {"authenticator": post.authenticate} if options.get("auth_required") else {}
        return Conversation(post, hostname="test.example", loop=loop, **options, **more)

    thread = threading.Thread(target=loop.run_forever, daemon=True)  # the browser's tests run a loop in ours
    thread.start()
    listening = asyncio.run_coroutine_threadsafe(_listening(conversation, port, encrypted), loop).result(10)
    post.port = listening.sockets[0].getsockname()[1]
    try:
        yield post
    finally:
        asyncio.run_coroutine_threadsafe(_closed(listening), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _listening(conversation: Callable[[], SMTP], port: int, encrypted: ssl.SSLContext | None) -> asyncio.Server:
    return await asyncio.get_running_loop().create_server(conversation, HOST, port, ssl=encrypted)


async def _closed(listening: asyncio.AbstractServer) -> None:
    """Nobody is heard any more, and nobody is held."""
    listening.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0)


def free_port() -> int:
    """A port where nobody listens."""
    with post_office() as post:
        return post.port
