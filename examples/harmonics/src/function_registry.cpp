// The registry of the process, and the views of it that plugins get.
#include "harmonics/function_registry.hpp"

#include <atomic>
#include <cstdint>
#include <hotshoe/hotshoe.hpp>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

#include "versions.hpp"

namespace harmonics {
namespace {

// The place of a function among those of its name.
using Order = std::uint64_t;

// The functions of one kind.
template <class Function>
class Shelf {
 public:
  explicit Shelf(const char* kind) : kind_(kind) {}

  const char* kind() const noexcept { return kind_; }

  void put(const std::string& name, Order order, std::shared_ptr<Function> function) {
    std::lock_guard<std::mutex> lock(mutex_);
    functions_[name][order] = std::move(function);
  }

  void take(const std::string& name, Order order) {
    std::lock_guard<std::mutex> lock(mutex_);
    auto found = functions_.find(name);
    if (found == functions_.end()) return;
    found->second.erase(order);
    if (found->second.empty()) functions_.erase(found);
  }

  std::shared_ptr<Function> get(const std::string& name) const {
    std::lock_guard<std::mutex> lock(mutex_);
    auto found = functions_.find(name);
    if (found == functions_.end())
      throw std::out_of_range(std::string("no ") + kind_ + " is called `" + name + "`");
    return found->second.rbegin()->second;
  }

  std::vector<std::string> names() const {
    std::lock_guard<std::mutex> lock(mutex_);
    std::vector<std::string> names;
    for (const auto& named : functions_) names.push_back(named.first);
    return names;
  }

 private:
  const char* kind_;
  mutable std::mutex mutex_;
  std::map<std::string, std::map<Order, std::shared_ptr<Function>>> functions_;
};

struct Shelves {
  Shelf<ActivationFunction> activations{"activation"};
  Shelf<LossFunction> losses{"loss"};
  Shelf<LayerFunction> layers{"layer"};
  std::atomic<Order> next{0};
};

// The registry of the process, and the view of it that a plugin gets: the same shelves, and the plugin's
// scope owns what is put there.
class Registry final : public FunctionRegistry {
 public:
  explicit Registry(Shelves& shelves, std::optional<hotshoe::RegistrationScope> scope = std::nullopt)
      : shelves_(shelves), scope_(std::move(scope)) {}

  void register_activation(const std::string& name, std::shared_ptr<ActivationFunction> function) override {
    put(shelves_.activations, name, std::move(function));
  }
  void register_loss(const std::string& name, std::shared_ptr<LossFunction> function) override {
    put(shelves_.losses, name, std::move(function));
  }
  void register_layer(const std::string& name, std::shared_ptr<LayerFunction> function) override {
    put(shelves_.layers, name, std::move(function));
  }

  std::shared_ptr<ActivationFunction> get_activation(const std::string& name) const override {
    return shelves_.activations.get(name);
  }
  std::shared_ptr<LossFunction> get_loss(const std::string& name) const override {
    return shelves_.losses.get(name);
  }
  std::shared_ptr<LayerFunction> get_layer(const std::string& name) const override {
    return shelves_.layers.get(name);
  }

  std::vector<std::string> activations() const override { return shelves_.activations.names(); }
  std::vector<std::string> losses() const override { return shelves_.losses.names(); }
  std::vector<std::string> layers() const override { return shelves_.layers.names(); }

  std::unique_ptr<FunctionRegistry> scoped(hotshoe::RegistrationScope scope) override {
    PluginVersions::instance().ask(scope.plugin());
    return std::make_unique<Registry>(shelves_, std::move(scope));
  }

 private:
  template <class Function>
  void put(Shelf<Function>& shelf, const std::string& name, std::shared_ptr<Function> function) {
    const std::string what = std::string(shelf.kind()) + " `" + name + "`";
    if (function == nullptr) throw std::invalid_argument(what + " is a null pointer");
    const Order order = shelves_.next++;
    if (!scope_) return shelf.put(name, order, std::move(function));
    auto publish = [&shelf, name, order](std::shared_ptr<Function> lent) {
      shelf.put(name, order, std::move(lent));
    };
    auto withdraw = [&shelf, name, order] { shelf.take(name, order); };
    scope_->own(what, std::move(function), publish, withdraw).value();
  }

  Shelves& shelves_;
  std::optional<hotshoe::RegistrationScope> scope_;
};

}  // namespace

// Never destroyed: threads may look functions up while the process ends.
FunctionRegistry& FunctionRegistry::instance() {
  static FunctionRegistry& registry = *new Registry(*new Shelves);
  return registry;
}

std::shared_ptr<ActivationFunction> getActivation(const std::string& name) {
  return FunctionRegistry::instance().get_activation(name);
}

std::shared_ptr<LossFunction> getLoss(const std::string& name) {
  return FunctionRegistry::instance().get_loss(name);
}

std::shared_ptr<LayerFunction> getLayer(const std::string& name) {
  return FunctionRegistry::instance().get_layer(name);
}

}  // namespace harmonics
