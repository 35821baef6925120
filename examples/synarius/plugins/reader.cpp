// Stage `parse`: turns the text of a model into a list of signals; see synarius/model.hpp.
#include <hotshoe/passes.hpp>
#include <hotshoe/value.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <synarius/blocks.hpp>
#include <vector>

namespace {

using Words = std::vector<std::string>;

Words split(const std::string& line) {
  std::istringstream in(line.substr(0, line.find('#')));
  Words words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

double number(const std::string& word) {
  std::istringstream in(word);
  double number = 0;
  if (!(in >> number) || !in.eof()) throw std::invalid_argument("`" + word + "` is not a number");
  return number;
}

// Names are also written into generated code.
void check_name(const std::string& word) {
  const bool is_name =
      word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
      std::string::npos;
  if (!is_name) throw std::invalid_argument("`" + word + "` is not a name of letters, digits and `_`");
}

class Reader {
 public:
  explicit Reader(hotshoe::PluginHost host) : values_(host), blocks_(host) {}

  void read(hotshoe::Hook& hook) {
    const hotshoe::LentContext context(values_, hook.context());
    const hotshoe::Value text = context.get(HOTSHOE_SLOT_MODEL);
    hotshoe::Value model = values_.list();
    std::istringstream lines{std::string(text.to_text())};
    std::string line;
    int wrong = 0;
    for (int at = 1; std::getline(lines, line); ++at) {
      const Words words = split(line);
      if (words.empty()) continue;
      try {
        hotshoe::Value signal = read(words);
        signal.insert("line", values_.of(at));
        model.push(signal);
      } catch (const std::invalid_argument& why) {
        context.report(2, "model-syntax", "line " + std::to_string(at) + ": " + why.what());
        ++wrong;
      }
    }
    if (wrong > 0) throw std::runtime_error("the model has " + std::to_string(wrong) + " wrong lines");
    context.set(HOTSHOE_SLOT_MODEL, model);
  }

  static constexpr hotshoe::Pass<Reader> passes[] = {{"read", "parse", &Reader::read}};
  const void* interface(std::string_view id) const noexcept { return hotshoe::passes_of<Reader>(id); }

 private:
  // name = block input... start
  hotshoe::Value read(const Words& words) const {
    if (words.size() < 3 || words[1] != "=") throw std::invalid_argument("expected `name = block ...`");
    const synarius_block* block = blocks_.find(words[2]);
    if (block == nullptr)
      throw std::invalid_argument("there is no block `" + words[2] + "`; there are " + blocks());
    const std::size_t end = 3 + block->inputs;
    if (words.size() != end + (block->is_state ? 1 : 0)) {
      throw std::invalid_argument("`" + words[2] + "` takes " + std::to_string(block->inputs) + " names" +
                                  (block->is_state ? " and a number" : ""));
    }
    hotshoe::Value inputs = values_.list();
    check_name(words[0]);
    for (std::size_t index = 3; index < end; ++index) {
      check_name(words[index]);
      inputs.push(values_.of(words[index]));
    }
    hotshoe::Value signal = values_.map();
    signal.insert("name", values_.of(words[0]));
    signal.insert("block", values_.of(words[2]));
    signal.insert("inputs", inputs);
    signal.insert("start", values_.of(block->is_state ? number(words[end]) : 0.0));
    return signal;
  }

  std::string blocks() const {
    std::string names;
    for (std::uint32_t number = 0; const synarius_block* block = blocks_.at(number); ++number) {
      names += (number == 0 ? "" : ", ") + std::string(block->name);
    }
    return names;
  }

  hotshoe::Values values_;
  synarius::Blocks blocks_;
};

}  // namespace

HOTSHOE_PLUGIN(Reader, HOTSHOE_PLUGIN_NAME, HOTSHOE_PLUGIN_VERSION)
