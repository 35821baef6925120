// Two layers over one matrix and one bias, which lie beside the library in dense_blocks.txt:
// `dense` computes W x + b, and `residual_dense` computes x + max(W x + b, 0).
#include <algorithm>
#include <fstream>
#include <harmonics/function_registry.hpp>
#include <stdexcept>
#include <string>

#if defined(_WIN32)
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace {

// The folder that this library was loaded from, with a separator at its end.
std::string folder() {
#if defined(_WIN32)
  HMODULE library = nullptr;
  char path[MAX_PATH] = "";
  GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                     reinterpret_cast<LPCSTR>(&folder), &library);
  GetModuleFileNameA(library, path, MAX_PATH);
  const std::string file = path;
#else
  Dl_info library;
  const std::string file = dladdr(reinterpret_cast<void*>(&folder), &library) != 0 ? library.dli_fname : "";
#endif
  return file.substr(0, file.find_last_of("/\\") + 1);
}

struct Weights {
  std::vector<float> matrix;  // row by row
  std::vector<float> bias;

  // Reads the number of rows and columns, then each row of the matrix with its bias.
  static Weights read(const std::string& path) {
    std::ifstream file(path);
    std::size_t size = 0;
    if (!(file >> size) || size == 0 || size > 4096)
      throw std::runtime_error("no weights can be read from " + path);
    Weights weights;
    for (std::size_t row = 0; row < size; ++row) {
      float value = 0;
      for (std::size_t column = 0; column < size && file >> value; ++column) weights.matrix.push_back(value);
      if (file >> value) weights.bias.push_back(value);
    }
    if (!file) throw std::runtime_error("there are too few weights in " + path);
    return weights;
  }
};

harmonics::HTensor affine(const Weights& weights, const harmonics::HTensor& x) {
  const std::size_t size = weights.bias.size();
  if (x.shape() != harmonics::HTensor::Shape{size}) {
    throw std::invalid_argument("the layer takes a vector of " + std::to_string(size) + " values");
  }
  std::vector<float> sums = weights.bias;
  for (std::size_t row = 0; row < size; ++row) {
    for (std::size_t column = 0; column < size; ++column) {
      sums[row] += weights.matrix[row * size + column] * x[column];
    }
  }
  return harmonics::HTensor({size}, std::move(sums));
}

class Dense : public harmonics::LayerFunction {
 public:
  explicit Dense(std::shared_ptr<const Weights> weights) : weights_(std::move(weights)) {}
  harmonics::HTensor operator()(const harmonics::HTensor& x) override { return affine(*weights_, x); }

 private:
  std::shared_ptr<const Weights> weights_;
};

class ResidualDense : public harmonics::LayerFunction {
 public:
  explicit ResidualDense(std::shared_ptr<const Weights> weights) : weights_(std::move(weights)) {}
  harmonics::HTensor operator()(const harmonics::HTensor& x) override {
    return x.zip(affine(*weights_, x), [](float input, float y) { return input + std::max(y, 0.0F); });
  }

 private:
  std::shared_ptr<const Weights> weights_;
};

}  // namespace

extern "C" void harmonics_register(harmonics::FunctionRegistry& reg) {
  const auto weights = std::make_shared<const Weights>(Weights::read(folder() + "dense_blocks.txt"));
  reg.register_layer("dense", std::make_shared<Dense>(weights));
  reg.register_layer("residual_dense", std::make_shared<ResidualDense>(weights));
}
