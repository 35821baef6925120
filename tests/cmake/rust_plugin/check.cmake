set(library "${build}/plugin-root/Release/rust_plugin/librust_plugin.so")
expect_exports("${library}" harmonics_register harmonics_plugin_version)
expect_manifest_inside("${library}" "${build}/plugin-root/Release/rust_plugin/plugin.json")
expect_field("${build}/plugin-root/Release/rust_plugin/plugin.json" 2.0.1 version)
expect_archives(rust_plugin-2.0.1-Linux.tar.gz)
expect_archive(rust_plugin-2.0.1-Linux.tar.gz
  rust_plugin/ rust_plugin/plugin.json rust_plugin/librust_plugin.so rust_plugin/notes.txt)

# The crate's own version is that of the call.
file(STRINGS "${library}" found REGEX "2\\.0\\.1")
if(NOT found)
  message(FATAL_ERROR "HOTSHOE_PLUGIN_VERSION is not in ${library}")
endif()

# Nothing changed: cargo is asked, nothing is linked.
run(output result "${CMAKE_COMMAND}" --build "${build}" --config Release)
expect_success("building again")
if(output MATCHES "Linking")
  message("${output}")
  message(FATAL_ERROR "a build without a change links, see above")
endif()

# What changes in the crate gets into the library.
file(APPEND "${build}/crates/gain/src/lib.rs" "
#[used]
#[unsafe(no_mangle)]
pub static harmonics_added: [u8; 12] = *b\"a new answer\";
")
file(READ "${build}/crates/gain/src/lib.rs" code)
string(REPLACE "assert!(sum" "assert!(harmonics_added[0] != 0 && sum" code "${code}")
file(WRITE "${build}/crates/gain/src/lib.rs" "${code}")
run(output result "${CMAKE_COMMAND}" --build "${build}" --config Release)
expect_success("building after a change")
file(STRINGS "${library}" found REGEX "a new answer")
if(NOT found)
  message(FATAL_ERROR "a change of the crate is not in ${library}")
endif()
