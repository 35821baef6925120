# Copies the case's project into the folder `project`, where presets and `hotshoe release` find Hotshoe in the way
# MODE, and the same CMake as everywhere.

set(project "${WORK}/project")
file(COPY "${source}/" DESTINATION "${project}" PATTERN "case.cmake" EXCLUDE PATTERN "check.cmake" EXCLUDE)
file(WRITE "${WORK}/use_hotshoe.cmake" "set(HOTSHOE_MODE \"${MODE}\")
set(CMAKE_PREFIX_PATH \"${PREFIX}\")
set(HOTSHOE_CARGO \"${CARGO}\")
set(HOTSHOE_CARGO_TARGET_DIR \"${CARGO_TARGET_DIR}\" CACHE PATH \"\")
include(\"${CMAKE_CURRENT_LIST_DIR}/use_hotshoe.cmake\")
")
# No more of their folder: the compiler of Rust in /usr/bin is not the one that the user has.
foreach(program IN ITEMS "${CMAKE_COMMAND}" "${CMAKE_CTEST_COMMAND}" "${CMAKE_CPACK_COMMAND}")
  cmake_path(GET program FILENAME name)
  file(MAKE_DIRECTORY "${WORK}/programs")
  file(CREATE_LINK "${program}" "${WORK}/programs/${name}" SYMBOLIC)
endforeach()
set(ENV{PATH} "${WORK}/programs:$ENV{PATH}")

# Runs the tool in the project: `code` is what it should end with. Its object, from --json, is in `output`.
function(expect_hotshoe code)
  execute_process(COMMAND "${TOOL}" ${ARGN} --json WORKING_DIRECTORY "${project}"
    OUTPUT_VARIABLE output ERROR_VARIABLE error RESULT_VARIABLE result)
  if(NOT result EQUAL code)
    message(FATAL_ERROR "`hotshoe ${ARGN}` should end with ${code}, and ends with ${result}:\n${output}${error}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

# A field of the object; the names of nested fields and the numbers in lists follow it.
function(expect_answer expected)
  string(JSON value GET "${output}" ${ARGN})
  if(NOT value STREQUAL expected)
    message("${output}")
    message(FATAL_ERROR "${ARGN} is `${value}`, and should be `${expected}`")
  endif()
endfunction()

# A tag or a secret of the run that this is part of is none of the project's.
foreach(variable IN ITEMS CI_COMMIT_TAG GITHUB_REF_NAME GITHUB_REF_TYPE HOTSHOE_KEY HOTSHOE_KEY_PASSWORD)
  unset(ENV{${variable}})
endforeach()
