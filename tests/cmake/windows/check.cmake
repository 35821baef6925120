expect_archives(horn-1.0.0-win64.tar.gz)
expect_checksums(horn-1.0.0-win64.tar.gz)
expect_archive(horn-1.0.0-win64.tar.gz horn/ horn/plugin.json horn/horn.dll)
expect_inspected_exports("${build}/plugin-root/horn/horn.dll" harmonics_register)
