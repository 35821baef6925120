# Runs the host on its plugins, once by argument and once by environment variable, and compares what it
# prints. EXPECTED has `#` for what differs from machine to machine.

file(READ "${EXPECTED}" expected)
string(REGEX REPLACE "([][.()+*?^$|\\\\])" "\\\\\\1" expected "${expected}")
string(REPLACE "#" "[^\n]*" expected "${expected}")

foreach(way IN ITEMS argument environment)
  if(way STREQUAL "argument")
    set(arguments "${PLUGINS}")
    set(ENV{HARMONICS_PLUGIN_PATH} "")
  else()
    set(arguments "")
    set(ENV{HARMONICS_PLUGIN_PATH} "${PLUGINS}")
  endif()
  execute_process(COMMAND ${LAUNCHER} "${HOST}" ${arguments}
    OUTPUT_VARIABLE found ERROR_VARIABLE errors RESULT_VARIABLE code)
  if(NOT code EQUAL 0 OR NOT found MATCHES "^${expected}$")
    message(FATAL_ERROR "by ${way}, exit code ${code}, it printed\n${found}${errors}")
  endif()
endforeach()
