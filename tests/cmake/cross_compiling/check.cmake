expect_archives(far-1.0.0-Linux-riscv64.tar.gz)
expect_checksums(far-1.0.0-Linux-riscv64.tar.gz)

# With something that runs programs of that system, the plugin is loaded there.
run(output result "${CMAKE_COMMAND}" -S "${source}" -B "${build}"
  "-DCMAKE_CROSSCOMPILING_EMULATOR=env\\;VIA=emulator" "-DHOTSHOE_TARGET_TOOL=${TOOL}")
expect_success("configuring again")
run(output result "${ctest}" --test-dir "${build}" --verbose)
expect_success("testing again")
expect_skipped("")
if(NOT output MATCHES "env\"? \"VIA=emulator\" \"[^\n]*hotshoe\" \"check\"")
  message("${output}")
  message(FATAL_ERROR "the emulator is not what ran, see above")
endif()
