// Facts read out of an ELF, Mach-O or PE file. Nothing of the file is run.
#ifndef HOTSHOE_INSPECTION_HPP
#define HOTSHOE_INSPECTION_HPP

#include <memory>
#include <string_view>
#include <vector>

#include "error.hpp"
#include "host.h"

namespace hotshoe {

class Inspection {
 public:
  // Takes ownership of the handle.
  explicit Inspection(hotshoe_inspection* handle) noexcept : handle_(handle) {}

  // Errors: `library-unreadable`, `library-format`, `library-truncated`. [any thread]
  static Result<Inspection> of(std::string_view library) {
    hotshoe_inspection* inspection = nullptr;
    if (Result<void> made(hotshoe_inspection_new(library.data(), library.size(), &inspection)); !made) {
      return std::move(made).error();
    }
    return Inspection(inspection);
  }

  // What it is for, for example "linux-x86_64"; several for a universal file.
  std::vector<std::string_view> platforms() const {
    return detail::views(get(), hotshoe_inspection_platform_count(get()), hotshoe_inspection_platform);
  }

  bool exports(std::string_view symbol) const noexcept {
    return hotshoe_inspection_exports(get(), symbol.data(), symbol.size());
  }

  // The libraries it needs that were not found.
  std::vector<std::string_view> missing() const {
    return detail::views(get(), hotshoe_inspection_missing_count(get()), hotshoe_inspection_missing);
  }

  // All facts, in the form that `hotshoe inspect --json` prints.
  std::string_view json() const noexcept { return detail::view(hotshoe_inspection_json(get())); }

  const hotshoe_inspection* get() const noexcept { return handle_.get(); }

 private:
  std::unique_ptr<hotshoe_inspection, detail::Deleter<hotshoe_inspection_free>> handle_;
};

}  // namespace hotshoe

#endif  // HOTSHOE_INSPECTION_HPP
