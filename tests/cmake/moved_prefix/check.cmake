# No installed file knows where Hotshoe was built or first installed.
cmake_path(GET PREFIX PARENT_PATH tests)
set(sources "${CMAKE_CURRENT_LIST_DIR}/../..")
cmake_path(NORMAL_PATH sources)
string(REGEX REPLACE "/$" "" sources "${sources}")
file(GLOB_RECURSE files "${PREFIX}/*")
foreach(file IN LISTS files)
  foreach(folder IN ITEMS "${tests}" "${sources}")
    file(STRINGS "${file}" lines LENGTH_MINIMUM 4)
    if(lines MATCHES "${folder}")
      string(REGEX MATCH "${folder}[^;]*" line "${lines}")
      message(FATAL_ERROR "${file} names ${line}")
    endif()
  endforeach()
endforeach()

foreach(file IN ITEMS
    bin/hotshoe include/hotshoe/host.h include/hotshoe/host/catalog.h
    "${LIBDIR}/libhotshoe.a" "${LIBDIR}/libhotshoe.so" "${LIBDIR}/libhotshoe.so.0"
    share/hotshoe/schema/plugin.schema.json share/hotshoe/schema/host.schema.json
    share/hotshoe/LICENSE-MIT share/hotshoe/LICENSE-APACHE)
  if(NOT EXISTS "${PREFIX}/${file}")
    message(FATAL_ERROR "${file} is not installed")
  endif()
endforeach()
