#!/bin/sh
# Builds build/plotly.min.js, a third of the package's own file, where npm is at hand; without it, or without a network,
# the package's file is served. Built once: `rm -r build` and `make plotly` build it anew.
set -eu
cd "$(dirname "$0")/../.."
[ -s build/plotly.min.js ] && exit 0
command -v npm >/dev/null 2>&1 || { echo "no npm here: plots use the file of the package plotly"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
mkdir "$work/r2p_dashboard"
cp package.json package-lock.json "$work/"
cp r2p_dashboard/plotly_entry.js "$work/r2p_dashboard/"
if (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && npm run build --silent) >"$work/log" 2>&1; then
    mkdir -p build
    mv "$work/build/plotly.min.js" build/.plotly.min.js
    mv build/.plotly.min.js build/plotly.min.js
    echo "built build/plotly.min.js: plots fetch a third of the package's own file"
else
    echo "npm could not build the chart library; plots use the file of the package plotly"
    [ "${1:-}" = strict ] && { cat "$work/log"; exit 1; }
    exit 0
fi
