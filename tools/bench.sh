#!/usr/bin/env bash
# Measures Hotshoe against what a program would write by hand, side by side, and prints a table.
#
#   tools/bench.sh
#
# The table is kept in bench/results/. It is a measurement, not a test: nothing fails because of a time.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh bench

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

target=${CARGO_TARGET_DIR:-target}
cargo rustc --quiet --release --lib --features capi --crate-type cdylib
cargo build --quiet --release -p hotshoe-cli
mkdir -p "$work/root/gain"
# Exactly what hotshoe_add_plugin makes of it: the entry exported and nothing else, no unique symbols.
echo '{ global: harmonics_register; local: *; };' > "$work/exports.map"
c++ -std=c++17 -O2 -fPIC -shared -fno-gnu-unique -fvisibility-inlines-hidden \
  -Wl,--version-script="$work/exports.map" -o "$work/root/gain/libgain.so" bench/plugin.cpp
manifest() {
  printf '{\n  "name": "%s",\n  "version": "1.2.3",\n  "harmonics_version": ">=1.2,<2",\n' "$1"
  printf '  "description": "Scales what goes through it",\n  "license": "MIT",\n  "library": "lib%s.so",\n' "$1"
  printf '  "capabilities": ["layer:%s"],\n  "abi": {"compiler": "itanium", "stdlib": "libstdc++"}\n}\n' "$1"
}
manifest gain > "$work/root/gain/plugin.json"
for number in $(seq 1 1000); do
  mkdir "$work/root/gain$number"
  manifest "gain$number" > "$work/root/gain$number/plugin.json"
  ln "$work/root/gain/libgain.so" "$work/root/gain$number/libgain$number.so"
done
# The program is linked to the C++ library, as a C++ host is: else each load would load that too.
cc -std=c11 -O2 -Wall -Wextra -Iinclude -o "$work/bench" bench/bench.c \
  -L"$target/release" -Wl,-rpath,"$(realpath "$target/release")" -lhotshoe -ldl -Wl,--no-as-needed -lstdc++ -lm

mkdir -p bench/results
table=bench/results/$(date -u +%Y-%m-%dT%H%M%SZ).md
"$work/bench" "$work/root/gain" "$work/root/gain/libgain.so" harmonics_register "$work/root" | tee "$table"
mkdir "$work/archives"
echo | tee -a "$table"
bench/package.sh "$target/release/hotshoe" "$work/archives" | tee -a "$table"
echo "kept in $table"
