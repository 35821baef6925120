# A host of another version: the next build says so.
expect_archives(guest-1.0.0-Linux.tar.gz violin-1.0.0-Linux.tar.gz)
file(WRITE "${build}/harmonics.host.json" [[{ "name": "harmonics", "version": "2.0.0" }]])
run(output result "${CMAKE_COMMAND}" --build "${build}")
expect_failure("building for another host" "asks for harmonics .>=1, <2., and this is 2.0.0")
# A list that is none is seen before anything is built.
file(WRITE "${build}/harmonics.host.json" [[{ "name": "harmonics", "provides": "libcore.so.1" }]])
run(output result "${CMAKE_COMMAND}" --build "${build}")
expect_failure("building for a host that provides no list" "`provides` is not a list")
file(WRITE "${build}/harmonics.host.json" [[{ "name": "harmonics", "provides": ["lib/libcore.so.1"] }]])
run(output result "${CMAKE_COMMAND}" --build "${build}")
expect_failure("building for a host that provides a path" "`lib/libcore.so.1` in `provides` cannot name a library")
