// Stage `codegen`: writes a lowered model as a Python module, the artifact <name>.py, with a function for one
// step.
#include <hotshoe/passes.hpp>
#include <limits>
#include <sstream>
#include <string>
#include <synarius/model.hpp>
#include <vector>

namespace {

void replace(std::string& text, const std::string& what, const std::string& by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) {
    text.replace(at, what.size(), by);
  }
}

class Generator {
 public:
  explicit Generator(hotshoe::PluginHost host) : values_(host), blocks_(host) {}

  void generate(hotshoe::Hook& hook) {
    const hotshoe::LentContext context(values_, hook.context());
    const std::vector<synarius::Signal> model = synarius::lowered(context.get(HOTSHOE_SLOT_MODEL), blocks_);
    std::ostringstream start, step;
    start.precision(std::numeric_limits<double>::max_digits10);
    for (std::size_t place = 0; place < model.size(); ++place) {
      start << (place == 0 ? "" : ", ") << model[place].start;
      step << "    now[" << place << "] = " << expression(model[place], place) << "  # " << model[place].name
           << "\n";
    }
    const std::string code = "start = [" + start.str() +
                             "]\n\n\ndef step(before, seconds):\n    now = before[:]\n" + step.str() +
                             "    return now\n";

    hotshoe::Value artifacts = context.get(HOTSHOE_SLOT_ARTIFACTS);
    const std::string name(context.get(HOTSHOE_SLOT_OPTIONS).get("name").to_text());
    artifacts.insert(name + ".py", values_.of(code));
    context.set(HOTSHOE_SLOT_ARTIFACTS, artifacts);
  }

  static constexpr hotshoe::Pass<Generator> passes[] = {{"python", "codegen", &Generator::generate}};
  const void* interface(std::string_view id) const noexcept { return hotshoe::passes_of<Generator>(id); }

 private:
  static std::string expression(const synarius::Signal& signal, std::size_t place) {
    std::string text = signal.block->python;
    for (std::size_t number = 0; number < signal.inputs.size(); ++number) {
      const std::string input = "[" + std::to_string(signal.inputs[number]) + "]";
      replace(text, "{" + std::to_string(number) + "}", (signal.block->is_state ? "before" : "now") + input);
    }
    replace(text, "{before}", "before[" + std::to_string(place) + "]");
    replace(text, "{seconds}", "seconds");
    return text;
  }

  hotshoe::Values values_;
  synarius::Blocks blocks_;
};

}  // namespace

HOTSHOE_PLUGIN(Generator, HOTSHOE_PLUGIN_NAME, HOTSHOE_PLUGIN_VERSION)
