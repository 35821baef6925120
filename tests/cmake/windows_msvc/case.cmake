# Visual Studio's options and libraries, by LLVM's stand-in for its compiler, which goes by the name it is called by.
find_program(clang clang REQUIRED)
file(MAKE_DIRECTORY "${WORK}.programs")
file(CREATE_LINK "${clang}" "${WORK}.programs/clang-cl" SYMBOLIC)
set(OPTIONS "-DCMAKE_TOOLCHAIN_FILE=${source}/../../cross/toolchains/windows-msvc.cmake" "-DHOTSHOE_TOOL=${TOOL}"
  "-DCMAKE_C_COMPILER=${WORK}.programs/clang-cl" -DCMAKE_C_STANDARD_LIBRARIES=)
set(SKIPPED trumpet.load)
