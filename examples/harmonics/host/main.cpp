// harmonics_host [search path]: loads plugins, says what it found, and computes with it.
//
// Without an argument it looks along HARMONICS_PLUGIN_PATH and in its own folders. Exit code: 0, or 1 if a
// function failed.
#include <cstdlib>
#include <exception>
#include <harmonics/plugin.hpp>
#include <iostream>
#include <string>
#include <vector>

namespace {

using harmonics::HTensor;

// 6, or [3.5, 6.5]
std::ostream& operator<<(std::ostream& out, const HTensor& tensor) {
  if (tensor.shape().empty()) return out << tensor[0];
  out << "[";
  for (std::size_t i = 0; i < tensor.size(); ++i) out << (i == 0 ? "" : ", ") << tensor[i];
  return out << "]";
}

void describe(const std::vector<harmonics::PluginHandle>& handles) {
  std::cout << handles.size() << (handles.size() == 1 ? " plugin\n" : " plugins\n");
  for (const harmonics::PluginHandle& handle : handles) {
    std::cout << "  " << handle.plugin.name() << " " << handle.plugin.version();
    if (handle.version != 0) std::cout << " (plugin version " << handle.version << ")";
    for (std::string_view capability : handle.plugin.capabilities()) std::cout << " " << capability;
    std::cout << "\n";
  }
}

void report_diagnostics() {
  for (const harmonics::PluginDiagnostic& found : harmonics::plugin_diagnostics()) {
    std::cout << found.text << "\n";
  }
}

// Prints `call = value` for a function of a plugin.
template <class Compute>
bool show(const std::string& call, Compute compute) {
  try {
    std::cout << call << " = " << compute() << "\n";
    return true;
  } catch (const std::exception& thrown) {
    std::cout << call << " failed: " << thrown.what() << "\n";
    return false;
  }
}

bool compute() {
  const harmonics::FunctionRegistry& registry = harmonics::FunctionRegistry::instance();
  bool all_well = true;
  for (const std::string& name : registry.activations()) {
    const auto activation = harmonics::getActivation(name);
    all_well &= show(name + "(7.5)", [&] { return (*activation)(HTensor::scalar(7.5F)); });
    all_well &= show(name + "(-1)", [&] { return (*activation)(HTensor::scalar(-1.0F)); });
  }
  for (const std::string& name : registry.losses()) {
    const auto loss = harmonics::getLoss(name);
    all_well &= show(name + "([2, 0.5], [0, 0])", [&] {
      return (*loss)(HTensor{2.0F, 0.5F}, HTensor{0.0F, 0.0F});
    });
  }
  for (const std::string& name : registry.layers()) {
    const auto layer = harmonics::getLayer(name);
    all_well &= show(name + "([1, 1])", [&] { return (*layer)(HTensor{1.0F, 1.0F}); });
  }
  return all_well;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
    std::cerr << "usage: harmonics_host [search path]\n";
    return 2;
  }
  std::cout << "harmonics " << HARMONICS_VERSION << ", hotshoe " << hotshoe_version() << "\n\n";
  std::vector<harmonics::PluginHandle> handles;
  try {
    handles = harmonics::load_plugins_from_path(argc == 2 ? argv[1] : "");
  } catch (const std::exception& thrown) {
    std::cerr << thrown.what() << "\n";
    return 1;
  }
  describe(handles);
  report_diagnostics();

  std::cout << "\n";
  const bool all_well = compute();

  std::cout << "\n";
  for (const harmonics::PluginHandle& handle : handles) {
    std::cout << "unload " << handle.plugin.name() << ": " << harmonics::unload_plugin(handle).text() << "\n";
  }
  return all_well ? EXIT_SUCCESS : EXIT_FAILURE;
}
