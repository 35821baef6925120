expect_exports("${build}/plugin-root/loud/libloud.so" loud_main)
expect_field("${build}/plugin-root/loud/plugin.json" loud_main entry)
