#!/usr/bin/env bash
# Puts the tool `hotshoe` on PATH, as far as it is missing. `hotshoe ci` wrote this file.
#
#   source ci/install-hotshoe.sh
set -euo pipefail
hotshoe_version=0.1.0

export PATH="$HOME/.cargo/bin:$PATH"
if ! command -v hotshoe > /dev/null; then
  if ! command -v cargo > /dev/null; then
    curl --proto '=https' --tlsv1.2 --silent --show-error --fail https://sh.rustup.rs | sh -s -- -y --profile minimal
  fi
  # A program for musl is linked statically if rustc is not told otherwise, and a static one can load no plugin.
  export CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_RUSTFLAGS="-C target-feature=-crt-static"
  cargo install --locked --version "$hotshoe_version" hotshoe-cli
fi
# In a container the sources are another user's to git, and what checkout tells it of that lasts only for its own step.
if [ -n "${GITHUB_WORKSPACE:-}" ] && command -v git > /dev/null; then
  git config --global --get-all safe.directory | grep --quiet --line-regexp --fixed-strings "$GITHUB_WORKSPACE" ||
    git config --global --add safe.directory "$GITHUB_WORKSPACE"
fi
# On GitHub and Forgejo the steps that follow have a shell of their own.
if [ -n "${GITHUB_PATH:-}" ]; then
  dirname "$(command -v hotshoe)" >> "$GITHUB_PATH"
fi
hotshoe --version
