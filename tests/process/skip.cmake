# Says that a test of process plugins cannot run; where all tools must be there it fails.

if(DEFINED ENV{HOTSHOE_REQUIRE_TOOLS} OR DEFINED ENV{CI})
  message(FATAL_ERROR "go, or the runtime `process`, is not there: run tools/setup.sh test")
endif()
message(STATUS "Skipped: go, or the runtime `process`, is not there")
