"""A real HTTP server on loopback, in a thread: what it answers is a function of each request."""

import contextlib
import dataclasses
import http.server
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import Any


@dataclasses.dataclass
class Asked:
    """One request as the server saw it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Handler(http.server.BaseHTTPRequestHandler):
    """What an answer is given through; `send` for the usual, `raw` for what no honest server says."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.asked = Asked(self.command, self.path, headers, self.rfile.read(length))
        self.server.asked.append(self.asked)
        self.close_connection = True
        if self.path == "/robots.txt" and self.server.robots is not None:
            self.server.asked.pop()
            self.server.robots_asked += 1
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.server.robots(self)
            return
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.server.answer(self)

    do_POST = do_GET

    def send(self, body: bytes = b"", status: int = 200, **headers: str) -> None:
        """A well-formed answer; `content_type="x"` becomes `Content-Type: x`."""
        self.send_response(status)
        for name, value in ({"content_length": str(len(body))} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def raw(self, data: bytes) -> None:
        self.wfile.write(data)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


def _no_robots(handler: Handler) -> None:
    handler.send(status=404)


class Server(http.server.ThreadingHTTPServer):
    """Knows what it was asked."""

    daemon_threads = True

    def __init__(self, answer: Callable[[Handler], None], tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self._tls = tls
        self.answer = answer
        self.asked: list[Asked] = []
        self.robots: Callable[[Handler], None] | None = _no_robots  # None: asked as any other address
        self.robots_asked = 0
        self.over = threading.Event()  # set when the test ends: an answer that hangs waits for it

    def finish_request(self, request: Any, client_address: Any) -> None:
        """TLS in the request's own thread: a handshake that fails leaves the server as it is."""
        if self._tls is not None:
            try:
                request = self._tls.wrap_socket(request, server_side=True)
            except (ssl.SSLError, OSError):
                return
        super().finish_request(request, client_address)
        if self._tls is not None:
            request.close()

    @property
    def place(self) -> tuple[str, int]:
        return "127.0.0.1", self.server_port

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server_port}{path}"


@contextlib.contextmanager
def serving(answer: Callable[[Handler], None], tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(answer, tls)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
