# What plugin.cmake and host.cmake do with a project that `hotshoe new` made.

cmake_policy(VERSION 3.22...4.4)
include("${CMAKE_CURRENT_LIST_DIR}/../cmake/expect.cmake")

file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")
set(hotshoe "${PREFIX}/bin/hotshoe")
set(linters "${SOURCE}/build/linters/bin")

# A user's environment, not that of the run that this is part of.
foreach(variable IN ITEMS DESTDIR CARGO_TARGET_DIR HOTSHOE_TRUST HARMONICS_PLUGIN_PATH CMAKE_PREFIX_PATH Hotshoe_ROOT)
  unset(ENV{${variable}})
endforeach()
set(ENV{XDG_CONFIG_HOME} "${WORK}/config")
set(ENV{CFLAGS} "-Wall -Wextra -Wpedantic -Werror")
set(ENV{CXXFLAGS} "-Wall -Wextra -Wpedantic -Werror")
set(ENV{RUSTFLAGS} "-D warnings")

# Nothing is fetched, and nothing is optimised, which takes longer than the tests.
file(WRITE "${WORK}/.cargo/config.toml" "[net]
offline = true
[profile.release]
opt-level = 0
")

# Makes the project `name` in a folder of that name.
function(_hotshoe_new template name)
  run(output result "${hotshoe}" new ${template} ${name} --defaults --author "Ada \"$L\" Byron"
    --output "${WORK}/${name}" ${ARGN})
  expect_success("making ${name}")
  foreach(word IN ITEMS my-plugin my_plugin MY_PLUGIN some-host some_host SOME_HOST "Jane Doe" LicenseRef-Template)
    # What a host has for plugins keeps their words.
    execute_process(COMMAND grep -rlF --exclude-dir templates -e "${word}" "${WORK}/${name}" OUTPUT_VARIABLE found)
    if(found)
      message(FATAL_ERROR "`${word}` of the template is left in\n${found}")
    endif()
  endforeach()
endfunction()

# Configures, builds, tests and packages it as its README says, and sets `archive`.
function(_hotshoe_build name archive)
  set(project "${WORK}/${name}")
  run(output result "${CMAKE_COMMAND}" -E chdir "${project}" "${CMAKE_COMMAND}" --workflow --preset package)
  expect_success("building ${name}")
  expect_skipped("")
  if(output MATCHES "[Ww]arning")
    message("${output}")
    message(FATAL_ERROR "building ${name} gives a warning, see above")
  endif()
  file(GLOB found "${project}/build/release/${name}-1.0.0-*.tar.gz")
  if(NOT EXISTS "${found}.sha256")
    message(FATAL_ERROR "${name} has no archive with a checksum: ${found}")
  endif()
  set(${archive} "${found}" PARENT_SCOPE)
endfunction()

# It is written as its author would be asked to write it. Comes before it is built.
function(_hotshoe_lint name)
  set(project "${WORK}/${name}")
  file(GLOB_RECURSE sources "${project}/*.c" "${project}/*.cpp" "${project}/*.h" "${project}/*.hpp")
  # Generated, and checked where it comes from.
  list(FILTER sources EXCLUDE REGEX "/cmake/hotshoe/")
  file(GLOB_RECURSE lists "${project}/*CMakeLists.txt")
  file(GLOB_RECURSE crates "${project}/*.rs")
  if(NOT lists)
    message(FATAL_ERROR "there is nothing in ${project}")
  endif()
  if(EXISTS "${linters}/clang-format")
    if(sources)
      run(output result "${linters}/clang-format" --dry-run -Werror ${sources})
      expect_success("clang-format")
    endif()
    run(output result "${CMAKE_COMMAND}" -E chdir "${SOURCE}" "${linters}/cmake-lint" --suppress-decorations ${lists})
    expect_success("cmake-lint")
  elseif(DEFINED ENV{HOTSHOE_REQUIRE_TOOLS})
    message(FATAL_ERROR "${linters} is not there: tools/setup.sh test")
  else()
    message("not linted: ${linters} is not there")
  endif()
  if(crates)
    # The defaults, which its author has, and not what is set for this checkout.
    file(WRITE "${WORK}/rustfmt.toml" "")
    run(output result rustfmt --check --edition 2024 --config-path "${WORK}/rustfmt.toml" ${crates})
    expect_success("rustfmt")
    run(output result "${CMAKE_COMMAND}" -E chdir "${project}"
      "${CARGO}" clippy --quiet --release --all-targets --target-dir build/clippy -- -D warnings)
    expect_success("clippy")
  endif()
endfunction()
