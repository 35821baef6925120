// A settings screen without its window: what there is, why it is off, and what can be done about it.
#ifndef STUDIO_SCREEN_HPP
#define STUDIO_SCREEN_HPP

#include <filesystem>
#include <hotshoe/hotshoe.hpp>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <utility>

#include "studio.hpp"

struct Screen {
  const hotshoe::Profile& profile;
  const hotshoe::Host& host;
  Registry& registry;
  std::ostream& out;
  std::set<std::string> disabled = {};                               // what a program keeps in its settings
  std::map<std::string, std::filesystem::file_time_type> seen = {};  // the libraries of those that are on

  void show() const {
    hotshoe::Catalog catalog = host.catalog().value();
    catalog.check_libraries(profile).value();  // else what only a library shows is seen when it is loaded
    for (hotshoe::Candidate found : catalog) {
      const bool is_off = disabled.count(std::string(found.name())) != 0;
      out << (seen.count(std::string(found.library())) != 0 ? "on   " : is_off ? "off  " : "-    ");
      out << found.name() << " " << found.version() << "  " << found.description() << "\n";
      if (!found.refusal_code().empty()) out << "       " << found.refusal_message() << "\n";
      if (!found.refusal_hint().empty()) out << "       " << found.refusal_hint() << "\n";
    }
  }
  void enable(const std::string& name) {
    disabled.erase(name);
    keep(name, host.load(name, registry));
  }
  void enable_all() {
    const hotshoe::Catalog catalog = host.catalog().value();  // its candidates live as long as it does
    for (hotshoe::Candidate found : catalog.newest().value()) enable(std::string(found.name()));
  }
  void disable(const std::string& name) {
    disabled.insert(name);
    for (const hotshoe::Plugin& plugin : host.plugins_named(name)) {
      const hotshoe::Result<hotshoe::Unload> unloaded = host.unload(plugin);
      if (!plugin.is_loaded()) seen.erase(std::string(plugin.library()));
      out << name << ": " << (unloaded ? unloaded.value().text() : unloaded.error().report()) << "\n";
    }
  }
  void reload_changed() {
    for (const hotshoe::Plugin& plugin : host.plugins()) {
      std::error_code gone;  // what is being replaced is there again the next time
      const auto now = std::filesystem::last_write_time(plugin.library(), gone);
      if (gone || std::exchange(seen[std::string(plugin.library())], now) == now) continue;
      hotshoe::Result<hotshoe::Plugin> fresh = host.reload(plugin, registry);
      // If both cannot be in the process at a time, the old one ends first, and there is no way back.
      if (!fresh && fresh.error().code() == HOTSHOE_CODE_RELOAD_NOT_BESIDE) fresh = host.replace(plugin, registry);
      keep(std::string(plugin.name()), fresh);
    }
  }
  void keep(const std::string& name, const hotshoe::Result<hotshoe::Plugin>& plugin) {
    out << name << ": " << (plugin ? "on" : plugin.error().report()) << "\n";
    if (!plugin) return;
    const std::string library(plugin.value().library());
    seen[library] = std::filesystem::last_write_time(library);
  }
};

#endif  // STUDIO_SCREEN_HPP
