set(folder "${build}/plugin-root/tiny")
expect_exports("${folder}/libtiny.so" harmonics_register)
expect_manifest_inside("${folder}/libtiny.so" "${folder}/plugin.json")
expect_field("${folder}/plugin.json" old abi string)
