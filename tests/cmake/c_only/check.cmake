expect_archives(quiet-2.0.0-rc.1+build.5-Linux.tar.gz)
set(manifest "${build}/plugin-root/quiet/plugin.json")
expect_field("${manifest}" 2.0.0-rc.1+build.5 version)
expect_field("${manifest}" 3 mixer_api)
expect_exports("${build}/plugin-root/quiet/libquiet.so" mixer_open mixer_one_plugin_version)

# No C++ crosses the boundary, so there is no C++ ABI to compare; and the entry is the usual one.
file(READ "${manifest}" json)
foreach(field IN ITEMS abi entry)
  string(JSON value ERROR_VARIABLE missing GET "${json}" ${field})
  if(NOT missing)
    message(FATAL_ERROR "plugin.json has ${field}: ${value}")
  endif()
endforeach()
