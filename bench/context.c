/* A step with three reads and one write through a context, by slot and the table that plugins have, against
 * the same on a struct of C, interleaved in one run.
 *
 * Prints the median of each, in nanoseconds a step.
 */
#include "measure.h"

enum { RUNS = 1001, STEPS = 10000 };

struct fields {
  double input, gain, offset, output;
};

__attribute__((noinline)) static void struct_step(struct fields* fields) {
  fields->output = fields->input * fields->gain + fields->offset;
}

__attribute__((noinline)) static void context_step(const hotshoe_context_1* values, hotshoe_context* context,
                                                   const uint32_t* slots) {
  double input = 0, gain = 0, offset = 0;
  int32_t status = values->context_get_f64(NULL, context, slots[0], &input);
  status |= values->context_get_f64(NULL, context, slots[1], &gain);
  status |= values->context_get_f64(NULL, context, slots[2], &offset);
  status |= values->context_set_f64(NULL, context, slots[3], input * gain + offset);
  if (status) abort();
}

int main(void) {
  static double bare[RUNS], ours[RUNS];
  const char* const names[] = {"input", "gain", "offset", "output"};
  const hotshoe_context_1* values = hotshoe_value_functions();
  hotshoe_schema* schema;
  hotshoe_context* context;
  uint32_t slots[4];
  check(hotshoe_schema_new(&schema));
  for (int i = 0; i < 4; i++)
    check(hotshoe_schema_add(schema, names[i], HOTSHOE_NUL_TERMINATED, HOTSHOE_VALUE_TYPE_F64, 0, &slots[i]));
  check(hotshoe_context_new(schema, &context));
  struct fields fields = {1, 2, 3, 0};
  for (int i = 0; i < 3; i++) check(hotshoe_context_set_f64(context, slots[i], i + 1));
  check(hotshoe_context_begin(context));
  for (int run = -RUNS / 10; run < RUNS; run++) {
    double start = now();
    for (int step = 0; step < STEPS; step++) struct_step(&fields);
    double middle = now();
    for (int step = 0; step < STEPS; step++) context_step(values, context, slots);
    double end = now();
    if (run < 0) continue; /* warming up */
    bare[run] = (middle - start) / STEPS;
    ours[run] = (end - middle) / STEPS;
  }
  hotshoe_context_end(context);
  double output = 0;
  check(hotshoe_context_get_f64(context, slots[3], &output));
  if (output != fields.output) return 1;
  printf("| %-34s | %10s | %11s |\n", "what", "struct, ns", "context, ns");
  printf("|------------------------------------|------------|-------------|\n");
  printf("| %-34s | %10.2f | %11.2f |\n", "a step: 3 reads and 1 write", median(bare, RUNS),
         median(ours, RUNS));
  hotshoe_context_free(context);
  hotshoe_schema_free(schema);
  return 0;
}
