// harmonics/plugin.hpp does what it says.
//
//     harmonics_plugin_test <folder with the plugins relu6, huber and dense_blocks> <folder to work in>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <harmonics/plugin.hpp>
#include <iostream>
#include <stdexcept>
#include <thread>

namespace fs = std::filesystem;
using namespace harmonics;

namespace {

#define CHECK(condition) check((condition), __LINE__, #condition)

void check(bool holds, int line, const char* words) {
  if (holds) return;
  std::cerr << "line " << line << ": " << words << " does not hold" << std::endl;
  std::exit(1);
}

float relu6(float x) { return (*getActivation("relu6"))(HTensor::scalar(x))[0]; }

bool is_registered(const std::string& name) {
  for (const std::string& known : FunctionRegistry::instance().activations()) {
    if (known == name) return true;
  }
  return false;
}

template <class Function>
std::string failure_of(Function function) {
  try {
    function();
  } catch (const std::runtime_error& thrown) {
    return thrown.what();
  }
  return "";
}

void one_plugin_comes_and_goes(const std::string& folder) {
  const PluginHandle handle = load_plugin(folder + "/relu6");
  CHECK(handle.plugin.name() == "relu6");
  CHECK(fs::equivalent(handle.path, folder + "/relu6"));
  CHECK(handle.version == 0);
  CHECK(relu6(7.5F) == 6.0F && relu6(-1.0F) == 0.0F);
  CHECK(load_plugin(folder + "/relu6").path == handle.path);

  auto held = getActivation("relu6");
  CHECK(unload_plugin(handle).outcome() == hotshoe::Outcome::Busy);
  CHECK(relu6(3.0F) == 3.0F);
  CHECK(failure_of([&] { reload_plugin(handle.path); }).find("relu6") != std::string::npos);
  held.reset();
  CHECK(unload_plugin(handle).outcome() == hotshoe::Outcome::Unmapped);
  CHECK(!is_registered("relu6"));
  CHECK(!failure_of([&] { unload_plugin(handle); }).empty());
}

void what_fails_says_what_and_where() {
  const std::string words = failure_of([] { load_plugin("/no/such/plugin"); });
  CHECK(words.find("/no/such/plugin") != std::string::npos);
  CHECK(failure_of([] { reload_plugin("/no/such/plugin"); }) == words);
  try {
    getLoss("none");
    CHECK(false);
  } catch (const std::out_of_range& thrown) {
    CHECK(std::string(thrown.what()) == "no loss is called `none`");
  }
}

void reloading_gives_what_lies_there_now(const std::string& folder, const fs::path& work) {
  fs::copy(folder + "/relu6", work / "relu6");
  const std::string path = (work / "relu6").string();
  CHECK(reload_plugin(path).plugin.is_loaded());  // not loaded yet: loads it
  CHECK(is_registered("relu6"));
  fs::copy_file(folder + "/huber/libhuber.so", work / "relu6" / "new");
  fs::rename(work / "relu6" / "new", work / "relu6" / "librelu6.so");
  const PluginHandle fresh = reload_plugin(path + "/librelu6.so");
  CHECK(!is_registered("relu6"));
  CHECK(fresh.version == 2);
  CHECK((*getLoss("huber"))(HTensor{2.0F}, HTensor{0.0F})[0] == 1.5F);
  CHECK(unload_plugin(fresh).outcome() == hotshoe::Outcome::Unmapped);
}

void a_broken_plugin_hides_no_other(const std::string& folder, const fs::path& work) {
  fs::remove_all(work / "relu6");
  fs::copy(folder, work, fs::copy_options::recursive);
  fs::remove(work / "dense_blocks" / "dense_blocks.txt");
  std::vector<PluginHandle> handles = load_plugins_in_directory(work.string());
  CHECK(handles.size() == 2);
  std::vector<PluginDiagnostic> found = plugin_diagnostics();
  CHECK(found.size() == 1);
  CHECK(found[0].severity == hotshoe::Severity::Error);
  CHECK(found[0].plugin == "dense_blocks");
  CHECK(found[0].text.find("dense_blocks.txt") != std::string::npos);
  CHECK(plugin_diagnostics().empty());

  fs::copy(folder + "/dense_blocks/dense_blocks.txt", work / "dense_blocks");
  handles = reload_plugins_in_directory(work.string());
  CHECK(handles.size() == 3);
  CHECK((*getLayer("dense"))(HTensor{1.0F, 1.0F}).values() == std::vector<float>({3.5F, 6.5F}));

  auto held = getActivation("relu6");
  unload_plugins(handles);
  CHECK(handles.size() == 1 && handles[0].plugin.name() == "relu6");
  CHECK(plugin_diagnostics().size() == 1);
  held.reset();
  unload_plugins(handles);
  CHECK(handles.empty());
}

void the_search_path_is_the_argument_or_the_environment(const std::string& folder, const fs::path& work) {
  setenv("HARMONICS_PLUGIN_PATH", folder.c_str(), 1);
  std::vector<PluginHandle> handles = load_plugins_from_path();
  CHECK(handles.size() == 3);
  CHECK(reload_plugins_from_path().size() == 3);
  unload_plugins(handles);  // these ended when they were reloaded
  CHECK(plugin_diagnostics().size() == 3);
  handles = load_plugins_from_path();
  CHECK(handles.size() == 3);
  unload_plugins(handles);
  handles = load_plugins_from_path(work.string() + ":/no/such/folder");
  CHECK(handles.size() == 3);
  CHECK(plugin_diagnostics().size() == 1);
  handles = reload_plugins_from_path(work.string());
  unload_plugins(handles);
  CHECK(handles.empty());
}

void each_has_an_async_form(const std::string& folder) {
  CHECK(load_plugin_async(folder + "/relu6").get().plugin.is_loaded());
  PluginHandle relu6 = reload_plugin_async(folder + "/relu6").get();
  CHECK(unload_plugin_async(std::move(relu6)).get().outcome() == hotshoe::Outcome::Unmapped);
  CHECK(load_plugins_in_directory_async(folder).get().size() == 3);
  CHECK(reload_plugins_in_directory_async(folder).get().size() == 3);
  CHECK(load_plugins_from_path_async(folder).get().size() == 3);
  CHECK(unload_plugins_async(reload_plugins_from_path_async(folder).get()).get().empty());
  CHECK(!failure_of([] { load_plugin_async("/no/such/plugin").get(); }).empty());
}

void eight_threads_never_wait_for_ever(const std::string& folder) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const std::string path = folder + (i % 2 == 0 ? "/relu6" : "/huber");
      for (int round = 0; round < 100; ++round) {
        const std::string why = failure_of([&] {
          load_plugin(path);
          const PluginHandle reloaded = reload_plugin(path);
          failure_of([&] { unload_plugin(reloaded); });  // unless another thread has reloaded it by now
        });
        // Nobody waits while another thread runs the plugin's entry.
        CHECK(why.empty() || why.find("plugin-busy") != std::string::npos);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<PluginHandle> handles = load_plugins_in_directory(folder);
  unload_plugins(handles);
  CHECK(handles.empty());
}

void a_function_of_the_host_may_be_overridden(const std::string& folder) {
  class Half : public ActivationFunction {
    HTensor operator()(const HTensor& x) const override {
      return x.map([](float value) { return value / 2; });
    }
  };
  FunctionRegistry::instance().register_activation("relu6", std::make_shared<Half>());
  CHECK(relu6(8.0F) == 4.0F);
  const PluginHandle plugin = load_plugin(folder + "/relu6");
  CHECK(relu6(8.0F) == 6.0F);
  unload_plugin(plugin);
  CHECK(relu6(8.0F) == 4.0F);
  try {
    FunctionRegistry::instance().register_loss("none", nullptr);
    CHECK(false);
  } catch (const std::invalid_argument&) {
  }
}

}  // namespace

int main(int argc, char** argv) {
  CHECK(argc == 3);
  const std::string folder = argv[1];
  const fs::path work = argv[2];
  fs::remove_all(work);
  fs::create_directories(work);
  one_plugin_comes_and_goes(folder);
  what_fails_says_what_and_where();
  reloading_gives_what_lies_there_now(folder, work);
  a_broken_plugin_hides_no_other(folder, work);
  the_search_path_is_the_argument_or_the_environment(folder, work);
  each_has_an_async_form(folder);
  eight_threads_never_wait_for_ever(folder);
  a_function_of_the_host_may_be_overridden(folder);
}
