# Builds what follows in a folder of tests with sanitizers, and sets the label of its tests then.
#
#   HOTSHOE_SANITIZE=address,undefined   the sanitizers; also for the examples
#   ctest -L sanitize                    the tests that this changes

set(HOTSHOE_SANITIZE "" CACHE STRING "Sanitizers to build with: address,undefined")
set(label)
if(HOTSHOE_SANITIZE)
  add_compile_options(-fsanitize=${HOTSHOE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${HOTSHOE_SANITIZE})
  set(label sanitize)
endif()
