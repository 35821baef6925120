# _hotshoe_import_targets(<version> <include folder> <library folder> <program folder>)
#
# The targets that a Hotshoe gives, the same in its build folder and where it is installed:
#   Hotshoe::hotshoe         the loader, a shared library with the C ABI
#   Hotshoe::hotshoe-static  the same as a static library
#   Hotshoe::tool            the program `hotshoe`

include_guard(GLOBAL)
cmake_policy(VERSION 3.22...4.4)

# The files as they lie in the library and program folders: Windows has an import library, the other
# systems have the versions of the shared library as links to it.
function(_hotshoe_name_files version)
  string(REGEX MATCH "^[0-9]+" major "${version}")
  set(import)
  set(links)
  set(static libhotshoe.a)
  set(tool hotshoe)
  if(WIN32)
    set(shared hotshoe.dll)
    set(import libhotshoe.dll.a)
    set(tool hotshoe.exe)
    if(MSVC)
      set(import hotshoe.dll.lib)
      set(static hotshoe.lib)
    endif()
  elseif(APPLE)
    set(shared libhotshoe.${version}.dylib)
    set(links libhotshoe.${major}.dylib libhotshoe.dylib)
  else()
    set(shared libhotshoe.so.${version})
    set(links libhotshoe.so.${major} libhotshoe.so)
  endif()
  foreach(name IN ITEMS shared import links static tool)
    set(${name} "${${name}}" PARENT_SCOPE)
  endforeach()
endfunction()

# A runtime's module as cargo names it and as the loader looks for it, and the keeper beside it.
function(_hotshoe_name_runtime runtime built module keeper)
  set(prefix "lib")
  set(suffix ".so")
  set(program "")
  if(WIN32)
    set(prefix "")
    set(suffix ".dll")
    set(program ".exe")
  elseif(APPLE)
    set(suffix ".dylib")
  endif()
  set(${built} "${prefix}hotshoe_${runtime}${suffix}" PARENT_SCOPE)
  set(${module} "${prefix}hotshoe-${runtime}${suffix}" PARENT_SCOPE)
  set(${keeper} "hotshoe-keeper${program}" PARENT_SCOPE)
endfunction()

function(_hotshoe_import_targets version includes libraries programs)
  _hotshoe_name_files("${version}")

  add_library(Hotshoe::hotshoe SHARED IMPORTED GLOBAL)
  target_include_directories(Hotshoe::hotshoe INTERFACE "${includes}")
  if(WIN32)
    set_target_properties(Hotshoe::hotshoe PROPERTIES
      IMPORTED_LOCATION "${programs}/${shared}" IMPORTED_IMPLIB "${libraries}/${import}")
  else()
    list(GET links 0 soname)
    if(APPLE)
      string(PREPEND soname "@rpath/")
    endif()
    set_target_properties(Hotshoe::hotshoe PROPERTIES
      IMPORTED_LOCATION "${libraries}/${shared}" IMPORTED_SONAME "${soname}")
  endif()

  # What Rust's standard library asks for: rustc --print native-static-libs
  add_library(Hotshoe::hotshoe-static STATIC IMPORTED GLOBAL)
  set_target_properties(Hotshoe::hotshoe-static PROPERTIES IMPORTED_LOCATION "${libraries}/${static}")
  target_include_directories(Hotshoe::hotshoe-static INTERFACE "${includes}")
  if(WIN32)
    target_link_libraries(Hotshoe::hotshoe-static INTERFACE bcrypt dbghelp ntdll userenv ws2_32)
  elseif(APPLE)
    target_link_libraries(Hotshoe::hotshoe-static INTERFACE iconv m)
  else()
    target_link_libraries(Hotshoe::hotshoe-static INTERFACE pthread dl m)
  endif()

  add_executable(Hotshoe::tool IMPORTED GLOBAL)
  set_target_properties(Hotshoe::tool PROPERTIES IMPORTED_LOCATION "${programs}/${tool}")
endfunction()
