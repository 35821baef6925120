# Builds libhotshoe and the tool through cargo, which knows best what is out of date, and copies them
# to lib/ and bin/ in the build folder, under the names they are installed by. So it does with the runtime
# of plugins that are programs, which goes into lib/hotshoe/runtimes/: a module that the library opens on demand, and
# the keeper, the program that is the parent of such plugins.
#
#   HOTSHOE_RUNTIME_PROCESS   whether that runtime is built
#   HOTSHOE_CARGO             the program cargo
#   HOTSHOE_CARGO_TARGET_DIR  cargo's own build folder, which several build folders may share
#   HOTSHOE_CARGO_TARGET      the Rust target to build for, when cross-compiling
#   HOTSHOE_CARGO_FLAGS       more arguments for cargo, such as --offline

# What stands on PATH comes first; rustup's own folder is only for those whose PATH lacks it.
find_program(HOTSHOE_CARGO cargo PATHS "$ENV{HOME}/.cargo/bin" "$ENV{USERPROFILE}/.cargo/bin" DOC "The program cargo")
set(HOTSHOE_CARGO_TARGET_DIR "${PROJECT_BINARY_DIR}/cargo" CACHE PATH "cargo's own build folder")
set(HOTSHOE_CARGO_TARGET "" CACHE STRING "The Rust target to build for; empty for this machine")
set(HOTSHOE_CARGO_FLAGS "" CACHE STRING "More arguments for cargo")

set(runtime_process OFF)
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  set(runtime_process ON)
endif()
option(HOTSHOE_RUNTIME_PROCESS "Build the runtime of plugins that are programs" ${runtime_process})

if(NOT HOTSHOE_CARGO)
  if(PROJECT_IS_TOP_LEVEL)
    message(FATAL_ERROR "Hotshoe is built by cargo, which was not found.\n"
      "Install Rust from https://rustup.rs, or set HOTSHOE_CARGO to the program.")
  endif()
  # A plugin author needs no Rust.
  message(STATUS "Hotshoe: cargo was not found, so there is no library and no tool, only hotshoe_add_plugin()")
  return()
endif()

include("${CMAKE_CURRENT_LIST_DIR}/HotshoeTargets.cmake")
_hotshoe_name_files("${PROJECT_VERSION}")
_hotshoe_import_targets("${PROJECT_VERSION}"
  "${PROJECT_SOURCE_DIR}/include" "${PROJECT_BINARY_DIR}/lib" "${PROJECT_BINARY_DIR}/bin")

# Rust gives a shared library no name of its own, by which programs would find it later.
set(built libhotshoe.so)
set(link_options)
set(shared_folder "${PROJECT_BINARY_DIR}/lib")
if(WIN32)
  set(built hotshoe.dll)
  set(shared_folder "${PROJECT_BINARY_DIR}/bin")
else()
  list(GET links 0 soname)
  set(link_options -C "link-arg=-Wl,-soname,${soname}")
  if(APPLE)
    set(built libhotshoe.dylib)
    set(link_options -C "link-arg=-Wl,-install_name,@rpath/${soname}")
  endif()
endif()

set(output "${HOTSHOE_CARGO_TARGET_DIR}/${HOTSHOE_CARGO_TARGET}/release")
set(options --release --locked --target-dir "${HOTSHOE_CARGO_TARGET_DIR}" ${HOTSHOE_CARGO_FLAGS})
if(HOTSHOE_CARGO_TARGET)
  list(APPEND options --target "${HOTSHOE_CARGO_TARGET}")
endif()

file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/lib" "${PROJECT_BINARY_DIR}/bin")
foreach(link IN LISTS links)
  file(CREATE_LINK "${shared}" "${PROJECT_BINARY_DIR}/lib/${link}" SYMBOLIC)
endforeach()
set(byproducts "${shared_folder}/${shared}")
set(copies COMMAND "${CMAKE_COMMAND}" -E copy_if_different "${output}/${built}" "${shared_folder}/${shared}")
foreach(file IN LISTS static import)
  set(copy "${PROJECT_BINARY_DIR}/lib/${file}")
  list(APPEND byproducts "${copy}")
  list(APPEND copies COMMAND "${CMAKE_COMMAND}" -E copy_if_different "${output}/${file}" "${copy}")
endforeach()

# As a subproject, only what something needs.
set(all)
if(PROJECT_IS_TOP_LEVEL OR HOTSHOE_INSTALL)
  set(all ALL)
endif()
add_custom_target(hotshoe_library ${all}
  COMMAND "${HOTSHOE_CARGO}" rustc -p hotshoe --lib --features capi --crate-type cdylib,staticlib ${options}
    -- ${link_options}
  ${copies}
  BYPRODUCTS ${byproducts}
  WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}" COMMENT "Building libhotshoe with cargo" USES_TERMINAL VERBATIM)
add_custom_target(hotshoe_tool ${all}
  COMMAND "${HOTSHOE_CARGO}" build -p hotshoe-cli --bin hotshoe ${options}
  COMMAND "${CMAKE_COMMAND}" -E copy_if_different "${output}/${tool}" "${PROJECT_BINARY_DIR}/bin/${tool}"
  BYPRODUCTS "${PROJECT_BINARY_DIR}/bin/${tool}"
  WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}" COMMENT "Building the tool hotshoe with cargo" USES_TERMINAL VERBATIM)
add_dependencies(Hotshoe::hotshoe hotshoe_library)
add_dependencies(Hotshoe::hotshoe-static hotshoe_library)
add_dependencies(Hotshoe::tool hotshoe_tool)

# By a call of its own: what its dependencies ask of those that it shares with the library must not change the library.
if(HOTSHOE_RUNTIME_PROCESS)
  # Where the library and the tool of this folder look for it, as where they are installed.
  set(runtimes "${PROJECT_BINARY_DIR}/lib/hotshoe/runtimes")
  _hotshoe_name_runtime(process built_module module keeper)
  file(MAKE_DIRECTORY "${runtimes}")
  add_custom_target(hotshoe_runtime_process ${all}
    COMMAND "${HOTSHOE_CARGO}" build -p hotshoe-process --lib --bin hotshoe-keeper ${options}
    COMMAND "${CMAKE_COMMAND}" -E copy_if_different "${output}/${built_module}" "${runtimes}/${module}"
    COMMAND "${CMAKE_COMMAND}" -E copy_if_different "${output}/${keeper}" "${runtimes}/${keeper}"
    BYPRODUCTS "${runtimes}/${module}" "${runtimes}/${keeper}"
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}" COMMENT "Building the runtime `process` with cargo"
    USES_TERMINAL VERBATIM)
endif()
