expect_archives(bare-1.0.0-Linux.tar.gz)
