// A folder that plugins are installed in, one of a host's search path: what is in it, and how each version
// goes out of use again. Each change appears at once: a host that looks sees the old or the new.
//
//     hotshoe::Root root = hotshoe::Root::at("plugins").value();
//     hotshoe::Installed changed = root.rollback("gain").value();
//     log("back to gain ", changed[0].version());
//
// What comes into it is told in install.hpp.
#ifndef HOTSHOE_ROOT_HPP
#define HOTSHOE_ROOT_HPP

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "diagnostics.hpp"
#include "error.hpp"
#include "host.h"
#include "installed.hpp"
#include "thread_end.hpp"

namespace hotshoe {

// How far an operation is. It is lent for the call that it is told to.
struct Progress {
  enum class Stage {
    Checking = HOTSHOE_PROGRESS_CHECKING,    // the archive is read and its digest is taken
    Unpacking = HOTSHOE_PROGRESS_UNPACKING,  // the archive is unpacked
    Waiting = HOTSHOE_PROGRESS_WAITING,      // another process changes the same folder
  };

  Stage stage;              // there may be more of these one day: let what you do not know go on
  std::uint64_t done;       // bytes of the archive
  std::uint64_t total;      // bytes of the archive; 0 while waiting
  std::string_view holder;  // while waiting: "process 4711: install gain-1.2.3.tar.gz"
};

// Is told how far an operation is, several times each second and on the thread that called it. If it returns
// true, the operation stops with the error `cancelled`, and nothing was changed. If it throws, that happens,
// too, and the exception goes on from the function that was called. One that ends the thread, with
// pthread_exit or because the thread was cancelled, stops the operation, too: the thread goes on with
// `cancelled`.
using Watch = std::function<bool(const Progress&)>;

namespace detail {

// Keeps what a watch throws until Hotshoe has returned.
class Watcher {
 public:
  explicit Watcher(Watch watch) : watch_(std::move(watch)) {}

  static int told(void* user_data, hotshoe_progress stage, std::uint64_t done, std::uint64_t total,
                  const char* holder) noexcept {
    auto* self = static_cast<Watcher*>(user_data);
    const Progress progress{static_cast<Progress::Stage>(stage), done, total, view(holder)};
#if defined(__cpp_exceptions)
    try {
      bool stops = true;  // also if the watch ends its thread
      auto watch = [&] { stops = self->watch_(progress); };
      returns(watch);
      return stops ? 1 : 0;
    } catch (...) {
      self->thrown_ = std::current_exception();
      return 1;
    }
#else
    return self->watch_(progress) ? 1 : 0;
#endif
  }

  // What a function made of a list, unless the watch threw meanwhile.
  static Result<Installed> outcome(const std::unique_ptr<Watcher>& watcher, hotshoe_error* error,
                                   hotshoe_installed*& list) {
    Result<Installed> outcome = error == nullptr ? Result<Installed>(Installed(list)) : Error(error);
#if defined(__cpp_exceptions)
    if (watcher && watcher->thrown_) std::rethrow_exception(std::exchange(watcher->thrown_, nullptr));
#else
    (void)watcher;
#endif
    return outcome;
  }

 private:
  Watch watch_;
  std::exception_ptr thrown_;
};

}  // namespace detail

// The functions that change what is in a root need it for themselves: make one for each thread.
class Root {
 public:
  // Takes ownership of the handle.
  explicit Root(hotshoe_root* handle) noexcept : handle_(handle) {}

  // A root, which need not be there yet: the first install makes it. Errors: `argument-invalid` for an empty
  // path. [any thread]
  static Result<Root> at(std::string_view folder) {
    hotshoe_root* root = nullptr;
    Result<void> made(hotshoe_root_new(folder.empty() ? "" : folder.data(), folder.size(), &root));
    if (!made) return std::move(made).error();
    return Root(root);
  }

