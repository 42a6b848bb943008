"""A mail server on loopback that passes nothing on: every mail it takes becomes one file.

python -m r2p_dashboard.local.mailbox --port 8025 --folder .local/mail
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime as dt
import os
import secrets
import signal
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from r2p_dashboard.local.ports import HOST, MAILBOX


@dataclass(frozen=True)
class Mailbox:
    """Takes mails for everybody and keeps them in `folder`."""

    folder: Path

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Answer 250 only after the mail is on the disk; 452 asks the sender to try again later."""
        try:
            name = await asyncio.to_thread(keep, self.folder, envelope)
        except OSError as error:
            print(f"a mail could not be kept: {error.strerror}", file=sys.stderr, flush=True)
            return "452 4.3.1 the mail could not be kept, try again later"
        return f"250 2.0.0 kept as {name}"


def keep(folder: Path, envelope: Envelope) -> str:
    """Write the mail with its envelope on top, all or nothing; returns its name, which sorts by time."""
    name = f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S.%f}-{secrets.token_hex(4)}"
    beside = folder / f".{name}.part"
    head = [f"Return-Path: <{envelope.mail_from}>", *(f"Delivered-To: {one}" for one in envelope.rcpt_tos)]
    content = envelope.original_content or b""
    try:
        with beside.open("xb") as file:
            file.write("".join(f"{line}\r\n" for line in head).encode("utf-8", "surrogateescape") + content)
            file.flush()
            os.fsync(file.fileno())
        beside.rename(folder / f"{name}.eml")
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    _sync_folder(folder)
    return name


def _sync_folder(folder: Path) -> None:
    """A new name is safe only once its folder is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


async def serve(*, port: int, folder: Path, stopped: asyncio.Event, listener: socket.socket | None = None) -> None:
    """Listen on loopback until `stopped`; what a killed predecessor had half written is removed.

    `listener` is a socket that listens already, in place of `port`.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for half in folder.glob(".*.part"):
        half.unlink()
    mailbox, loop = Mailbox(folder), asyncio.get_running_loop()
    at: dict[str, Any] = {"sock": listener} if listener else {"host": HOST, "port": port}
    server = await loop.create_server(lambda: SMTP(mailbox, hostname="localhost", loop=loop), **at)
    print(f"mails to {HOST}:{server.sockets[0].getsockname()[1]} are kept in {folder}", flush=True)
    await stopped.wait()
    server.close()


async def _until_asked_to_stop(port: int, folder: Path, listener: socket.socket | None) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await serve(port=port, folder=folder, stopped=stopped, listener=listener)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m r2p_dashboard.local.mailbox", description=__doc__)
    parser.add_argument("--port", type=int, default=MAILBOX, help="on 127.0.0.1; 0: any free one")
    parser.add_argument("--fd", type=int, help="number of a socket that listens already, in place of a port")
    parser.add_argument("--folder", type=Path, required=True, help="where the mails are kept")
    options = parser.parse_args(arguments)
    listener = None if options.fd is None else socket.socket(fileno=options.fd)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_until_asked_to_stop(options.port, options.folder.resolve(), listener))
    return 0


if __name__ == "__main__":
    sys.exit(main())
