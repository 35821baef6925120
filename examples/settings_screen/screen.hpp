// A settings screen without its window: what there is, why it is off, and what can be done about it.
#ifndef STUDIO_SCREEN_HPP
#define STUDIO_SCREEN_HPP

#include <hotshoe/hotshoe.hpp>
#include <ostream>
#include <set>
#include <string>

#include "studio.hpp"

struct Screen {
  const hotshoe::Profile& profile;
  const hotshoe::Host& host;
  Registry& registry;
  std::ostream& out;
  std::set<std::string> disabled = {};  // what a program keeps in its settings

  void show() const {
    hotshoe::Catalog catalog = host.catalog().value();
    catalog.check_libraries(profile).value();  // else what only a library shows is seen when it is loaded
    for (hotshoe::Candidate found : catalog) {
      const bool is_on = host.state(found) == hotshoe::CandidateState::Loaded;
      const bool is_off = disabled.count(std::string(found.name())) != 0;
      out << (is_on ? "on   " : is_off ? "off  " : "-    ");
      out << found.name() << " " << found.version() << "  " << found.description() << "\n";
      if (!found.refusal_code().empty()) out << "       " << found.refusal_message() << "\n";
      if (!found.refusal_hint().empty()) out << "       " << found.refusal_hint() << "\n";
    }
  }
  void enable(const std::string& name) {
    disabled.erase(name);
    tell(name, host.load(name, registry));
  }
  void enable_all() {
    const hotshoe::Catalog catalog = host.catalog().value();  // its candidates live as long as it does
    for (hotshoe::Candidate found : catalog.newest().value()) enable(std::string(found.name()));
  }
  void disable(const std::string& name) {
    disabled.insert(name);
    for (const hotshoe::Plugin& plugin : host.plugins_named(name)) {
      const hotshoe::Result<hotshoe::Unload> unloaded = host.unload(plugin);
      out << name << ": " << (unloaded ? unloaded.value().text() : unloaded.error().report()) << "\n";
    }
  }
  void reload_changed() {
    for (const hotshoe::Plugin& plugin : host.plugins()) {
      if (!plugin.is_changed()) continue;
      hotshoe::Result<hotshoe::Plugin> next = host.reload(plugin, registry);
      // If both cannot be in the process at a time, the old one ends first, and there is no way back.
      if (next.error().code() == HOTSHOE_CODE_RELOAD_NOT_BESIDE) next = host.replace(plugin, registry);
      tell(std::string(plugin.name()), next);
    }
  }
  void tell(const std::string& name, const hotshoe::Result<hotshoe::Plugin>& plugin) {
    out << name << ": " << (plugin ? "on" : plugin.error().report()) << "\n";
  }
};

#endif  // STUDIO_SCREEN_HPP
