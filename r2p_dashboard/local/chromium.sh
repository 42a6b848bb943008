#!/bin/sh
# Browser tests need Debian's Chromium: installed where that is possible, else they skip and say so.
set -eu

found() { command -v chromium >/dev/null 2>&1 || [ -x /usr/bin/chromium ]; }

if found; then
    exit 0
fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing Chromium for the browser tests"
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    if { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-liberation; } \
        >"$log" 2>&1 </dev/null && found; then
        rm -f "$log"
        exit 0
    fi
    tail -n 5 "$log"
    rm -f "$log"
fi
echo "no Chromium here (it needs root and apt-get once: apt-get install chromium): browser tests will skip"
