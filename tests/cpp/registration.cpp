// A registration scope owns what a plugin registers, when and however often it does.
#include <hotshoe/registration.hpp>
#include <stdexcept>

#include "check.hpp"
#include "rack.hpp"

namespace {

using hotshoe::Outcome;

void withdrawing_an_override_brings_the_older_back(const Folder& folder) {
  Rack rack;
  hotshoe::Host host = mixer_host(folder);
  hotshoe::Plugin two = host.load<Mixer>("two", rack).value();
  hotshoe::Plugin three = host.load<Mixer>("three", rack).value();
  CHECK_EQUAL((*rack.find("gain"))(1), 3);
  std::shared_ptr<Effect> held = rack.find("gain");
  CHECK(host.unload(three).value().outcome() == Outcome::Busy);
  CHECK_EQUAL((*rack.find("gain"))(1), 3);  // published again in its old place
  held.reset();
  CHECK(host.unload(three).value().outcome() == Outcome::Unmapped);
  CHECK_EQUAL((*rack.find("gain"))(1), 2);
  held = rack.find("gain");
  three = host.load<Mixer>("three", rack).value();
  CHECK(host.unload(two).value().outcome() == Outcome::Busy);
  CHECK_EQUAL((*rack.find("gain"))(1), 3);  // the older did not come out on top
  held.reset();
  CHECK(host.unload(two).value().outcome() == Outcome::Unmapped);
  CHECK(host.unload(three).value().outcome() == Outcome::Unmapped);
}

void what_a_plugin_registers_later_is_owned_too(const Folder& folder) {
  Rack rack;
  hotshoe::Host host = mixer_host(folder);
  hotshoe::Plugin late = host.load<Mixer>("late", rack).value();
  (*rack.find("late"))(1);
  (*rack.find("late"))(2);
  std::shared_ptr<Effect> echo = rack.find("echo2");
  CHECK_EQUAL((*echo)(1), 2);
  CHECK_EQUAL(host.unload(late).value().text(), "busy: effect `echo2` is in use");
  CHECK_EQUAL(rack.size(), 3u);
  echo.reset();
  CHECK(host.unload(late).value().outcome() == Outcome::Unmapped);
  CHECK_EQUAL(rack.size(), 0u);
}

void a_plugin_is_not_busy_for_what_it_holds_itself(const Folder& folder) {
  Rack rack;
  hotshoe::Host host = mixer_host(folder);
  hotshoe::Plugin keeps = host.load<Mixer>("keeps", rack).value();
  CHECK_EQUAL(rack.size(), 2u);
  std::shared_ptr<Effect> held = rack.find("silent");
  CHECK_EQUAL(host.unload(keeps).value().text(), "busy: effect `silent` is in use");
  held.reset();
  CHECK(host.unload(keeps).value().outcome() == Outcome::Unmapped);
  CHECK_EQUAL(mappings_of(keeps.library()), 0);
}

void a_weak_pointer_may_outlive_the_plugin(const Folder& folder) {
  Rack rack;
  hotshoe::Host host = mixer_host(folder);
  hotshoe::Plugin two = host.load<Mixer>("two", rack).value();
  std::weak_ptr<Effect> weak = rack.find("gain");
  CHECK_EQUAL((*weak.lock())(1), 2);
  CHECK(host.unload(two).value().outcome() == Outcome::Unmapped);
  CHECK(weak.lock() == nullptr);
}

// What a host's callbacks do wrong, and what is asked of them.
struct Clumsy {
  bool publish_throws = false;
  bool withdraw_throws = false;
  bool forget = false;
  std::shared_ptr<Effect> effect;
  std::unique_ptr<hotshoe::RegistrationScope> scope;

