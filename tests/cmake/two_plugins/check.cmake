expect_archives(echo-1.4.0-Linux.tar.gz reverb-2-2.0.0-Linux.tar.gz)
expect_archive(echo-1.4.0-Linux.tar.gz echo/ echo/plugin.json echo/libecho.so echo/echo.svg)
expect_archive(reverb-2-2.0.0-Linux.tar.gz reverb-2/ reverb-2/plugin.json reverb-2/libreverb-2.so
  reverb-2/pictures/ reverb-2/pictures/small/ reverb-2/pictures/small/reverb.svg)

# A host can be started on the build folder of both.
foreach(file IN ITEMS echo/plugin.json echo/libecho.so reverb-2/plugin.json reverb-2/libreverb-2.so)
  if(NOT EXISTS "${build}/plugin-root/${file}")
    message(FATAL_ERROR "${file} is not in the build folder")
  endif()
endforeach()

# The icon of each is where its manifest says.
expect_field("${build}/plugin-root/echo/plugin.json" echo.svg icon)
expect_field("${build}/plugin-root/reverb-2/plugin.json" pictures/small/reverb.svg icon)
foreach(file IN ITEMS echo/echo.svg reverb-2/pictures/small/reverb.svg)
  if(NOT EXISTS "${build}/plugin-root/${file}")
    message(FATAL_ERROR "${file} is not in the build folder")
  endif()
endforeach()

# One component is one folder.
run(output result "${CMAKE_COMMAND}" --install "${build}" --component reverb-2 --prefix "${WORK}/root")
expect_success("installing")
file(GLOB_RECURSE found RELATIVE "${WORK}/root" "${WORK}/root/*")
list(SORT found)
expect_equal("${found}"
  "reverb-2/libreverb-2.so;reverb-2/pictures/small/reverb.svg;reverb-2/plugin.json" "installed files")
