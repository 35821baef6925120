expect_archives(mixer-7.0.0-Linux.zip)
expect_archive(mixer-7.0.0-Linux.zip mixer-7.0.0-Linux/bin/mixer mixer-7.0.0-Linux/bin/)

# The plugin is there to be installed, when it is asked for.
run(output result "${CMAKE_COMMAND}" --install "${build}" --component gain --prefix "${WORK}/root")
expect_success("installing")
file(GLOB_RECURSE found RELATIVE "${WORK}/root" "${WORK}/root/*")
list(SORT found)
expect_equal("${found}" "gain/libgain.so;gain/plugin.json" "installed files")
