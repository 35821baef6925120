set(archive palette-0.3.0-Linux.tar.gz)
expect_archives(${archive})
expect_archive(${archive}
  palette/ palette/plugin.json palette/libpalette.so palette/README palette/latest palette/mix.sh palette/table.txt
  palette/drawn.svg
  palette/colours/ palette/colours/red.txt palette/colours/pastel/ palette/colours/pastel/rose.txt)

set(folder "${build}/plugin-root/palette")
foreach(file IN ITEMS README table.txt drawn.svg colours/red.txt colours/pastel/rose.txt)
  if(NOT EXISTS "${folder}/${file}")
    message(FATAL_ERROR "${file} is not in the build folder")
  endif()
endforeach()

expect_field("${folder}/plugin.json" drawn.svg icon)

# What a link names is what goes there, and a program stays one.
file(ARCHIVE_EXTRACT INPUT "${build}/${archive}" DESTINATION "${WORK}/extracted")
file(SHA256 "${WORK}/extracted/palette/latest" latest)
file(SHA256 "${source}/README" readme)
expect_equal("${latest}" "${readme}" "what the link names")
run(output result "${WORK}/extracted/palette/mix.sh")
expect_success("the script beside it")
