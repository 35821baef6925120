#!/usr/bin/env bash
# Says what changed in the binary interface of libhotshoe since a commit, and runs programs that were built then with
# the library of this checkout. tools/soak.sh runs it.
#
#   tools/abi.sh           fails unless functions were added only since the commit below, and such programs start and
#                          do not crash
#   tools/abi.sh COMMIT    the same since another commit
#
# It needs abidiff (on Debian: abigail-tools) and what tools/test.sh needs. What it builds is in build/abi.
set -euo pipefail
cd "$(dirname "$0")/.."

# The last commit before runtimes other than the native one. Programs built with its library, and with any later one,
# run with that of this checkout; with a new soname the base is the first commit that has it.
base=73b7076955f2111df9be808523add6d1385ca9e7
commit=${1:-$base}

fail() { printf 'abi: %s\n' "$@" >&2 && exit 1; }
type -P abidiff > /dev/null || fail "abidiff was not found: install abigail-tools, or run tools/setup.sh soak"
git rev-parse --git-dir > /dev/null 2>&1 ||
  fail "this is no git checkout, so an older libhotshoe cannot be built: clone the repository and run it there"
if ! git cat-file -e "$commit^{commit}" 2> /dev/null; then
  if [ "$(git rev-parse --is-shallow-repository)" = true ]; then
    fail "the commit $commit is not in this clone, which is shallow" \
      "run \`git fetch --unshallow\`, or clone with the whole history (in CI: fetch-depth 0)"
  fi
  fail "there is no commit $commit here: run \`git fetch\`, or name one that is in \`git log\`"
fi
here=$PWD build=$PWD/build/abi
# The handles whose tests need no archives, and so no tool.
handles=(error diagnostics profile inspection catalog plugin unload host)

# Debug information of everything, and fast to build: how code is optimised is no part of the interface.
export CARGO_PROFILE_RELEASE_DEBUG=full CARGO_PROFILE_RELEASE_STRIP=none CARGO_PROFILE_RELEASE_OPT_LEVEL=0
export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16

# library SOURCE FOLDER TARGET...: builds these, and prints where the library is.
library() {
  local source=$1 folder=$2 && shift 2
  {
    cmake -S "$source" -B "$folder" -G Ninja -D CMAKE_BUILD_TYPE=Debug -D HOTSHOE_CARGO_TARGET_DIR="$build/cargo"
    cmake --build "$folder" --target "$@"
  } >&2
  realpath "$folder"/lib/libhotshoe.so
}

rm -rf "$build/source" "$build/then" "$build/now"
mkdir -p "$build/source"
git archive "$commit" | tar -x -C "$build/source"
then=$(library "$build/source" "$build/then" hotshoe_library "${handles[@]/#/c11.}")
now=$(library "$here" "$build/now" hotshoe_library)
cp "$then" "$build/then.so"

# What is behind a handle is the library's own affair: programs have pointers to it.
handle() { printf '[suppress_type]\n  name_regexp = ^(.*::)?%s$\n  type_kind = struct\n' "$1"; }
sed -nE 's/^typedef struct (\w+) \1;$/\1/p' include/hotshoe/host/*.h | while read -r name; do handle "$name"; done \
  > "$build/handles.abignore"
[ -s "$build/handles.abignore" ] || { echo "no handles were found in include/hotshoe/host" >&2; exit 1; }

echo "== What changed since $commit"
# 4 is a change that need not break anything, such as an addition.
abidiff --suppressions "$build/handles.abignore" "$build/then.so" "$now" || [ $? = 4 ]
echo "== What changed since $commit, but for additions"
abidiff --no-added-syms --suppressions "$build/handles.abignore" "$build/then.so" "$now"

echo "== Programs of $commit with the library of this checkout"
cp "$now" "$then"
failed=0
for handle in "${handles[@]}"; do
  code=0
  CAMERA_PLUGIN_PATH='' "$build/then/tests/c/c11.$handle" "$build/then/tests/c/root" || code=$?
  # 1 is a check of that time that does not hold any more: see whether that is meant.
  case $code in
    0) echo "$handle: as then" ;;
    1) echo "$handle: it runs, and finds something otherwise than then" ;;
    *) echo "$handle: it ended with $code" && failed=1 ;;
  esac
done
exit "$failed"
