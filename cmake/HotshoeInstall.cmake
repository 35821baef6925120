# Installs the SDK. The prefix can be moved afterwards: no installed file names it.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/Hotshoe")
# Not where find_package() looks when the build folder's bin/ is on PATH: this is of use only where it is installed.
set(written "${PROJECT_BINARY_DIR}/CMakeFiles/package")

configure_package_config_file(cmake/HotshoeConfig.cmake.in "${written}/HotshoeConfig.cmake"
  INSTALL_DESTINATION "${package_folder}"
  PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_BINDIR
  NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor version may change the ABI.
write_basic_package_version_file("${written}/HotshoeConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES
  "${written}/HotshoeConfig.cmake"
  "${written}/HotshoeConfigVersion.cmake"
  cmake/HotshoeAddPlugin.cmake
  cmake/HotshoeTargets.cmake
  DESTINATION "${package_folder}")

# The way from pkg-config's folder back to the prefix.
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX
  BASE_DIRECTORY "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" OUTPUT_VARIABLE to_prefix)
configure_file(cmake/hotshoe.pc.in "${written}/hotshoe.pc" @ONLY)
install(FILES "${written}/hotshoe.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

if(WIN32)
  install(PROGRAMS "${PROJECT_BINARY_DIR}/bin/${shared}" DESTINATION "${CMAKE_INSTALL_BINDIR}")
else()
  install(FILES "${PROJECT_BINARY_DIR}/lib/${shared}" DESTINATION "${CMAKE_INSTALL_LIBDIR}")
endif()
foreach(file IN LISTS links import static)
  install(FILES "${PROJECT_BINARY_DIR}/lib/${file}" DESTINATION "${CMAKE_INSTALL_LIBDIR}")
endforeach()
install(PROGRAMS "${PROJECT_BINARY_DIR}/bin/${tool}" DESTINATION "${CMAKE_INSTALL_BINDIR}")
if(HOTSHOE_RUNTIME_PROCESS)
  install(FILES "${runtimes}/${module}" DESTINATION "${CMAKE_INSTALL_LIBDIR}/hotshoe/runtimes")
  install(PROGRAMS "${runtimes}/${keeper}" DESTINATION "${CMAKE_INSTALL_LIBDIR}/hotshoe/runtimes")
endif()

install(DIRECTORY include/hotshoe DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(DIRECTORY schema DESTINATION "${CMAKE_INSTALL_DATADIR}/hotshoe" FILES_MATCHING PATTERN "*.json")
install(FILES LICENSE-MIT LICENSE-APACHE DESTINATION "${CMAKE_INSTALL_DATADIR}/hotshoe")
