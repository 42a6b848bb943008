"""The conversation with the mail server: one mail in, the server's own answer out. Knows no database."""

from __future__ import annotations

import contextlib
import enum
import re
import smtplib
import socket
import ssl
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol

CONNECT_SECONDS = 10.0  # also for the server's greeting
ANSWER_SECONDS = 30.0  # for each answer
_TEXT_MAX = 500  # characters of an answer that are kept
_CLOSING = 421  # the server hangs up after it


class Server(Protocol):
    """Where mails go: settings.MAIL_SERVER."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def user(self) -> str: ...
    @property
    def password(self) -> str: ...
    @property
    def tls(self) -> str: ...


class Result(enum.Enum):
    """What the server's answer means for the mail."""

    SENT = "sent"
    DEFERRED = "deferred"
    REFUSED = "refused"
    NO_ANSWER = "no answer"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one try. `step` is where the conversation ended, `code` None where no answer came."""

    result: Result
    step: str
    text: str
    code: int | None = None
    is_about_server: bool = False  # it would say the same to every mail

    @property
    def ends_the_line(self) -> bool:
        return self.code in {None, _CLOSING}


@dataclass
class Line:
    """One connection, opened when the first mail comes, used for all, opened again after it broke."""

    server: Server
    sender: str
    _client: smtplib.SMTP | None = field(default=None, repr=False)

    def __enter__(self) -> Line:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self._client is not None:
            with contextlib.suppress(OSError):
                self._client.quit()
            self._hang_up()

    def post(self, *, recipient: str, message: bytes) -> Answer:
        """Hand over one mail to one recipient; the connection stays open for the next."""
        had_line = self._client is not None
        if self._client is None:
            opened = connect(self.server, name=self.sender.rpartition("@")[2])
            if isinstance(opened, Answer):
                return opened
            self._client = opened
        answer = converse(self._client, sender=self.sender, recipient=recipient, message=message)
        if answer.ends_the_line:
            self._hang_up()
            if had_line and answer.step == "MAIL":  # closed since the last mail, before a word of this one was said
                return self.post(recipient=recipient, message=message)
        elif answer.result is not Result.SENT:
            self._start_over()
        return answer

    def _start_over(self) -> None:
        """After a refusal the server may still hold half an envelope."""
        assert self._client is not None
        try:
            code, _ = self._client.rset()
        except OSError:
            code = _CLOSING
        if code == _CLOSING:
            self._hang_up()

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None


def connect(server: Server, *, name: str) -> smtplib.SMTP | Answer:
    """Open, encrypt and log in as `server` says, verifying its certificate; `name` is what we greet with."""
    context = ssl.create_default_context()
    try:
        client = (
            smtplib.SMTP_SSL(server.host, server.port, name, timeout=CONNECT_SECONDS, context=context)
            if server.tls == "tls"
            else smtplib.SMTP(server.host, server.port, name, timeout=CONNECT_SECONDS)
        )
    except OSError as error:
        return _no_connection(error, "connect")
    step = "EHLO"
    try:
        assert client.sock is not None
        client.sock.settimeout(ANSWER_SECONDS)
        client.ehlo_or_helo_if_needed()
        if server.tls == "starttls":
            step = "STARTTLS"
            client.starttls(context=context)
            client.ehlo_or_helo_if_needed()
        if server.user:
            step = "log-in"
            client.login(server.user, server.password)
    except (OSError, ValueError) as error:
        client.close()
        return _no_connection(error, step)
    return client


def _no_connection(error: OSError | ValueError, step: str) -> Answer:
    """Whatever the server said: it is about us, so the mail stays to be sent."""
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code > 0:
        text = cleaned(error.smtp_error)
        return Answer(Result.DEFERRED, step, f"at {step}: {text}"[:_TEXT_MAX], error.smtp_code, is_about_server=True)
    return Answer(Result.NO_ANSWER, step, f"no answer at {step}: {why(error)}", is_about_server=True)


def converse(client: smtplib.SMTP, *, sender: str, recipient: str, message: bytes) -> Answer:
    """MAIL, RCPT, DATA, the message: the first answer that is not a yes ends it."""
    step = "MAIL"
    try:
        code, text = client.mail(sender)
        if _is_yes(code):
            step = "RCPT"
            code, text = client.rcpt(recipient)
        if step == "RCPT" and _is_yes(code):
            step = "DATA"
            code, text = client.docmd("DATA")
        if step == "DATA" and code == 354:
            step = "message"
            client.send(with_dots_doubled(message))
            step = "end of message"
            code, text = client.getreply()
    except OSError as error:
        return Answer(Result.NO_ANSWER, step, f"no answer at {step}: {why(error)}")
    return _answer(code, text, step)


def _answer(code: int, text: bytes, step: str) -> Answer:
    said = cleaned(text)
    if code <= 0:
        return Answer(Result.NO_ANSWER, step, f"no answer at {step}: something that is none")
    if _is_yes(code) and step == "end of message":
        return Answer(Result.SENT, step, said, code)
    if 500 <= code <= 599 and step != "MAIL":
        return Answer(Result.REFUSED, step, said, code)
    return Answer(
        Result.DEFERRED, step, said, code, is_about_server=step == "MAIL"
    )  # 5xx at MAIL: our sender, not the reader


def _is_yes(code: int) -> bool:
    return 200 <= code <= 299


def why(error: OSError | ValueError) -> str:
    """Say what kind of silence it was, without names or addresses."""
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "timed out" if isinstance(error.__context__, TimeoutError) else "the connection was dropped"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "the server does not offer it"
    kinds: tuple[tuple[type[Exception], str], ...] = (
        (TimeoutError, "timed out"),
        (ConnectionRefusedError, "connection refused"),
        (ConnectionError, "the connection was dropped"),
        (ssl.SSLCertVerificationError, "its certificate cannot be verified"),
        (ssl.SSLError, "no encryption could be agreed on"),
        (socket.gaierror, "no such host"),
    )
    return next((text for kind, text in kinds if isinstance(error, kind)), type(error).__name__)


def cleaned(text: bytes | str) -> str:
    """One line of printable characters: what a server sends is not trusted, and PostgreSQL takes no NUL."""
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join("".join(letter if letter.isprintable() else " " for letter in said).split())[:_TEXT_MAX]


def with_dots_doubled(message: bytes) -> bytes:
    """The message as it goes over the line: RFC 5321, 4.5.2; lines end with CRLF."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", message)
    return re.sub(rb"(?m)^\.", b"..", lines).removesuffix(b"\r\n") + b"\r\n.\r\n"
