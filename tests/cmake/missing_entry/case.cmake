set(BUILD_ERROR "does not export `harmonics_register`")
