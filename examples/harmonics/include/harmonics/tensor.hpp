// What flows through Harmonics: a shape and the values in row-major order.
#ifndef HARMONICS_TENSOR_HPP
#define HARMONICS_TENSOR_HPP

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

namespace harmonics {

class HTensor {
 public:
  using Shape = std::vector<std::size_t>;

  HTensor() = default;

  // Throws std::invalid_argument if the shape does not hold that many values.
  HTensor(Shape shape, std::vector<float> values) : shape_(std::move(shape)), values_(std::move(values)) {
    if (std::accumulate(shape_.begin(), shape_.end(), std::size_t{1}, std::multiplies<>()) !=
        values_.size()) {
      throw std::invalid_argument("the shape of a tensor and its number of values disagree");
    }
  }

  // A vector.
  HTensor(std::initializer_list<float> values) : shape_{values.size()}, values_(values) {}

  static HTensor scalar(float value) { return HTensor(Shape{}, {value}); }

  const Shape& shape() const noexcept { return shape_; }
  const std::vector<float>& values() const noexcept { return values_; }
  std::size_t size() const noexcept { return values_.size(); }
  float operator[](std::size_t index) const { return values_.at(index); }

  // A tensor of the same shape, value by value.
  template <class Function>
  HTensor map(Function function) const {
    HTensor result = *this;
    for (float& value : result.values_) value = function(value);
    return result;
  }

  // Two tensors of one shape, value by value; throws std::invalid_argument if the shapes differ.
  template <class Function>
  HTensor zip(const HTensor& other, Function function) const {
    if (shape_ != other.shape_) throw std::invalid_argument("the shapes of two tensors differ");
    HTensor result = *this;
    for (std::size_t i = 0; i < size(); ++i) result.values_[i] = function(values_[i], other.values_[i]);
    return result;
  }

  float mean() const {
    if (values_.empty()) throw std::invalid_argument("an empty tensor has no mean");
    return std::accumulate(values_.begin(), values_.end(), 0.0F) / static_cast<float>(size());
  }

 private:
  Shape shape_;
  std::vector<float> values_;
};

}  // namespace harmonics

#endif  // HARMONICS_TENSOR_HPP
