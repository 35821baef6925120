#!/usr/bin/env bash
# Installs Hotshoe, which the program is built with, unless Hotshoe_ROOT says where one is.
#
#   source ci/install-hotshoe.sh
set -euo pipefail
hotshoe_version=0.0.0-hotshoe

if [ -z "${Hotshoe_ROOT:-}" ]; then
  if [ -z "${HOTSHOE_REPOSITORY:-}" ]; then
    echo "The CI variable HOTSHOE_REPOSITORY is not set: give it the address of Hotshoe's sources." >&2
    exit 1
  fi
  export PATH="$HOME/.cargo/bin:$PATH"
  if ! command -v cargo > /dev/null; then
    curl --proto '=https' --tlsv1.2 --silent --show-error --fail https://sh.rustup.rs | sh -s -- -y --profile minimal
  fi
  sources=$(mktemp -d)
  git clone --quiet --depth 1 --branch "v$hotshoe_version" "$HOTSHOE_REPOSITORY" "$sources"
  cmake -S "$sources" -B "$sources/build" -D CMAKE_BUILD_TYPE=Release -D HOTSHOE_TESTS=OFF -D HOTSHOE_EXAMPLES=OFF
  cmake --build "$sources/build"
  export Hotshoe_ROOT="$HOME/hotshoe"
  cmake --install "$sources/build" --prefix "$Hotshoe_ROOT"
fi
# On GitHub and Forgejo the steps that follow have a shell of their own.
if [ -n "${GITHUB_ENV:-}" ]; then
  echo "Hotshoe_ROOT=$Hotshoe_ROOT" >> "$GITHUB_ENV"
fi
