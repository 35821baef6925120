set(OPTIONS "-DCMAKE_TOOLCHAIN_FILE=${source}/toolchain.cmake" "-DHOTSHOE_TOOL=${TOOL}")
set(SKIPPED far.load)
