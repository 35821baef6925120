# A host, and a plugin that is written for it: the two templates meet.

include("${CMAKE_CURRENT_LIST_DIR}/project.cmake")

_hotshoe_new(${TEMPLATE} Big-mixer)
if(TEMPLATE STREQUAL "host-rust")
  # The crate hotshoe is this checkout.
  file(WRITE "${WORK}/Big-mixer/.cargo/config.toml" "[patch.crates-io]\nhotshoe = { path = '${SOURCE}' }\n")
endif()
_hotshoe_lint(Big-mixer)
run(output result "${CMAKE_COMMAND}" -E chdir "${WORK}/Big-mixer" bash ci/install-hotshoe.sh)
expect_failure("CI without Hotshoe" "set HOTSHOE_REPOSITORY to the address of its sources")
set(ENV{Hotshoe_ROOT} "${PREFIX}")
_hotshoe_build(Big-mixer archive)

# Its profile is the file: with another one, what has the old entry is not built, and the new one is called.
set(project "${WORK}/Big-mixer")
file(WRITE "${project}/Big-mixer.host.json" [[
{"name": "Big-mixer", "version": "1.0.0", "entry": "mixer_main", "policies": {"manifest": "required"}}
]])
run(output result "${CMAKE_COMMAND}" --build "${project}/build/release")
expect_failure("a plugin with the old entry" "mixer_main")
file(GLOB halve "${project}/plugins/halve/halve.*")
file(READ "${halve}" text)
string(REPLACE big_mixer_register mixer_main text "${text}")
file(WRITE "${halve}" "${text}")
run(output result "${CMAKE_COMMAND}" --build "${project}/build/release")
expect_success("building with another profile")
_hotshoe_build(Big-mixer archive)

# Its archive is all that an author of plugins gets.
file(ARCHIVE_EXTRACT INPUT "${archive}" DESTINATION "${WORK}")
cmake_path(GET archive STEM LAST_ONLY folder)
cmake_path(REMOVE_EXTENSION folder LAST_ONLY)
set(installed "${WORK}/${folder}")

unset(ENV{BIG_MIXER_PLUGIN_PATH})
run(output result "${installed}/bin/Big-mixer")
expect_success("the host without plugins")
expect_equal("${output}" "no plugin found along BIG_MIXER_PLUGIN_PATH\n" "what the host says without plugins")

set(languages cpp)
if(NOT TEMPLATE STREQUAL "host-cpp")
  list(APPEND languages c rust)
endif()
foreach(language IN LISTS languages)
  _hotshoe_new(plugin-${language} gain_${language} --host "${installed}/share/Big-mixer/Big-mixer.host.json")
  _hotshoe_lint(gain_${language})
  # Once with the headers that the plugin's project carries, once with those of the installed host.
  unset(ENV{Big-mixer_ROOT})
  _hotshoe_build(gain_${language} archive)
  file(REMOVE_RECURSE "${WORK}/gain_${language}/build" "${WORK}/gain_${language}/include")
  set(ENV{Big-mixer_ROOT} "${installed}")
  _hotshoe_build(gain_${language} archive)

  set(ENV{BIG_MIXER_PLUGIN_PATH} "${WORK}/plugins_${language}")
  run(output result "${hotshoe}" install "${archive}" --host Big-mixer)
  expect_success("installing")
  run(output result "${installed}/bin/Big-mixer")
  expect_success("the host")
  set(expected "loaded gain_${language} 1.0.0\nleaky(-3) = -0.3\nunloaded gain_${language}: unmapped\n")
  expect_equal("${output}" "${expected}" "what the host says")

  file(WRITE "${WORK}/plugins_${language}/bare/libbare.so" "")
  run(output result "${installed}/bin/Big-mixer")
  expect_failure("a plugin without a manifest" "manifest-missing")
endforeach()
