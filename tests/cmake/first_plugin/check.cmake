expect_archives(my_plugin-1.2.3-Linux.tar.gz)
expect_archive(my_plugin-1.2.3-Linux.tar.gz my_plugin/ my_plugin/plugin.json my_plugin/libmy_plugin.so)

set(folder "${build}/plugin-root/my_plugin")
expect_exports("${folder}/libmy_plugin.so" harmonics_register)

set(manifest "${folder}/plugin.json")
expect_field("${manifest}" my_plugin name)
expect_field("${manifest}" 1.2.3 version)
expect_field("${manifest}" ">=1.2,<2" harmonics_version)
expect_field("${manifest}" "Says \"hello\", in C:\\ and in é; @name@ $<1:x>" description)
expect_field("${manifest}" "Bob; of the [B] team" authors 1)
expect_field("${manifest}" backend:native capabilities 1)
expect_field("${manifest}" libmy_plugin.so library)
expect_field("${manifest}" itanium abi compiler)
expect_field("${manifest}" libstdc++ abi stdlib)
expect_field("${manifest}" cxx11 abi string)

# The library alone still says what it is, also when it was stripped.
run(output result strip -o "${WORK}/stripped.so" "${folder}/libmy_plugin.so")
expect_success("strip")
expect_manifest_inside("${WORK}/stripped.so" "${manifest}")

# No path of this machine, no stack that can be executed, and dependencies beside the library.
file(ARCHIVE_EXTRACT INPUT "${build}/my_plugin-1.2.3-Linux.tar.gz" DESTINATION "${WORK}/extracted")
set(library "${WORK}/extracted/my_plugin/libmy_plugin.so")
file(STRINGS "${library}" paths REGEX "${CASE}|${MODE}")
expect_equal("${paths}" "" "paths in the library")
run(output result readelf -dlW "${library}")
if(output MATCHES "RWE" OR NOT output MATCHES "(RUNPATH|RPATH)[^\n]*\\[\\$ORIGIN\\]\n")
  message(FATAL_ERROR "the stack or the search path is not as it should be:\n${output}")
endif()
