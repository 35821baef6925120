# All places are told, not the first that is wrong only.
expect_hotshoe(1 check-tag v1.4.0)
expect_answer(OFF agrees)
set(versions 1.4.0 1.4.0 1.4.0-rc.1)
foreach(i IN ITEMS 0 1 2)
  list(GET versions ${i} version)
  expect_answer(${version} places ${i} version)
endforeach()
expect_answer(ON places 0 agrees)
expect_answer(ON places 1 agrees)
expect_answer(OFF places 2 agrees)

# project() has no place for what comes after the three numbers: they are what is compared.
expect_hotshoe(1 check-tag v1.4.0-rc.1)
expect_answer(ON places 0 agrees)
expect_answer(OFF places 1 agrees)
expect_answer(ON places 2 agrees)

expect_hotshoe(1 release --dry-run --tag v1.4.0)
if(EXISTS "${project}/release")
  message(FATAL_ERROR "a wrong tag leaves a release")
endif()

file(READ "${project}/CMakeLists.txt" text)
string(REPLACE "VERSION 1.4.0-rc.1 " "" text "${text}")
file(WRITE "${project}/CMakeLists.txt" "${text}")
expect_hotshoe(0 check-tag v1.4.0)
expect_hotshoe(3 check-tag nightly)
