# What is not the same bytes twice is not delivered, and neither is what was built with it.
set(command release build --platform linux-x86_64)
expect_hotshoe(1 ${command})
string(JSON count LENGTH "${output}" diagnostics)
expect_equal("${count}" 1 "findings")
expect_answer(placed diagnostics 0 plugin)
expect_answer("built twice, it differs in `placed/libplaced.so`" diagnostics 0 message)
if(EXISTS "${project}/dist")
  message(FATAL_ERROR "something was delivered")
endif()

# The same project without the path.
file(READ "${project}/CMakeLists.txt" text)
string(REPLACE "PLACE=" "NO_PLACE=" text "${text}")
file(WRITE "${project}/CMakeLists.txt" "${text}")
expect_hotshoe(0 ${command})
set(build "${project}/dist/linux-x86_64")
expect_archives(placed-1.0.0-Linux.tar.gz steady-1.0.0-Linux.tar.gz)
expect_checksums(placed-1.0.0-Linux.tar.gz steady-1.0.0-Linux.tar.gz)
