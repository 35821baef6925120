# Runs a copy of the host, and compares what it prints with out.txt and err.txt of CASE, which have `#` for what
# differs from run to run. CASE may have Plugins/, which are put to those of the host, and a model, unless MODEL is
# another one. WITHOUT names a plugin that is taken away, and WITH is the folder of one more.

file(REMOVE_RECURSE "${WORK}")
file(COPY "${INSTALLED}/bin" "${INSTALLED}/share" DESTINATION "${WORK}")
if(WITHOUT)
  file(REMOVE_RECURSE "${WORK}/bin/Plugins/${WITHOUT}")
endif()
if(WITH)
  file(COPY "${WITH}" DESTINATION "${WORK}/bin/Plugins")
endif()
if(EXISTS "${CASE}/Plugins")
  file(COPY "${CASE}/Plugins" DESTINATION "${WORK}/bin")
endif()
if(NOT MODEL)
  file(GLOB MODEL "${CASE}/*.model")
endif()

execute_process(COMMAND "${WORK}/bin/${SYNARIUS}" "${MODEL}"
  OUTPUT_VARIABLE out ERROR_VARIABLE err RESULT_VARIABLE code)
foreach(stream IN ITEMS out err)
  set(expected "")
  if(EXISTS "${CASE}/${stream}.txt")
    file(READ "${CASE}/${stream}.txt" expected)
  endif()
  string(REGEX REPLACE "([][.()+*?^$|\\\\])" "\\\\\\1" expected "${expected}")
  string(REPLACE "#" "[^\n]*" expected "${expected}")
  if(NOT code EQUAL CODE OR NOT "${${stream}}" MATCHES "^${expected}$")
    message(FATAL_ERROR "std${stream} is not as expected; exit code ${code}, and it printed\n${out}${err}")
  endif()
endforeach()
