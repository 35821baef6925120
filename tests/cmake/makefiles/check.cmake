expect_archives(plain-1.0.0-Linux.tar.gz)
expect_checksums(plain-1.0.0-Linux.tar.gz)
expect_archive(plain-1.0.0-Linux.tar.gz plain/ plain/plugin.json plain/libplain.so plain/notes.txt)

# What changes reaches the plugin's folder with the next build.
file(APPEND "${build}/notes.txt" "more\n")
run(output result "${CMAKE_COMMAND}" --build "${build}")
expect_success("building again")
file(READ "${build}/plugin-root/plain/notes.txt" notes)
expect_equal("${notes}" "notes\nmore\n" "notes.txt")
