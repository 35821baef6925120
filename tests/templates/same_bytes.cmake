# A release does not depend on who makes it, and where: plugins are built again in another folder, by another user who
# shares no file with anybody, and their archives are the same bytes.

include("${CMAKE_CURRENT_LIST_DIR}/project.cmake")

run(user result id -u)
string(STRIP "${user}" user)
run(other result mktemp -d)
string(STRIP "${other}" other)
# The other user may not read the folders of this one.
file(COPY "${PREFIX}" DESTINATION "${other}")
cmake_path(GET PREFIX FILENAME sdk)
file(WRITE "${other}/build.sh" [[
set -e
umask "$4"
export Hotshoe_ROOT="$2" PATH="$2/bin:$PATH"
cd "$1"
cmake -S . -B "$3" -D CMAKE_BUILD_TYPE=Release
cmake --build "$3"
cd "$3"
cpack
]])
execute_process(COMMAND chmod -R a+rX "${other}")

foreach(language IN ITEMS cpp c rust)
  set(name gain-${language})
  _hotshoe_new(plugin-${language} ${name} --host harmonics)
  file(COPY "${WORK}/${name}" "${WORK}/.cargo" DESTINATION "${other}/a longer way/to the sources")
  if(language STREQUAL "rust")
    # Cargo is in this user's own folder, and divides options at spaces.
    file(RENAME "${other}/a longer way/to the sources" "${other}/longer")
    set(there "${other}/longer/${name}")
    set(as env)
  else()
    set(there "${other}/a longer way/to the sources/${name}")
    execute_process(COMMAND chown -R 65534:65534 "${there}" RESULT_VARIABLE result)
    set(as setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=${other})
  endif()
  if(NOT user STREQUAL "0")
    set(as env)
  endif()

  run(output result sh "${other}/build.sh" "${WORK}/${name}" "${PREFIX}" out 022)
  expect_success("building ${name}")
  run(output result ${as} sh "${other}/build.sh" "${there}" "${other}/${sdk}" another/out 077)
  expect_success("building ${name} elsewhere")
  set(archive "${name}-1.0.0-Linux.tar.gz")
  file(SHA256 "${WORK}/${name}/out/${archive}" expected)
  file(SHA256 "${there}/another/out/${archive}" found)
  expect_equal("${found}" "${expected}" "hash of ${archive}")
endforeach()
file(REMOVE_RECURSE "${other}")
if(NOT user STREQUAL "0")
  message("SKIPPED templates.same_bytes: only root may build as another user; other folders gave the same bytes")
endif()
