// Findings that were collected while work went on. An error stops one operation; a diagnostic never does,
// so a host that loads all its plugins looks here for those that did not come:
//
//     for (hotshoe::Diagnostic found : loaded.diagnostics) log(found.text());
#ifndef HOTSHOE_DIAGNOSTICS_HPP
#define HOTSHOE_DIAGNOSTICS_HPP

#include <cstddef>
#include <iterator>
#include <memory>
#include <string_view>

#include "error.hpp"
#include "host.h"

namespace hotshoe {

// How much a finding matters.
enum class Severity {
  Note = HOTSHOE_SEVERITY_NOTE,        // worth knowing; nothing is lost
  Warning = HOTSHOE_SEVERITY_WARNING,  // it works, but somebody should mend it
  Error = HOTSHOE_SEVERITY_ERROR,      // a plugin cannot be used
};

namespace detail {

// Lets a range-based for loop walk over what `owner[index]` gives out.
template <class Owner, class Element>
class Iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = Element;
  using difference_type = std::ptrdiff_t;
  using pointer = void;
  using reference = Element;

  Iterator(const Owner* owner, std::size_t index) noexcept : owner_(owner), index_(index) {}
  Element operator*() const noexcept { return (*owner_)[index_]; }
  Iterator& operator++() noexcept {
    ++index_;
    return *this;
  }
  Iterator operator++(int) noexcept { return Iterator(owner_, index_++); }
  bool operator==(const Iterator& other) const noexcept { return index_ == other.index_; }
  bool operator!=(const Iterator& other) const noexcept { return index_ != other.index_; }

 private:
  const Owner* owner_;
  std::size_t index_;
};

}  // namespace detail

// One finding. It is lent: it and its strings live as long as what it was found in.
class Diagnostic {
 public:
  Diagnostic(const hotshoe_diagnostics* owner, std::size_t index) noexcept : owner_(owner), index_(index) {}

  Severity severity() const noexcept {
    return static_cast<Severity>(hotshoe_diagnostics_severity(owner_, index_));
  }
  // The kind of finding; stable between releases, for example "name-mismatch".
  std::string_view code() const noexcept { return detail::view(hotshoe_diagnostics_code(owner_, index_)); }
  // What was found, in one sentence.
  std::string_view message() const noexcept {
    return detail::view(hotshoe_diagnostics_message(owner_, index_));
  }
  // What to do about it.
  std::string_view hint() const noexcept { return detail::view(hotshoe_diagnostics_hint(owner_, index_)); }
  // The file or folder it was found in.
  std::string_view path() const noexcept { return detail::view(hotshoe_diagnostics_path(owner_, index_)); }
  // The plugin it concerns.
  std::string_view plugin() const noexcept {
    return detail::view(hotshoe_diagnostics_plugin(owner_, index_));
  }
  // The pass or method of the plugin that was at work, for what was reported to a context.
  std::string_view pass() const noexcept { return detail::view(hotshoe_diagnostics_pass(owner_, index_)); }
  // Everything about it, over several lines.
  std::string_view text() const noexcept { return detail::view(hotshoe_diagnostics_text(owner_, index_)); }

 private:
  const hotshoe_diagnostics* owner_;
  std::size_t index_;
};

// Findings that belong to somebody else, such as a catalog.
class DiagnosticsView {
 public:
  using iterator = detail::Iterator<DiagnosticsView, Diagnostic>;

  explicit DiagnosticsView(const hotshoe_diagnostics* lent) noexcept : handle_(lent) {}

  std::size_t size() const noexcept { return hotshoe_diagnostics_count(handle_); }
  bool empty() const noexcept { return size() == 0; }
  Diagnostic operator[](std::size_t index) const noexcept { return Diagnostic(handle_, index); }
  iterator begin() const noexcept { return iterator(this, 0); }
  iterator end() const noexcept { return iterator(this, size()); }

  const hotshoe_diagnostics* get() const noexcept { return handle_; }

 private:
  const hotshoe_diagnostics* handle_;
};

// Findings of one's own.
class Diagnostics {
 public:
  using iterator = detail::Iterator<Diagnostics, Diagnostic>;

  // Takes ownership of the handle.
  explicit Diagnostics(hotshoe_diagnostics* handle) noexcept : handle_(handle) {}

  std::size_t size() const noexcept { return hotshoe_diagnostics_count(get()); }
  bool empty() const noexcept { return size() == 0; }
  Diagnostic operator[](std::size_t index) const noexcept { return Diagnostic(get(), index); }
  iterator begin() const noexcept { return iterator(this, 0); }
  iterator end() const noexcept { return iterator(this, size()); }

  const hotshoe_diagnostics* get() const noexcept { return handle_.get(); }

 private:
  std::unique_ptr<hotshoe_diagnostics, detail::Deleter<hotshoe_diagnostics_free>> handle_;
};

}  // namespace hotshoe

#endif  // HOTSHOE_DIAGNOSTICS_HPP
