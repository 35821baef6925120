expect_archives(trumpet-1.0.0-win64.tar.gz)
expect_checksums(trumpet-1.0.0-win64.tar.gz)
expect_archive(trumpet-1.0.0-win64.tar.gz trumpet/ trumpet/plugin.json trumpet/trumpet.dll)
expect_inspected_exports("${build}/plugin-root/trumpet/trumpet.dll" harmonics_register)
