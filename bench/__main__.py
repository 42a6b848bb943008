"""`make bench`: every figure, as a table and as JSON in bench/results/.

python -m bench [SCRIPT …] [--full]
"""

import argparse
import datetime as dt
import json
import subprocess
import sys
from collections.abc import Sequence

from bench import first_page
from bench.figure import Figure, from_json, keep, machine, printed
from bench.servers import ROOT, TEMPLATE, Servers, servers, with_reference

SCRIPTS = (
    "kernel", "intervals", "recompute", "pages", "evidence_to_score", "accepted_to_mail", "released_to_mail",
    "matching", "mails", "feed_to_passages", "duplicates", "ged", "table_import", "desk", "pages_in_browser",
    "migrate",
)  # fmt: skip
OWN = "first_page"  # brings its own servers, in a clone of its own


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("scripts", nargs="*", metavar="SCRIPT", help=f"of {', '.join([*SCRIPTS, OWN])}; all if none")
    parser.add_argument("--full", action="store_true", help="the data set of docs/benchmarks.md, not the small one")
    options = parser.parse_args(arguments)
    wanted = options.scripts or [*SCRIPTS, OWN]
    if unknown := sorted(set(wanted) - {*SCRIPTS, OWN}):
        parser.error(f"no such script: {unknown[0]}; wanted some of {', '.join([*SCRIPTS, OWN])}")
    about, at = machine(), dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    figures: list[Figure] = []
    here = [name for name in SCRIPTS if name in wanted]
    if here:
        with servers() as run:
            with_reference(run)
            for name in here:
                figures += _measured(name, run, full=options.full)
    if OWN in wanted:
        _say(OWN)
        figures += first_page.measure(full=options.full)
    path = keep(figures, at=at, about=about | {"full": options.full})
    print(f"\n{printed(figures)}\n\nwritten to {path.relative_to(ROOT)}")
    return 0


def _measured(name: str, run: Servers, *, full: bool) -> list[Figure]:
    _say(name)
    database = f"bench_{name}"
    run.create(database, template=TEMPLATE)
    command = [sys.executable, "-m", "bench.one", name, *(["--full"] if full else [])]
    done = subprocess.run(
        command, cwd=ROOT, env=run.environment(database), stdout=subprocess.PIPE, check=False, encoding="utf-8"
    )
    if done.returncode:
        return [Figure(name, skipped=f"the script ended with {done.returncode}; its error stands above")]
    return [from_json(json.loads(line)) for line in done.stdout.splitlines()]


def _say(name: str) -> None:
    print(f"measuring {name} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
