// How an archive is installed. It is unpacked and checked where no host looks, and appears at once; one that
// is refused or stopped leaves nothing behind. Nothing of it is run.
//
//     hotshoe::Install install = hotshoe::Install::of("gain-1.2.3.tar.gz").value();
//     install.set_host(profile).value();  // whose trusted keys count
//     hotshoe::Installed done = install.into_root(hotshoe::Root::at("plugins").value()).value();
#ifndef HOTSHOE_INSTALL_HPP
#define HOTSHOE_INSTALL_HPP

#include <memory>
#include <string_view>
#include <utility>

#include "error.hpp"
#include "host.h"
#include "installed.hpp"
#include "profile.hpp"
#include "root.hpp"

namespace hotshoe {

// All its functions need it for themselves.
class Install {
 public:
  // Takes ownership of the handle.
  explicit Install(hotshoe_install* handle) noexcept : handle_(handle) {}

  // Of an archive: a tar, plain or in gzip or zstd, or a zip. Its bytes say which, not its name. It is not
  // read yet. Errors: `argument-invalid` for an empty path. [any thread]
  static Result<Install> of(std::string_view archive) {
    hotshoe_install* install = nullptr;
    Result<void> made(hotshoe_install_new(archive.empty() ? "" : archive.data(), archive.size(), &install));
    if (!made) return std::move(made).error();
    return Install(install);
  }

  // Whether it goes into <root>/<name>, for hosts that do not look for versions, and not into
  // <root>/<name>/<version>. A newer version takes the place of the one that is there, which goes out of use.
  Result<void> set_flat(bool flat) { return Result<void>(hotshoe_install_set_flat(get(), flat)); }

  // Whether it may take the place of another build of the same version, or of one that was changed since;
  // what was there goes out of use.
  Result<void> set_replace(bool replace) { return Result<void>(hotshoe_install_set_replace(get(), replace)); }

  // Adds a folder with descriptions of runtimes, `<name>.runtime.json`, before that of the installed ones:
  // which file of a plugin must be there, its runtime says. Nothing in it is loaded.
  Result<void> add_runtime_folder(std::string_view folder) {
    return Result<void>(hotshoe_install_add_runtime_folder(get(), folder.data(), folder.size()));
  }

  // Says what the plugins of a runtime look like by the text of a `<name>.runtime.json`, so that no file is
  // needed. Errors: `runtime-kind`.
  Result<void> add_runtime_description(std::string_view description) {
    return Result<void>(
        hotshoe_install_add_runtime_description(get(), description.data(), description.size()));
  }

  // Whether it is installed only if its signature is verified, whatever the policy of the trust store;
  // without a trust store it is refused then.
  Result<void> set_require_signature(bool require) {
    return Result<void>(hotshoe_install_set_require_signature(get(), require));
  }

  // Installs it only if the trust store of this host says that its signature is good, or that it needs none;
  // without this and set_trust no key is known, and what was not verified is among the diagnostics of what
  // was installed. Errors: `key-invalid`.
  Result<void> set_host(const Profile& profile) {
    return Result<void>(hotshoe_install_set_host(get(), profile.get()));
  }

  // The same by the trust store in a file, which must be there. Errors: `key-invalid`.
  Result<void> set_trust(std::string_view file) {
    return Result<void>(hotshoe_install_set_trust(get(), file.empty() ? "" : file.data(), file.size()));
  }

  // Has into_root tell how far it is, and lets the function stop it; an empty function: nobody is told.
  Result<void> set_progress(Watch watch) {
    auto watcher = watch ? std::make_unique<detail::Watcher>(std::move(watch)) : nullptr;
    Result<void> set(
        hotshoe_install_set_progress(get(), watcher ? detail::Watcher::told : nullptr, watcher.get()));
    if (set) watcher_ = std::move(watcher);
    return set;
  }

  // Installs the archive, and says what was done about each plugin in it. Several processes may install at
  // once: they do it one after the other.
  // Errors: of the stages `package` and `manifest`, and `folder-unreadable`.
  Result<Installed> into_root(const Root& root) {
    hotshoe_installed* installed = nullptr;
    hotshoe_error* error = hotshoe_install_into_root(get(), root.get(), &installed);
    return detail::Watcher::outcome(watcher_, error, installed);
  }

  const hotshoe_install* get() const noexcept { return handle_.get(); }
  hotshoe_install* get() noexcept { return handle_.get(); }

 private:
  std::unique_ptr<detail::Watcher> watcher_;
  std::unique_ptr<hotshoe_install, detail::Deleter<hotshoe_install_free>> handle_;
};

}  // namespace hotshoe

#endif  // HOTSHOE_INSTALL_HPP
