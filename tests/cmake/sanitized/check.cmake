run(output result "${CMAKE_COMMAND}" --build "${build}")
expect_success("building with a sanitizer")
