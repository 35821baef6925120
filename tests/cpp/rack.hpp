// The registry of the host `mixer`: a stack of effects for each name, the last registered on top.
#ifndef RACK_HPP
#define RACK_HPP

#include <hotshoe/hotshoe.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "plugins/mixer.hpp"

class Rack : public Mixer {
 public:
  void add(const std::string& name, std::shared_ptr<Effect> effect) override {
    put(name, next(), std::move(effect));
  }

  std::unique_ptr<Mixer> scoped(hotshoe::RegistrationScope scope) override {
    return std::make_unique<View>(*this, std::move(scope));
  }

  // The effect of this name; null if there is none.
  std::shared_ptr<Effect> find(const std::string& name) const {
    std::lock_guard<std::mutex> lock(mutex_);
    auto found = effects_.find(name);
    return found == effects_.end() ? nullptr : found->second.rbegin()->second;
  }

  std::size_t size() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return effects_.size();
  }

 private:
  class View : public Mixer {
   public:
    View(Rack& rack, hotshoe::RegistrationScope scope) : rack_(rack), scope_(std::move(scope)) {}

    void add(const std::string& name, std::shared_ptr<Effect> effect) override {
      auto publish = [&rack = rack_, name, id = rack_.next()](std::shared_ptr<Effect> lent) {
        rack.put(name, id, std::move(lent));
      };
      auto withdraw = [&rack = rack_, name, effect = effect.get()] { rack.take(name, effect); };
      scope_.own("effect `" + name + "`", std::move(effect), publish, withdraw).value();
    }

    std::unique_ptr<Mixer> scoped(hotshoe::RegistrationScope scope) override {
      return rack_.scoped(std::move(scope));
    }

   private:
    Rack& rack_;
    hotshoe::RegistrationScope scope_;
  };

  int next() {
    std::lock_guard<std::mutex> lock(mutex_);
    return next_++;
  }

  void put(const std::string& name, int id, std::shared_ptr<Effect> effect) {
    std::lock_guard<std::mutex> lock(mutex_);
    effects_[name][id] = std::move(effect);
  }

  void take(const std::string& name, const Effect* effect) {
    std::lock_guard<std::mutex> lock(mutex_);
    auto& stack = effects_[name];
    for (auto it = stack.begin(); it != stack.end();)
      it = it->second.get() == effect ? stack.erase(it) : ++it;
    if (stack.empty()) effects_.erase(name);
  }

  mutable std::mutex mutex_;
  int next_ = 0;
  std::map<std::string, std::map<int, std::shared_ptr<Effect>>> effects_;
};

#endif  // RACK_HPP
