# What the author chose, wherever CPack was included.
expect_archives(boxed-1.0.0-Linux.zip)
file(READ "${build}/CPackConfig.cmake" settings)
if(NOT settings MATCHES "CPACK_PACKAGE_VENDOR \"Acme\"")
  message(FATAL_ERROR "the vendor is another:\n${settings}")
endif()
