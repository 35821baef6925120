# A copy of the module has no tool, wherever this runs.
if(MODE STREQUAL "vendored")
  set(OPTIONS -DHOTSHOE_TOOL=OFF)
  set(SKIPPED in_c.load in_cpp.load)
endif()
