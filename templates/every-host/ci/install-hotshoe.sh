#!/usr/bin/env bash
# Installs Hotshoe, which the program is built with, unless Hotshoe_ROOT says where one is.
#
#   source ci/install-hotshoe.sh
#
# It is built from sources at a commit, which nobody can move. Where they are stands in the variables HOTSHOE_REPOSITORY
# and HOTSHOE_COMMIT of the CI system, or here.
set -euo pipefail
hotshoe_version=0.0.0-hotshoe
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

if [ -z "${Hotshoe_ROOT:-}" ]; then
  if [ -z "$hotshoe_repository" ] || [ -z "$hotshoe_commit" ]; then
    hotshoe_failed "it is not known where to build Hotshoe $hotshoe_version from" \
      "set HOTSHOE_REPOSITORY to the address of its sources and HOTSHOE_COMMIT to a commit, or Hotshoe_ROOT to where it is"
  fi
  [[ $hotshoe_commit =~ ^[0-9a-f]{40}$ ]] || hotshoe_failed "HOTSHOE_COMMIT is \`$hotshoe_commit\`: give a commit, in 40 digits"
  export PATH="$HOME/.cargo/bin:$PATH"
  command -v cargo > /dev/null || hotshoe_install_rust
  hotshoe_sources=$(mktemp -d)
  git -C "$hotshoe_sources" init --quiet
  git -C "$hotshoe_sources" fetch --quiet --depth 1 "$hotshoe_repository" "$hotshoe_commit"
  git -C "$hotshoe_sources" checkout --quiet "$hotshoe_commit"
  grep --quiet --line-regexp --fixed-strings "version = \"$hotshoe_version\"" "$hotshoe_sources/Cargo.toml" ||
    hotshoe_failed "the program asks for Hotshoe $hotshoe_version, and $hotshoe_commit is another version"
  cmake -S "$hotshoe_sources" -B "$hotshoe_sources/build" -D CMAKE_BUILD_TYPE=Release -D HOTSHOE_TESTS=OFF -D HOTSHOE_EXAMPLES=OFF
  cmake --build "$hotshoe_sources/build"
  export Hotshoe_ROOT="$HOME/hotshoe"
  cmake --install "$hotshoe_sources/build" --prefix "$Hotshoe_ROOT"
fi
# On GitHub and Forgejo the steps that follow have a shell of their own.
if [ -n "${GITHUB_ENV:-}" ]; then
  echo "Hotshoe_ROOT=$Hotshoe_ROOT" >> "$GITHUB_ENV"
fi
