# Of two platforms one was built, and not into its own folder.
expect_hotshoe(0 plan)
file(WRITE "${project}/plan.json" "${output}")
expect_hotshoe(0 release build --platform linux-x86_64 --output dist)

function(expect_missing)
  expect_hotshoe(1 release collect dist --plan plan.json --tag v1.2.3)
  expect_answer(OFF complete)
  string(JSON count LENGTH "${output}" diagnostics)
  list(LENGTH ARGN expected)
  expect_equal("${count}" "${expected}" "findings")
  foreach(file IN LISTS ARGN)
    list(FIND ARGN ${file} number)
    expect_answer("`${file}` is missing" diagnostics ${number} message)
  endforeach()
  if(EXISTS "${project}/release")
    message(FATAL_ERROR "half a release was collected")
  endif()
endfunction()

# A platform's archives are taken from its own folder only, and each that is not there is named once.
expect_missing(phaser-1.2.3-Linux.tar.gz phaser-1.2.3-win64.tar.gz)
file(RENAME "${project}/dist" "${project}/built")
file(MAKE_DIRECTORY "${project}/dist")
file(RENAME "${project}/built" "${project}/dist/linux-x86_64")
expect_missing(phaser-1.2.3-win64.tar.gz)

# Planned as built, and then half of what signs it.
expect_hotshoe(0 plan --platform linux-x86_64)
file(WRITE "${project}/plan.json" "${output}")
set(collect release collect dist --plan plan.json --tag v1.2.3)
expect_hotshoe(0 key new --output release-key --no-password)
file(READ "${project}/release-key.key" key)
set(ENV{HOTSHOE_KEY_PASSWORD} secret)
expect_hotshoe(3 ${collect})
expect_answer("HOTSHOE_KEY_PASSWORD is set, and HOTSHOE_KEY is not" error message)
unset(ENV{HOTSHOE_KEY_PASSWORD})
set(ENV{HOTSHOE_KEY} "${key}")
expect_hotshoe(0 ${collect})
unset(ENV{HOTSHOE_KEY})
expect_hotshoe(0 verify release/assets/phaser-1.2.3-Linux.tar.gz --key release-key.pub)

# Without the key it is not signed, and what was signed before is not left behind.
expect_hotshoe(0 ${collect})
if(EXISTS "${project}/release/assets/phaser-1.2.3-Linux.tar.gz.minisig")
  message(FATAL_ERROR "a signature of another run is left")
endif()

# What was changed on its way is not uploaded.
set(sum "${project}/dist/linux-x86_64/phaser-1.2.3-Linux.tar.gz.sha256")
file(READ "${sum}" text)
file(WRITE "${sum}" "0${text}")
expect_hotshoe(1 ${collect})
expect_answer("`phaser-1.2.3-Linux.tar.gz` is not what was built: its checksum differs" diagnostics 0 message)
