// A plugin of the contract whose passes and runs throw.
#include <hotshoe/stepper.hpp>
#include <hotshoe/value.hpp>
#include <stdexcept>

namespace {

class Snake {
 public:
  explicit Snake(hotshoe::PluginHost host) : values(host) {}

  void parse(hotshoe::Hook& hook) { hook.progress(1, 1); }
  void throws(hotshoe::Hook&) { throw std::runtime_error("boom in lower"); }
  void throws_int(hotshoe::Hook&) { throw 7; }
  void returns_other(hotshoe::Hook& hook) { hook.returns(this); }

  static constexpr hotshoe::Pass<Snake> passes[] = {{"a-parse", "parse", &Snake::parse},
                                                    {"throws", "lower", &Snake::throws},
                                                    {"throws-int", "lower", &Snake::throws_int},
                                                    {"returns-other", nullptr, &Snake::returns_other}};
  const void* interface(std::string_view id) const noexcept;

  const hotshoe::Values values;
};

class Run {
 public:
  Run(Snake& snake, hotshoe::Hook&) : values_(snake.values) {}
  void step(hotshoe::Hook&) {
    if (++steps_ == 3) throw std::runtime_error("three is enough");
  }
  bool call(std::string_view method, const hotshoe_value* argument, hotshoe::Hook& hook) {
    if (method == "boom") throw std::runtime_error("boom in a method");
    if (method == "louder") {
      double gain = 0;
      values_.call(&hotshoe_context_1::value_to_f64, argument, &gain);
      hotshoe::LentContext(values_, hook.context()).set_f64(HOTSHOE_SLOT_TIME_S, gain);
      return true;
    }
    return method == "ping";
  }

 private:
  hotshoe::Values values_;
  int steps_ = 0;
};

const void* Snake::interface(std::string_view id) const noexcept {
  if (const void* table = hotshoe::passes_of<Snake>(id)) return table;
  return hotshoe::stepper_of<Snake, Run>(id);
}

}  // namespace

HOTSHOE_PLUGIN(Snake, "snake", "1.0.0")
