expect_archives(by_name-1.0.0-Linux.tar.gz by_profile-1.0.0-Linux.tar.gz by_target-1.0.0-Linux.tar.gz)
expect_archive(by_target-1.0.0-Linux.tar.gz by_target/ by_target/plugin.json by_target/libby_target.so)

# Where the host's library is found, it is loaded.
run(output result "${CMAKE_COMMAND}" -E env "LD_LIBRARY_PATH=${build}/host"
  "${TOOL}" check "${build}/plugin-root/by_profile" --host "${build}/harmonics.host.json" --load)
expect_success("loading it beside the host's library")
if(NOT output MATCHES "loaded and unloaded")
  message(FATAL_ERROR "it was not loaded:\n${output}")
endif()

run(output result "${CMAKE_COMMAND}" --build "${build}" --target unknown)
expect_failure("building with another library"
  "error.dependency-missing.: plugin `unknown`: the library needs `libcore.so.1`")
