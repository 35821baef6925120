expect_archives(violin-1.0.0-Linux.tar.gz)
expect_archive(violin-1.0.0-Linux.tar.gz
  violin/ violin/plugin.json violin/libviolin.so violin/libpitch.so violin/libtuning.so.2 violin/tuner)

# It needs nothing of this build, and no more of it in the build folder than where it is installed.
file(ARCHIVE_EXTRACT INPUT "${build}/violin-1.0.0-Linux.tar.gz" DESTINATION "${WORK}/extracted")
foreach(folder IN ITEMS "${WORK}/extracted/violin" "${build}/plugin-root/Release/violin")
  foreach(file IN ITEMS libviolin.so libtuning.so.2 tuner)
    run(output result readelf -dW "${folder}/${file}")
    if(NOT output MATCHES "RUNPATH[^\n]*\\[\\$ORIGIN\\]\n")
      message(FATAL_ERROR "the search path of ${file} in ${folder} is not its own folder:\n${output}")
    endif()
  endforeach()
endforeach()
file(RENAME "${build}" "${build}.away")
run(output result "${TOOL}" check "${WORK}/extracted/violin" --host harmonics --portable --load)
expect_success("loading what was packaged")
run(output result "${WORK}/extracted/violin/tuner")
expect_success("the program beside it")
file(RENAME "${build}.away" "${build}")

# Without DATA the build says what nobody would have.
run(output result "${CMAKE_COMMAND}" --build "${build}" --config Release --target viola)
expect_failure("building viola" "error.dependency-missing.: plugin `viola`: the library needs `libtuning.so.2`")
run(output result "${CMAKE_COMMAND}" --build "${build}" --config Release --target cello)
expect_failure("building cello" "needs `libtuning.so.2`, which is not in the plugin's folder.*DATA takes its target")
