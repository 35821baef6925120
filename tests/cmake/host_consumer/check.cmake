# The program finds the library by the name that tells its ABI.
run(output result readelf -d "${build}/camera-hotshoe")
if(NOT output MATCHES "NEEDED[^\n]*\\[libhotshoe\\.so\\.0\\]")
  message(FATAL_ERROR "libhotshoe.so.0 is not what the program needs:\n${output}")
endif()

# The same without CMake.
if(MODE STREQUAL "installed")
  set(ENV{PKG_CONFIG_PATH} "${PREFIX}/${LIBDIR}/pkgconfig")
  run(output result pkg-config --cflags --libs hotshoe)
  expect_success("pkg-config")
  separate_arguments(flags UNIX_COMMAND "${output}")
  run(output result cc "${source}/camera.c" -o "${WORK}/camera" ${flags} "-Wl,-rpath,${PREFIX}/${LIBDIR}")
  expect_success("compiling with the flags of pkg-config")
  run(output result "${WORK}/camera")
  expect_success("running")
endif()
