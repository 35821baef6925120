# Installs Hotshoe to FIRST and moves that to PREFIX, so that a path that should not be there leads nowhere.

file(REMOVE_RECURSE "${FIRST}" "${PREFIX}")
execute_process(
  COMMAND "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${FIRST}" --config "${CONFIG}"
  COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
file(RENAME "${FIRST}" "${PREFIX}")
