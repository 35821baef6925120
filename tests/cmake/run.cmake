# Runs the case CASE in the way MODE: configures, builds, tests and packages its project, then asks
# its check.cmake whether the results are right. A case.cmake in its folder may set:
#   GENERATOR        the generator, instead of Ninja
#   CONFIGS          the configurations to build, instead of Release
#   OPTIONS          more options for the project
#   CONFIGURE_ERROR  a pattern: the project must be refused with such a message
#   CONFIGURE_ONLY   nothing on this system builds it: it is configured, and check.cmake is asked
#   BUILD_ERROR      the same as CONFIGURE_ERROR, for the build
#   COPIED           other programs configure it, with no options of a test: check.cmake does the rest in `project`
#   SKIPPED          the tests that must be skipped; any other must run and pass

cmake_policy(VERSION 3.22...4.4)
set(source "${CMAKE_CURRENT_LIST_DIR}/${CASE}")
set(GENERATOR Ninja)
set(CONFIGS Release)
set(OPTIONS)
set(SKIPPED)
include("${source}/case.cmake" OPTIONAL)
include("${CMAKE_CURRENT_LIST_DIR}/expect.cmake")

file(REMOVE_RECURSE "${WORK}")
set(build "${WORK}/build")
set(ctest "${CMAKE_CTEST_COMMAND}")
set(cpack "${CMAKE_CPACK_COMMAND}")

# A user's environment, not that of the run that this is part of.
unset(ENV{DESTDIR})

if(COPIED)
  include("${CMAKE_CURRENT_LIST_DIR}/copied.cmake")
  include("${source}/check.cmake")
  return()
endif()

run(output result "${CMAKE_COMMAND}" -S "${source}" -B "${build}" -G "${GENERATOR}" --no-warn-unused-cli
  "-DCMAKE_BUILD_TYPE=Release" "-DHOTSHOE_MODE=${MODE}" "-DCMAKE_PREFIX_PATH=${PREFIX}"
  "-DHOTSHOE_CARGO=${CARGO}" "-DHOTSHOE_CARGO_TARGET_DIR=${CARGO_TARGET_DIR}" ${OPTIONS})
if(DEFINED CONFIGURE_ERROR)
  expect_failure("configuring" "${CONFIGURE_ERROR}")
  return()
endif()
expect_success("configuring")
if(output MATCHES "CMake [A-Za-z ]*Warning")
  message("${output}")
  message(FATAL_ERROR "configuring gives a warning, see above")
endif()

if(CONFIGURE_ONLY)
  include("${source}/check.cmake")
  return()
endif()

foreach(config IN LISTS CONFIGS)
  run(output result "${CMAKE_COMMAND}" --build "${build}" --config ${config})
  if(DEFINED BUILD_ERROR)
    expect_failure("building" "${BUILD_ERROR}")
    return()
  endif()
  expect_success("building")

  run(output result "${ctest}" --test-dir "${build}" -C ${config} --output-on-failure --no-tests=error)
  expect_success("testing")
  expect_skipped("${SKIPPED}")
endforeach()

list(GET CONFIGS -1 config)
run(output result "${CMAKE_COMMAND}" -E chdir "${build}" "${cpack}" -C ${config})
expect_success("packaging")

include("${source}/check.cmake")
