# Visual Studio's way, by LLVM's stand-ins for its compiler and linker. Its headers and libraries cannot be had, so
# what is built uses none.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR AMD64)
set(CMAKE_C_FLAGS_INIT "--target=x86_64-pc-windows-msvc")
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_MSVC_RUNTIME_LIBRARY "")
set(CMAKE_MODULE_LINKER_FLAGS_INIT "/nodefaultlib /noentry /manifest:no")
set(CMAKE_LINKER lld-link)
set(CMAKE_AR llvm-lib)
set(CMAKE_MT llvm-mt)
set(CMAKE_RC_COMPILER llvm-rc)
