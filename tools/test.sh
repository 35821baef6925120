#!/usr/bin/env bash
# All tests, on a clean checkout or a used one.
#
#   tools/test.sh
#
# Installs what it needs first. A test that cannot run for want of a tool fails: none is skipped silently.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh test

export HOTSHOE_REQUIRE_TOOLS=1
target=${CARGO_TARGET_DIR:-$PWD/target}
jobs=$(nproc 2> /dev/null || echo 2)
started=$SECONDS
log=build/test.log
: > "$log"

# Steps that have begun, a line each: when, and what.
steps=()
minutes() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }
step() {
  steps+=("$SECONDS $*")
  printf '\n== [%s] %s\n' "$(minutes $((SECONDS - started)))" "$*"
}
# How long each step took, also of a run that failed.
times() {
  local index begun end
  printf '\n  time  step\n'
  for index in "${!steps[@]}"; do
    begun=${steps[index]%% *} end=$SECONDS
    [ "$index" = $((${#steps[@]} - 1)) ] || end=${steps[index + 1]%% *}
    printf '%6s  %s\n' "$(minutes $((end - begun)))" "${steps[index]#* }"
  done
  printf '%6s  the whole\n' "$(minutes $((SECONDS - started)))"
}
trap times EXIT
# The tests of a CMake build; the log is kept to count what was skipped.
run_ctest() { ctest --test-dir "$1" --output-on-failure --no-tests=error -j "$jobs" "${@:2}" 2>&1 | tee -a "$log"; }
configure() { cmake -S . -B "$1" -G Ninja -D CMAKE_BUILD_TYPE=Release -D HOTSHOE_CARGO_TARGET_DIR="$target" "${@:2}"; }

step "Formatting and lints"
cargo fmt --all --check
cargo clippy --quiet --workspace --all-targets --features hotshoe/capi -- -D warnings
git ls-files '*.c' '*.cpp' '*.h' '*.hpp' | grep -v '^include/hotshoe/host.h$' |
  xargs build/linters/bin/clang-format --dry-run -Werror
git ls-files '*.cmake' '*CMakeLists.txt' | xargs build/linters/bin/cmake-lint --suppress-decorations
git ls-files '*.sh' .ci/run | xargs shellcheck

step "The loader and the tool (Rust)"
cargo test --quiet --workspace --features hotshoe/capi 2>&1 | tee -a "$log"
RUSTDOCFLAGS="-D warnings" cargo doc --quiet --no-deps -p hotshoe -p hotshoe-build -p hotshoe-testkit --features hotshoe/capi

step "The crates, as they would be published"
cargo package --quiet --allow-dirty -p hotshoe -p hotshoe-build -p hotshoe-cli

step "The C and C++ headers, the CMake modules and the examples"
configure build/test -D "HOTSHOE_TEST_CMAKES=build/cmake-oldest/bin/cmake;build/cmake-newest/bin/cmake"
cmake --build build/test
run_ctest build/test

step "The C++ host under the address and undefined-behaviour sanitizers"
configure build/sanitize -D HOTSHOE_SANITIZE=address,undefined
cmake --build build/sanitize
run_ctest build/sanitize -L sanitize

step "The demo of the README"
tools/demo.sh

step "Done"
passed=$(grep -c ' Passed ' "$log" || true)
rust=$(awk '/^test result: ok/ { sum += $4 } END { print sum }' "$log")
skipped=$(grep -cE '\*\*\*Skipped|^SKIPPED ' "$log" || true)
grep -E '\*\*\*Skipped|^SKIPPED ' "$log" || true
echo "Rust: $rust passed; ctest: $passed passed; 0 failed, $skipped skipped"
