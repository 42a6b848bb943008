"""Runs one figure's script in a process of its own, on the database of the environment; prints JSON lines.

python -m bench.one recompute [--full]
"""

import argparse
import importlib
import json

import django


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("script")
    parser.add_argument("--full", action="store_true")
    options = parser.parse_args()
    django.setup()
    for figure in importlib.import_module(f"bench.{options.script}").measure(full=options.full):
        print(json.dumps(figure.as_json()), flush=True)


if __name__ == "__main__":
    main()
