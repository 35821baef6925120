# hotshoe_add_plugin(<name>
#   HOST <host>                  whose plugin it is: a name, or a <host>.host.json file, which is found by
#                                the name where the host is installed
#   [HOST_VERSION <requirement>] the versions of the host it works with: ">=1.2,<2"
#   [VERSION <version>]          the plugin's own, after semver.org; the default is PROJECT_VERSION
#   [CAPABILITIES <tag>...]      what it can be found under: backend:python
#   [DESCRIPTION <text>] [LICENSE <SPDX expression>] [HOMEPAGE <URL>] [AUTHORS <author>...]
#   [DATA <file, folder or target>...]  what goes beside the library, each under its own last name
#   [ICON <file>]                a picture for whoever lists plugins; it goes beside the library, too, unless
#                                it is in a folder of DATA
#   [ENTRY <symbol>]             what the host calls, if it is not the host's usual entry
#   [CONTRACT]                   it is a plugin of hotshoe/plugin.h, whose host asks for tables of functions
#   [INTERFACES <id>...]         the tables that it has, which CONTRACT needs: org.example.filter/1
#   [PROCESS]                    it is a program of its own, which the host starts and calls
#   [HOST_PROVIDES <file name, pattern or target>...]  shared libraries that the host has loaded already
#   [GLIBC_MAX <version>]        the newest glibc that it may need; the default is HOTSHOE_GLIBC_MAX
#   SOURCES <source>... | LANGUAGE RUST [CRATE <folder>])
#
# Makes a checked and packaged plugin from sources. From the name of the host follows the entry, an
# `extern "C"` function that needs no export macro: with HOST harmonics it is harmonics_register.
#
# The target <name> is a MODULE library that takes every target_*() command, and is called
# lib<name>.so on Linux, lib<name>.dylib on macOS, and <name>.dll on Windows with any compiler.
# It exports the entry, and <host>_plugin_version if the plugin defines it, whatever its sources and
# the static libraries it links say about visibility. An entry that is missing, or any other symbol
# that nothing defines, fails the build. On Windows __declspec(dllexport) adds to the exports, and
# <host>_plugin_version needs it. The sources see HOTSHOE_PLUGIN_NAME and HOTSHOE_PLUGIN_VERSION, which
# are strings.
#
# With CONTRACT the entry is hotshoe_descriptor, and nothing of the host is needed: the sources include
# hotshoe/plugin.h, or in C++ hotshoe/contract.hpp, and say HOTSHOE_PLUGIN_NAME and
# HOTSHOE_PLUGIN_VERSION for name and version, which must be those of plugin.json. The headers are those
# of the Hotshoe that this file is part of; beside a copy of this file they are looked for in hotshoe/
# and include/hotshoe/, and the variable HOTSHOE_INCLUDE_DIR names another folder. The load test asks
# for each of INTERFACES. No C++ crosses the boundary, so plugin.json names no C++ ABI.
#
# With PROCESS the target is an executable, called <name>, or <name>.exe on Windows, and plugin.json says
# that its runtime is `process`. It has no entry, exports nothing, and names no C++ ABI; what it speaks is its
# own choice, and the host's profile must take such plugins. <name>.load starts it.
#
# With LANGUAGE RUST cargo builds it from the library of the crate in CRATE, by default this folder.
# Its entry is a `#[unsafe(no_mangle)] pub extern "C" fn`. Cargo makes a static library, which is
# linked like C sources, so project() enables C; what the crate needs of other shared libraries is
# given to target_link_libraries(). Debug takes cargo's profile `dev`, any other configuration
# `release`. HOTSHOE_CARGO, HOTSHOE_CARGO_TARGET and HOTSHOE_CARGO_FLAGS say which cargo, for which
# target, and with what further arguments. The crate sees the environment variables
# HOTSHOE_PLUGIN_NAME and HOTSHOE_PLUGIN_VERSION, which hotshoe_abi::hotshoe_plugin!() goes by.
#
# The build folder mirrors the installed layout, so that a host can be started on it: the library,
# plugin.json and DATA are in <root>/<name>/. <root> is the target property HOTSHOE_PLUGIN_ROOT:
# plugin-root/ in the project's binary folder, and <config>/ in that with a multi-config generator;
# the variable HOTSHOE_PLUGIN_ROOT chooses another. A shared library of the project that the plugin
# is linked with has to be shipped: DATA takes its target, and puts it beside the plugin under the
# name by which it is needed. What the host itself brings, and has loaded before any plugin, is not
# shipped: it is named in `provides` of the <host>.host.json, or by HOST_PROVIDES. Where it is not
# found, <name>.load cannot load the plugin and is shown as Skipped. The library holds the text of
# plugin.json too, in a section called .hotshoe (__DATA,__hotshoe on macOS) that survives strip.
#
# Checks: where the tool `hotshoe` is found (the program HOTSHOE_TOOL, else the target
# Hotshoe::tool, else the one on PATH) each build ends with `hotshoe check --portable`. It fails on
# what the host would not take, and on what keeps a plugin from being unloaded or works on this
# machine only: symbols that are unique in the process, -z nodelete, an executable stack, text
# relocations, a search path that does not start with $ORIGIN, and symbols of a glibc newer than
# GLIBC_MAX. A folder outside the build that is on the search path while building only belongs into
# the target property BUILD_RPATH. Unless BUILD_TESTING is off, the test <name>.load loads and
# unloads the plugin; where it cannot run, ctest shows it as Skipped. A top-level project needs no
# enable_testing() for it; a parent project calls it to have its subprojects' tests. When
# cross-compiling, HOTSHOE_TOOL runs on this machine and checks what it can, and the test runs
# HOTSHOE_TARGET_TOOL, the tool of the target system, in CMAKE_CROSSCOMPILING_EMULATOR.
#
# Packages: plain `cpack` makes <name>-<version>-<system>.tar.gz of each plugin, and of nothing
# else, with its SHA-256 beside it; <system> is Linux, Darwin or win64, with the processor if that
# is not x86_64, and `musl` on a Linux with that C library. Where the tool is found, archives of the
# kinds TGZ, TZST and ZIP are the bytes that `hotshoe package` makes of the same folder, the same
# wherever it was built; else they are CPack's own. The same folder is the install component <name>.
# A subproject leaves its parent's packages alone and installs its plugins by component only. The
# variable HOTSHOE_CPACK decides otherwise: ON packages the plugins of a subproject, instead of what
# the parent would package, OFF leaves CPack to the author.
#
# In the configurations Debug and RelWithDebInfo the debug information is taken out of what is
# installed, and a second archive has it: <name>-<version>-<system>-debug.tar.gz, of the component
# <name>-debug. Unpacked to the same place, a debugger finds it.
#
# This file works from an installed Hotshoe, from its sources, and copied alone into a project.

include_guard(GLOBAL)
cmake_policy(VERSION 3.22...4.4)

function(hotshoe_add_plugin name)
  set(one_value HOST HOST_VERSION VERSION DESCRIPTION LICENSE HOMEPAGE ICON ENTRY GLIBC_MAX LANGUAGE CRATE)
  set(many_values CAPABILITIES INTERFACES AUTHORS DATA HOST_PROVIDES SOURCES)
  cmake_parse_arguments(PARSE_ARGV 1 arg "CONTRACT;PROCESS" "${one_value}" "${many_values}")

  # The private functions below read the variables of this scope: name, arg_*, and what each of them sets here.
  _hotshoe_check_arguments()
  _hotshoe_check_language()
  _hotshoe_check_process()
  _hotshoe_check_contract()
  _hotshoe_check_glibc()
  _hotshoe_read_host()
  _hotshoe_check_version()
  set(work "${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/hotshoe/${name}")
  _hotshoe_name_library(prefix suffix)
  _hotshoe_resolve_icon(icon)
  _hotshoe_resolve_data(data data_targets)
  _hotshoe_plugin_language(language)
  _hotshoe_write_manifest("${work}/plugin.json")

  _hotshoe_add_target()
  if(arg_LANGUAGE)
    _hotshoe_link_crate()
  endif()
  _hotshoe_find_tool(tool)
  if(NOT arg_PROCESS)
    _hotshoe_export_entry()
    _hotshoe_embed_manifest("${work}/plugin.json")
  endif()
  _hotshoe_fill_folder("${work}/plugin.json")
  _hotshoe_choose_search_path()
  _hotshoe_check_build()
  _hotshoe_split_symbols(symbols)
  _hotshoe_add_load_test()
  _hotshoe_install("${work}/plugin.json")
  _hotshoe_package()
endfunction()

# --- What the author says ----------------------------------------------------------------------

function(_hotshoe_fail)
  message(FATAL_ERROR "hotshoe_add_plugin(${name}): " ${ARGN})
endfunction()

