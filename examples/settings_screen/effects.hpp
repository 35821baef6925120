// The registry of Studio: the effects that plugins have registered and that are on.
#ifndef STUDIO_EFFECTS_HPP
#define STUDIO_EFFECTS_HPP

#include <hotshoe/hotshoe.hpp>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "studio.hpp"

class Effects final : public Registry {
 public:
  std::shared_ptr<Effect> find(const std::string& name) const {
    std::lock_guard<std::mutex> locked(mutex_);
    const auto found = effects_.find(name);
    return found == effects_.end() ? nullptr : found->second;
  }

  void add(const std::string& name, std::shared_ptr<Effect> effect) override {
    std::lock_guard<std::mutex> locked(mutex_);
    effects_[name] = std::move(effect);
  }

  std::unique_ptr<Registry> scoped(hotshoe::RegistrationScope scope) override {
    return std::make_unique<Scoped>(*this, std::move(scope));
  }

 private:
  // What one plugin adds goes with it.
  class Scoped final : public Registry {
   public:
    Scoped(Effects& effects, hotshoe::RegistrationScope scope)
        : effects_(effects), scope_(std::move(scope)) {}

    void add(const std::string& name, std::shared_ptr<Effect> effect) override {
      Effects& effects = effects_;
      scope_
          .own(
              "effect `" + name + "`", std::move(effect),
              [&effects, name](std::shared_ptr<Effect> lease) { effects.add(name, std::move(lease)); },
              [&effects, name] { effects.remove(name); })
          .value();
    }
    std::unique_ptr<Registry> scoped(hotshoe::RegistrationScope scope) override {
      return std::make_unique<Scoped>(effects_, std::move(scope));
    }

   private:
    Effects& effects_;
    hotshoe::RegistrationScope scope_;
  };

  void remove(const std::string& name) {
    std::lock_guard<std::mutex> locked(mutex_);
    effects_.erase(name);
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Effect>> effects_;
};

#endif  // STUDIO_EFFECTS_HPP
