#!/usr/bin/env bash
# From sources to a plugin that runs in a C++ program, step by step, in build/demo.
#
#   tools/demo.sh
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh demo

step() { if [ -t 1 ]; then printf '\n\033[1m== %s\033[0m\n' "$*"; else printf '\n== %s\n' "$*"; fi; }
show() {
  printf '   $ %s\n' "$*"
  "$@"
}
quietly() {
  printf '   $ %s\n' "$*"
  "$@" > build/demo/log 2>&1 || {
    cat build/demo/log
    exit 1
  }
}

mkdir -p build/demo
rm -rf build/demo/plugins build/demo/my_plugin
jobs=$(nproc 2> /dev/null || echo 2)

step "1. Build Hotshoe and install its SDK (the first time takes a minute or two)"
quietly cmake -S . -B build/demo/hotshoe -D CMAKE_BUILD_TYPE=Release -D HOTSHOE_TESTS=OFF -D HOTSHOE_EXAMPLES=OFF \
  -D HOTSHOE_CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
quietly cmake --build build/demo/hotshoe
quietly cmake --install build/demo/hotshoe --prefix build/demo/sdk
export PATH=$PWD/build/demo/sdk/bin:$PATH
show hotshoe --version

step "2. Build a host: harmonics, a small runtime in C++"
quietly cmake -S examples/harmonics -B build/demo/harmonics -D CMAKE_BUILD_TYPE=Release -D CMAKE_PREFIX_PATH="$PWD/build/demo/sdk"
quietly cmake --build build/demo/harmonics -j "$jobs"
quietly cmake --install build/demo/harmonics --prefix build/demo/sdk

step "3. Make a plugin from sources: examples/my_plugin"
sed 's/^/   | /' examples/my_plugin/CMakeLists.txt
quietly cmake -S examples/my_plugin -B build/demo/my_plugin -D CMAKE_BUILD_TYPE=Release -D CMAKE_PREFIX_PATH="$PWD/build/demo/sdk"
quietly cmake --build build/demo/my_plugin
show ctest --test-dir build/demo/my_plugin

step "4. Package it"
(cd build/demo/my_plugin && show cpack)
archive=$(ls build/demo/my_plugin/my_plugin-1.2.3-*.tar.gz)
show tar tzf "$archive"

step "5. Install the archive where the host looks"
show hotshoe install "$archive" --root build/demo/plugins
show hotshoe list --host harmonics --host-version 1.2.0 --path build/demo/plugins

step "6. Run the host with it"
export HARMONICS_PLUGIN_PATH=$PWD/build/demo/plugins
printf '   $ HARMONICS_PLUGIN_PATH=build/demo/plugins harmonics_host\n'
harmonics_host
