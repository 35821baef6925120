// An archive of a plugin's folder: the same bytes on every machine, with its checksum beside it.
//
//     hotshoe::Package made = hotshoe::Package::make("my_plugin", "dist").value();
//     log(made.archive(), made.sha256());
#ifndef HOTSHOE_PACKAGE_HPP
#define HOTSHOE_PACKAGE_HPP

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "error.hpp"
#include "host.h"
#include "profile.hpp"

namespace hotshoe {

// How an archive is made, where that is not the usual way.
class PackageOptions {
 public:
  // Takes ownership of the handle.
  explicit PackageOptions(hotshoe_package_options* handle) noexcept : handle_(handle) {}

  static Result<PackageOptions> create() {
    hotshoe_package_options* options = nullptr;
    if (Result<void> made(hotshoe_package_options_new(&options)); !made) return std::move(made).error();
    return PackageOptions(options);
  }

  // Adds a folder with descriptions of runtimes, `<name>.runtime.json`, for plugins of runtimes that are not
  // installed. Nothing in it is loaded.
  Result<void> add_runtime_folder(std::string_view folder) {
    return Result<void>(
        hotshoe_package_options_add_runtime_folder(handle_.get(), folder.data(), folder.size()));
  }

  const hotshoe_package_options* get() const noexcept { return handle_.get(); }

 private:
  std::unique_ptr<hotshoe_package_options, detail::Deleter<hotshoe_package_options_free>> handle_;
};

class Package {
 public:
  // Takes ownership of the handle.
  explicit Package(hotshoe_package* handle) noexcept : handle_(handle) {}

  // Makes <output>/<name>-<version>.tar.gz and its .sha256; an archive of that name is replaced, at once.
  // Errors: of the stages `package`, `manifest` and `inspect`. [any thread]
  static Result<Package> make(std::string_view folder, std::string_view output) {
    return make(folder, output, PackageOptions::create().value());
  }

  // The same, if this host would take the plugin. Errors: of the stage `catalog`, too.
  static Result<Package> make(std::string_view folder, std::string_view output, const Profile& host) {
    return make(folder, output, PackageOptions::create().value(), host);
  }

  // The same in the way that the options say.
  static Result<Package> make(std::string_view folder, std::string_view output,
                              const PackageOptions& options) {
    return made(folder, output, options, nullptr);
  }
  static Result<Package> make(std::string_view folder, std::string_view output, const PackageOptions& options,
                              const Profile& host) {
    return made(folder, output, options, host.get());
  }

  std::string_view name() const noexcept { return detail::view(hotshoe_package_name(get())); }
  std::string_view version() const noexcept { return detail::view(hotshoe_package_version(get())); }
  // Its path.
  std::string_view archive() const noexcept { return detail::view(hotshoe_package_archive(get())); }
  // In 64 hexadecimal digits.
  std::string_view sha256() const noexcept { return detail::view(hotshoe_package_sha256(get())); }
  // In bytes.
  std::uint64_t size() const noexcept { return hotshoe_package_size(get()); }

  const hotshoe_package* get() const noexcept { return handle_.get(); }

 private:
  static Result<Package> made(std::string_view folder, std::string_view output, const PackageOptions& options,
                              const hotshoe_profile* host) {
    hotshoe_package* package = nullptr;
    Result<void> made(hotshoe_package_make_with(options.get(), folder.empty() ? "" : folder.data(),
                                                folder.size(), output.empty() ? "" : output.data(),
                                                output.size(), host, &package));
    if (!made) return std::move(made).error();
    return Package(package);
  }

  std::unique_ptr<hotshoe_package, detail::Deleter<hotshoe_package_free>> handle_;
};

}  // namespace hotshoe

#endif  // HOTSHOE_PACKAGE_HPP
