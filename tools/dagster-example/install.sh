#!/bin/sh
# Makes the virtual environment beside this file, of what requirements.txt pins, unless it is there, and prints its path.
# One process at a time; needs Python 3.10 or newer with venv, and PyPI.
set -eu
folder=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
venv=$folder/.cache/venv
mkdir -p "$folder/.cache"
# No flock on macOS: there two at once would disturb each other.
if command -v flock >/dev/null; then exec 9>"$folder/.cache/lock" && flock 9; fi
if ! cmp -s "$folder/requirements.txt" "$venv/.installed"; then
  command -v python3 >/dev/null || { echo "Install Python 3.10 or newer." >&2; exit 1; }
  rm -rf "$venv"
  python3 -m venv "$venv" >&2
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --requirement "$folder/requirements.txt" >&2
  cp "$folder/requirements.txt" "$venv/.installed"
fi
echo "$venv"
