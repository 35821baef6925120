# What a tag puts on a release page, from this machine: built twice, tested, packaged, collected.
expect_hotshoe(0 release --dry-run --tag v1.2.3-rc.1)
expect_answer(ON complete)
expect_answer(ON release prerelease)

set(build "${project}/release/assets")
set(assets SHA256SUMS)
foreach(plugin IN ITEMS chorus flanger)
  list(APPEND assets ${plugin}-1.2.3-rc.1.entry.json
    ${plugin}-1.2.3-rc.1-Linux.tar.gz ${plugin}-1.2.3-rc.1-Linux.tar.gz.cdx.json)
endforeach()
file(GLOB found RELATIVE "${build}" "${build}/*")
list(SORT found)
list(SORT assets)
expect_equal("${found}" "${assets}" "assets")
run(output result "${CMAKE_COMMAND}" -E chdir "${build}" sha256sum -c --strict SHA256SUMS)
expect_success("sha256sum -c SHA256SUMS")

# The registry's entry names each platform's archive by its hash.
foreach(plugin IN ITEMS chorus flanger)
  set(archive ${plugin}-1.2.3-rc.1-Linux.tar.gz)
  set(entry "${build}/${plugin}-1.2.3-rc.1.entry.json")
  file(SHA256 "${build}/${archive}" hash)
  expect_field("${entry}" ${plugin} name)
  expect_field("${entry}" 1.2.3-rc.1 version)
  expect_field("${entry}" ON prerelease)
  expect_field("${entry}" ${archive} platforms 0 file)
  expect_field("${entry}" ${hash} platforms 0 sha256)
endforeach()

# And a user gets it.
expect_hotshoe(0 install release/assets/flanger-1.2.3-rc.1-Linux.tar.gz --root installed)
expect_hotshoe(0 check installed/flanger/1.2.3-rc.1 --host harmonics --load)

# What is no release candidate is none.
file(READ "${project}/CMakeLists.txt" text)
string(REPLACE "VERSION 1.2.3-rc.1 " "" text "${text}")
file(WRITE "${project}/CMakeLists.txt" "${text}")
expect_hotshoe(0 release --dry-run --tag v1.2.3)
expect_answer(OFF release prerelease)
