// The host profile: my-host.host.json, which is installed with the program.
#ifndef MY_HOST_PROFILE_HPP
#define MY_HOST_PROFILE_HPP

#include <hotshoe/hotshoe.hpp>

namespace my_host {

// Reads it.
hotshoe::Result<hotshoe::Profile> read_profile();

}  // namespace my_host

#endif  // MY_HOST_PROFILE_HPP
