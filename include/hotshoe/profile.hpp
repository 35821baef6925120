// What a host expects of its plugins. From the name alone everything follows: `harmonics` looks for plugins
// along HARMONICS_PLUGIN_PATH, calls `harmonics_register`, and reads `harmonics_version` in manifests.
//
// An `extern "C"` entry that takes a C++ reference is a C name on a C++ binary interface: strings, shared
// pointers and virtual calls cross it. So a profile made here states the interface of the host's own
// translation unit, and a plugin whose manifest names another is refused before it is loaded.
#ifndef HOTSHOE_PROFILE_HPP
#define HOTSHOE_PROFILE_HPP

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "diagnostics.hpp"
#include "error.hpp"
#include "host.h"

namespace hotshoe {

// Which plugin is meant by a capability that several have.
enum class CapabilityPolicy {
  Profile = HOTSHOE_CAPABILITY_POLICY_PROFILE,  // as the host's profile says
  First = HOTSHOE_CAPABILITY_POLICY_FIRST,      // the one that was loaded first
  Last = HOTSHOE_CAPABILITY_POLICY_LAST,
  Fail = HOTSHOE_CAPABILITY_POLICY_FAIL,  // none: it is the error `capability-taken`
};

// Whether a library must be the one that was installed, by the receipt in the plugin's folder.
enum class ReceiptPolicy {
  Off = HOTSHOE_RECEIPT_POLICY_OFF,               // receipts are not looked at
  IfPresent = HOTSHOE_RECEIPT_POLICY_IF_PRESENT,  // where there is one, the library must be the one it names
  Required = HOTSHOE_RECEIPT_POLICY_REQUIRED,     // there must be one: what was copied into place is refused
};

// What a folder for plugins is relative to.
enum class FolderKind {
  Program = HOTSHOE_FOLDER_KIND_PROGRAM,  // the folder of the running program
  User = HOTSHOE_FOLDER_KIND_USER,        // the folder for the user's data
  System = HOTSHOE_FOLDER_KIND_SYSTEM,    // the folders for the system's libraries
};

// The functions that change a profile need it for themselves.
class Profile {
 public:
  // Takes ownership of the handle.
  explicit Profile(hotshoe_profile* handle) noexcept : handle_(handle) {}

  // The profile that follows from a name. Errors: `profile-invalid`. [any thread]
  static Result<Profile> named(std::string_view name) {
    hotshoe_profile* profile = nullptr;
    Result<void> made(hotshoe_profile_new(name.data(), name.size(), &profile));
    return of_this_program(std::move(made), profile);
  }

  // Reads a `<name>.host.json` file. Errors: `profile-unreadable`, `profile-invalid`. [any thread]
  static Result<Profile> from_file(std::string_view file) {
    hotshoe_profile* profile = nullptr;
    Result<void> made(hotshoe_profile_from_file(file.data(), file.size(), &profile));
    return of_this_program(std::move(made), profile);
  }

  // Takes what would stand in such a file. Errors: `profile-invalid`. [any thread]
  static Result<Profile> from_json(std::string_view json) {
    hotshoe_profile* profile = nullptr;
    Result<void> made(hotshoe_profile_from_json(json.data(), json.size(), &profile));
    return of_this_program(std::move(made), profile);
  }

  // The profile of an installed host, by its name: `<name>/<name>.host.json` in `share` beside the program's
  // folder, then in the folders of XDG_DATA_DIRS.
  // Errors: `profile-not-found`, `profile-unreadable`, `profile-invalid`. [any thread]
  static Result<Profile> installed(std::string_view name) {
    hotshoe_profile* profile = nullptr;
    Result<void> made(hotshoe_profile_installed(name.data(), name.size(), &profile));
    return of_this_program(std::move(made), profile);
  }

  // The host's own version, against which plugins state what they need. Errors: `version-invalid`.
  Result<void> set_version(std::string_view version) {
    return Result<void>(hotshoe_profile_set_version(get(), version.data(), version.size()));
  }

  // The symbol that plugins export for the host to call. Errors: `profile-invalid`.
  Result<void> set_entry(std::string_view symbol) {
    return Result<void>(hotshoe_profile_set_entry(get(), symbol.data(), symbol.size()));
  }

  // One more aspect of the host's binary interface, such as "tensors" = "2".
  Result<void> set_abi(std::string_view key, std::string_view value) {
    return Result<void>(hotshoe_profile_set_abi(get(), key.data(), key.size(), value.data(), value.size()));
  }

  // One more shared library that the host has loaded before any plugin, which a plugin may need without
  // bringing it: "libcore.so.1" as it is needed, or a pattern, as "libcore.so.*". Errors: `profile-invalid`.
  Result<void> add_provided(std::string_view library) {
    return Result<void>(hotshoe_profile_add_provided(get(), library.data(), library.size()));
  }

  // The folders for plugins that most hosts have, for those that the profile does not name:
  // `../lib/<name>/plugins` from the program's folder, `<name>/plugins` in the user's data and in the
  // system's library folders. They need not be there.
  Result<void> use_default_folders() { return Result<void>(hotshoe_profile_use_default_folders(get())); }

