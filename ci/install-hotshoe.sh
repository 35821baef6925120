#!/usr/bin/env bash
# Puts the tool `hotshoe` on PATH, in the version that the project asks for. `hotshoe ci` wrote this file.
#
#   source ci/install-hotshoe.sh                   the one that is there, else one that is built from sources
#   source ci/install-hotshoe.sh <file> <sha256>   this file, which must have this SHA-256
#
# Sources are taken at a commit, which nobody can move. Where they are stands in the variables HOTSHOE_REPOSITORY and
# HOTSHOE_COMMIT of the CI system, or here.
set -euo pipefail
hotshoe_version=0.1.0
hotshoe_repository=${HOTSHOE_REPOSITORY:-}
hotshoe_commit=${HOTSHOE_COMMIT:-}

hotshoe_failed() {
  printf 'install-hotshoe: %s\n' "$@" >&2
  exit 1
}

# Rust, by an installer that is pinned; it checks what it downloads.
hotshoe_install_rust() {
  local version=1.28.2 system sha256 folder
  system=$(uname -m)-$(uname -s)
  if ldd --version 2>&1 | grep -q musl; then system=$system-musl; fi
  case $system in
    x86_64-Linux) system=x86_64-unknown-linux-gnu sha256=20a06e644b0d9bd2fbdbfd52d42540bdde820ea7df86e92e533c073da0cdd43c ;;
    aarch64-Linux) system=aarch64-unknown-linux-gnu sha256=e3853c5a252fca15252d07cb23a1bdd9377a8c6f3efa01531109281ae47f841c ;;
    x86_64-Linux-musl) system=x86_64-unknown-linux-musl sha256=e6599a1c7be58a2d8eaca66a80e0dc006d87bbcf780a58b7343d6e14c1605cb2 ;;
    *) hotshoe_failed "there is no cargo to build the tool with, and no Rust is pinned for $system: install one on this machine" ;;
  esac
  folder=$(mktemp -d)
  curl --proto '=https' --tlsv1.2 --silent --show-error --fail --output "$folder/rustup-init" \
    "https://static.rust-lang.org/rustup/archive/$version/$system/rustup-init"
  hotshoe_check "$folder/rustup-init" "$sha256"
  chmod +x "$folder/rustup-init"
  "$folder/rustup-init" -y --no-modify-path --profile minimal --default-toolchain 1.95.0
  rm -rf "$folder"
}

hotshoe_check() {
  local found
  found=$(sha256sum "$1" 2> /dev/null || shasum -a 256 "$1")
  [ "${found%% *}" = "$2" ] || hotshoe_failed "$1 has the SHA-256 ${found%% *}, and not $2: it is not what was built"
}

export PATH="$HOME/.cargo/bin:$PATH"
if [ $# = 2 ]; then
  hotshoe_check "$1" "$2"
  hotshoe_folder=$(mktemp -d)
  cp "$1" "$hotshoe_folder/hotshoe"
  chmod +x "$hotshoe_folder/hotshoe"
  export PATH="$hotshoe_folder:$PATH"
elif [ "$(hotshoe --version 2> /dev/null)" != "hotshoe $hotshoe_version" ]; then
  # What is built runs build scripts, and they could read what signs.
  [ -z "${HOTSHOE_KEY:-}" ] || hotshoe_failed "nothing is built where HOTSHOE_KEY is set" \
    "use an image or a machine that has hotshoe $hotshoe_version for this job"
  if [ -z "$hotshoe_repository" ] || [ -z "$hotshoe_commit" ]; then
    hotshoe_failed "hotshoe $hotshoe_version is not on PATH, and it is not known where to build it from" \
      "set HOTSHOE_REPOSITORY to the address of its sources and HOTSHOE_COMMIT to a commit, or use an image that has it"
  fi
  [[ $hotshoe_commit =~ ^[0-9a-f]{40}$ ]] || hotshoe_failed "HOTSHOE_COMMIT is \`$hotshoe_commit\`: give a commit, in 40 digits"
  command -v cargo > /dev/null || hotshoe_install_rust
  # A program for musl is linked statically if rustc is not told otherwise, and a static one can load no plugin.
  export CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_RUSTFLAGS="-C target-feature=-crt-static"
  cargo install --locked --force --git "$hotshoe_repository" --rev "$hotshoe_commit" hotshoe-cli
  hash -r
fi
hotshoe_found=$(hotshoe --version)
[ "$hotshoe_found" = "hotshoe $hotshoe_version" ] ||
  hotshoe_failed "the project asks for hotshoe $hotshoe_version, and this is $hotshoe_found: run \`hotshoe ci\` again with it"
# In a container the sources are another user's to git, and what checkout tells it of that lasts only for its own step.
if [ -n "${GITHUB_WORKSPACE:-}" ] && command -v git > /dev/null; then
  git config --global --get-all safe.directory | grep --quiet --line-regexp --fixed-strings "$GITHUB_WORKSPACE" ||
    git config --global --add safe.directory "$GITHUB_WORKSPACE"
fi
# On GitHub and Forgejo the steps that follow have a shell of their own.
if [ -n "${GITHUB_PATH:-}" ]; then
  dirname "$(command -v hotshoe)" >> "$GITHUB_PATH"
fi
echo "$hotshoe_found"
