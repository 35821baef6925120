# macOS for two processors, as far as CMake can be asked without its compiler.
set(CMAKE_SYSTEM_NAME Darwin)
set(CMAKE_SYSTEM_VERSION 20)
set(CMAKE_SYSTEM_PROCESSOR arm64)
set(CMAKE_OSX_ARCHITECTURES "arm64;x86_64")
set(CMAKE_C_COMPILER clang)
set(CMAKE_C_COMPILER_TARGET arm64-apple-macos11)
set(CMAKE_C_COMPILER_FORCED ON)
set(CMAKE_SIZEOF_VOID_P 8)
set(CMAKE_INSTALL_NAME_TOOL install_name_tool)
# No SDK is looked for.
set(CMAKE_OSX_SYSROOT /)
set(CMAKE_APPLE_ARCH_SYSROOTS "/;/")
