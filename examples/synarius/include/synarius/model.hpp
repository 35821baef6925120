// A lowered model, which the stage `lower` puts into the field `model` of the context. It is a list with a
// map for each signal, in an order in which they can be computed:
//
//     {"name": "error", "block": "sub", "inputs": [1, 0], "start": 0.0, "line": 3}
//
// `inputs` are indices of this list. After the stage `parse` they are names, and the order is that of the
// text.
#ifndef SYNARIUS_MODEL_HPP
#define SYNARIUS_MODEL_HPP

#include <hotshoe/value.hpp>
#include <string>
#include <vector>

#include "blocks.hpp"

namespace synarius {

struct Signal {
  std::string name;
  const synarius_block* block;
  std::vector<std::size_t> inputs;
  double start;  // of a state
};

// Reads a lowered model, and throws if it is not one: the plugin that lowered it may be anybody's.
inline std::vector<Signal> lowered(const hotshoe::Value& model, const Blocks& blocks) {
  std::vector<Signal> signals;
  for (std::size_t index = 0; index < model.size(); ++index) {
    const hotshoe::Value signal = model.at(index), inputs = signal.get("inputs");
    const synarius_block& block = blocks.of(signal.get("block").to_text());
    if (inputs.size() != block.inputs)
      throw std::runtime_error("a block of the model has too many inputs, or too few");
    signals.push_back({std::string(signal.get("name").to_text()), &block, {}, signal.get("start").to_f64()});
    for (std::size_t number = 0; number < inputs.size(); ++number) {
      const auto place = static_cast<std::size_t>(inputs.at(number).to_i64());
      if (place >= (block.is_state ? model.size() : index))
        throw std::runtime_error("the model is not in order");
      signals.back().inputs.push_back(place);
    }
  }
  return signals;
}

}  // namespace synarius

#endif  // SYNARIUS_MODEL_HPP
