#!/usr/bin/env bash
# What takes too long for each change: the whole of what tools/test.sh runs a part of.
#
#   tools/soak.sh
#
# Every case of tests/cmake in every way with every CMake, the tests of Rust that are ignored there, and the C ABI.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh soak

export HOTSHOE_REQUIRE_TOOLS=1
target=${CARGO_TARGET_DIR:-$PWD/target}
jobs=$(nproc 2> /dev/null || echo 2)

printf '\n== The tests of Rust that tools/test.sh leaves out\n'
# Examples in the documentation are ignored for other reasons.
cargo test --quiet --workspace --features hotshoe/capi --lib --bins --tests -- --ignored

printf '\n== The CMake modules, every case in every way with every CMake\n'
cmake -S . -B build/soak -G Ninja -D CMAKE_BUILD_TYPE=Release -D HOTSHOE_CARGO_TARGET_DIR="$target" \
  -D HOTSHOE_TEST_ALL=ON -D "HOTSHOE_TEST_CMAKES=build/cmake-oldest/bin/cmake;build/cmake-newest/bin/cmake"
cmake --build build/soak
ctest --test-dir build/soak --output-on-failure --no-tests=error -j "$jobs"

printf '\n== The C ABI: additions only, and older programs run\n'
tools/abi.sh
