// Plugins that were installed: what a root holds, or what was done to it.
//
//     for (hotshoe::InstalledPlugin found : root.installed().value()) list(found.name(), found.version());
#ifndef HOTSHOE_INSTALLED_HPP
#define HOTSHOE_INSTALLED_HPP

#include <cstddef>
#include <memory>
#include <string_view>

#include "diagnostics.hpp"
#include "error.hpp"
#include "host.h"

namespace hotshoe {

// One plugin in one version. It is lent: it and its strings live as long as the list.
class InstalledPlugin {
 public:
  // What an install did about it.
  enum class Outcome {
    Present = HOTSHOE_INSTALL_OUTCOME_PRESENT,      // nothing: it is there already; or this was no install
    Installed = HOTSHOE_INSTALL_OUTCOME_INSTALLED,  // it was not there, and is now
    Replaced = HOTSHOE_INSTALL_OUTCOME_REPLACED,    // it took the place of what is out of use now
  };

  InstalledPlugin(const hotshoe_installed* owner, std::size_t index) noexcept
      : owner_(owner), index_(index) {}

  std::string_view name() const noexcept { return detail::view(hotshoe_installed_name(owner_, index_)); }
  std::string_view version() const noexcept {
    return detail::view(hotshoe_installed_version(owner_, index_));
  }
  // Its folder; of one that was removed the folder it had.
  std::string_view path() const noexcept { return detail::view(hotshoe_installed_path(owner_, index_)); }
  // Whether a host can find it, or could: false for a version out of use.
  bool in_use() const noexcept { return hotshoe_installed_in_use(owner_, index_); }
  Outcome outcome() const noexcept { return static_cast<Outcome>(hotshoe_installed_outcome(owner_, index_)); }

 private:
  const hotshoe_installed* owner_;
  std::size_t index_;
};

class Installed {
 public:
  using iterator = detail::Iterator<Installed, InstalledPlugin>;

  // Takes ownership of the handle.
  explicit Installed(hotshoe_installed* handle) noexcept : handle_(handle) {}

  std::size_t size() const noexcept { return hotshoe_installed_count(get()); }
  bool empty() const noexcept { return size() == 0; }
  InstalledPlugin operator[](std::size_t index) const noexcept { return InstalledPlugin(get(), index); }
  iterator begin() const noexcept { return iterator(this, 0); }
  iterator end() const noexcept { return iterator(this, size()); }

  // Those whose receipts are damaged, as Root::installed found them. Lent.
  DiagnosticsView diagnostics() const noexcept {
    return DiagnosticsView(hotshoe_installed_diagnostics(get()));
  }

  const hotshoe_installed* get() const noexcept { return handle_.get(); }

 private:
  std::unique_ptr<hotshoe_installed, detail::Deleter<hotshoe_installed_free>> handle_;
};

}  // namespace hotshoe

#endif  // HOTSHOE_INSTALLED_HPP
