// The interface synarius.blocks/1. What the blocks of a model mean is decided by the host, and plugins ask
// for it: the reader which blocks exist, the scheduler which of them need their inputs first, the generator
// how to write one in Python, and the emulator for its value. A new block is one line in host/blocks.hpp, and
// no plugin changes.
#ifndef SYNARIUS_BLOCKS_HPP
#define SYNARIUS_BLOCKS_HPP

#include <cstddef>
#include <cstdint>
#include <hotshoe/contract.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

#define SYNARIUS_BLOCKS_1 "synarius.blocks/1"

// A kind of block. It lives as long as the host and its plugins.
struct synarius_block {
  const char* name;
  std::uint32_t inputs;  // how many it has: 0 to 2
  // A state starts with a number from the model. It reads its inputs as they were in the tick before, so it
  // can be computed first, and a loop may go through it.
  bool is_state;
  // `before` is the block's value in the tick before, `seconds` is the time since then. [any thread]
  double (*value)(const double* inputs, double before, double seconds);
  const char* python;  // the same as an expression of {0}, {1}, {before} and {seconds}
};

struct synarius_blocks_1 {
  std::size_t size;
  // The kind with this number, from 0 on; null after the last one. [any thread]
  const synarius_block* (*at)(void* instance, std::uint32_t number);
};

namespace synarius {

// The blocks of a plugin's host. A plugin also loads in a host that does not offer them, such as the tool
// that checks plugins; it fails when it asks for a block. [any thread]
class Blocks {
 public:
  explicit Blocks(hotshoe::PluginHost host)
      : offered_(host.interface<synarius_blocks_1>(SYNARIUS_BLOCKS_1)) {}

  // The kind with this number, or null.
  const synarius_block* at(std::uint32_t number) const {
    if (!offered_) throw std::runtime_error("the host does not offer " SYNARIUS_BLOCKS_1);
    return offered_.table->at(offered_.instance, number);
  }
  // The kind with this name, or null.
  const synarius_block* find(std::string_view name) const {
    std::uint32_t number = 0;
    while (at(number) != nullptr && at(number)->name != name) ++number;
    return at(number);
  }
  // The same for a model that another plugin has read: throws if there is none.
  const synarius_block& of(std::string_view name) const {
    if (const synarius_block* found = find(name)) return *found;
    throw std::runtime_error("the model has a block `" + std::string(name) +
                             "`, which the host does not have");
  }

 private:
  hotshoe::HostInterface<synarius_blocks_1> offered_;
};

}  // namespace synarius

#endif  // SYNARIUS_BLOCKS_HPP
