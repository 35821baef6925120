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
# A plugin of the contract.
mkdir -p "$work/contract_root/gain"
echo '{"name": "gain", "version": "1.2.3", "entry": "hotshoe_descriptor"}' > "$work/contract_root/gain/plugin.json"
cc -std=c11 -O2 -fPIC -shared -Iinclude -o "$work/contract_root/gain/libgain.so" tests/fixtures/contract/plugin.c
# One with a hundred empty passes.
mkdir -p "$work/pipeline_root/snake"
echo '{"name": "snake", "version": "1.0.0", "entry": "hotshoe_descriptor"}' > "$work/pipeline_root/snake/plugin.json"
passes=$(for number in $(seq 100 199); do printf '{"pass-%s", "compile"},' "$number"; done)
cc -std=c11 -O2 -fPIC -shared -Iinclude -DPASSES="$passes" -o "$work/pipeline_root/snake/libsnake.so" \
  tests/fixtures/pipeline/plugin.c
# The same plugins in the forms of others: bundles of LV2, and libraries with Qt's metadata.
bundle() {
  printf '@prefix lv2: <http://lv2plug.in/ns/lv2core#> .\n@prefix doap: <http://usefulinc.com/ns/doap#> .\n'
  printf '<http://example.org/%s> a lv2:Plugin ; lv2:binary <%s.so> ; doap:name "%s" ;\n' "$1" "$1" "$1"
  printf '  lv2:minorVersion 2 ; lv2:microVersion 4 ; doap:license <http://opensource.org/licenses/MIT> .\n'
}
qt=$(pkg-config --cflags --libs Qt5Core)
qt_bin=$(pkg-config --variable=host_bins Qt5Core)
manifest gain > "$work/gain.json"
cp bench/scan_qt_plugin.cpp "$work/plugin.cpp"
"$qt_bin/moc" -I"$work" "$work/plugin.cpp" -o "$work/plugin.moc"
# shellcheck disable=SC2086 # The flags are words.
c++ -std=c++17 -O2 -fPIC -shared -I"$work" -o "$work/gain_qt.so" "$work/plugin.cpp" $qt
# shellcheck disable=SC2086
c++ -std=c++17 -O2 -fPIC -o "$work/scan_qt" bench/scan_qt.cpp $qt
for count in 1000 10000; do
  mkdir "$work/$count" "$work/$count.lv2" "$work/$count.qt"
  for number in $(seq 1 $count); do
    name=gain$number
    mkdir "$work/$count/$name" "$work/$count.lv2/$name.lv2"
    manifest "$name" > "$work/$count/$name/plugin.json"
    bundle "$name" > "$work/$count.lv2/$name.lv2/manifest.ttl"
    ln "$work/root/gain/libgain.so" "$work/$count/$name/lib$name.so"
    ln "$work/root/gain/libgain.so" "$work/$count.lv2/$name.lv2/$name.so"
    ln "$work/gain_qt.so" "$work/$count.qt/lib$name.so"
  done
done
hotshoe=$(realpath "$target/release")
# The program is linked to the C++ library, as a C++ host is: else each load would load that too.
for program in bench scan contract context pipeline; do
  cc -std=c11 -O2 -Wall -Wextra -Iinclude -Itests/fixtures/contract -o "$work/$program" bench/$program.c \
    -L"$hotshoe" -Wl,-rpath,"$hotshoe" -lhotshoe -ldl -Wl,--no-as-needed -lstdc++ -lm
done
cc -std=c11 -O2 -Wall -Wextra -o "$work/walk" bench/walk.c

# The indexes are the benchmark's own, and not of files that were just written.
export XDG_CACHE_HOME=$work/cache
sleep 3

mkdir -p bench/results
table=bench/results/$(date -u +%Y-%m-%dT%H%M%SZ).md
"$work/bench" "$work/root/gain" "$work/root/gain/libgain.so" harmonics_register "$work/root" | tee "$table"
echo | tee -a "$table"
"$work/contract" "$work/contract_root" | tee -a "$table"
echo | tee -a "$table"
"$work/context" | tee -a "$table"
echo | tee -a "$table"
"$work/pipeline" "$work/pipeline_root" | tee -a "$table"
for count in 1000 10000; do
  echo | tee -a "$table"
  root=$work/$count
  list="$hotshoe/hotshoe list --host harmonics --path $root"
  export LV2_PATH=$root.lv2
  "$work/scan" "$root" $((count == 1000 ? 40 : 8)) \
    "C walk, as a program=$work/walk $root $count" \
    "hotshoe list --quick, no index=$list --quick --no-index" \
    "hotshoe list --quick --json, no index=$list --quick --json --no-index" \
    "hotshoe list --quick --json, index=$list --quick --json" \
    "hotshoe list --json, no index=$list --json --no-index" \
    "Python, json.load=python3 bench/scan.py $root $count" \
    "lv2ls=lv2ls" \
    "Qt, QPluginLoader::metaData=$work/scan_qt $root.qt $count" | tee -a "$table"
done
# One plugin in a process of its own, called by go-plugin's own host and by Hotshoe in turns.
export GOTOOLCHAIN=local PATH=$PWD/build/go/bin:$PATH
if command -v go > /dev/null; then
  cargo build --quiet --release -p hotshoe-process
  (cd tests/process/go && go build -trimpath -buildvcs=false -o "$work/go/" ./peer ./bench)
  mkdir -p "$work/runtimes" "$work/process_root/peer"
  cp "$hotshoe/libhotshoe_process.so" "$work/runtimes/libhotshoe-process.so"
  cp "$hotshoe/hotshoe-keeper" "$work/runtimes/"
  cp "$work/go/peer" "$work/process_root/peer/"
  echo '{"name": "peer", "runtime": "process", "executable": "peer", "process": {"arguments": ["faults"]}}' \
    > "$work/process_root/peer/plugin.json"
  cc -std=c11 -O2 -Wall -Wextra -Iinclude -o "$work/process" bench/process.c \
    -L"$hotshoe" -Wl,-rpath,"$hotshoe" -lhotshoe -lpthread
  echo | tee -a "$table"
  python3 bench/process.py 7 "go-plugin's own host=$work/go/bench $work/go/peer" \
    "Hotshoe=$work/process $work/process_root $work/runtimes" | tee -a "$table"
else
  echo "left out: a plugin in another process, for there is no Go; tools/setup.sh test installs one" | tee -a "$table"
fi
mkdir "$work/archives"
echo | tee -a "$table"
bench/package.sh "$target/release/hotshoe" "$work/archives" | tee -a "$table"
echo "kept in $table"
