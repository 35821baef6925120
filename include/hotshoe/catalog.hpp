// The plugins found on a search path. Nothing was loaded to make it, so a host can show what there is, and
// why it would not take some of it, before any plugin code runs.
//
//     for (hotshoe::Candidate found : catalog) list(found.name(), found.version(), found.refusal());
#ifndef HOTSHOE_CATALOG_HPP
#define HOTSHOE_CATALOG_HPP

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "diagnostics.hpp"
#include "error.hpp"
#include "host.h"
#include "profile.hpp"

namespace hotshoe {

// One plugin that was found. It is lent: it and its strings live as long as the catalog.
class Candidate {
 public:
  explicit Candidate(const hotshoe_candidate* lent) noexcept : handle_(lent) {}

  std::string_view name() const noexcept { return detail::view(hotshoe_candidate_name(handle_)); }
  std::string_view version() const noexcept { return detail::view(hotshoe_candidate_version(handle_)); }
  // Its folder, or its library if it has no folder of its own.
  std::string_view path() const noexcept { return detail::view(hotshoe_candidate_path(handle_)); }
  std::string_view library() const noexcept { return detail::view(hotshoe_candidate_library(handle_)); }
  // What brings it to life: `native` for a library, else what its manifest names.
  std::string_view runtime() const noexcept { return detail::view(hotshoe_candidate_runtime(handle_)); }
  // The file that it consists of, whatever its runtime makes of it.
  std::string_view artifact() const noexcept { return detail::view(hotshoe_candidate_artifact(handle_)); }
  // What it does, in its own words.
  std::string_view description() const noexcept {
    return detail::view(hotshoe_candidate_description(handle_));
  }
  // Its licence, by custom an SPDX expression.
  std::string_view license() const noexcept { return detail::view(hotshoe_candidate_license(handle_)); }
  // Where to read more. It is the author's text, and need not be a URL.
  std::string_view homepage() const noexcept { return detail::view(hotshoe_candidate_homepage(handle_)); }
  // The file of its icon. It need not be there, and is whatever the author put there.
  std::string_view icon() const noexcept { return detail::view(hotshoe_candidate_icon(handle_)); }
  // Who made it.
  std::vector<std::string_view> authors() const {
    return detail::views(handle_, hotshoe_candidate_author_count(handle_), hotshoe_candidate_author);
  }
  // All that it says of itself, as a JSON object.
  std::string_view manifest() const noexcept { return detail::view(hotshoe_candidate_manifest(handle_)); }
  // The keys of its manifest that Hotshoe does not know, as they stand there: a JSON object.
  std::string_view other_keys() const noexcept { return detail::view(hotshoe_candidate_other_keys(handle_)); }
  // Why the host would not take it, over several lines; empty if it would.
  std::string_view refusal() const noexcept { return detail::view(hotshoe_candidate_refusal(handle_)); }
  // The same in parts: the kind, stable between releases, one sentence, what to do, and what it is about.
  std::string_view refusal_code() const noexcept {
    return detail::view(hotshoe_candidate_refusal_code(handle_));
  }
  std::string_view refusal_message() const noexcept {
    return detail::view(hotshoe_candidate_refusal_message(handle_));
  }
  std::string_view refusal_hint() const noexcept {
    return detail::view(hotshoe_candidate_refusal_hint(handle_));
  }
  std::string_view refusal_path() const noexcept {
    return detail::view(hotshoe_candidate_refusal_path(handle_));
  }
  // What it can be found under.
  std::vector<std::string_view> capabilities() const {
    return detail::views(handle_, hotshoe_candidate_capability_count(handle_), hotshoe_candidate_capability);
  }

  // The interfaces that its manifest names, with their revisions: "org.example.filter/1". The plugin, once
  // loaded, has them.
  std::vector<std::string_view> interfaces() const {
    return detail::views(handle_, hotshoe_candidate_interface_count(handle_), hotshoe_candidate_interface);
  }

  const hotshoe_candidate* get() const noexcept { return handle_; }

 private:
  const hotshoe_candidate* handle_;
};

class Catalog {
 public:
  using iterator = detail::Iterator<Catalog, Candidate>;

