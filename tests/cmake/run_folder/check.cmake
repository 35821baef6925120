# Its folders are those that an install makes.
set(root "${build}/plugin-root")
foreach(plugin IN ITEMS echo reverb)
  run(output result "${CMAKE_COMMAND}" --install "${build}" --component ${plugin} --prefix "${WORK}/installed")
  expect_success("installing")
endforeach()
foreach(folder IN ITEMS "${root}" "${WORK}/installed")
  file(GLOB_RECURSE found RELATIVE "${folder}" "${folder}/*")
  list(SORT found)
  expect_equal("${found}" "echo/libecho.so;echo/plugin.json;echo/rooms/hall.txt;reverb/libreverb.so;reverb/plugin.json"
    "files in ${folder}")
endforeach()

# A debugger stops in a plugin of the host that it started, and knows the plugin's sources and variables.
set(ENV{STUDIO_PLUGIN_PATH} "${root}")
run(output result gdb -batch -nx -ex "set breakpoint pending on" -ex "break echo.cpp:3" -ex run
  -ex "backtrace 1" -ex "print effects" -ex continue --args "${build}/studio")
expect_success("gdb")
foreach(part IN ITEMS "studio_register \\(effects=[^\n]*echo\\.cpp:3" "2 effects")
  if(NOT output MATCHES "${part}")
    message("${output}")
    message(FATAL_ERROR "`${part}` is not in what gdb says, see above")
  endif()
endforeach()
