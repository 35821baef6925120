#include <cstddef>
#include <hotshoe/contract.hpp>

struct org_example_filter_1 {
  std::size_t size;
  double (*filter)(void* instance, double input);
};

class Gain {
 public:
  explicit Gain(hotshoe::PluginHost) {}
  const void* interface(std::string_view id) const noexcept {
    static constexpr org_example_filter_1 table = {
        sizeof table, [](void* gain, double input) { return static_cast<Gain*>(gain)->factor_ * input; }};
    return id == "org.example.filter/1" ? &table : nullptr;
  }

 private:
  double factor_ = 2;
};

HOTSHOE_PLUGIN(Gain, HOTSHOE_PLUGIN_NAME, HOTSHOE_PLUGIN_VERSION)
