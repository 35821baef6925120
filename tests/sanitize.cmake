# Builds what follows in a folder of tests with sanitizers, and sets the label of its tests then.
#
#   HOTSHOE_SANITIZE=address,undefined   the sanitizers; also for the examples
#   ctest -L sanitize                    the tests that this changes
#
#   HOTSHOE_SANITIZE=thread              data races in C and C++: thread.supp says what it cannot see
#   cmake --build … --target threaded    what of tests/cpp uses threads
#   ctest -L threads                     these tests, and that a race is reported

set(HOTSHOE_SANITIZE "" CACHE STRING "Sanitizers to build with: address,undefined or thread")
set(label)
if(HOTSHOE_SANITIZE)
  add_compile_options(-fsanitize=${HOTSHOE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${HOTSHOE_SANITIZE})
  set(label sanitize)
endif()
