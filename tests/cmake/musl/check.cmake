# So that it has another name than the one for glibc; the tool has the same.
expect_archives(small-1.0.0-Linux-musl.tar.gz)
run(output result "${TOOL}" package "${build}/plugin-root/small" --output "${WORK}" --name "{name}-{version}-{system}")
expect_success("hotshoe package")
if(NOT EXISTS "${WORK}/small-1.0.0-Linux-musl.tar.gz")
  message(FATAL_ERROR "the tool gives another name:\n${output}")
endif()
