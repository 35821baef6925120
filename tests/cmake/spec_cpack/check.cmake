expect_archives(my_plugin-1.2.3-Linux.tar.gz)
expect_archive(my_plugin-1.2.3-Linux.tar.gz my_plugin/ my_plugin/plugin.json my_plugin/libmy_plugin.so)
