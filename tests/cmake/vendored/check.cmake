expect_archives(alone-1.0.0-Linux.tar.gz)
expect_checksums(alone-1.0.0-Linux.tar.gz)
expect_archive(alone-1.0.0-Linux.tar.gz alone/ alone/plugin.json alone/libalone.so)
