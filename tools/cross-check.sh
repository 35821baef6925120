#!/usr/bin/env bash
# Whether Hotshoe and its tests compile for Windows and macOS, and how many tests each system compiles.
#
#   tools/cross-check.sh
#
# No compiler of rustup's can be had for them everywhere, so it is Debian's, which brings the sources of std. Build
# scripts that compile C and C++ get mingw's compiler for Windows, and zig, which brings what macOS has in its SDK.
# `tools/setup.sh test` installs all of it. Nothing is linked; warnings of ours are errors.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$PWD/build/cross-check
programs=$work/programs
checked=(--workspace --all-targets --features hotshoe/capi)
mkdir -p "$programs"

# zig by the names that CMake and cargo's build scripts look for beside a compiler; what they say for Apple's own it
# does not know.
for mode in cc c++; do
  cat > "$programs/$mode" << EOF
#!/usr/bin/env bash
# With a target it would also make an empty object file where it stands.
if [ "\$*" = --version ]; then exec "$PWD/build/zig/ziglang/zig" $mode --version; fi
arguments=()
while [ \$# -gt 0 ]; do
  case \$1 in
    --target=*-apple-* | -mmacosx-version-min=*) ;;
    -arch) shift ;;
    -bundle) arguments+=(-shared) ;;
    *) arguments+=("\$1") ;;
  esac
  shift
done
exec "$PWD/build/zig/ziglang/zig" $mode -target aarch64-macos.11.0 "\${arguments[@]}"
EOF
done
for mode in ar ranlib; do
  printf '#!/bin/sh\nexec "%s" %s "$@"\n' "$PWD/build/zig/ziglang/zig" "$mode" > "$programs/$mode"
done
printf '#!/bin/sh\nexec llvm-strip "$@"\n' > "$programs/strip"

# Stands before rustc for crates of ours: makes warnings errors, and writes the names of a crate's tests beside what cargo
# keeps of it, as the compiler sees them once every `cfg` is decided.
cat > "$programs/rustc-that-lists-tests" << 'EOF'
#!/usr/bin/env bash
set -euo pipefail
"$@" -D warnings
case " $* " in *' --test '*) ;; *) exit 0 ;; esac
folder= file= expand=()
for argument; do
  case ${previous:-} in
    --out-dir) folder=$argument ;;
    -C) case $argument in extra-filename=*) file=${argument#*=} ;; esac ;;
  esac
  case $argument in --emit=* | --error-format=* | --json=*) ;; *) expand+=("$argument") ;; esac
  previous=$argument
done
"${expand[@]}" -Zunpretty=expanded 2> /dev/null |
  tr -s ' \n' ' ' | sed 's/#\[rustc_test_marker = "\([^"]*\)"\]/\n@\1\n/g' | sed -n 's/^@//p' | sort -u > "$folder/tests$file"
EOF
chmod +x "$programs"/*

# What cargo reports is read, for only that says which of the kept files are today's.
cat > "$work/tests.py" << 'EOF'
import json, pathlib, sys
for line in sys.stdin:
    message = json.loads(line)
    if message.get("profile", {}).get("test"):
        kept = pathlib.Path(message["filenames"][0])
        crate = message["target"]["name"]
        listed = kept.with_name("tests-" + kept.stem.rsplit("-", 1)[1])
        for test in listed.read_text().split():
            print(f"{message['target']['kind'][0]} {crate}: {test}")
EOF

# The tests that a system compiles, one a line, into a file of the build.
check() {
  echo "checking $2 ($1)"
  RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 RUSTC_WORKSPACE_WRAPPER=$programs/rustc-that-lists-tests \
    CC_x86_64_pc_windows_gnu=x86_64-w64-mingw32-gcc CXX_x86_64_pc_windows_gnu=x86_64-w64-mingw32-g++-posix \
    CC_aarch64_apple_darwin=$programs/cc CXX_aarch64_apple_darwin=$programs/c++ AR_aarch64_apple_darwin=$programs/ar \
    /usr/bin/cargo check --quiet --message-format json-render-diagnostics "${checked[@]}" \
    --target "$1" --target-dir "$work" "${@:3}" | python3 "$work/tests.py" | sort > "$work/$2.tests"
}
check x86_64-pc-windows-gnu Windows -Zbuild-std=std,panic_abort
check aarch64-apple-darwin macOS -Zbuild-std=std,panic_abort
check x86_64-unknown-linux-gnu Linux

for system in Linux Windows macOS; do
  echo "$system compiles $(wc -l < "$work/$system.tests") tests"
done
for system in Windows macOS; do
  comm -23 "$work/Linux.tests" "$work/$system.tests" | sed "s/^/  not for $system: /"
done
