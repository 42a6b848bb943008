#!/bin/sh
# Makes or refreshes .venv from uv.lock. Called by the Makefile when pyproject.toml or uv.lock is newer than it.
set -eu

uv_version=0.13.8
fits='import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))'

fail() {
    printf '\nmake cannot go on.\n  found:   %s\n  wanted:  %s\n  to do:   %s\n\n' "$1" "$2" "$3" >&2
    exit 1
}

find_python() {
    for candidate in ${PYTHON:-} python3.11 python3.12 python3 /usr/bin/python3.11 /usr/bin/python3; do
        if "$candidate" -c "$fits" 2>/dev/null; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

if ! [ -x .venv/bin/python ] || ! .venv/bin/python -c 'pass' 2>/dev/null; then
    python=$(find_python) || fail \
        "no Python 3.11 or 3.12 with venv (python3 is $(python3 --version 2>&1 || echo missing))." \
        "Python 3.11 or 3.12 with its venv module." \
        "apt-get install python3 python3-venv; or name one: make run PYTHON=/path/to/python3.11"
    echo "making .venv with $python"
    rm -rf .venv
    "$python" -m venv .venv || fail \
        "$python -m venv .venv failed." "a virtual environment in this folder." \
        "look at the lines above; the folder must be writable by $(id -un)"
fi

if ! [ "$(.venv/bin/uv --version 2>/dev/null | cut -d' ' -f2)" = "$uv_version" ]; then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$uv_version" || fail \
        "uv $uv_version could not be installed." "the Python package registry." \
        "look at the lines above; check the network, or a proxy in PIP_INDEX_URL"
fi

echo "installing the packages of uv.lock"
# --inexact: uv itself lives in .venv and is not in the lock; compiled once here, not by each of the processes to come
UV_PYTHON_DOWNLOADS=never UV_PYTHON="$PWD/.venv/bin/python" .venv/bin/uv sync --quiet --frozen --inexact --compile-bytecode || fail \
    "uv sync failed." "every package of uv.lock in .venv." \
    "look at the lines above; check the network and the free space, then run make again"
touch .venv/.synced
