# A plugin, for a host that is known by name only.

include("${CMAKE_CURRENT_LIST_DIR}/project.cmake")

_hotshoe_new(${TEMPLATE} gain-2 --host harmonics)
_hotshoe_lint(gain-2)

# On a machine without Hotshoe, with the copy that it carries: step by step, as its README says. A build folder of
# Hotshoe is none, even if its programs are on PATH.
set(path "$ENV{PATH}")
cmake_path(GET TOOL PARENT_PATH programs)
set(ENV{PATH} "${programs}:${path}")
set(build "${WORK}/gain-2/build/release")
run(output result "${CMAKE_COMMAND}" -S "${WORK}/gain-2" -B "${build}" -DCMAKE_BUILD_TYPE=Release -DHOTSHOE_TOOL=OFF)
expect_success("configuring")
if(TEMPLATE MATCHES "-c" AND NOT output MATCHES "harmonics is not found, .* gain-2 registers nothing")
  message(FATAL_ERROR "it does not say that the host's headers are missing:\n${output}")
endif()
run(output result "${CMAKE_COMMAND}" --build "${build}")
expect_success("building")
run(output result "${CMAKE_CTEST_COMMAND}" --test-dir "${build}" --output-on-failure --no-tests=error)
expect_success("testing")
expect_skipped(gain-2.load)
file(REMOVE_RECURSE "${WORK}/gain-2/build")
set(ENV{PATH} "${path}")

# On one with it, and with Harmonics for the plugin in C++.
set(ENV{Hotshoe_ROOT} "${PREFIX}")
set(ENV{harmonics_ROOT} "${HARMONICS}")
_hotshoe_build(gain-2 archive)

# What its files for CI do for a tag.
run(output result "${hotshoe}" release --dry-run --source "${WORK}/gain-2" --tag v1.0.1 --output "${WORK}/release")
expect_failure("a release with another tag" "v1.0.1 is not the version of everything")
run(output result "${hotshoe}" release --dry-run --source "${WORK}/gain-2" --tag v1.0.0 --output "${WORK}/release")
expect_success("a release")
foreach(file IN ITEMS gain-2-1.0.0-Linux.tar.gz gain-2-1.0.0.entry.json SHA256SUMS)
  if(NOT EXISTS "${WORK}/release/assets/${file}")
    message(FATAL_ERROR "the release has no ${file}:\n${output}")
  endif()
endforeach()

run(output result "${hotshoe}" install "${archive}" --root "${WORK}/plugins")
expect_success("installing")
run(output result "${hotshoe}" check "${WORK}/plugins/gain-2/1.0.0" --host harmonics --load)
expect_success("loading")
if(NOT output MATCHES "loaded and unloaded: unmapped")
  message(FATAL_ERROR "it is not unloaded:\n${output}")
endif()
expect_field("${WORK}/plugins/gain-2/1.0.0/plugin.json" "Ada \"$L\" Byron" authors 0)
if(TEMPLATE STREQUAL "plugin-cpp")
  run(output result "${HARMONICS_HOST}" "${WORK}/plugins")
  if(NOT output MATCHES "leaky\\(-1\\) = -0\\.1\n")
    message(FATAL_ERROR "Harmonics does not get its function:\n${output}")
  endif()

  # With the other compiler.
  file(REMOVE_RECURSE "${WORK}/gain-2/build")
  set(ENV{CXX} clang++)
  _hotshoe_build(gain-2 archive)
endif()

# For a host that has no entry of its own, on a machine without Hotshoe: with the headers that it carries.
if(TEMPLATE MATCHES "-c")
  _hotshoe_new(${TEMPLATE} gain-3 --host harmonics --contract)
  _hotshoe_lint(gain-3)
  unset(ENV{Hotshoe_ROOT})
  set(build "${WORK}/gain-3/build/release")
  run(output result "${CMAKE_COMMAND}" -S "${WORK}/gain-3" -B "${build}" -DCMAKE_BUILD_TYPE=Release -DHOTSHOE_TOOL=OFF)
  expect_success("configuring")
  run(output result "${CMAKE_COMMAND}" --build "${build}")
  expect_success("building")
  run(output result "${hotshoe}" check "${build}/plugin-root/gain-3" --host harmonics --load)
  expect_success("loading")
  expect_field("${build}/plugin-root/gain-3/plugin.json" org.example.harmonics.function/1 interfaces 0)
endif()
