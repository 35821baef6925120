// The functions that plugins offer, by name.
#ifndef MY_HOST_FUNCTIONS_HPP
#define MY_HOST_FUNCTIONS_HPP

#include <my_host/plugin.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace my_host {

// Any thread may use it. It must outlive the plugins.
class Functions final : public Registry {
 public:
  // All names, sorted.
  std::vector<std::string> names() const;

  // The function of a name, or null. Whoever holds it keeps its plugin from being unloaded.
  std::shared_ptr<Function> get(const std::string& name) const;

  // For functions of the program itself.
  void add(const std::string& name, std::shared_ptr<Function> function) override;

  // For those of plugins: what is added through the result is taken back when the plugin is unloaded.
  std::unique_ptr<Registry> scoped(hotshoe::RegistrationScope scope) override;

 private:
  friend class PluginFunctions;
  using Order = unsigned long;

  Order put(const std::string& name, std::shared_ptr<Function> function);
  void take(const std::string& name, Order order);

  mutable std::mutex mutex_;
  Order next_ = 0;
  std::map<std::string, std::map<Order, std::shared_ptr<Function>>> functions_;
};

}  // namespace my_host

#endif  // MY_HOST_FUNCTIONS_HPP
