// The truthful answer to "unload this plugin": its library is not mapped any more; it stays mapped, and these
// are the reasons; the plugin lives on, because these things of it are in use; its process is gone; or its
// runtime has let go of it.
#ifndef HOTSHOE_UNLOAD_HPP
#define HOTSHOE_UNLOAD_HPP

#include <memory>
#include <string_view>
#include <vector>

#include "error.hpp"
#include "host.h"

namespace hotshoe {

enum class Outcome {
  Unmapped = HOTSHOE_UNLOAD_OUTCOME_UNMAPPED,
  Resident = HOTSHOE_UNLOAD_OUTCOME_RESIDENT,
  Busy = HOTSHOE_UNLOAD_OUTCOME_BUSY,
  Exited = HOTSHOE_UNLOAD_OUTCOME_EXITED,
  Released = HOTSHOE_UNLOAD_OUTCOME_RELEASED,
};

class Unload {
 public:
  // Takes ownership of the handle.
  explicit Unload(hotshoe_unload* handle) noexcept : handle_(handle) {}

  Outcome outcome() const noexcept { return static_cast<Outcome>(hotshoe_unload_get_outcome(get())); }

  // Why it stays mapped, or what is in use.
  std::vector<std::string_view> reasons() const {
    return detail::views(get(), hotshoe_unload_reason_count(get()), hotshoe_unload_reason);
  }

  // Outcome and reasons in one line: "busy: activation `relu6` is in use".
  std::string_view text() const noexcept { return detail::view(hotshoe_unload_text(get())); }

  const hotshoe_unload* get() const noexcept { return handle_.get(); }

 private:
  std::unique_ptr<hotshoe_unload, detail::Deleter<hotshoe_unload_free>> handle_;
};

}  // namespace hotshoe

#endif  // HOTSHOE_UNLOAD_HPP
