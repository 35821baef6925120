// What the plugin does, without the host: tests/leaky.cpp tests it alone.
#ifndef MY_PLUGIN_LEAKY_HPP
#define MY_PLUGIN_LEAKY_HPP

namespace my_plugin {

// Lets through what is positive, and a tenth of the rest.
inline float leaky(float x) { return x > 0 ? x : x / 10; }

}  // namespace my_plugin

#endif  // MY_PLUGIN_LEAKY_HPP
