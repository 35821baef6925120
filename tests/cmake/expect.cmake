# What run.cmake and the cases' check.cmake state about results.

function(run output result)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE text ERROR_VARIABLE text RESULT_VARIABLE code)
  set(${output} "${text}" PARENT_SCOPE)
  set(${result} "${code}" PARENT_SCOPE)
endfunction()

macro(expect_success what)
  if(NOT result EQUAL 0)
    message("${output}")
    message(FATAL_ERROR "${what} ends with ${result}, see above")
  endif()
endmacro()

# CMake breaks the lines of its messages, so white space is not compared.
macro(expect_failure what pattern)
  string(REGEX REPLACE "[ \n]+" " " message "${output}")
  if(result EQUAL 0)
    message("${output}")
    message(FATAL_ERROR "${what} should fail, see above")
  elseif(NOT message MATCHES "${pattern}")
    message("${output}")
    message(FATAL_ERROR "${what} should fail with `${pattern}`, see above")
  endif()
endmacro()

# `tests` and no others are shown as skipped in the output of ctest; it shows a test that did not
# start as not run.
function(expect_skipped tests)
  string(REGEX MATCHALL "[^ ]+ \\.+\\*\\*\\*(Skipped|Not Run)" found "${output}")
  list(TRANSFORM found REPLACE " .*" "")
  expect_equal("${found}" "${tests}" "skipped tests")
endfunction()

function(expect_equal found expected what)
  if(NOT found STREQUAL expected)
    message(FATAL_ERROR "${what}: found\n  ${found}\nexpected\n  ${expected}")
  endif()
endfunction()

# The archive `file` of the build folder holds exactly the entries that follow.
function(expect_archive file)
  run(entries result "${CMAKE_COMMAND}" -E tar tf "${build}/${file}")
  string(STRIP "${entries}" entries)
  string(REPLACE "\n" ";" entries "${entries}")
  list(SORT entries)
  list(SORT ARGN)
  expect_equal("${entries}" "${ARGN}" "${file}")
endfunction()

# There are no other archives in the build folder than these.
function(expect_archives)
  file(GLOB found RELATIVE "${build}" "${build}/*.tar.*" "${build}/*.zip" "${build}/*.sh")
  list(FILTER found EXCLUDE REGEX "\\.sha256$")
  list(SORT found)
  list(SORT ARGN)
  expect_equal("${found}" "${ARGN}" "archives")
endfunction()

# Beside each of these archives lies its checksum, and it is right.
function(expect_checksums)
  foreach(archive IN LISTS ARGN)
    run(output result "${CMAKE_COMMAND}" -E chdir "${build}" sha256sum -c --strict "${archive}.sha256")
    expect_success("sha256sum -c ${archive}.sha256")
  endforeach()
endfunction()

# The library exports exactly the symbols that follow, none of them unique in the process.
function(expect_exports library)
  run(symbols result nm -D --defined-only --format=posix "${library}")
  string(STRIP "${symbols}" symbols)
  string(REPLACE "\n" ";" symbols "${symbols}")
  list(TRANSFORM symbols REPLACE " ([A-Za-z]) .*" ":\\1")
  list(SORT symbols)
  list(TRANSFORM ARGN APPEND ":T")
  list(SORT ARGN)
  expect_equal("${symbols}" "${ARGN}" "exports of ${library}")
endfunction()

# The same, told by the tool, for libraries of other systems.
function(expect_inspected_exports library)
  execute_process(COMMAND "${TOOL}" inspect --json "${library}" OUTPUT_VARIABLE json COMMAND_ERROR_IS_FATAL ANY)
  string(JSON exports GET "${json}" inspection exports)
  string(REGEX REPLACE "[][ \n\"]" "" exports "${exports}")
  string(REPLACE "," ";" exports "${exports}")
  expect_equal("${exports}" "${ARGN}" "exports of ${library}")
endfunction()

# A field of a plugin.json; nested fields follow as more arguments.
function(expect_field file expected)
  file(READ "${file}" json)
  string(JSON value GET "${json}" ${ARGN})
  expect_equal("${value}" "${expected}" "${ARGN} of ${file}")
endfunction()

# The section .hotshoe of the library holds the text of a plugin.json, and a zero after it.
function(expect_manifest_inside library file)
  run(output result objcopy --dump-section ".hotshoe=${WORK}/section" "${library}" "${WORK}/copy.so")
  expect_success("objcopy")
  file(READ "${file}" json HEX)
  file(READ "${WORK}/section" section HEX)
  expect_equal("${section}" "${json}00" "section .hotshoe of ${library}")
endfunction()

# Of the sections that have to do with debugging, the library has these.
function(expect_sections library)
  run(output result readelf --section-headers --wide "${library}")
  expect_success("readelf")
  string(REGEX MATCHALL " \\.(debug_info|gnu_debuglink) " found "${output}")
  string(REPLACE " " "" found "${found}")
  expect_equal("${found}" "${ARGN}" "sections of ${library}")
endfunction()
