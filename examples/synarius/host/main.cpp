// synarius <model> [ticks [folder]]: runs the passes of its plugins on a model, writes what they generate
// into the folder, and emulates the model for some ticks of one second each.
//
// Plugins are in the folder Plugins beside this program and along SYNARIUS_PLUGIN_PATH. Errors go to stderr;
// one plugin that cannot be loaded does not stop the others. Exit code: 0; 1 if the model cannot be run; 2
// for wrong arguments.
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <hotshoe/hotshoe.hpp>
#include <iostream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "blocks.hpp"

namespace {

namespace fs = std::filesystem;

constexpr double tick_s = 1;

// What plugins of the contract register with.
struct Nothing {};

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

hotshoe::Host load_plugins() {
  const auto profile = hotshoe::Profile::installed("synarius").value();
  auto host = hotshoe::Host::create(profile).value();
  host.offer_interface(SYNARIUS_BLOCKS_1, synarius::blocks).value();
  Nothing nothing;
  const hotshoe::Loaded loaded = host.load_all(nothing);
  for (const auto& found : loaded.diagnostics) std::cerr << found.text() << "\n";
  for (const auto& plugin : loaded.plugins) {
    std::cout << plugin.name() << " " << plugin.version();
    for (const auto& capability : plugin.capabilities()) std::cout << " " << capability;
    std::cout << "\n";
  }
  return host;
}

// The field `model` holds the text at first. Each pass replaces it for the next one.
hotshoe::Context make_context(const fs::path& model) {
  auto context = hotshoe::Context::make(hotshoe::Schema::make().value()).value();
  const hotshoe::Values values = hotshoe::values();
  hotshoe::Value options = values.map();
  options.insert("name", values.of(model.stem().string()));
  context.set(HOTSHOE_SLOT_OPTIONS, options).value();
  context.set(HOTSHOE_SLOT_MODEL, values.of(read(model))).value();
  return context;
}

// Returns whether all of them ran.
bool run_passes(const hotshoe::Host& host, hotshoe::Context& context) {
  const auto pipeline = hotshoe::Pipeline::create().value();
  const auto report = pipeline.run(host, context).value();
  std::cout << "\n";
  for (const auto& pass : report.passes()) {
    std::cout << pass.stage << ": " << pass.name << " of " << pass.plugin;
    if (pass.outcome == hotshoe::PassOutcome::NotRun) {
      std::cout << ", not run\n";
    } else {
      std::cout << ", " << pass.nanoseconds / 1000 << " us\n";
    }
  }
  const auto diagnostics = context.diagnostics().value();
  for (const auto& found : diagnostics) std::cerr << found.text() << "\n";
  return static_cast<bool>(report.check());
}

void write_artifacts(hotshoe::Context& context, const std::optional<fs::path>& folder) {
  const auto artifacts = context.get(HOTSHOE_SLOT_ARTIFACTS).value();
  for (std::size_t index = 0; index < artifacts.size(); ++index) {
    const auto name = fs::path(artifacts.key_at(index)).filename();  // a plugin does not choose the folder
    const auto artifact = artifacts.at(index);
    std::cout << "generated " << name.string() << ", " << artifact.size() << " bytes\n";
    if (!folder) continue;
    fs::create_directories(*folder);
    if (!(std::ofstream(*folder / name, std::ios::binary) << artifact.to_text())) {
      throw std::runtime_error("cannot write " + (*folder / name).string());
    }
  }
}

// The values of all signals, which an emulation keeps in the workspace in the order of the lowered model.
// Each step writes them to the same place.
const double* signals_of(const hotshoe::Value& workspace, std::size_t count) {
  const hotshoe_view view = workspace.view();
  if (view.element != HOTSHOE_ELEMENT_F64 || view.dimensions != 1 || view.shape[0] != count ||
      (count > 1 && view.strides[0] != sizeof(double))) {
    throw std::runtime_error("the emulation has not put the signals into the workspace");
  }
  return static_cast<const double*>(view.data);
}

void emulate(const hotshoe::Host& host, hotshoe::Context& context, long ticks) {
  const auto lease = hotshoe::find(host, "runtime:emulation").value();
  if (!lease) throw std::runtime_error("no plugin has the capability runtime:emulation");
  auto stepper = hotshoe::Stepper::of(lease->plugin()).value();
  stepper.init(context).value();

  const auto model = context.get(HOTSHOE_SLOT_MODEL).value();
  const auto workspace = context.get(HOTSHOE_SLOT_SCALAR_WORKSPACE).value();
  const double* const signals = signals_of(workspace, model.size());
  std::cout << "\ntime_s";
  for (std::size_t index = 0; index < model.size(); ++index) {
    std::cout << "\t" << model.at(index).get("name").to_text();
  }
  std::cout << "\n";
  for (long tick = 0; tick < ticks; ++tick) {
    const double time_s = static_cast<double>(tick) * tick_s;
    context.set_f64(HOTSHOE_SLOT_TIME_S, time_s).value();
    stepper.step(context).value();
    std::cout << time_s;
    for (std::size_t index = 0; index < model.size(); ++index) std::cout << "\t" << signals[index];
    std::cout << "\n";
  }
  stepper.shutdown(context).value();
}

}  // namespace

int main(int argc, char** argv) {
  const long ticks = argc > 2 ? std::strtol(argv[2], nullptr, 10) : 5;
  if (argc < 2 || argc > 4 || ticks < 1) {
    std::cerr << "usage: synarius <model> [ticks [folder]]\n";
    return 2;
  }
  try {
    const auto host = load_plugins();
    auto context = make_context(argv[1]);
    if (!run_passes(host, context)) return 1;
    write_artifacts(context, argc > 3 ? std::optional<fs::path>(argv[3]) : std::nullopt);
    emulate(host, context, ticks);
    return 0;
  } catch (const std::exception& thrown) {
    std::cerr << "synarius: " << thrown.what() << "\n";
    return 1;
  }
}