  struct View : Mixer {
    explicit View(Clumsy& clumsy) : clumsy(clumsy) {}
    void add(const std::string& name, std::shared_ptr<Effect> effect) override {
      clumsy.scope
          ->own(
              "effect `" + name + "`", std::move(effect),
              [&clumsy = clumsy](std::shared_ptr<Effect> lent) {
                if (clumsy.publish_throws) throw std::runtime_error("no room");
                clumsy.effect = std::move(lent);
              },
              [&clumsy = clumsy] {
                if (clumsy.withdraw_throws) throw std::runtime_error("not now");
                if (!clumsy.forget) clumsy.effect.reset();
              })
          .value();
    }
    std::unique_ptr<Mixer> scoped(hotshoe::RegistrationScope) override { return nullptr; }
    Clumsy& clumsy;
  };
};

struct ClumsyMixer : Mixer {
  explicit ClumsyMixer(Clumsy& clumsy) : clumsy(clumsy) {}
  void add(const std::string&, std::shared_ptr<Effect>) override {}
  std::unique_ptr<Mixer> scoped(hotshoe::RegistrationScope scope) override {
    clumsy.scope = std::make_unique<hotshoe::RegistrationScope>(std::move(scope));
    return std::make_unique<Clumsy::View>(clumsy);
  }
  Clumsy& clumsy;
};

void a_callback_that_throws_or_forgets_is_never_unsafe(const Folder& folder) {
  Clumsy clumsy;
  ClumsyMixer mixer(clumsy);
  hotshoe::Host host = mixer_host(folder);

  clumsy.publish_throws = true;
  hotshoe::Result<hotshoe::Plugin> refused = host.load<Mixer>("two", mixer);
  CHECK(!refused);
  CHECK_EQUAL(refused.error().causes()[0], "no room");
  CHECK_EQUAL(mappings_of(folder.path() / "two"), 0);

  clumsy.publish_throws = false;
  hotshoe::Plugin two = host.load<Mixer>("two", mixer).value();
  clumsy.withdraw_throws = true;
  CHECK(host.unload(two).value().outcome() == Outcome::Busy);
  CHECK_EQUAL((*clumsy.effect)(1), 2);
  clumsy.withdraw_throws = false;
  clumsy.forget = true;
  CHECK(host.unload(two).value().outcome() == Outcome::Busy);
  CHECK_EQUAL((*clumsy.effect)(1), 2);
  clumsy.publish_throws = true;  // nobody is left to tell
  CHECK(host.unload(two).value().outcome() == Outcome::Busy);
  CHECK_EQUAL((*clumsy.effect)(1), 2);
  clumsy.forget = false;
  CHECK(host.unload(two).value().outcome() == Outcome::Unmapped);
  CHECK(clumsy.effect == nullptr);
}

// The entry throws when somebody has got hold of what it registered before: neither may dangle.
void what_is_in_use_when_an_entry_throws_stays_good(const Folder& folder) {
  Clumsy clumsy;
  ClumsyMixer mixer(clumsy);
  clumsy.forget = true;
  hotshoe::Host host = mixer_host(folder);
  hotshoe::Result<hotshoe::Plugin> thrown = host.load<Mixer>("throws", mixer);
  CHECK(!thrown);
  CHECK_EQUAL(thrown.error().causes()[0], "boom");
  CHECK(contains(thrown.error().hint(), "effect `silence` is in use"));
  CHECK_EQUAL((*clumsy.effect)(1), 0);
  CHECK(host.plugins().empty());
}

void an_ended_plugin_can_register_nothing(const Folder& folder) {
  Clumsy clumsy;
  ClumsyMixer mixer(clumsy);
  hotshoe::Host host = mixer_host(folder);
  hotshoe::Plugin two = host.load<Mixer>("two", mixer).value();
  CHECK_EQUAL(clumsy.scope->plugin().name(), "two");
  CHECK(host.unload(two).value().outcome() == Outcome::Unmapped);
  int published = 0;
  hotshoe::Result<void> late = clumsy.scope->own(
      "a number", std::make_shared<int>(1), [&](std::shared_ptr<int>) { ++published; }, [] {});
  CHECK_EQUAL(late.error().code(), "plugin-unloaded");
  CHECK_EQUAL(published, 0);
}

struct Plain {
  int value = 0;
};

void a_registry_without_scopes_is_passed_as_it_is(const Folder& folder) {
  static_assert(hotshoe::detail::HasScoped<Mixer>::value);
  static_assert(!hotshoe::detail::HasScoped<Plain>::value);
  Plain plain;
  hotshoe::Host host = mixer_host(folder);
  hotshoe::Plugin plugin = host.load("plain", plain).value();
  CHECK_EQUAL(plain.value, 7);
  CHECK(host.unload(plugin).value().outcome() == Outcome::Unmapped);
}

}  // namespace

int main() {
  Folder folder;
  folder.install("two", built("gain2"));
  folder.install("three", built("gain3"));
  folder.install("late", built("late"));
  folder.install("keeps", built("keeps"));
  folder.install("plain", built("plain"));
  folder.install("throws", built("throws"));
  withdrawing_an_override_brings_the_older_back(folder);
  what_a_plugin_registers_later_is_owned_too(folder);
  a_plugin_is_not_busy_for_what_it_holds_itself(folder);
  a_weak_pointer_may_outlive_the_plugin(folder);
  a_callback_that_throws_or_forgets_is_never_unsafe(folder);
  what_is_in_use_when_an_entry_throws_stays_good(folder);
  an_ended_plugin_can_register_nothing(folder);
  a_registry_without_scopes_is_passed_as_it_is(folder);
}
