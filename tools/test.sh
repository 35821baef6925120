#!/usr/bin/env bash
# All tests, on a clean checkout or a used one.
#
#   tools/test.sh
#
# Installs what it needs first. A test that cannot run for want of a tool fails: none is skipped silently. What takes
# too long for each change is in tools/soak.sh.
set -euo pipefail
cd "$(dirname "$0")/.."

export HOTSHOE_REQUIRE_TOOLS=1
# Go is taken as it is, and fetches no other.
export GOTOOLCHAIN=local
target=${CARGO_TARGET_DIR:-$PWD/target}
jobs=$(nproc 2> /dev/null || echo 2)
mkdir -p build
log=build/test.log times=build/test.times
: > "$log"
: > "$times"

# step NAME: what follows belongs to it. Its time, and that of the processors, go into the closing table.
name="" began=0 used=0 started=$SECONDS
clock() { printf '%3d:%02d' $(($1 / 60)) $(($1 % 60)); }
# Of all programs that ended so far, in seconds. In a subshell they would not be seen.
processors() {
  times > build/test.clock
  spent=$(awk 'NR == 2 { gsub(/[ms]/, " "); print int($1 * 60 + $2 + $3 * 60 + $4) }' build/test.clock)
}
end_step() {
  processors
  if [ -n "$name" ]; then echo "$(clock $((SECONDS - began)))  $(clock $((spent - used)))  $name" >> "$times"; fi
  name="" began=$SECONDS used=$spent
}
step() {
  end_step
  name=$1
  printf '\n== [%d:%02d] %s\n' $(((SECONDS - started) / 60)) $(((SECONDS - started) % 60)) "$1"
}
# The last lines, whatever happened: what was skipped, the table, and how many tests there were.
closing() {
  local code=$? in=$name rust rust_failed ignored passed failed skipped tests='^ *[0-9]+/[0-9]+ Test +#'
  trap - EXIT
  end_step
  printf '\n== [%d:%02d] %s\n' $(((SECONDS - started) / 60)) $(((SECONDS - started) % 60)) \
    "$(if [ "$code" = 0 ]; then echo Done; else echo "Failed in: $in"; fi)"
  rust=$(awk '/^test result: / { sum += $4 } END { print sum + 0 }' "$log")
  rust_failed=$(awk '/^test result: / { sum += $6 } END { print sum + 0 }' "$log")
  ignored=$(awk '/^test result: / { sum += $8 } END { print sum + 0 }' "$log")
  passed=$(grep -E "$tests" "$log" | grep -c ' Passed ' || true)
  skipped=$(grep -cE '\*\*\*Skipped|^SKIPPED ' "$log" || true)
  failed=$(grep -E "$tests" "$log" | grep -cE '\*\*\*(Failed|Timeout|Exception|Not Run)' || true)
  grep -E '\*\*\*Skipped|^SKIPPED ' "$log" || true
  echo "  time   processors  step (minutes:seconds)"
  cat "$times"
  echo "$(clock $((SECONDS - started)))  $(clock "$spent")  all"
  echo "Rust: $rust passed, $rust_failed failed, $ignored left to tools/soak.sh; ctest: $passed passed, $failed failed, $skipped skipped"
  # A step that is no test can fail, too.
  failed=$((failed + rust_failed))
  if [ "$code" != 0 ] && [ "$failed" = 0 ]; then failed=1; fi
  echo "$((rust + passed)) passed, $failed failed, $((skipped + ignored)) skipped"
  exit "$code"
}
trap closing EXIT

# The tests of a CMake build; the log is kept to count them.
run_ctest() { ctest --test-dir "$1" --output-on-failure --no-tests=error -j "$jobs" "${@:2}" 2>&1 | tee -a "$log"; }
configure() { cmake -S . -B "$1" -G Ninja -D CMAKE_BUILD_TYPE=Release -D HOTSHOE_CARGO_TARGET_DIR="$target" "${@:2}"; }

step "What the tests need"
tools/setup.sh test

# What the runtime `process` is tested with. Of Go that of the system, unless tools/setup.sh had to install one.
if [ -x build/go/bin/go ]; then export PATH=$PWD/build/go/bin:$PATH; fi
go version
sed -n 's/^.*\(github.com.hashicorp.go-plugin v.*\)$/\1/p' tests/process/go/go.mod
build/mcp/bin/python -c 'import importlib.metadata as m; print("mcp", m.version("mcp"))'

step "Formatting and lints"
cargo fmt --all --check
cargo clippy --quiet --workspace --all-targets --features hotshoe/capi -- -D warnings
# A new dependency stands in the lock file of tools/fuzz.sh, too; the same without --locked puts it there.
cargo update --quiet --locked --workspace --manifest-path fuzz/Cargo.toml
git ls-files '*.c' '*.cpp' '*.h' '*.hpp' | grep -v -e '^include/hotshoe/\(host\|host/[a-z]*\|codes\|context\|passes\|plugin\|runtime\|stepper\).h$' \
  -e '^crates/[a-z-]*/include/' -e '^tests/fixtures/contract/revision-' |
  xargs build/linters/bin/clang-format --dry-run -Werror
git ls-files '*.cmake' '*CMakeLists.txt' | xargs build/linters/bin/cmake-lint --suppress-decorations
git ls-files '*.sh' .ci/run | xargs shellcheck

step "The loader and the tool (Rust)"
cargo test --quiet --workspace --features hotshoe/capi 2>&1 | tee -a "$log"
RUSTDOCFLAGS="-D warnings" cargo doc --quiet --no-deps -p hotshoe -p hotshoe-abi -p hotshoe-build -p hotshoe-process -p hotshoe-testkit --features hotshoe/capi

step "Windows and macOS: all compiles, and so many tests"
tools/cross-check.sh

step "The crates, as they would be published"
cargo package --quiet --allow-dirty -p hotshoe-abi -p hotshoe -p hotshoe-build -p hotshoe-cli

step "The C and C++ headers, the CMake modules and the examples"
configure build/test -D "HOTSHOE_TEST_CMAKES=build/cmake-oldest/bin/cmake;build/cmake-newest/bin/cmake"
cmake --build build/test
run_ctest build/test

step "The C and C++ hosts under the address and undefined-behaviour sanitizers"
configure build/sanitize -D HOTSHOE_SANITIZE=address,undefined
cmake --build build/sanitize
run_ctest build/sanitize -L sanitize

step "What uses threads in C++ under the thread sanitizer"
configure build/threads -D HOTSHOE_SANITIZE=thread
cmake --build build/threads --target threaded
run_ctest build/threads -L threads

step "The demo of the README"
tools/demo.sh
