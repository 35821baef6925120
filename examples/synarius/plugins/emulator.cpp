// Computes a model step by step. The values of its signals are an f64 buffer in the workspace of the context,
// which stays the same from `init` on. A step allocates nothing.
#include <algorithm>
#include <hotshoe/stepper.hpp>
#include <synarius/model.hpp>
#include <vector>

namespace {

struct Emulator {
  explicit Emulator(hotshoe::PluginHost host) : values(host), blocks(host) {}
  const void* interface(std::string_view id) const noexcept;

  hotshoe::Values values;
  synarius::Blocks blocks;
};

// One run: `init` makes it, `shutdown` ends it.
class Emulation {
 public:
  Emulation(Emulator& plugin, hotshoe::Hook& hook) : values_(plugin.values) {
    const hotshoe::LentContext context(values_, hook.context());
    model_ = synarius::lowered(context.get(HOTSHOE_SLOT_MODEL), plugin.blocks);
    for (const synarius::Signal& signal : model_) before_.push_back(signal.start);
    const hotshoe::Memory memory = values_.memory(before_.size() * sizeof(double));
    workspace_ = memory.view(HOTSHOE_ELEMENT_F64, {before_.size()});
    now_ = static_cast<double*>(workspace_.view().data);
    std::copy(before_.begin(), before_.end(), now_);
    context.set(HOTSHOE_SLOT_SCALAR_WORKSPACE, workspace_);
    time_s_ = context.get_f64(HOTSHOE_SLOT_TIME_S);
  }

  void step(hotshoe::Hook& hook) {
    const hotshoe::LentContext context(values_, hook.context());
    const double time_s = context.get_f64(HOTSHOE_SLOT_TIME_S);
    std::copy_n(now_, before_.size(), before_.begin());
    for (std::size_t place = 0; place < model_.size(); ++place) {
      const synarius::Signal& signal = model_[place];
      const double* from = signal.block->is_state ? before_.data() : now_;
      double inputs[2] = {};
      for (std::size_t number = 0; number < signal.inputs.size(); ++number) {
        inputs[number] = from[signal.inputs[number]];
      }
      now_[place] = signal.block->value(inputs, before_[place], time_s - time_s_);
    }
    time_s_ = time_s;
  }

 private:
  hotshoe::Values values_;
  hotshoe::Value workspace_ = values_.null();
  double* now_ = nullptr;  // in the workspace
  std::vector<synarius::Signal> model_;
  std::vector<double> before_;
  double time_s_ = 0;
};

const void* Emulator::interface(std::string_view id) const noexcept {
  return hotshoe::stepper_of<Emulator, Emulation>(id);
}

}  // namespace

HOTSHOE_PLUGIN(Emulator, HOTSHOE_PLUGIN_NAME, HOTSHOE_PLUGIN_VERSION)
