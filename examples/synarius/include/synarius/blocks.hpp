// What the blocks of a model mean is the host's to say, and it offers that to its plugins: the reader asks
// which blocks there are, the scheduler which of them need their inputs first, the generator how one is
// written in Python, and the emulator for its value. So a new block is one line in host/blocks.hpp, and no
// plugin changes.
#ifndef SYNARIUS_BLOCKS_HPP
#define SYNARIUS_BLOCKS_HPP

#include <cstddef>
#include <cstdint>
#include <hotshoe/contract.hpp>
#include <stdexcept>
#include <string_view>

#define SYNARIUS_BLOCKS_1 "synarius.blocks/1"

// A kind of block; it is there as long as the host and its plugins.
struct synarius_block {
  const char* name;
  std::uint32_t inputs;  // how many it has: 0 to 2
  // A state begins with a number that the model gives. Its inputs are those of the tick before, so that it
  // can be known before them, and a loop may go through it.
  bool is_state;
  // `before` is its own value in the tick before, and `seconds` is how long ago that was. [any thread]
  double (*value)(const double* inputs, double before, double seconds);
  const char* python;  // the same as an expression of {0}, {1}, {before} and {seconds}
};

struct synarius_blocks_1 {
  std::size_t size;
  // The kind of a number, counted from 0; null behind the last one. [any thread]
  const synarius_block* (*at)(void* instance, std::uint32_t number);
};

namespace synarius {

// The blocks as a plugin sees them. In a host that does not offer them, such as the tool that checks plugins,
// a plugin can be loaded, and fails when it needs one. [any thread]
class Blocks {
 public:
  explicit Blocks(hotshoe::PluginHost host)
      : offered_(host.interface<synarius_blocks_1>(SYNARIUS_BLOCKS_1)) {}

  // The kind of a number, or null.
  const synarius_block* at(std::uint32_t number) const {
    if (!offered_) throw std::runtime_error("the host does not offer " SYNARIUS_BLOCKS_1);
    return offered_.table->at(offered_.instance, number);
  }
  // The kind of a name, or null.
  const synarius_block* find(std::string_view name) const {
    std::uint32_t number = 0;
    while (at(number) != nullptr && at(number)->name != name) ++number;
    return at(number);
  }

 private:
  hotshoe::HostInterface<synarius_blocks_1> offered_;
};

}  // namespace synarius

#endif  // SYNARIUS_BLOCKS_HPP
