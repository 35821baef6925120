#include "functions.hpp"

#include <hotshoe/hotshoe.hpp>
#include <stdexcept>
#include <utility>

namespace my_host {

// What a plugin's entry is given: the scope owns what the plugin adds.
class PluginFunctions final : public Registry {
 public:
  PluginFunctions(Functions& functions, hotshoe::RegistrationScope scope)
      : functions_(functions), scope_(std::move(scope)) {}

  void add(const std::string& name, std::shared_ptr<Function> function) override {
    if (function == nullptr) throw std::invalid_argument("the function `" + name + "` is a null pointer");
    auto order = std::make_shared<Functions::Order>();
    auto publish = [this, name, order](std::shared_ptr<Function> lent) {
      *order = functions_.put(name, std::move(lent));
    };
    auto withdraw = [this, name, order] { functions_.take(name, *order); };
    scope_.own("function `" + name + "`", std::move(function), publish, withdraw).value();
  }

  std::unique_ptr<Registry> scoped(hotshoe::RegistrationScope scope) override {
    return functions_.scoped(std::move(scope));
  }

 private:
  Functions& functions_;
  hotshoe::RegistrationScope scope_;
};

std::vector<std::string> Functions::names() const {
  std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::string> names;
  for (const auto& named : functions_) names.push_back(named.first);
  return names;
}

std::shared_ptr<Function> Functions::get(const std::string& name) const {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = functions_.find(name);
  return found == functions_.end() ? nullptr : found->second.rbegin()->second;
}

void Functions::add(const std::string& name, std::shared_ptr<Function> function) {
  put(name, std::move(function));
}

std::unique_ptr<Registry> Functions::scoped(hotshoe::RegistrationScope scope) {
  return std::make_unique<PluginFunctions>(*this, std::move(scope));
}

Functions::Order Functions::put(const std::string& name, std::shared_ptr<Function> function) {
  std::lock_guard<std::mutex> lock(mutex_);
  functions_[name][next_] = std::move(function);
  return next_++;
}

void Functions::take(const std::string& name, Order order) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = functions_.find(name);
  if (found == functions_.end()) return;
  found->second.erase(order);
  if (found->second.empty()) functions_.erase(found);
}

}  // namespace my_host