  // Takes ownership of the handle.
  explicit Catalog(hotshoe_catalog* handle) noexcept : handle_(handle) {}

  // Looks along a search path: folders separated by ':', on Windows by ';'. What cannot be read is a
  // diagnostic. Errors: `argument-invalid` for an empty path. [any thread]
  static Result<Catalog> scan(const Profile& profile, std::string_view search_path) {
    return made(profile, search_path.empty() ? "" : search_path.data(), search_path.size());
  }

  // The same along the profile's environment variable.
  static Result<Catalog> scan(const Profile& profile) { return made(profile, nullptr, 0); }

  // Looks into the libraries, and refuses the plugins that cannot be loaded as far as bytes and receipts can
  // tell. A host checks each plugin when it is loaded; who shows what there is should do this before. What
  // the catalog lent before is gone. Errors: `argument-invalid` only.
  Result<void> check_libraries(const Profile& profile) {
    return Result<void>(hotshoe_catalog_check_libraries(handle_.get(), profile.get()));
  }

  // How many plugins it holds, those that the host would refuse included.
  std::size_t size() const noexcept { return hotshoe_catalog_count(get()); }
  bool empty() const noexcept { return size() == 0; }
  Candidate operator[](std::size_t index) const noexcept {
    return Candidate(hotshoe_catalog_candidate(get(), index));
  }
  iterator begin() const noexcept { return iterator(this, 0); }
  iterator end() const noexcept { return iterator(this, size()); }

  // The plugin of this name to use: the highest version that the requirement, such as ">=1.2,<2", allows.
  // Errors: `plugin-not-found`, `requirement-invalid`. [any thread]
  Result<Candidate> find(std::string_view name, std::string_view requirement = {}) const {
    const hotshoe_candidate* found = nullptr;
    Result<void> sought(hotshoe_catalog_find(get(), name.data(), name.size(), requirement.data(),
                                             requirement.size(), &found));
    if (!sought) return std::move(sought).error();
    return Candidate(found);
  }

  // For each name the plugin to use, in catalog order. They live as long as the catalog, so it must not be a
  // temporary one. Errors: none. [any thread]
  Result<std::vector<Candidate>> newest() const& { return chosen(nullptr, 0); }
  Result<std::vector<Candidate>> newest() const&& = delete;

  // Of those the ones that can be found under a capability. Errors: `capability-invalid`. [any thread]
  Result<std::vector<Candidate>> with_capability(std::string_view capability) const& {
    return chosen(capability.empty() ? "" : capability.data(), capability.size());
  }
  Result<std::vector<Candidate>> with_capability(std::string_view capability) const&& = delete;

  // What was noticed on the way. Lent.
  DiagnosticsView diagnostics() const noexcept { return DiagnosticsView(hotshoe_catalog_diagnostics(get())); }

  const hotshoe_catalog* get() const noexcept { return handle_.get(); }

 private:
  Result<std::vector<Candidate>> chosen(const char* capability, std::size_t length) const {
    hotshoe_candidates* handle = nullptr;
    Result<void> found(hotshoe_catalog_newest(get(), capability, length, &handle));
    if (!found) return std::move(found).error();
    std::unique_ptr<hotshoe_candidates, detail::Deleter<hotshoe_candidates_free>> candidates(handle);
    std::vector<Candidate> all;
    all.reserve(hotshoe_candidates_count(handle));
    for (std::size_t index = 0; index < hotshoe_candidates_count(handle); ++index) {
      all.emplace_back(hotshoe_candidates_get(handle, index));
    }
    return all;
  }

  static Result<Catalog> made(const Profile& profile, const char* search_path, std::size_t length) {
    hotshoe_catalog* catalog = nullptr;
    Result<void> scanned(hotshoe_catalog_new(profile.get(), search_path, length, &catalog));
    if (!scanned) return std::move(scanned).error();
    return Catalog(catalog);
  }

  std::unique_ptr<hotshoe_catalog, detail::Deleter<hotshoe_catalog_free>> handle_;
};

}  // namespace hotshoe

#endif  // HOTSHOE_CATALOG_HPP
