# zig, which brings what macOS has in its SDK. run.cmake writes its wrappers and gives them as compilers;
# MACOS_PROCESSOR is Apple's name for the processor.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES MACOS_PROCESSOR)
set(CMAKE_SYSTEM_NAME Darwin)
set(CMAKE_SYSTEM_PROCESSOR "${MACOS_PROCESSOR}")
