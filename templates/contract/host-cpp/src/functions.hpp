// The function that a plugin offers.
#ifndef MY_HOST_FUNCTIONS_HPP
#define MY_HOST_FUNCTIONS_HPP

#include <my_host/plugin.h>

#include <hotshoe/hotshoe.hpp>
#include <optional>

namespace my_host {

// What plugins of the contract register with.
struct Nothing {};

// Good until its plugin is unloaded.
class Function {
 public:
  // None if the plugin does not offer it.
  static std::optional<Function> of(const hotshoe::Plugin& plugin);

  const char* name() const { return table_->name; }
  float operator()(float x) const { return table_->call(instance_, x); }

 private:
  Function(const my_host_function_1* table, void* instance) : table_(table), instance_(instance) {}

  const my_host_function_1* table_;
  void* instance_;
};

}  // namespace my_host

#endif  // MY_HOST_FUNCTIONS_HPP
