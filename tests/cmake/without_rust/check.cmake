expect_archives(bare-1.0.0-Linux.tar.gz)
expect_checksums(bare-1.0.0-Linux.tar.gz)
