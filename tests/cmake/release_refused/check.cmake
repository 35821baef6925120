# Of two platforms one was built.
expect_hotshoe(0 plan)
file(WRITE "${project}/plan.json" "${output}")
expect_hotshoe(0 release build --platform linux-x86_64)

set(collect release collect dist --plan plan.json --tag v1.2.3)
expect_hotshoe(1 ${collect})
expect_answer(OFF complete)
string(JSON count LENGTH "${output}" diagnostics)
expect_equal("${count}" 1 "findings")
expect_answer("`phaser-1.2.3-win64.tar.gz` is missing" diagnostics 0 message)
if(EXISTS "${project}/release")
  message(FATAL_ERROR "half a release was collected")
endif()

# Planned as built, and then half of what signs it.
expect_hotshoe(0 plan --platform linux-x86_64)
file(WRITE "${project}/plan.json" "${output}")
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

# What nobody planned is not uploaded.
file(READ "${project}/dist/phaser-1.2.3-Linux.tar.gz.sha256" sum)
file(WRITE "${project}/dist/phaser-1.2.3-Linux.tar.gz.sha256" "0${sum}")
expect_hotshoe(1 ${collect})
