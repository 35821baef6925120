expect_archives(arm-1.2.0-Linux.tar.gz)
expect_archive(arm-1.2.0-Linux.tar.gz arm/ arm/plugin.json arm/arm arm/joints.txt)
expect_field("${build}/plugin-root/arm/plugin.json" process runtime)
expect_field("${build}/plugin-root/arm/plugin.json" arm executable)
