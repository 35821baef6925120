#!/usr/bin/env bash
# Looks for inputs that break the parsers of what others write: manifests, profiles, libraries, archives, values.
#
#   tools/fuzz.sh [seconds] [target...]   each target for that long (60), those of fuzz/targets by default
#
# Begins with the tests' fixtures, and keeps what it finds in build/fuzz: inputs that reach new code in
# <target>/corpus, and those that break it in <target>/crash-*. Needs clang++ or g++, and no nightly compiler.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
if [ $# -gt 0 ]; then shift; fi
if [[ ! $seconds =~ ^[0-9]+$ ]]; then
  sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  for file in fuzz/targets/*.rs; do targets+=("$(basename "$file" .rs)"); done
fi
host=$(rustc -vV | sed -n 's/^host: //p')
work=$PWD/build/fuzz
mkdir -p "$work"

# What the compiler calls its sanitizer coverage is stable; only its address sanitizer is not. With --target,
# build scripts go without it.
coverage="-Cpasses=sancov-module -Ccodegen-units=1"
for option in level=4 inline-8bit-counters pc-table trace-compares; do
  coverage+=" -Cllvm-args=-sanitizer-coverage-$option"
done
target_dir=${CARGO_TARGET_DIR:-$PWD/target}/fuzz
CARGO_TARGET_DIR=$target_dir RUSTFLAGS=$coverage cargo build --quiet --locked --release \
  --manifest-path fuzz/Cargo.toml --target "$host" --bins

# Puts the files that are named into a target's corpus.
seeds() {
  local target=$1 file
  mkdir -p "$work/$target/corpus"
  shift
  for file; do
    if [ -f "$file" ]; then cp "$file" "$work/$target/corpus/seed-$(sha256sum < "$file" | cut -c1-16)"; fi
  done
}

samples=$work/samples
rm -rf "$samples"
mkdir -p "$samples/gain/presets"
echo '{"name": "gain", "version": "1.2.3"}' > "$samples/gain/plugin.json"
echo 'int harmonics_register(void) { return 0; }' > "$samples/gain.c"
echo soft > "$samples/gain/presets/soft.txt"
cc -shared -fPIC -o "$samples/gain/libgain.so" "$samples/gain.c"
(
  cd "$samples"
  for system in x86_64-apple-macos11 arm64-apple-macos11; do
    if command -v clang > /dev/null; then clang --target="$system" -c -o "$system.o" gain.c; fi
  done
  if command -v x86_64-w64-mingw32-gcc > /dev/null; then x86_64-w64-mingw32-gcc -shared -o gain.dll gain.c; fi
  head -c 700 gain/libgain.so > small && mv small gain/libgain.so.part
  for format in gnu pax ustar; do tar cf "$format.tar" --format="$format" gain/plugin.json gain/presets; done
  tar czf gain.tar.gz gain
  if command -v zstd > /dev/null; then tar c gain | zstd -q > gain.tar.zst; fi
  if command -v zip > /dev/null; then zip -qr gain.zip gain/plugin.json gain/presets && zip -qr - gain > streamed.zip; fi
)
seeds archive "$samples"/*.tar "$samples"/*.tar.* "$samples"/*.zip
seeds library "$samples"/gain/libgain.so "$samples"/*.o "$samples"/*.dll
seeds manifest tests/fixtures/plugins/*/plugin.json schema/*.json
seeds profile examples/*/*.host.json tests/cmake/*/*.host.json schema/*.json
seeds runtime src/manifest/kinds/*.json tests/fixtures/runtimes/*/*.runtime.json schema/*.json
printf '1.2.3-rc.1+x' > "$samples/version"
printf '>=1.2,<2 || ^3' > "$samples/requirement"
printf 'linux-x86_64' > "$samples/platform"
seeds words "$samples/version" "$samples/requirement" "$samples/platform"
# A list and a map, a matrix of doubles, and an array of complex numbers, as the tests have them.
printf '\x82\x01\xa1\x61a\xfb\x3f\xf8\0\0\0\0\0\0' > "$samples/list.cbor"
printf '\xd8\x28\x82\x82\x01\x02\xd8\x55\x48\0\0\x80\x3f\0\0\0\x40' > "$samples/matrix.cbor"
printf '\xd9\xa7\xf9\xd8\x55\x48\0\0\x80\x3f\0\0\0\x40' > "$samples/complex.cbor"
seeds wire "$samples"/*.cbor

for target in "${targets[@]}"; do
  printf '== %s\n' "$target"
  "$target_dir/$host/release/$target" "$work/$target/corpus" -artifact_prefix="$work/$target/" -max_len=65536 \
    -timeout=10 -rss_limit_mb=2048 -max_total_time="$seconds" -print_final_stats=1 -verbosity=0 2>&1 |
    tee "$work/$target/log" | grep -E '^(stat::(number_of_executed|average|new_units|slowest|peak)|SUMMARY|==|artifact|Test unit)' || true
  if compgen -G "$work/$target/crash-*" > /dev/null || compgen -G "$work/$target/timeout-*" > /dev/null ||
    compgen -G "$work/$target/oom-*" > /dev/null; then
    echo "fuzz: $target broke; the inputs are in $work/$target, what it said in $work/$target/log" >&2
    exit 1
  fi
done
