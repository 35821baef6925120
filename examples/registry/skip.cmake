# Says that the tools cannot be built; where all tools must be there it fails.

if(DEFINED ENV{HOTSHOE_REQUIRE_TOOLS} OR DEFINED ENV{CI})
  message(FATAL_ERROR "go is not there: run tools/setup.sh test")
endif()
message(STATUS "Skipped: go is not there")
