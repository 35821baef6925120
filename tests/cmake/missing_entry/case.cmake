set(BUILD_ERROR harmonics_register)