function(_hotshoe_check_arguments)
  set(keywords CONTRACT PROCESS ${one_value} ${many_values})
  string(LENGTH "${name}" size)
  if(NOT name MATCHES "^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9_-])?$" OR size GREATER 100 OR name IN_LIST keywords)
    _hotshoe_fail("a plugin's name is made of at most 100 letters, digits, `_`, `-`, and dots between them")
  endif()

  # An unknown keyword after a list looks like one more element of it.
  set(unknown ${arg_UNPARSED_ARGUMENTS})
  foreach(keyword IN LISTS many_values)
    foreach(item IN LISTS arg_${keyword})
      if(keyword MATCHES "DATA|SOURCES" AND EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${item}")
        continue()
      endif()
      if(item MATCHES "^[A-Z][A-Z_]+$")
        list(APPEND unknown "${item}")
      endif()
    endforeach()
  endforeach()
  if(unknown)
    list(GET unknown 0 item)
    list(JOIN keywords " " keywords)
    _hotshoe_fail("unknown keyword ${item}\nThe keywords are: ${keywords}\n"
      "(An author in capitals needs more than the one word.)")
  endif()

  if(arg_KEYWORDS_MISSING_VALUES)
    list(JOIN arg_KEYWORDS_MISSING_VALUES " and " keywords)
    _hotshoe_fail("no value follows ${keywords}\nA file of such a name is written with a folder: ./LICENSE")
  endif()
  foreach(keyword IN ITEMS HOST SOURCES)
    if("${arg_${keyword}}" STREQUAL "" AND NOT (keyword STREQUAL "SOURCES" AND DEFINED arg_LANGUAGE))
      _hotshoe_fail("${keyword} is missing")
    endif()
  endforeach()
  if(DEFINED arg_ENTRY AND NOT arg_ENTRY MATCHES "^[A-Za-z_][A-Za-z0-9_]*$")
    _hotshoe_fail("ENTRY `${arg_ENTRY}` is not a C identifier")
  endif()
endfunction()

function(_hotshoe_check_language)
  if(NOT DEFINED arg_LANGUAGE)
    if(DEFINED arg_CRATE)
      _hotshoe_fail("CRATE is for LANGUAGE RUST")
    endif()
  elseif(NOT arg_LANGUAGE STREQUAL "RUST")
    _hotshoe_fail("LANGUAGE `${arg_LANGUAGE}` is not known: leave it out for C and C++, or write RUST")
  elseif(DEFINED arg_SOURCES)
    _hotshoe_fail("a plugin in Rust has a CRATE instead of SOURCES")
  endif()
endfunction()

# A program has no entry, and no tables of functions.
function(_hotshoe_check_process)
  if(NOT arg_PROCESS)
    return()
  endif()
  if(arg_CONTRACT)
    _hotshoe_fail("PROCESS and CONTRACT exclude each other: a program gives no tables of functions")
  endif()
  foreach(keyword IN ITEMS ENTRY INTERFACES LANGUAGE)
    if(DEFINED arg_${keyword})
      _hotshoe_fail("with PROCESS there is no ${keyword}: it is a program, made of SOURCES in C or C++")
    endif()
  endforeach()
endfunction()

# A plugin of the contract has one entry, whosever it is.
function(_hotshoe_check_contract)
  if(NOT arg_CONTRACT)
    if(DEFINED arg_INTERFACES)
      _hotshoe_fail("INTERFACES is for CONTRACT: another entry gives no tables of functions")
    endif()
    return()
  endif()
  if(DEFINED arg_ENTRY)
    _hotshoe_fail("with CONTRACT there is no ENTRY: it is hotshoe_descriptor")
  endif()
  set(arg_ENTRY hotshoe_descriptor PARENT_SCOPE)
  set(label "[a-z][a-z0-9_-]*")
  foreach(interface IN LISTS arg_INTERFACES)
    if(NOT interface MATCHES "^${label}(\\.${label})+/[1-9][0-9]*$")
      _hotshoe_fail("`${interface}` in INTERFACES is not the id of an interface such as org.example.filter/1")
    endif()
  endforeach()
  if(arg_LANGUAGE)
    return()
  endif()
  set(folders "${HOTSHOE_INCLUDE_DIR}")
  # A checkout; an installed Hotshoe, whose library folder may have a part for the system; beside a copy of this file.
  foreach(folder IN ITEMS ../include ../../../include ../../../../include . include)
    list(APPEND folders "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/${folder}")
  endforeach()
  if(TARGET Hotshoe::hotshoe)
    get_target_property(of_target Hotshoe::hotshoe INTERFACE_INCLUDE_DIRECTORIES)
    list(PREPEND folders ${of_target})
  endif()
  foreach(folder IN LISTS folders)
    if(EXISTS "${folder}/hotshoe/plugin.h")
      file(REAL_PATH "${folder}" folder)
      set(contract_includes "${folder}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
  _hotshoe_fail("hotshoe/plugin.h, which CONTRACT needs, was not found\n"
    "Put it and contract.hpp into ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/hotshoe, or set HOTSHOE_INCLUDE_DIR.")
endfunction()

function(_hotshoe_check_glibc)
  if(NOT DEFINED arg_GLIBC_MAX)
    set(arg_GLIBC_MAX "${HOTSHOE_GLIBC_MAX}")
    set(arg_GLIBC_MAX "${HOTSHOE_GLIBC_MAX}" PARENT_SCOPE)
  endif()
  if(NOT arg_GLIBC_MAX STREQUAL "" AND NOT arg_GLIBC_MAX MATCHES "^[0-9]+\\.[0-9]+$")
    _hotshoe_fail("GLIBC_MAX `${arg_GLIBC_MAX}` is not a version of glibc such as 2.28")
  endif()
endfunction()

# Sets host_argument and host_provides (what the tool is told), host_entry, host_version_key and host_version_symbol.
function(_hotshoe_read_host)
  _hotshoe_read_profile()
  if(NOT host_name MATCHES "^[A-Za-z][A-Za-z0-9_-]*$")
    _hotshoe_fail("`${host_name}` cannot name a host: use letters, digits, `_` and `-`")
  endif()
  _hotshoe_check_provided()

  # A library is needed by the name that it has for the loader.
  set(provides)
  foreach(library IN LISTS arg_HOST_PROVIDES)
    if(TARGET "${library}" AND WIN32)
      list(APPEND provides "--host-provides=$<TARGET_FILE_NAME:${library}>")
    elseif(TARGET "${library}")
      list(APPEND provides "--host-provides=$<TARGET_SONAME_FILE_NAME:${library}>")
    else()
      list(APPEND provides "--host-provides=${library}")
    endif()
  endforeach()
  set(host_provides "${provides}" PARENT_SCOPE)

  string(TOLOWER "${host_name}" stem)
  string(REPLACE "-" "_" stem "${stem}")
  set(host_argument "${host_argument}" PARENT_SCOPE)
  set(host_entry "${stem}_register" PARENT_SCOPE)
  set(host_version_key "${stem}_version" PARENT_SCOPE)
  set(host_version_symbol "${stem}_plugin_version" PARENT_SCOPE)
  foreach(place IN ITEMS entry version_key version_symbol "runtimes;native;entry" "runtimes;native;version_symbol")
    # What is null is not said.
    string(JSON type ERROR_VARIABLE missing TYPE "${profile}" ${place})
    if(missing OR type STREQUAL "NULL")
      continue()
    endif()
    string(JSON value GET "${profile}" ${place})
    list(GET place -1 field)
    if(NOT type STREQUAL "STRING" OR NOT (field STREQUAL "version_key" OR value MATCHES "^[A-Za-z_][A-Za-z0-9_]*$"))
      _hotshoe_profile_fail("`${field}` cannot be `${value}`")
    endif()
    set(host_${field} "${value}" PARENT_SCOPE)
  endforeach()
endfunction()

# Sets host_name, host_argument, and profile, the text of the host's profile.
function(_hotshoe_read_profile)
  set(host_name "${arg_HOST}")
  set(host_argument "${arg_HOST}")
  set(profile "{}")
  if(arg_HOST MATCHES "^[A-Za-z][A-Za-z0-9_-]*$")
    _hotshoe_find_host(host_argument "${arg_HOST}")
  endif()
  if(host_argument MATCHES "\\.json$")
    cmake_path(ABSOLUTE_PATH host_argument BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
    if(NOT EXISTS "${host_argument}")
      _hotshoe_fail("the host profile ${host_argument} does not exist")
    endif()
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${host_argument}")
    file(READ "${host_argument}" profile)
    string(JSON host_name ERROR_VARIABLE error GET "${profile}" name)
    if(error)
      _hotshoe_profile_fail("${error}")
    endif()
  endif()
  set(host_name "${host_name}" PARENT_SCOPE)
  set(host_argument "${host_argument}" PARENT_SCOPE)
  set(profile "${profile}" PARENT_SCOPE)
endfunction()

function(_hotshoe_profile_fail)
  _hotshoe_fail("the host profile ${host_argument} is not valid: " ${ARGN})
endfunction()

# The profile of an installed host, or its name if it is not installed. The same places as for the tool: the prefix of
# the tool itself, then the folders of XDG_DATA_DIRS.
function(_hotshoe_find_host out host)
  set(folders)
  if(TARGET Hotshoe::tool AND NOT HOTSHOE_TOOL)
    get_target_property(imported Hotshoe::tool IMPORTED)
    set(program)
    if(imported)
      get_target_property(program Hotshoe::tool LOCATION)
    endif()
  else()
    find_program(HOTSHOE_TOOL hotshoe NO_CMAKE_FIND_ROOT_PATH DOC "The tool hotshoe, which checks plugins")
    set(program "${HOTSHOE_TOOL}")
  endif()
  # One that is still to be built is installed nowhere.
  if(program AND EXISTS "${program}")
    file(REAL_PATH "${program}" program)
    cmake_path(GET program PARENT_PATH folder)
    cmake_path(GET folder PARENT_PATH folder)
    list(APPEND folders "${folder}/share")
  endif()
  if(NOT "$ENV{XDG_DATA_DIRS}" STREQUAL "")
    cmake_path(CONVERT "$ENV{XDG_DATA_DIRS}" TO_CMAKE_PATH_LIST more)
    list(APPEND folders ${more})
  elseif(NOT CMAKE_HOST_WIN32)
    list(APPEND folders /usr/local/share /usr/share)
  endif()
  set(found "${host}")
  foreach(folder IN LISTS folders)
    if(IS_ABSOLUTE "${folder}" AND EXISTS "${folder}/${host}/${host}.host.json")
      set(found "${folder}/${host}/${host}.host.json")
      break()
    endif()
  endforeach()
  set(${out} "${found}" PARENT_SCOPE)
endfunction()

# The libraries in `provides` of the profile. The tool goes by them; that they are none should not be seen only when
# something is built.
function(_hotshoe_check_provided)
  string(JSON type ERROR_VARIABLE missing TYPE "${profile}" provides)
  if(missing OR type STREQUAL "NULL")
    return()
  endif()
  if(NOT type STREQUAL "ARRAY")
    _hotshoe_profile_fail("`provides` is not a list")
  endif()
  string(JSON count LENGTH "${profile}" provides)
  set(index 0)
  while(index LESS count)
    string(JSON type TYPE "${profile}" provides ${index})
    string(JSON library GET "${profile}" provides ${index})
    if(NOT type STREQUAL "STRING" OR library STREQUAL "" OR library MATCHES "[/\\]")
      _hotshoe_profile_fail("`${library}` in `provides` cannot name a library")
    endif()
    math(EXPR index "${index} + 1")
  endwhile()
endfunction()

# CMake's own versions have no pre-releases.
function(_hotshoe_check_version)
  if(NOT DEFINED arg_VERSION)
    set(arg_VERSION "${PROJECT_VERSION}")
    set(arg_VERSION "${PROJECT_VERSION}" PARENT_SCOPE)
  endif()
  if(arg_VERSION STREQUAL "")
    _hotshoe_fail("VERSION is missing, here and in project()")
  endif()
  set(number "(0|[1-9][0-9]*)")
  set(before "(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)")
  set(build "[0-9A-Za-z-]+")
  set(semver "^${number}\\.${number}\\.${number}(-${before}(\\.${before})*)?(\\+${build}(\\.${build})*)?$")
  if(NOT arg_VERSION MATCHES "${semver}")
    _hotshoe_fail("VERSION `${arg_VERSION}` is not a semantic version such as 1.2.3 or 1.2.3-rc.1")
  endif()
endfunction()

function(_hotshoe_name_library prefix suffix)
  set(${prefix} "lib" PARENT_SCOPE)
  if(WIN32)
    set(${prefix} "" PARENT_SCOPE)
    set(${suffix} ".dll" PARENT_SCOPE)
  elseif(APPLE)
    set(${suffix} ".dylib" PARENT_SCOPE)
  else()
    set(${suffix} ".so" PARENT_SCOPE)
  endif()
  if(arg_PROCESS)
    set(${prefix} "" PARENT_SCOPE)
    set(${suffix} "${CMAKE_EXECUTABLE_SUFFIX}" PARENT_SCOPE)
  endif()
endfunction()

# ICON: where it is in the plugin's folder. It becomes a file of DATA, unless a folder of DATA holds it.
function(_hotshoe_resolve_icon out)
  set(${out} "" PARENT_SCOPE)
  if(NOT DEFINED arg_ICON)
    return()
  endif()
  set(file "${arg_ICON}")
  cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
  get_source_file_property(generated "${file}" GENERATED)
  if(IS_DIRECTORY "${file}" OR NOT (EXISTS "${file}" OR generated))
    _hotshoe_fail("ICON ${file} is not a file\n"
      "Name one picture. One that the build makes is the OUTPUT of an add_custom_command() of this folder.")
  endif()
  cmake_path(GET file FILENAME icon)
  foreach(item IN LISTS arg_DATA)
    cmake_path(ABSOLUTE_PATH item BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
    string(REGEX REPLACE "/$" "" item "${item}")
    cmake_path(IS_PREFIX item "${file}" is_brought)
    if(is_brought)
      cmake_path(GET item PARENT_PATH parent)
      cmake_path(RELATIVE_PATH file BASE_DIRECTORY "${parent}" OUTPUT_VARIABLE icon)
      break()
    endif()
  endforeach()
  if(NOT is_brought)
    set(arg_DATA ${arg_DATA} "${file}" PARENT_SCOPE)
  endif()
  set(${out} "${icon}" PARENT_SCOPE)
endfunction()

# DATA: the files and folders as absolute paths, of which a file may be generated by a custom command of the same
# directory, and the targets whose files are shipped.
function(_hotshoe_resolve_data out out_targets)
  set(taken plugin.json "${prefix}${name}${suffix}")
  set(paths)
  set(targets)
  foreach(item IN LISTS arg_DATA)
    if(TARGET "${item}")
      get_target_property(type "${item}" TYPE)
      if(type MATCHES "^(SHARED_LIBRARY|MODULE_LIBRARY|EXECUTABLE)$")
        list(APPEND targets "${item}")
        continue()
      endif()
    endif()
    cmake_path(ABSOLUTE_PATH item BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
    string(REGEX REPLACE "/$" "" item "${item}")
    get_source_file_property(generated "${item}" GENERATED)
    if(NOT EXISTS "${item}" AND NOT generated)
      _hotshoe_fail("DATA ${item} does not exist\n"
        "A target of a shared library or a program must be defined before this call.")
    endif()
    cmake_path(GET item FILENAME file)
    if(file IN_LIST taken)
      _hotshoe_fail("${item}, of DATA or ICON: the plugin's folder has another ${file}")
    endif()
    list(APPEND taken "${file}")
    list(APPEND paths "${item}")
  endforeach()
  set(${out} "${paths}" PARENT_SCOPE)
  set(${out_targets} "${targets}" PARENT_SCOPE)
endfunction()

# The name by which a target's file is needed.
function(_hotshoe_name_target_file target out)
  get_target_property(type "${target}" TYPE)
  set(file "$<TARGET_FILE_NAME:${target}>")
  if(type STREQUAL "SHARED_LIBRARY" AND NOT WIN32)
    set(file "$<TARGET_SONAME_FILE_NAME:${target}>")
  endif()
  set(${out} "${file}" PARENT_SCOPE)
endfunction()

# C or CXX: CXX if any source is C++.
function(_hotshoe_plugin_language out)
  get_property(enabled GLOBAL PROPERTY ENABLED_LANGUAGES)
  set(found C)
  # CMake itself knows them only where C++ is enabled.
  set(extensions cpp cc cxx c++ C CPP ${CMAKE_CXX_SOURCE_FILE_EXTENSIONS})
  foreach(source IN LISTS arg_SOURCES)
    get_source_file_property(explicit "${source}" LANGUAGE)
    cmake_path(GET source EXTENSION LAST_ONLY extension)
    string(REPLACE "." "" extension "${extension}")
    if(explicit STREQUAL "CXX" OR extension IN_LIST extensions)
      set(found CXX)
    endif()
  endforeach()
  # What an object library or a generator expression brings cannot be seen here.
  if(NOT found IN_LIST enabled AND "${arg_SOURCES}" MATCHES "\\$<" AND "CXX" IN_LIST enabled)
    set(found CXX)
  endif()
  if(NOT found IN_LIST enabled)
    set(what "the sources need")
    if(arg_LANGUAGE)
      set(what "what cargo builds is linked with")
    endif()
    _hotshoe_fail("${what} the language ${found}, which project() does not enable")
  endif()
  set(${out} ${found} PARENT_SCOPE)
endfunction()

# --- plugin.json -------------------------------------------------------------------------------

function(_hotshoe_write_manifest file)
  if("${arg_ENTRY}" STREQUAL "${host_entry}" AND NOT arg_CONTRACT)
    unset(arg_ENTRY)
  endif()
  _hotshoe_json_string(quoted "${name}")
  set(manifest "{\n  \"name\": ${quoted}")
  _hotshoe_add_text(version "${arg_VERSION}")
  _hotshoe_add_text("${host_version_key}" "${arg_HOST_VERSION}")
  _hotshoe_add_text(description "${arg_DESCRIPTION}")
  _hotshoe_add_text(license "${arg_LICENSE}")
  _hotshoe_add_list(authors arg_AUTHORS)
  _hotshoe_add_text(homepage "${arg_HOMEPAGE}")
  _hotshoe_add_text(icon "${icon}")
  if(arg_PROCESS)
    _hotshoe_add_text(runtime "process")
    _hotshoe_add_text(executable "${prefix}${name}${suffix}")
  else()
    _hotshoe_add_text(library "${prefix}${name}${suffix}")
  endif()
  _hotshoe_add_text(entry "${arg_ENTRY}")
  _hotshoe_add_list(capabilities arg_CAPABILITIES)
  _hotshoe_add_list(interfaces arg_INTERFACES)
  set(abi)
  if(language STREQUAL "CXX" AND NOT arg_CONTRACT AND NOT arg_PROCESS)
    _hotshoe_detect_abi(abi)
    if(abi)
      string(APPEND manifest ",\n  \"abi\": ${abi}")
    endif()
  endif()
  set(abi "${abi}" PARENT_SCOPE)
  file(CONFIGURE OUTPUT "${file}" CONTENT "@manifest@\n}\n" @ONLY NEWLINE_STYLE UNIX)
endfunction()

function(_hotshoe_json_string out text)
  string(REPLACE "\\" "\\\\" text "${text}")
  string(REPLACE "\"" "\\\"" text "${text}")
  string(REPLACE "\t" "\\t" text "${text}")
  string(REPLACE "\r" "\\r" text "${text}")
  string(REPLACE "\n" "\\n" text "${text}")
  string(ASCII 1 first)
  string(ASCII 31 last)
  if(text MATCHES "[${first}-${last}]")
    _hotshoe_fail("there is a control character in `${text}`")
  endif()
  set(${out} "\"${text}\"" PARENT_SCOPE)
endfunction()

function(_hotshoe_add_text key text)
  if(NOT text STREQUAL "")
    _hotshoe_json_string(quoted "${text}")
    set(manifest "${manifest},\n  \"${key}\": ${quoted}" PARENT_SCOPE)
  endif()
endfunction()

function(_hotshoe_add_list key list)
  set(elements)
  foreach(item IN LISTS ${list})
    _hotshoe_json_string(quoted "${item}")
    string(APPEND elements ", ${quoted}")
  endforeach()
  if(elements)
    string(SUBSTRING "${elements}" 2 -1 elements)
    set(manifest "${manifest},\n  \"${key}\": [${elements}]" PARENT_SCOPE)
  endif()
endfunction()

# The C++ ABI as a JSON object, read out of an object file, as CMake finds out what a compiler is.
# Nothing is run, so it works for other systems too.
function(_hotshoe_detect_abi out)
  get_directory_property(definitions COMPILE_DEFINITIONS)
  get_directory_property(options COMPILE_OPTIONS)
  list(TRANSFORM definitions PREPEND "-D")
  set(flags ${definitions} ${options})
  # With link-time optimisation an object file holds no strings yet.
  set(lto "[-/](flto|GL)[^ ]*")
  list(FILTER flags EXCLUDE REGEX "\\$<|^${lto}")
  string(REGEX REPLACE "(^| )${lto}" " " CMAKE_CXX_FLAGS "${CMAKE_CXX_FLAGS}")

  string(MD5 key "${CMAKE_CXX_COMPILER} ${CMAKE_CXX_FLAGS} ${flags}")
  if(NOT DEFINED CACHE{HOTSHOE_ABI_${key}})
    file(WRITE "${work}/abi.cpp" [[
#include <string>
#if defined(_MSC_VER)
#define COMPILER "msvc"
#else
#define COMPILER "itanium"
#endif
#if defined(_LIBCPP_VERSION)
#define STDLIB "libc++\""
#elif defined(__GLIBCXX__) && _GLIBCXX_USE_CXX11_ABI
#define STDLIB "libstdc++\", \"string\": \"cxx11\""
#elif defined(__GLIBCXX__)
#define STDLIB "libstdc++\", \"string\": \"old\""
#elif defined(_MSC_VER)
#define STDLIB "msvc\""
#endif
extern const char hotshoe_abi[];
const char hotshoe_abi[] = "INFO:hotshoe_abi[{\"compiler\": \"" COMPILER "\", \"stdlib\": \"" STDLIB "}]";
]])
    set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
    try_compile(compiled "${work}/abi" SOURCES "${work}/abi.cpp"
      COMPILE_DEFINITIONS ${flags} COPY_FILE "${work}/abi.a" COPY_FILE_ERROR not_copied)
    set(abi)
    if(compiled AND NOT not_copied)
      file(STRINGS "${work}/abi.a" found REGEX "INFO:hotshoe_abi\\[{[^}]*}\\]" LIMIT_COUNT 1)
      string(REGEX REPLACE ".*INFO:hotshoe_abi\\[({[^}]*})\\].*" "\\1" abi "${found}")
    endif()
    if(NOT abi)
      message(WARNING "hotshoe_add_plugin(${name}): the C++ ABI is not known, so plugin.json does not name it")
    endif()
    set(HOTSHOE_ABI_${key} "${abi}" CACHE INTERNAL "The C++ ABI of ${CMAKE_CXX_COMPILER} with the flags in use")
  endif()
  set(${out} "${HOTSHOE_ABI_${key}}" PARENT_SCOPE)
endfunction()

# --- The library -------------------------------------------------------------------------------

function(_hotshoe_add_target)
  if(NOT DEFINED HOTSHOE_PLUGIN_ROOT)
    set(HOTSHOE_PLUGIN_ROOT "${PROJECT_BINARY_DIR}/plugin-root")
  endif()
  get_property(multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
  if(multi_config)
    string(APPEND HOTSHOE_PLUGIN_ROOT "/$<CONFIG>")
  endif()

  set(kind LIBRARY)
  if(arg_PROCESS)
    set(kind RUNTIME)
    add_executable(${name} ${arg_SOURCES})
  else()
    add_library(${name} MODULE ${arg_SOURCES})
  endif()
  set_target_properties(${name} PROPERTIES
    HOTSHOE_PLUGIN_ROOT "${HOTSHOE_PLUGIN_ROOT}"
    ${kind}_OUTPUT_DIRECTORY "${HOTSHOE_PLUGIN_ROOT}/${name}$<0:>"
    PREFIX "${prefix}"
    OUTPUT_NAME "${name}"
    SUFFIX "${suffix}"
    # The linker hides everything but the entry, which must not be hidden before.
    C_VISIBILITY_PRESET default
    CXX_VISIBILITY_PRESET default
    VISIBILITY_INLINES_HIDDEN ON
    BUILD_RPATH_USE_ORIGIN ON
    INSTALL_RPATH_USE_LINK_PATH OFF)
  foreach(config IN LISTS CMAKE_CONFIGURATION_TYPES CMAKE_BUILD_TYPE)
    string(TOUPPER "${config}" config)
    set_target_properties(${name} PROPERTIES ${config}_POSTFIX "")
    set_property(TARGET ${name} PROPERTY ${kind}_OUTPUT_DIRECTORY_${config})
  endforeach()
  target_compile_definitions(${name} PRIVATE
    "HOTSHOE_PLUGIN_NAME=\"${name}\"" "HOTSHOE_PLUGIN_VERSION=\"${arg_VERSION}\"")
  if(arg_CONTRACT AND NOT arg_LANGUAGE)
    target_include_directories(${name} PRIVATE "${contract_includes}")
    # For hotshoe/folder.h, before glibc 2.34.
    target_link_libraries(${name} PRIVATE ${CMAKE_DL_LIBS})
  endif()

  # The same bytes from any folder; a debugger needs the true paths.
  foreach(folder IN ITEMS "${CMAKE_SOURCE_DIR}" "${CMAKE_BINARY_DIR}")
    set(option "-ffile-prefix-map=${folder}=.")
    if(CMAKE_${language}_COMPILER_FRONTEND_VARIANT STREQUAL "MSVC")
      string(PREPEND option "/clang:")
    endif()
    target_compile_options(${name} PRIVATE
      "$<$<AND:$<NOT:$<CONFIG:Debug>>,$<COMPILE_LANG_AND_ID:C,GNU,Clang,AppleClang>>:${option}>"
      "$<$<AND:$<NOT:$<CONFIG:Debug>>,$<COMPILE_LANG_AND_ID:CXX,GNU,Clang,AppleClang>>:${option}>")
  endforeach()

  if(APPLE)
    set_target_properties(${name} PROPERTIES BUILD_RPATH "@loader_path" INSTALL_RPATH "@loader_path")
  elseif(NOT WIN32)
    set_target_properties(${name} PROPERTIES BUILD_RPATH "$ORIGIN" INSTALL_RPATH "$ORIGIN")
    target_compile_options(${name} PRIVATE
      # A symbol that is unique in the process keeps the library mapped after dlclose.
      $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>
      # Nothing can come between the library and its own functions, so calls of them may be inlined.
      $<$<COMPILE_LANG_AND_ID:C,GNU,Clang>:-fno-semantic-interposition>
      $<$<COMPILE_LANG_AND_ID:CXX,GNU,Clang>:-fno-semantic-interposition>)
    # New C libraries refuse an executable stack. The build id says which debug symbols are the library's.
    target_link_options(${name} PRIVATE LINKER:-z,noexecstack LINKER:--build-id)
    # What is undefined fails here rather than at a user's; but Clang leaves its sanitizers undefined.
    if(NOT "${CMAKE_C_FLAGS} ${CMAKE_CXX_FLAGS} ${CMAKE_MODULE_LINKER_FLAGS}" MATCHES "-fsanitize")
      set(sanitizers "$<FILTER:$<TARGET_PROPERTY:${name},COMPILE_OPTIONS>,INCLUDE,^-fsanitize>")
      target_link_options(${name} PRIVATE "$<$<STREQUAL:${sanitizers},>:LINKER:-z,defs>")
    endif()
  endif()
endfunction()

# The same bytes from any folder, as with the other languages: for the `options` and the `variables` of cargo.
function(_hotshoe_map_crate_paths)
  set(cargo_home "$ENV{CARGO_HOME}")
  if(cargo_home STREQUAL "")
    set(cargo_home "$ENV{HOME}/.cargo")
    if(NOT DEFINED ENV{HOME})
      set(cargo_home "$ENV{USERPROFILE}/.cargo")
    endif()
  endif()
  set(maps)
  foreach(folder IN ITEMS "${CMAKE_SOURCE_DIR}" "${CMAKE_BINARY_DIR}" "${cargo_home}")
    list(APPEND maps "--remap-path-prefix=${folder}=.")
  endforeach()
  if("$ENV{RUSTFLAGS}" STREQUAL "")
    # Beside what the crate's own configuration of cargo has.
    list(JOIN maps "', '" maps)
    set(options ${options} "$<$<NOT:$<CONFIG:Debug>>:--config=build.rustflags=['${maps}']>" PARENT_SCOPE)
  else()
    # Where this variable is set cargo takes it instead, and divides it at spaces.
    list(FILTER maps EXCLUDE REGEX " ")
    list(JOIN maps " " maps)
    set(variables ${variables} "$<$<NOT:$<CONFIG:Debug>>:RUSTFLAGS=$ENV{RUSTFLAGS} ${maps}>" PARENT_SCOPE)
  endif()
endfunction()

# Cargo knows best what of a crate is out of date, so it is asked in each build; the linker runs if that
# changed anything. A static library, because only so the export list and the manifest are ours.
function(_hotshoe_link_crate)
  find_program(HOTSHOE_CARGO cargo PATHS "$ENV{HOME}/.cargo/bin" "$ENV{USERPROFILE}/.cargo/bin" DOC "The program cargo")
  if(NOT HOTSHOE_CARGO)
    _hotshoe_fail("a plugin in Rust is built by cargo, which was not found\n"
      "Install Rust from https://rustup.rs, or set HOTSHOE_CARGO to the program.")
  endif()
  set(crate "${arg_CRATE}")
  cmake_path(ABSOLUTE_PATH crate BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
  cmake_path(APPEND crate Cargo.toml OUTPUT_VARIABLE cargo_toml)
  if(NOT EXISTS "${cargo_toml}")
    _hotshoe_fail("there is no ${cargo_toml}: CRATE is the folder of a crate")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${cargo_toml}")
  _hotshoe_name_crate(library)
  _hotshoe_rust_system_libraries(system_libraries)

  set(output "${work}/cargo/$<CONFIG>")
  set(options --manifest-path "${cargo_toml}" --target-dir "${output}" ${HOTSHOE_CARGO_FLAGS})
  if(HOTSHOE_CARGO_TARGET)
    list(APPEND options --target "${HOTSHOE_CARGO_TARGET}")
  endif()
  set(built "${output}/${HOTSHOE_CARGO_TARGET}/$<IF:$<CONFIG:Debug>,debug,release>")
  set(archive "${CMAKE_STATIC_LIBRARY_PREFIX}${library}${CMAKE_STATIC_LIBRARY_SUFFIX}")
  set(copy "${work}/$<CONFIG>/${archive}")
  # With its own profile's choice of debug information, but for the one configuration that is for that.
  set(variables "HOTSHOE_PLUGIN_NAME=${name}" "HOTSHOE_PLUGIN_VERSION=${arg_VERSION}")
  list(APPEND variables "$<$<CONFIG:RelWithDebInfo>:CARGO_PROFILE_RELEASE_DEBUG=true>")
  _hotshoe_map_crate_paths()
  add_custom_target(${name}_cargo
    COMMAND "${CMAKE_COMMAND}" -E env --unset=CARGO_BUILD_TARGET "${variables}"
      "${HOTSHOE_CARGO}" rustc --lib --crate-type staticlib "$<IF:$<CONFIG:Debug>,--profile=dev,--release>" ${options}
    COMMAND "${CMAKE_COMMAND}" -E make_directory "${work}/$<CONFIG>"
    COMMAND "${CMAKE_COMMAND}" -E copy_if_different "${built}/${archive}" "${copy}"
    BYPRODUCTS "${copy}"
    WORKING_DIRECTORY "${crate}" COMMENT "Building the crate of ${name} with cargo"
    USES_TERMINAL COMMAND_EXPAND_LISTS VERBATIM)
  add_dependencies(${name} ${name}_cargo)
  set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS "${copy}")
  target_link_libraries(${name} PRIVATE "${copy}" ${system_libraries})
  # Of Rust's standard library a plugin uses a small part.
  if(APPLE)
    target_link_options(${name} PRIVATE LINKER:-dead_strip)
  elseif(NOT WIN32)
    target_link_options(${name} PRIVATE LINKER:--gc-sections)
  endif()
endfunction()

# The name of the crate's library, as cargo has it.
function(_hotshoe_name_crate out)
  execute_process(
    COMMAND "${HOTSHOE_CARGO}" metadata --no-deps --format-version 1 --manifest-path "${cargo_toml}"
    WORKING_DIRECTORY "${crate}" OUTPUT_VARIABLE metadata ERROR_VARIABLE error RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    _hotshoe_fail("cargo cannot read ${cargo_toml}:\n${error}")
  endif()
  file(REAL_PATH "${cargo_toml}" wanted)
  string(JSON packages GET "${metadata}" packages)
  string(JSON count LENGTH "${packages}")
  set(package 0)
  while(package LESS count)
    string(JSON found GET "${packages}" ${package} manifest_path)
    file(REAL_PATH "${found}" found)
    if(found STREQUAL wanted)
      string(JSON targets GET "${packages}" ${package} targets)
      string(JSON last LENGTH "${targets}")
      while(last GREATER 0)
        math(EXPR last "${last} - 1")
        string(JSON kinds GET "${targets}" ${last} kind)
        if(kinds MATCHES "\"(lib|rlib|dylib|cdylib|staticlib)\"")
          string(JSON target GET "${targets}" ${last} name)
          string(REPLACE "-" "_" target "${target}")
          set(${out} "${target}" PARENT_SCOPE)
          return()
        endif()
      endwhile()
    endif()
    math(EXPR package "${package} + 1")
  endwhile()
  _hotshoe_fail("the crate in ${crate} has no library: it needs a src/lib.rs")
endfunction()

# What a static library in Rust needs of the system, in the words of its compiler.
function(_hotshoe_rust_system_libraries out)
  set(key "HOTSHOE_RUST_LIBRARIES_${HOTSHOE_CARGO_TARGET}")
  if(NOT DEFINED CACHE{${key}})
    set(options)
    if(HOTSHOE_CARGO_TARGET)
      set(options --target "${HOTSHOE_CARGO_TARGET}")
    endif()
    file(WRITE "${work}/nothing/Cargo.toml" "[package]\nname = \"nothing\"\nedition = \"2021\"\n"
      "[lib]\ncrate-type = [\"staticlib\"]\n[workspace]\n")
    file(WRITE "${work}/nothing/src/lib.rs" "")
    execute_process(
      COMMAND "${HOTSHOE_CARGO}" rustc --manifest-path "${work}/nothing/Cargo.toml" ${options}
        --target-dir "${work}/nothing/target" --color never -- --print native-static-libs
      WORKING_DIRECTORY "${crate}" OUTPUT_QUIET ERROR_VARIABLE error RESULT_VARIABLE result)
    if(NOT result EQUAL 0 OR NOT error MATCHES "native-static-libs: ([^\r\n]*)")
      _hotshoe_fail("Rust's compiler does not build for this system:\n${error}")
    endif()
    string(STRIP "${CMAKE_MATCH_1}" libraries)
    separate_arguments(libraries NATIVE_COMMAND "${libraries}")
    list(FILTER libraries EXCLUDE REGEX "^/defaultlib:")
    set(${key} "${libraries}" CACHE INTERNAL "What Rust's standard library needs of the system")
  endif()
  set(${out} "${${key}}" PARENT_SCOPE)
endfunction()

# Hides by the linker, because attributes in sources and static libraries overrule the compiler's
# options. The entry is named, so that a linker can insist on it; the version symbol may be missing,
# so it is a pattern that matches only itself.
function(_hotshoe_export_entry)
  set(entry "${host_entry}")
  if(arg_ENTRY)
    set(entry "${arg_ENTRY}")
  endif()
  string(REGEX REPLACE "(.)$" "[\\1]" optional "${host_version_symbol}")
  if(WIN32)
    set(list "${work}/exports.def")
    set(content "EXPORTS\n  ${entry}\n")
    target_sources(${name} PRIVATE "${list}")
  elseif(APPLE)
    set(list "${work}/exports.txt")
    set(content "_${entry}\n_${optional}\n")
    target_link_options(${name} PRIVATE "SHELL:-Xlinker -exported_symbols_list -Xlinker \"${list}\"")
  else()
    set(list "${work}/exports.map")
    set(content "{ global: ${entry}; ${optional}; local: *; };\n")
    # LINKER: would take a comma in a folder's name for the end of this.
    target_link_options(${name} PRIVATE "SHELL:-Xlinker \"--version-script=${list}\"" "LINKER:--undefined=${entry}")
    # The check after the build says of a missing entry why it is missing; without it the linker says at least that.
    if(NOT tool OR CMAKE_CROSSCOMPILING)
      target_link_options(${name} PRIVATE LINKER:--no-undefined-version)
    endif()
  endif()
  file(CONFIGURE OUTPUT "${list}" CONTENT "${content}" @ONLY)
  set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS "${list}")
endfunction()

# The section is of use to no code, so the compiler is told that it is used, and the linker that it is looked for.
function(_hotshoe_embed_manifest manifest)
  file(READ "${manifest}" bytes HEX)
  string(REGEX REPLACE "(..)" "0x\\1, " bytes "${bytes}")
  string(REGEX REPLACE "((0x.., ){16})" "\\1\n  " bytes "${bytes}")
  set(extension "c")
  if(language STREQUAL "CXX")
    set(extension "cpp")
  endif()
  # Options of the target itself are known to the compiler only.
  set(guard)
  if(abi MATCHES "\"string\": \"(cxx11|old)\"")
    string(COMPARE EQUAL "${CMAKE_MATCH_1}" "old" is_old)
    string(CONCAT guard "#include <cstddef>\n#if !_GLIBCXX_USE_CXX11_ABI != ${is_old}\n"
      "#error The target has another C++ ABI than plugin.json says: set it for the folder, above hotshoe_add_plugin()\n"
      "#endif")
  endif()
  set(source "${work}/manifest.${extension}")
  file(CONFIGURE OUTPUT "${source}" @ONLY CONTENT [[
@guard@
/* The text of plugin.json, so that the library alone still says what it is. */
#ifdef __cplusplus
extern "C" {
#endif
#if defined(_MSC_VER)
#pragma section(".hotshoe", read)
#if defined(_M_IX86)
#pragma comment(linker, "/INCLUDE:_hotshoe_manifest")
#else
#pragma comment(linker, "/INCLUDE:hotshoe_manifest")
#endif
extern const unsigned char hotshoe_manifest[];
__declspec(allocate(".hotshoe"))
#elif defined(__APPLE__)
extern const unsigned char hotshoe_manifest[];
__attribute__((used, visibility("hidden"), section("__DATA,__hotshoe")))
#else
extern const unsigned char hotshoe_manifest[] __asm__("hotshoe_manifest");
__attribute__((used, section(".hotshoe")))
#endif
const unsigned char hotshoe_manifest[] = {
  @bytes@0
};
#ifdef __cplusplus
}
#endif
]])
  set_source_files_properties("${source}" PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON SKIP_PRECOMPILE_HEADERS ON)
  target_sources(${name} PRIVATE "${source}")
  if(NOT APPLE AND NOT MSVC)
    target_link_options(${name} PRIVATE LINKER:--undefined=hotshoe_manifest)
  endif()
endfunction()

# In the build folder the library is what is installed, byte for byte: there is no padding in its search path, which
# would mean the current folder, and no folder of this machine, which would find what nobody ships. An author who names
# one wants it. That is known at the end of the directory.
function(_hotshoe_choose_search_path)
  cmake_language(EVAL CODE "cmake_language(DEFER CALL _hotshoe_build_as_installed [[${name}]])")
endfunction()

function(_hotshoe_build_as_installed name)
  get_target_property(build ${name} BUILD_RPATH)
  get_target_property(install ${name} INSTALL_RPATH)
  if(build STREQUAL install)
    set_target_properties(${name} PROPERTIES BUILD_WITH_INSTALL_RPATH ON)
  endif()
endfunction()

# Copies plugin.json and DATA to where the library is; the library waits for them, so that a check
# after the build sees the whole folder.
function(_hotshoe_fill_folder manifest)
  set(folder "$<TARGET_FILE_DIR:${name}>")
  set(commands)
  set(inputs)
  foreach(item IN LISTS data)
    cmake_path(GET item FILENAME file)
    if(IS_DIRECTORY "${item}")
      file(GLOB_RECURSE files CONFIGURE_DEPENDS "${item}/*")
      list(APPEND inputs ${files})
      list(APPEND commands
        COMMAND "${CMAKE_COMMAND}" -E rm -rf "${folder}/${file}"
        COMMAND "${CMAKE_COMMAND}" -E copy_directory "${item}" "${folder}/${file}")
    else()
      list(APPEND inputs "${item}")
      list(APPEND commands COMMAND "${CMAKE_COMMAND}" -E copy_if_different "${item}" "${folder}")
      get_source_file_property(generated "${item}" GENERATED)
      if(generated)
        set_source_files_properties("${item}" PROPERTIES HEADER_FILE_ONLY ON)
        target_sources(${name} PRIVATE "${item}")
      endif()
    endif()
  endforeach()
  foreach(target IN LISTS data_targets)
    _hotshoe_name_target_file(${target} file)
    add_dependencies(${name} ${target})
    list(APPEND inputs "$<TARGET_FILE:${target}>")
    list(APPEND commands COMMAND "${CMAKE_COMMAND}" -D "FROM=$<TARGET_FILE:${target}>" -D "TO=${folder}/${file}"
      -P "${work}/ship.cmake")
  endforeach()
  if(data_targets)
    # As when CMake installs a target: what it needs is looked for beside it, and in no folder of the build. On macOS
    # the author does that.
    file(WRITE "${work}/ship.cmake" [[
file(COPY_FILE "${FROM}" "${TO}")
file(READ_ELF "${TO}" RPATH rpath RUNPATH runpath CAPTURE_ERROR no_elf)
set(paths ${rpath} ${runpath})
if(paths MATCHES "(^|[:;])/")
  file(RPATH_SET FILE "${TO}" NEW_RPATH [=[$ORIGIN]=])
endif()
]])
  endif()
  # The check compares with what the host's file says.
  if(EXISTS "${host_argument}")
    list(APPEND inputs "${host_argument}")
  endif()
  set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS ${inputs})
  add_custom_command(TARGET ${name} POST_BUILD
    COMMAND "${CMAKE_COMMAND}" -E copy_if_different "${manifest}" "${folder}"
    ${commands} VERBATIM)
endfunction()

# --- Checks ------------------------------------------------------------------------------------

# The tool that runs on this machine, or nothing. With one at hand, Hotshoe as a subproject builds none.
function(_hotshoe_find_tool out)
  set(found)
  # In the build folder of Hotshoe, the load test opens that runtime.
  if(arg_PROCESS AND TARGET hotshoe_runtime_process)
    add_dependencies(${name} hotshoe_runtime_process)
  endif()
  if(TARGET Hotshoe::tool AND NOT CMAKE_CROSSCOMPILING AND NOT HOTSHOE_TOOL)
    set(found "$<TARGET_FILE:Hotshoe::tool>")
    add_dependencies(${name} Hotshoe::tool)
  else()
    find_program(HOTSHOE_TOOL hotshoe NO_CMAKE_FIND_ROOT_PATH DOC "The tool hotshoe, which checks plugins")
    if(HOTSHOE_TOOL)
      set(found "${HOTSHOE_TOOL}")
    endif()
  endif()
  set(${out} "${found}" PARENT_SCOPE)
endfunction()

function(_hotshoe_check_build)
  if(NOT tool)
    return()
  endif()
  # CMake takes these folders out when it installs the library.
  set(build_path "$<TARGET_PROPERTY:${name},BUILD_RPATH>")
  set(limits "$<$<BOOL:${build_path}>:--build-path=$<JOIN:${build_path},;--build-path=>>")
  if(arg_GLIBC_MAX)
    list(APPEND limits --glibc-max "${arg_GLIBC_MAX}")
  endif()
  if(CMAKE_CROSSCOMPILING)
    list(APPEND limits --any-platform)
  endif()
  list(APPEND limits ${host_provides})
  add_custom_command(TARGET ${name} POST_BUILD
    COMMAND "${tool}" check "$<TARGET_FILE_DIR:${name}>" --host "${host_argument}" --portable "${limits}"
    COMMENT "Checking the plugin ${name}" COMMAND_EXPAND_LISTS VERBATIM)
endfunction()

function(_hotshoe_add_load_test)
  if(DEFINED BUILD_TESTING AND NOT BUILD_TESTING)
    return()
  endif()
  set(command)
  if(NOT CMAKE_CROSSCOMPILING)
    set(command "${tool}")
    set(reason "the tool hotshoe was not found (set HOTSHOE_TOOL)")
  elseif(CMAKE_CROSSCOMPILING_EMULATOR AND HOTSHOE_TARGET_TOOL)
    set(command ${CMAKE_CROSSCOMPILING_EMULATOR} "${HOTSHOE_TARGET_TOOL}")
  else()
    set(reason "built for another system (set CMAKE_CROSSCOMPILING_EMULATOR and HOTSHOE_TARGET_TOOL)")
  endif()
  if(command)
    add_test(NAME ${name}.load
      COMMAND ${command} check "$<TARGET_FILE_DIR:${name}>" --host "${host_argument}" --load ${host_provides})
    set_tests_properties(${name}.load PROPERTIES TIMEOUT 60 SKIP_REGULAR_EXPRESSION "  not loaded: that needs")
  else()
    add_test(NAME ${name}.load COMMAND "${CMAKE_COMMAND}" -E echo "Skipped: ${reason}")
    set_tests_properties(${name}.load PROPERTIES SKIP_REGULAR_EXPRESSION "^Skipped: ")
  endif()

  # ctest finds a test only through each folder above it, up to where the author runs it. Called here,
  # enable_testing() would end with this function's scope.
  set(folder "${CMAKE_CURRENT_SOURCE_DIR}")
  while(folder)
    cmake_language(DEFER DIRECTORY "${folder}" CALL enable_testing)
    if(folder STREQUAL PROJECT_SOURCE_DIR)
      break()
    endif()
    get_directory_property(folder DIRECTORY "${folder}" PARENT_DIRECTORY)
  endwhile()
endfunction()

# --- Install and package -----------------------------------------------------------------------

function(_hotshoe_install_target)
  # Whether a library is executable differs from one Linux to the next.
  if(arg_PROCESS)
    install(TARGETS ${name} RUNTIME ${where})
  else()
    install(TARGETS ${name} LIBRARY ${where} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
  endif()
endfunction()

function(_hotshoe_install manifest)
  set(files "${manifest}")
  set(folders)
  foreach(item IN LISTS data)
    if(IS_DIRECTORY "${item}")
      list(APPEND folders "${item}")
    else()
      list(APPEND files "${item}")
    endif()
  endforeach()
  set(where DESTINATION "${name}" COMPONENT "${name}")
  if(NOT PROJECT_IS_TOP_LEVEL)
    list(APPEND where EXCLUDE_FROM_ALL)
  endif()
  _hotshoe_install_target()
  foreach(file IN LISTS files)
    # A shared library is often a link, and what a link names would be missing.
    cmake_path(GET file FILENAME last)
    set(real "${file}")
    set(is_no_program ON)
    if(EXISTS "${file}")
      file(REAL_PATH "${file}" real)
      if(CMAKE_HOST_UNIX)
        execute_process(COMMAND test -x "${real}" RESULT_VARIABLE is_no_program)
      endif()
    endif()
    if(is_no_program)
      install(FILES "${real}" ${where} RENAME "${last}")
    else()
      install(PROGRAMS "${real}" ${where} RENAME "${last}")
    endif()
  endforeach()
  foreach(target IN LISTS data_targets)
    _hotshoe_name_target_file(${target} file)
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "EXECUTABLE")
      install(PROGRAMS "$<TARGET_FILE_DIR:${name}>/${file}" ${where})
    else()
      install(FILES "$<TARGET_FILE_DIR:${name}>/${file}" ${where})
    endif()
  endforeach()
  if(folders)
    install(DIRECTORY ${folders} ${where} USE_SOURCE_PERMISSIONS)
  endif()
  if(symbols)
    _hotshoe_install_symbols()
  endif()
endfunction()

# Copies the debug information out of the library, which keeps its own in the build folder.
function(_hotshoe_split_symbols out)
  set(library "$<TARGET_FILE:${name}>")
  set(symbols "${work}/$<CONFIG>/$<TARGET_FILE_NAME:${name}>")
  set(split)
  if(MSVC)
    set(symbols "$<TARGET_PDB_FILE:${name}>")
  elseif(APPLE)
    find_program(HOTSHOE_DSYMUTIL NAMES dsymutil llvm-dsymutil DOC "The program dsymutil, which collects debug symbols")
    string(APPEND symbols ".dSYM")
    if(HOTSHOE_DSYMUTIL AND CMAKE_STRIP)
      set(split "${HOTSHOE_DSYMUTIL}" -o "${symbols}" "${library}")
    endif()
  elseif(CMAKE_OBJCOPY)
    string(APPEND symbols ".debug")
    set(split "${CMAKE_OBJCOPY}" --only-keep-debug "${library}" "${symbols}")
  endif()
  if(split)
    set(is_debug "$<CONFIG:Debug>,$<CONFIG:RelWithDebInfo>")
    add_custom_command(TARGET ${name} POST_BUILD
      COMMAND "${CMAKE_COMMAND}" -E make_directory "${work}/$<CONFIG>"
      COMMAND "$<$<OR:${is_debug}>:${split}>" COMMAND_EXPAND_LISTS VERBATIM)
  elseif(NOT MSVC)
    set(symbols)
  endif()
  set(${out} "${symbols}" PARENT_SCOPE)
endfunction()

# Installed, the library says which file has its symbols, and a debugger looks for that beside it.
function(_hotshoe_install_symbols)
  set(where DESTINATION "${name}" COMPONENT "${name}-debug" CONFIGURATIONS Debug RelWithDebInfo)
  if(NOT PROJECT_IS_TOP_LEVEL)
    list(APPEND where EXCLUDE_FROM_ALL)
  endif()
  set(strip)
  if(MSVC)
    install(FILES "${symbols}" ${where} OPTIONAL)
  elseif(APPLE)
    install(DIRECTORY "${symbols}" ${where})
    set(strip "\"${CMAKE_STRIP}\" -S")
  else()
    install(FILES "${symbols}" ${where})
    set(strip "\"${CMAKE_OBJCOPY}\" --strip-debug \"--add-gnu-debuglink=${symbols}\"")
  endif()
  if(strip)
    set(where COMPONENT "${name}")
    if(NOT PROJECT_IS_TOP_LEVEL)
      list(APPEND where EXCLUDE_FROM_ALL)
    endif()
    install(CODE "
  string(TOLOWER \"\${CMAKE_INSTALL_CONFIG_NAME}\" config)
  if(config MATCHES \"^(debug|relwithdebinfo)\$\")
    execute_process(COMMAND_ERROR_IS_FATAL ANY
      COMMAND ${strip} \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${name}/$<TARGET_FILE_NAME:${name}>\")
  endif()" ${where})
  endif()
endfunction()

function(_hotshoe_package)
  if(NOT DEFINED HOTSHOE_CPACK)
    set(HOTSHOE_CPACK "${PROJECT_IS_TOP_LEVEL}")
  endif()
  if(NOT HOTSHOE_CPACK)
    return()
  endif()
  _hotshoe_name_system(system)
  get_property(packages GLOBAL PROPERTY HOTSHOE_PACKAGES)
  if(NOT packages)
    cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL _hotshoe_configure_cpack)
  endif()
  string(TOLOWER "${name}" component)
  foreach(package IN LISTS packages)
    string(TOLOWER "${package}" other)
    if("${component}" STREQUAL other OR "${component}" STREQUAL "${other}-debug" OR "${component}-debug" STREQUAL other)
      _hotshoe_fail("CPack cannot tell its component, and that of its debug symbols, from those of ${package}\n"
        "Choose a name that differs in more than its case and `-debug`.")
    endif()
  endforeach()
  set_property(GLOBAL APPEND PROPERTY HOTSHOE_PACKAGES ${name})
  set_property(GLOBAL PROPERTY HOTSHOE_ARCHIVE_${name} "${name}-${arg_VERSION}-${system}")
  if(symbols)
    set_property(GLOBAL APPEND PROPERTY HOTSHOE_DEBUG_PACKAGES ${name}-debug)
    set_property(GLOBAL PROPERTY HOTSHOE_ARCHIVE_${name}-debug "${name}-${arg_VERSION}-${system}-debug")
  endif()
  if(tool)
    set_property(GLOBAL PROPERTY HOTSHOE_PACKAGING_TOOL "${tool}")
  endif()
endfunction()

# CPack's own name for the system, with the processor and the C library unless they are the usual
# ones, so that no two archives of a release have the same name.
function(_hotshoe_name_system out)
  set(system "${CMAKE_SYSTEM_NAME}")
  set(processor "${CMAKE_SYSTEM_PROCESSOR}")
  if(MSVC)
    set(processor "${CMAKE_${language}_COMPILER_ARCHITECTURE_ID}")
  elseif(APPLE AND CMAKE_OSX_ARCHITECTURES)
    set(processor "${CMAKE_OSX_ARCHITECTURES}")
    if(processor MATCHES ";")
      set(processor "universal")
    endif()
  endif()
  string(TOLOWER "${processor}" processor)
  if(processor MATCHES "^(arm64|aarch64)$")
    set(processor "aarch64")
  elseif(processor MATCHES "^arm")
    set(processor "arm")
  elseif(processor MATCHES "^(powerpc64|ppc64)(le)?$")
    set(processor "powerpc64")
  elseif(processor MATCHES "^(x86_64|amd64|x64|x86|i[3-6]86)$")
    set(processor "x86")
    if(CMAKE_SIZEOF_VOID_P EQUAL 8)
      set(processor "x86_64")
    endif()
  endif()
  if(WIN32)
    math(EXPR bits "8 * ${CMAKE_SIZEOF_VOID_P}")
    set(system "win${bits}")
  endif()
  if(NOT processor STREQUAL "x86_64" AND NOT (WIN32 AND processor STREQUAL "x86"))
    string(APPEND system "-${processor}")
  endif()
  if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    _hotshoe_detect_musl(musl)
    if(musl)
      string(APPEND system "-musl")
    endif()
  endif()
  set(${out} "${system}" PARENT_SCOPE)
endfunction()

# It does not say what it is: it is the one on Linux that is not glibc and does not say so.
function(_hotshoe_detect_musl out)
  string(MD5 key "${CMAKE_${language}_COMPILER} ${CMAKE_${language}_FLAGS}")
  if(NOT DEFINED CACHE{HOTSHOE_MUSL_${key}})
    set(extension "c")
    if(language STREQUAL "CXX")
      set(extension "cpp")
    endif()
    file(WRITE "${work}/musl.${extension}" "#include <limits.h>\n#ifdef __GLIBC__\n#error it is glibc\n#endif\n"
      "typedef int hotshoe_musl;\n")
    set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
    try_compile(HOTSHOE_MUSL_${key} "${work}/musl" SOURCES "${work}/musl.${extension}")
  endif()
  set(${out} "${HOTSHOE_MUSL_${key}}" PARENT_SCOPE)
endfunction()

# Runs at the end of the top-level CMakeLists.txt, when all plugins and the author's settings are
# known. CPack has written its settings by then if the author included it, and cannot be included
# twice; what follows those settings in their file holds.
function(_hotshoe_configure_cpack)
  if(NOT COMMAND cpack_encode_variables)
    if(NOT CPACK_GENERATOR)
      set(CPACK_GENERATOR TGZ)
    endif()
    set(choice "set(CPACK_GENERATOR \"${CPACK_GENERATOR}\")")
    include(CPack)
  elseif(CPack_CMake_INCLUDED AND NOT CPACK_GENERATOR STREQUAL CPACK_SOURCE_GENERATOR)
    # The author chose after including CPack, which leaves its choice for source packages behind.
    set(choice "set(CPACK_GENERATOR \"${CPACK_GENERATOR}\")")
  else()
    # These two are among what CPack takes if the author does not choose.
    set(choice "if(CPACK_GENERATOR MATCHES \"STGZ|NSIS\")\n  set(CPACK_GENERATOR TGZ)\nendif()")
  endif()
  get_property(packages GLOBAL PROPERTY HOTSHOE_PACKAGES)
  get_property(debug_packages GLOBAL PROPERTY HOTSHOE_DEBUG_PACKAGES)
  set(settings "
# From hotshoe_add_plugin(): an archive of each plugin, and of nothing else.
${choice}
set(CPACK_COMPONENTS_ALL \"${packages}\")
set(hotshoe_config \"\${CPACK_BUILD_CONFIG}\")
if(NOT hotshoe_config)
  set(hotshoe_config \"${CMAKE_BUILD_TYPE}\")
endif()
string(TOLOWER \"\${hotshoe_config}\" hotshoe_config)
if(hotshoe_config MATCHES \"^(debug|relwithdebinfo)\$\")
  list(APPEND CPACK_COMPONENTS_ALL ${debug_packages})
endif()
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_COMPONENT_INCLUDE_TOPLEVEL_DIRECTORY OFF)
if(NOT CPACK_PACKAGE_CHECKSUM)
  set(CPACK_PACKAGE_CHECKSUM SHA256)
endif()
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
")
  foreach(package IN LISTS packages debug_packages)
    get_property(archive GLOBAL PROPERTY HOTSHOE_ARCHIVE_${package})
    string(TOUPPER "${package}" component)
    string(APPEND settings "set(CPACK_ARCHIVE_${component}_FILE_NAME \"${archive}\")\n")
  endforeach()
  get_property(tool GLOBAL PROPERTY HOTSHOE_PACKAGING_TOOL)
  if(tool)
    set(script "${CMAKE_BINARY_DIR}/CMakeFiles/hotshoe/package.cmake")
    _hotshoe_write_packaging("${script}")
    string(APPEND settings "list(PREPEND CPACK_POST_BUILD_SCRIPTS \"${script}\")\n")
  endif()
  if(NOT CPACK_OUTPUT_CONFIG_FILE)
    set(CPACK_OUTPUT_CONFIG_FILE "${CMAKE_BINARY_DIR}/CPackConfig.cmake")
  endif()
  file(APPEND "${CPACK_OUTPUT_CONFIG_FILE}" "${settings}")
endfunction()

# A script that CPack runs between making the archives and giving them out. Each is made again by the
# tool, of the same staged files, because CPack's own hold times, owners and modes of this machine.
# What was laid out otherwise than below (by a prefix, or with a suffix of the author's) is left alone.
function(_hotshoe_write_packaging script)
  string(CONFIGURE [[
foreach(archive IN LISTS CPACK_PACKAGE_FILES)
  get_filename_component(file "${archive}" NAME)
  get_filename_component(output "${archive}" DIRECTORY)
  foreach(plugin IN LISTS CPACK_COMPONENTS_ALL)
    string(TOUPPER "${plugin}" component)
    set(name "${CPACK_ARCHIVE_${component}_FILE_NAME}")
    set(folder "${CPACK_TEMPORARY_DIRECTORY}/${plugin}/${plugin}")
    foreach(format IN ITEMS tar.gz tar.zst zip)
      if(NOT file STREQUAL "${name}.${format}" OR NOT EXISTS "${folder}/plugin.json")
        continue()
      endif()
      file(REMOVE "${archive}")
      execute_process(COMMAND "@tool@" package "${folder}" --format ${format} --name "${name}" --output "${output}"
        OUTPUT_QUIET ERROR_VARIABLE error RESULT_VARIABLE result)
      if(NOT result EQUAL 0)
        message(FATAL_ERROR "hotshoe package ends with ${result}:\n${error}")
      endif()
    endforeach()
  endforeach()
endforeach()
]] content @ONLY)
  file(GENERATE OUTPUT "${script}" CONTENT "${content}")
endfunction()
