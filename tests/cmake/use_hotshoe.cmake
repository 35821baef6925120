# Gives a case Hotshoe in one of the ways that users have.

if(HOTSHOE_MODE STREQUAL "subproject")
  include(FetchContent)
  FetchContent_Declare(hotshoe SOURCE_DIR "${CMAKE_CURRENT_LIST_DIR}/../..")
  FetchContent_MakeAvailable(hotshoe)
elseif(HOTSHOE_MODE STREQUAL "installed")
  find_package(Hotshoe CONFIG REQUIRED)
elseif(HOTSHOE_MODE STREQUAL "vendored")
  set(copy "${CMAKE_CURRENT_BINARY_DIR}/vendored")
  file(COPY "${CMAKE_CURRENT_LIST_DIR}/../../cmake/HotshoeAddPlugin.cmake" DESTINATION "${copy}")
  file(COPY "${CMAKE_CURRENT_LIST_DIR}/../../include/hotshoe/plugin.h"
    "${CMAKE_CURRENT_LIST_DIR}/../../include/hotshoe/contract.hpp" DESTINATION "${copy}/hotshoe")
  include("${copy}/HotshoeAddPlugin.cmake")
endif()
