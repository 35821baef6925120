set(archive palette-0.3.0-Linux.tar.gz)
expect_archives(${archive})
expect_archive(${archive}
  palette/ palette/plugin.json palette/libpalette.so palette/README palette/table.txt
  palette/colours/ palette/colours/red.txt palette/colours/pastel/ palette/colours/pastel/rose.txt)

set(folder "${build}/plugin-root/palette")
foreach(file IN ITEMS README table.txt colours/red.txt colours/pastel/rose.txt)
  if(NOT EXISTS "${folder}/${file}")
    message(FATAL_ERROR "${file} is not in the build folder")
  endif()
endforeach()
