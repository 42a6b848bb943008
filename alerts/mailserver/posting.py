"""The conversation with the mail server: one mail in, the server's own answer out. Knows no database."""

from __future__ import annotations

import contextlib
import enum
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Protocol

CONNECT_SECONDS = 10.0  # also for the server's greeting
ANSWER_SECONDS = 30.0  # for each answer to begin or to go on
MAIL_SECONDS = 90.0  # for all that is said about one mail: an answer may drip for ever
_TEXT_MAX = 500  # characters of an answer that are kept
_CLOSING = 421  # the server hangs up after it
_READY = 220
_CUT_EVERY = 0.1  # seconds: once the time is over, whatever is still opened is cut too
# What a relay says of itself: who may use it (X.7 and the codes of logging in), and how it is (X.3); RFC 3463, 4954.
_OWN_CODES = {530, 535, 538}
_OWN_TROUBLE = re.compile(r"5\.[37]\.\d")


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
    may_be_about_server: bool = False  # one that it says of itself, and of the reader only perhaps

    @property
    def is_trouble(self) -> bool:
        """Several of these in a row are a sign that the server is ill."""
        return self.may_be_about_server or self.result is Result.NO_ANSWER

    @property
    def ends_the_line(self) -> bool:
        return self.code in {None, _CLOSING}


@dataclass
class Line:
    """One connection, opened when the first mail comes, used for all, opened again after it broke."""

    server: Server
    sender: str
    patience: float | None = None  # seconds for a mail; None: MAIL_SECONDS
    _client: smtplib.SMTP | None = field(default=None, repr=False)

    def __enter__(self) -> Line:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self._client is not None:
            with self._in_time(), contextlib.suppress(OSError):
                self._client.quit()
            self._hang_up()

    def post(self, *, recipient: str, message: bytes) -> Answer:
        """Hand over one mail to one recipient, in good time; the connection stays open for the next."""
        with self._in_time() as is_over:
            answer = self._post(recipient, message)
        if is_over.is_set() and answer.result is Result.NO_ANSWER:
            return replace(answer, text=f"no answer at {answer.step}: took too long")
        return answer

    def _post(self, recipient: str, message: bytes) -> Answer:
        had_line = self._client is not None
        if not had_line and (problem := self._open()) is not None:
            return problem
        assert self._client is not None
        answer = converse(self._client, sender=self.sender, recipient=recipient, message=message)
        if answer.ends_the_line:
            self._hang_up()
            if had_line and answer.step == "MAIL":  # closed since the last mail, before a word of this one was said
                return self._post(recipient, message)
        elif answer.result is not Result.SENT:
            self._start_over()
        return answer

    def _open(self) -> Answer | None:
        self._client = client_for(self.server, name=self.sender.rpartition("@")[2])
        problem = connect(self._client, self.server)
        if problem is not None:
            self._hang_up()
        return problem

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

    @contextlib.contextmanager
    def _in_time(self) -> Iterator[threading.Event]:
        """Cuts the line when the block takes too long, which ends every wait in it; the event says that it did."""
        is_over, is_done = threading.Event(), threading.Event()

        def watch() -> None:
            seconds = self.patience or MAIL_SECONDS
            while not is_done.wait(seconds):
                is_over.set()
                self._cut()
                seconds = _CUT_EVERY

        watchdog = threading.Thread(target=watch, daemon=True)
        watchdog.start()
        try:
            yield is_over
        finally:
            is_done.set()
            watchdog.join()

    def _cut(self) -> None:
        """From another thread: whoever reads from the socket reads its end."""
        client = self._client
        if client is not None and client.sock is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(client.sock, socket.SHUT_RDWR)  # not SSLSocket's own: it touches the reader


def client_for(server: Server, *, name: str) -> smtplib.SMTP:
    """One that is not connected yet; `name` is what we greet with."""
    if server.tls == "tls":
        context = ssl.create_default_context()
        client: smtplib.SMTP = smtplib.SMTP_SSL(local_hostname=name, timeout=CONNECT_SECONDS, context=context)
    else:
        client = smtplib.SMTP(local_hostname=name, timeout=CONNECT_SECONDS)
    client._host = server.host  # type: ignore[attr-defined]  # what the certificate must name: set by nothing else
    return client


def connect(client: smtplib.SMTP, server: Server) -> Answer | None:
    """Open, encrypt and log in as `server` says, verifying its certificate; the answer where it came to nothing."""
    step = "connect"
    try:
        code, text = client.connect(server.host, server.port)
        if code != _READY:
            raise smtplib.SMTPConnectError(code, text)
        step = "EHLO"
        assert client.sock is not None
        client.sock.settimeout(ANSWER_SECONDS)
        client.ehlo_or_helo_if_needed()
        if server.tls == "starttls":
            step = "STARTTLS"
            client.starttls(context=ssl.create_default_context())
            client.ehlo_or_helo_if_needed()
        if server.user:
            step = "log-in"
            client.login(server.user, server.password)
    except (OSError, ValueError) as error:
        return _no_connection(error, step)
    return None


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
        if code in _OWN_CODES or _OWN_TROUBLE.match(said):
            return Answer(Result.DEFERRED, step, said, code, may_be_about_server=True)
        return Answer(Result.REFUSED, step, said, code)
    about_us = step == "MAIL"  # even 5xx: it is our sender that the server does not want, not the reader
    return Answer(Result.DEFERRED, step, said, code, is_about_server=about_us)


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
