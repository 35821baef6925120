// What Hotshoe does when code that it calls back ends its thread. Nothing in it is for programs.
#ifndef HOTSHOE_THREAD_END_HPP
#define HOTSHOE_THREAD_END_HPP

#include <csetjmp>
#include <exception>

namespace hotshoe::detail {

// Leaves by a jump when its scope is unwound without an exception: then glibc is ending the thread.
class ThreadEnd {
 public:
  explicit ThreadEnd(std::jmp_buf& back) noexcept : back_(back) {}
  ThreadEnd(const ThreadEnd&) = delete;
  ThreadEnd& operator=(const ThreadEnd&) = delete;
  ~ThreadEnd() {
    if (!returned_ && std::uncaught_exceptions() == thrown_) std::longjmp(back_, 1);
  }
  void returned() noexcept { returned_ = true; }

 private:
  std::jmp_buf& back_;
  const int thrown_ = std::uncaught_exceptions();
  bool returned_ = false;
};

// Calls code that may end its thread, with pthread_exit or because the thread was cancelled. glibc does that
// by unwinding the stack: it may not pass through Hotshoe, and where it is caught glibc ends the process. So
// once the code's own frames are unwound, the rest is jumped over, and the result is false.
#if defined(__GNUC__)
__attribute__((noinline))
#endif
inline bool
returns(void (*call)(void*), void* body) {
  std::jmp_buf back;
  if (setjmp(back) != 0) return false;
  ThreadEnd end(back);
  call(body);
  end.returned();
  return true;
}

template <class Body>
bool returns(Body& body) {
  return returns([](void* called) { (*static_cast<Body*>(called))(); }, &body);
}

}  // namespace hotshoe::detail

#endif  // HOTSHOE_THREAD_END_HPP