  // Has uninstall, rollback and prune tell whom they wait for; an empty function lets them wait as long as it
  // takes, which is the default. An install has its own.
  Result<void> set_progress(Watch watch) {
    auto watcher = watch ? std::make_unique<detail::Watcher>(std::move(watch)) : nullptr;
    Result<void> set(
        hotshoe_root_set_progress(get(), watcher ? detail::Watcher::told : nullptr, watcher.get()));
    if (set) watcher_ = std::move(watcher);
    return set;
  }

  std::string_view path() const noexcept { return detail::view(hotshoe_root_path(get())); }

  // Every plugin that was installed here, by name and version, also those out of use. One whose receipt is
  // damaged is among the list's diagnostics. Errors: `folder-unreadable`. [any thread]
  Result<Installed> installed() const {
    hotshoe_installed* installed = nullptr;
    Result<void> listed(hotshoe_root_installed(get(), &installed));
    if (!listed) return std::move(listed).error();
    return Installed(installed);
  }

  // Removes a version of a plugin, or all of them; returns what was removed. One whose files are not as they
  // were installed is only removed by `force`: what was changed would be lost.
  // Errors: `not-installed`, `installed-changed`, `receipt-invalid`, `version-invalid`, `manifest-field` for
  // what cannot be a name, `folder-unreadable`, `package-write`, `cancelled`.
  Result<Installed> uninstall(std::string_view name, std::string_view version = {}, bool force = false) {
    hotshoe_installed* removed = nullptr;
    hotshoe_error* error = hotshoe_root_uninstall(get(), name.data(), name.size(), version.data(),
                                                  version.size(), force, &removed);
    return detail::Watcher::outcome(watcher_, error, removed);
  }

  // Puts an older version of a plugin in use again, the one before the highest or a given one; returns it,
  // and behind it those that went out of use. They come back by a rollback to their version, until prune.
  // Errors: as of uninstall, but for `installed-changed`.
  Result<Installed> rollback(std::string_view name, std::string_view version = {}) {
    hotshoe_installed* changed = nullptr;
    hotshoe_error* error =
        hotshoe_root_rollback(get(), name.data(), name.size(), version.data(), version.size(), &changed);
    return detail::Watcher::outcome(watcher_, error, changed);
  }

  // Removes the versions out of use, and of those in use all but the highest `keep` of each plugin, one at
  // least; returns them. Versions whose files are not as they were installed stay, too.
  // Errors: `folder-unreadable`, `package-write`, `cancelled`.
  Result<Installed> prune(std::size_t keep) { return pruned({}, keep, false); }
  Result<Installed> prune(std::string_view name, std::size_t keep) { return pruned(name, keep, false); }

  // What prune would remove; it stays.
  Result<Installed> prunable(std::size_t keep) { return pruned({}, keep, true); }
  Result<Installed> prunable(std::string_view name, std::size_t keep) { return pruned(name, keep, true); }

  // Compares what is in use with its receipts, every plugin or those of a name, and reads every file for
  // that. Each file that was changed, is missing, or was added is a warning `installed-changed`.
  // Errors: `not-installed`, `receipt-invalid`, `folder-unreadable`. [any thread]
  Result<Diagnostics> verify(std::string_view name = {}) const {
    hotshoe_diagnostics* differences = nullptr;
    Result<void> verified(hotshoe_root_verify(get(), name.data(), name.size(), &differences));
    if (!verified) return std::move(verified).error();
    return Diagnostics(differences);
  }

  const hotshoe_root* get() const noexcept { return handle_.get(); }
  hotshoe_root* get() noexcept { return handle_.get(); }

 private:
  Result<Installed> pruned(std::string_view name, std::size_t keep, bool dry_run) {
    hotshoe_installed* removed = nullptr;
    hotshoe_error* error = hotshoe_root_prune(get(), name.data(), name.size(), keep, dry_run, &removed);
    return detail::Watcher::outcome(watcher_, error, removed);
  }

  std::unique_ptr<detail::Watcher> watcher_;
  std::unique_ptr<hotshoe_root, detail::Deleter<hotshoe_root_free>> handle_;
};

}  // namespace hotshoe

#endif  // HOTSHOE_ROOT_HPP
