"""Command line: `python -m r2p_dashboard.local run|reset|manage|test-services`."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from r2p_dashboard.local import ports
from r2p_dashboard.local.environment import environment
from r2p_dashboard.local.manage import manage
from r2p_dashboard.local.messages import LocalError
from r2p_dashboard.local.reset import reset
from r2p_dashboard.local.run import run
from r2p_dashboard.local.services import start_services

PROJECT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        if options.what == "run":
            return run(
                project=PROJECT,
                folder=options.folder.resolve(),
                port=ports.wanted(options.port),
                data=options.data,
            )
        if options.what == "reset":
            return reset(options.folder.resolve())
        if options.what == "manage":
            return manage(project=PROJECT, folder=options.folder.resolve(), arguments=options.arguments)
        return with_test_services(options.command)
    except KeyboardInterrupt:
        return 130
    except PermissionError as error:
        problem = LocalError(
            found=f"{error.filename} cannot be used by user {os.geteuid()} ({error.strerror}).",
            wanted="a project folder that is all ours; a run as root leaves files that only root may change.",
            todo=f"as root: chown -R {os.geteuid()} {PROJECT}; or make reset as the user who made them",
        )
    except LocalError as error:
        problem = error
    print(f"\nmake {options.what} cannot go on.{problem}", file=sys.stderr, flush=True)
    return 1


def with_test_services(command: list[str]) -> int:
    """Run `command` with throwaway servers in its environment; returns its exit code."""
    with tempfile.TemporaryDirectory(prefix="r2p-test-") as name:
        services = start_services(Path(name), durable=False)
        try:
            env = environment(folder=Path(name), database_url=services.database_url, redis_url=services.redis_url)
            return subprocess.run(command, env=env, cwd=PROJECT, check=False).returncode
        finally:
            services.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m r2p_dashboard.local", description=__doc__)
    what = parser.add_subparsers(dest="what", required=True)
    start = what.add_parser("run", help="start everything and stay until Ctrl-C")
    start.add_argument("--port", default=os.environ.get("PORT", ""), help="refused when it is taken")
    start.add_argument("--data", type=Path, help="a folder with datasets to ingest as well")
    forget = what.add_parser("reset", help="forget the local data")
    command = what.add_parser("manage", help="run a manage.py command against the local installation")
    command.add_argument("arguments", nargs="+", help="for example: -- ingest text --file statement.txt")
    for one in (start, forget, command):
        one.add_argument("--folder", type=Path, default=PROJECT / ".local", help="where the data are")
    test = what.add_parser("test-services", help="run a command with throwaway servers")
    test.add_argument("command", nargs="+", help="for example: -- python manage.py makemigrations --check")
    return parser


if __name__ == "__main__":
    sys.exit(main())
