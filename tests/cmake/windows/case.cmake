set(OPTIONS "-DCMAKE_TOOLCHAIN_FILE=${source}/../../cross/toolchains/windows-x86_64.cmake" "-DHOTSHOE_TOOL=${TOOL}")
set(SKIPPED horn.load)