  // A folder that the host has for plugins, by a relative path with `/` between its parts; empty takes it
  // out. It need not be there. Errors: `profile-invalid`.
  Result<void> set_folder(FolderKind kind, std::string_view folder) {
    return Result<void>(hotshoe_profile_set_folder(get(), static_cast<int>(kind),
                                                   folder.empty() ? nullptr : folder.data(), folder.size()));
  }

  // One more runtime whose plugins the host takes, beside `native` or those of its profile, with a JSON
  // object of settings that the runtime knows. Errors: `profile-invalid`.
  Result<void> add_runtime(std::string_view name, std::string_view settings = "{}") {
    return Result<void>(
        hotshoe_profile_add_runtime(get(), name.data(), name.size(), settings.data(), settings.size()));
  }

  // Whether a private copy of a plugin's library is mapped, so that its file may be overwritten while it is
  // in use: for hosts that plugins are developed in.
  Result<void> set_private_copies(bool private_copies) {
    return Result<void>(hotshoe_profile_set_private_copies(get(), private_copies));
  }

  // Whether what was read of a root that holds many plugins is kept in the user's cache folder for the next
  // start. On by default.
  Result<void> set_index(bool index) { return Result<void>(hotshoe_profile_set_index(get(), index)); }

  // Whether a plugin's library must be the one that was installed. One that is compared is mapped from a
  // private copy. Off by default.
  Result<void> set_receipt_policy(ReceiptPolicy policy) {
    return Result<void>(hotshoe_profile_set_receipt_policy(get(), static_cast<int>(policy)));
  }

  // Which plugin is meant by a capability that several have. With Fail a second one is not loaded, which is
  // the error `capability-taken`. First by default; Profile is no answer here.
  Result<void> set_capability_policy(CapabilityPolicy policy) {
    return Result<void>(hotshoe_profile_set_capability_policy(get(), static_cast<int>(policy)));
  }

  std::string_view name() const noexcept { return detail::view(hotshoe_profile_name(get())); }
  std::string_view version() const noexcept { return detail::view(hotshoe_profile_version(get())); }
  // The environment variable that holds the search path.
  std::string_view search_path_variable() const noexcept {
    return detail::view(hotshoe_profile_search_path_variable(get()));
  }
  // The symbol that plugins export for the host to call.
  std::string_view entry() const noexcept { return detail::view(hotshoe_profile_entry(get())); }
  // The symbol under which plugins may export their version.
  std::string_view version_symbol() const noexcept {
    return detail::view(hotshoe_profile_version_symbol(get()));
  }
  // The manifest key that holds a plugin's requirement on the host's version.
  std::string_view version_key() const noexcept { return detail::view(hotshoe_profile_version_key(get())); }

  // Empty if the host has none.
  std::string_view folder(FolderKind kind) const noexcept {
    return detail::view(hotshoe_profile_folder(get(), static_cast<int>(kind)));
  }
  // The runtimes whose plugins the host takes; past the last, the name is empty. The settings are a JSON
  // object, and empty for `native`, which has functions of its own here.
  std::size_t runtime_count() const noexcept { return hotshoe_profile_runtime_count(get()); }
  std::string_view runtime(std::size_t index) const noexcept {
    return detail::view(hotshoe_profile_runtime(get(), index));
  }
  std::string_view runtime_settings(std::size_t index) const noexcept {
    return detail::view(hotshoe_profile_runtime_settings(get(), index));
  }
  // What was noticed while its file was read, such as keys that are unknown; good until the profile changes.
  DiagnosticsView diagnostics() const noexcept { return DiagnosticsView(hotshoe_profile_diagnostics(get())); }

  const hotshoe_profile* get() const noexcept { return handle_.get(); }
  hotshoe_profile* get() noexcept { return handle_.get(); }

 private:
  static Result<Profile> of_this_program(Result<void> made, hotshoe_profile* handle) {
    if (!made) return std::move(made).error();
    Profile profile(handle);
    if (Result<void> stated = profile.state_abi(); !stated) return std::move(stated).error();
    return profile;
  }

  // The keys and values are those that hotshoe_add_plugin() writes into manifests.
  Result<void> state_abi() {
#if defined(_MSC_VER)
    constexpr std::string_view compiler = "msvc";
#else
    constexpr std::string_view compiler = "itanium";
#endif
#if defined(_LIBCPP_VERSION)
    constexpr std::string_view stdlib = "libc++", string = "";
#elif defined(__GLIBCXX__) && _GLIBCXX_USE_CXX11_ABI
    constexpr std::string_view stdlib = "libstdc++", string = "cxx11";
#elif defined(__GLIBCXX__)
    constexpr std::string_view stdlib = "libstdc++", string = "old";
#elif defined(_MSC_VER)
    constexpr std::string_view stdlib = "msvc", string = "";
#else
    constexpr std::string_view stdlib = "", string = "";
#endif
    if (Result<void> set = set_abi("compiler", compiler); !set) return set;
    if (!stdlib.empty()) {
      if (Result<void> set = set_abi("stdlib", stdlib); !set) return set;
    }
    if (!string.empty()) return set_abi("string", string);
    return {};
  }

  std::unique_ptr<hotshoe_profile, detail::Deleter<hotshoe_profile_free>> handle_;
};

}  // namespace hotshoe

#endif  // HOTSHOE_PROFILE_HPP
