set(gain gain-1.2.3-rc.1+b.5-Linux)
set(archives)
foreach(format IN ITEMS tar.gz tar.zst zip)
  list(APPEND archives echo-1.2.3-Linux.${format} ${gain}.${format})
endforeach()
expect_archives(${archives})
expect_checksums(${archives})
expect_archive(${gain}.tar.gz
  gain/ gain/plugin.json gain/libgain.so gain/notes.txt gain/presets/ gain/presets/soft.txt)

# The same from another folder, by another build program, later, and with files that only their owner may read.
set(other "${WORK}/another folder, with a comma/b")
set(options "-DCMAKE_BUILD_TYPE=Release" "-DHOTSHOE_MODE=${MODE}" "-DCMAKE_PREFIX_PATH=${PREFIX}"
  "-DHOTSHOE_CARGO=${CARGO}" "-DHOTSHOE_CARGO_TARGET_DIR=${CARGO_TARGET_DIR}")
run(output result "${CMAKE_COMMAND}" -S "${source}" -B "${other}" -G "Unix Makefiles" --no-warn-unused-cli ${options})
expect_success("configuring elsewhere")
set(ENV{TZ} Asia/Kathmandu)
run(output result sh -c "umask 077 && '${CMAKE_COMMAND}' --build '${other}' && cd '${other}' && '${cpack}'")
unset(ENV{TZ})
expect_success("packaging elsewhere")

# And what the tool itself makes of what is installed.
foreach(plugin IN ITEMS gain echo)
  run(output result "${CMAKE_COMMAND}" --install "${build}" --component ${plugin} --prefix "${WORK}/root")
  expect_success("installing")
  foreach(format IN ITEMS tar.gz tar.zst zip)
    run(output result "${TOOL}" package "${WORK}/root/${plugin}" --name "{name}-{version}-{system}"
      --format ${format} --output "${WORK}/own")
    expect_success("hotshoe package")
  endforeach()
endforeach()

foreach(archive IN LISTS archives)
  file(SHA256 "${build}/${archive}" expected)
  foreach(folder IN ITEMS "${other}" "${WORK}/own")
    file(SHA256 "${folder}/${archive}" found)
    expect_equal("${found}" "${expected}" "hash of ${folder}/${archive}")
    file(READ "${folder}/${archive}.sha256" found)
    expect_equal("${found}" "${expected}  ${archive}\n" "checksum of ${folder}/${archive}")
  endforeach()
endforeach()
