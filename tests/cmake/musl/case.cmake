# musl beside the C library of this machine, which does not load what is built for it.
set(OPTIONS "-DCMAKE_TOOLCHAIN_FILE=${source}/toolchain.cmake" "-DHOTSHOE_TOOL=${TOOL}"
  "-DCMAKE_C_FLAGS=-Wall -Wextra -Wpedantic -Werror")
set(SKIPPED small.load)
