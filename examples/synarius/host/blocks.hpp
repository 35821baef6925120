// The blocks of this host.
#ifndef SYNARIUS_HOST_BLOCKS_HPP
#define SYNARIUS_HOST_BLOCKS_HPP

#include <cstdint>
#include <iterator>
#include <synarius/blocks.hpp>

namespace synarius {

inline constexpr synarius_block all_blocks[] = {
    {"const", 0, true, [](const double*, double before, double) { return before; }, "{before}"},
    {"integrate", 1, true, [](const double* in, double before, double s) { return before + in[0] * s; },
     "{before} + {0} * {seconds}"},
    {"add", 2, false, [](const double* in, double, double) { return in[0] + in[1]; }, "{0} + {1}"},
    {"sub", 2, false, [](const double* in, double, double) { return in[0] - in[1]; }, "{0} - {1}"},
    {"mul", 2, false, [](const double* in, double, double) { return in[0] * in[1]; }, "{0} * {1}"},
};

// The interface that the host offers.
inline constexpr synarius_blocks_1 blocks = {
    sizeof blocks, [](void*, std::uint32_t number) -> const synarius_block* {
      return number < std::size(all_blocks) ? &all_blocks[number] : nullptr;
    }};

}  // namespace synarius

#endif  // SYNARIUS_HOST_BLOCKS_HPP
