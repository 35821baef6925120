// A plugin as they are: C++, with virtual functions, strings and containers.
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace {

struct Layer {
  virtual ~Layer() = default;
  virtual float run(float x) const = 0;
};

struct Scale : Layer {
  explicit Scale(float factor) : factor(factor) {}
  float run(float x) const override { return x * factor; }
  float factor;
};

}  // namespace

extern "C" void harmonics_register(unsigned long* count) {
  std::map<std::string, std::shared_ptr<Layer>> layers;
  for (const char* name : {"half", "double", "triple"}) layers[name] = std::make_shared<Scale>(1.5f);
  std::vector<float> values;
  for (const auto& [name, layer] : layers) values.push_back(layer->run(2.0f));
  *count += values.size();
}
