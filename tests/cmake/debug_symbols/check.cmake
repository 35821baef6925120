set(archive traced-1.0.0-Linux)
expect_archives(${archive}.tar.gz ${archive}-debug.tar.gz)
expect_checksums(${archive}.tar.gz ${archive}-debug.tar.gz)
expect_archive(${archive}.tar.gz traced/ traced/plugin.json traced/libtraced.so)
expect_archive(${archive}-debug.tar.gz traced/ traced/libtraced.so.debug)

# In the build folder a debugger needs no second file.
expect_sections("${build}/plugin-root/RelWithDebInfo/traced/libtraced.so" .debug_info)

set(root "${WORK}/root")
file(MAKE_DIRECTORY "${root}")
foreach(suffix IN ITEMS "" -debug)
  run(output result
    "${CMAKE_COMMAND}" -E chdir "${root}" "${CMAKE_COMMAND}" -E tar xf "${build}/${archive}${suffix}.tar.gz")
  expect_success("unpacking")
endforeach()
set(library "${root}/traced/libtraced.so")
expect_manifest_inside("${library}" "${root}/traced/plugin.json")
expect_sections("${library}" .gnu_debuglink)
run(output result readelf --notes "${library}" "${library}.debug")
string(REGEX MATCHALL "Build ID: [0-9a-f]+" ids "${output}")
list(LENGTH ids count)
list(REMOVE_DUPLICATES ids)
list(LENGTH ids different)
expect_equal("${count} ${different}" "2 1" "build ids")

# A debugger knows a variable that nothing exports, but not when the second archive is missing.
run(output result gdb -batch -nx -ex "info line harmonics_register" -ex "info variables depth_of_trace" "${library}")
expect_success("gdb")
if(NOT output MATCHES "Line 7 of \"[^\n]*traced.cpp\"" OR NOT output MATCHES "static int depth_of_trace;")
  message("${output}")
  message(FATAL_ERROR "gdb does not find the symbols, see above")
endif()
file(RENAME "${library}.debug" "${WORK}/elsewhere")
run(output result gdb -batch -nx -ex "info line harmonics_register" "${library}")
if(NOT output MATCHES "No line number information")
  message("${output}")
  message(FATAL_ERROR "the library still has debug information, see above")
endif()

# What has none makes one archive.
file(GLOB archives "${build}/*.tar.gz*")
file(REMOVE ${archives})
run(output result "${CMAKE_COMMAND}" -E chdir "${build}" "${cpack}" -C Release)
expect_success("packaging again")
expect_archives(${archive}.tar.gz)

# A single-config generator, and an install: the same.
set(single "${WORK}/single")
run(output result "${CMAKE_COMMAND}" -S "${source}" -B "${single}" -G "Unix Makefiles" "-DCMAKE_BUILD_TYPE=Debug"
  "-DHOTSHOE_MODE=${MODE}" "-DCMAKE_PREFIX_PATH=${PREFIX}"
  "-DHOTSHOE_CARGO=${CARGO}" "-DHOTSHOE_CARGO_TARGET_DIR=${CARGO_TARGET_DIR}")
expect_success("configuring")
run(output result "${CMAKE_COMMAND}" --build "${single}")
expect_success("building")
run(output result "${CMAKE_COMMAND}" -E chdir "${single}" "${cpack}")
expect_success("packaging")
set(build "${single}")
expect_archives(${archive}.tar.gz ${archive}-debug.tar.gz)
foreach(time IN ITEMS "" again)
  run(output result "${CMAKE_COMMAND}" --install "${single}" --prefix "${WORK}/prefix" --component traced)
  expect_success("installing ${time}")
  expect_sections("${WORK}/prefix/traced/libtraced.so" .gnu_debuglink)
endforeach()
