// Stage `lower`: sorts the signals of a model so that they can be computed one after the other, and replaces
// the names of their inputs by indices; see synarius/model.hpp.
#include <hotshoe/passes.hpp>
#include <hotshoe/value.hpp>
#include <map>
#include <stdexcept>
#include <string>
#include <synarius/blocks.hpp>
#include <vector>

namespace {

struct Signal {
  std::string name;
  std::vector<std::size_t> inputs;  // indices, in the order of the text
  bool is_state;
};

class Scheduler {
 public:
  explicit Scheduler(hotshoe::PluginHost host) : values_(host), blocks_(host) {}

  void order(hotshoe::Hook& hook) {
    const hotshoe::LentContext context(values_, hook.context());
    const hotshoe::Value model = context.get(HOTSHOE_SLOT_MODEL);
    const std::vector<Signal> signals = resolve(context, model);

    // Signals stay in the order of the text where possible.
    std::vector<std::size_t> order, place(signals.size(), unplaced);
    for (std::size_t before = unplaced; order.size() != before;) {
      before = order.size();
      for (std::size_t index = 0; index < signals.size(); ++index) {
        if (place[index] != unplaced || waits_for(signals[index], place) != unplaced) continue;
        place[index] = order.size();
        order.push_back(index);
      }
    }
    if (order.size() != signals.size()) {
      context.report(2, "model-cycle", cycle(signals, place));
      throw std::runtime_error("the model has a loop without a state in it");
    }

    hotshoe::Value lowered = values_.list();
    for (const std::size_t index : order) {
      hotshoe::Value inputs = values_.list(), signal = model.at(index);
      for (const std::size_t input : signals[index].inputs) {
        inputs.push(values_.of(static_cast<std::int64_t>(place[input])));
      }
      signal.insert("inputs", inputs);
      lowered.push(signal);
    }
    context.set(HOTSHOE_SLOT_MODEL, lowered);
  }

  static constexpr hotshoe::Pass<Scheduler> passes[] = {{"order", "lower", &Scheduler::order}};
  const void* interface(std::string_view id) const noexcept { return hotshoe::passes_of<Scheduler>(id); }

 private:
  static constexpr std::size_t unplaced = static_cast<std::size_t>(-1);

  std::vector<Signal> resolve(const hotshoe::LentContext& context, const hotshoe::Value& model) const {
    std::map<std::string, std::size_t> known;
    std::vector<Signal> signals;
    int wrong = 0;
    const auto report = [&](std::size_t index, const char* code, const std::string& message) {
      const std::int64_t line = model.at(index).get("line").to_i64();
      context.report(2, code, "line " + std::to_string(line) + ": " + message);
      ++wrong;
    };
    for (std::size_t index = 0; index < model.size(); ++index) {
      const hotshoe::Value signal = model.at(index);
      const std::string name(signal.get("name").to_text());
      if (!known.emplace(name, index).second)
        report(index, "name-taken", "there is a `" + name + "` already");
      signals.push_back({name, {}, blocks_.of(signal.get("block").to_text()).is_state});
    }
    for (std::size_t index = 0; index < model.size(); ++index) {
      const hotshoe::Value inputs = model.at(index).get("inputs");
      for (std::size_t number = 0; number < inputs.size(); ++number) {
        const std::string name(inputs.at(number).to_text());
        const auto found = known.find(name);
        if (found == known.end()) {
          report(index, "name-unknown", "there is no `" + name + "`");
        } else {
          signals[index].inputs.push_back(found->second);
        }
      }
    }
    if (wrong > 0) throw std::runtime_error(std::to_string(wrong) + " names of the model are wrong");
    return signals;
  }

  // The first input that has no place yet; `unplaced` if there is none and the signal can be computed.
  static std::size_t waits_for(const Signal& signal, const std::vector<std::size_t>& place) {
    if (signal.is_state) return unplaced;
    for (const std::size_t input : signal.inputs) {
      if (place[input] == unplaced) return input;
    }
    return unplaced;
  }

  // Describes a loop. Each signal without a place waits for another one without a place, so following these
  // leads into one.
  static std::string cycle(const std::vector<Signal>& signals, const std::vector<std::size_t>& place) {
    std::size_t at = 0;
    while (place[at] != unplaced) ++at;
    for (std::size_t step = 0; step < signals.size(); ++step) at = waits_for(signals[at], place);
    std::string text = "`" + signals[at].name + "`";
    std::size_t next = at;
    do {
      next = waits_for(signals[next], place);
      text += " needs `" + signals[next].name + "`";
      if (next != at) text += ", which";
    } while (next != at);
    return text + ": let the loop go through an `integrate`";
  }

  hotshoe::Values values_;
  synarius::Blocks blocks_;
};

}  // namespace

HOTSHOE_PLUGIN(Scheduler, HOTSHOE_PLUGIN_NAME, HOTSHOE_PLUGIN_VERSION)
