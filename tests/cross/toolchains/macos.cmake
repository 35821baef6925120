# zig, which brings what macOS has in its SDK. run.cmake writes its wrappers and gives them as compilers;
# MACOS_PROCESSORS are Apple's names for the processors, with a space between two.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES MACOS_PROCESSORS)
set(CMAKE_SYSTEM_NAME Darwin)
string(REPLACE " " ";" processors "${MACOS_PROCESSORS}")
list(GET processors 0 CMAKE_SYSTEM_PROCESSOR)
if(MACOS_PROCESSORS MATCHES " ")
  set(CMAKE_OSX_ARCHITECTURES "${processors}")
  # CMake looks for an SDK for each.
  set(CMAKE_APPLE_ARCH_SYSROOTS "/;/")
endif()
