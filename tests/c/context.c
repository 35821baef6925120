/* The fields of a schema, and what was found on the way; one call has a context at a time. */
#include "check.h"

#include "../fixtures/contract/context_1.h"

static hotshoe_context* context_of(hotshoe_schema* schema) {
  hotshoe_context* context = NULL;
  CHECK_OK(hotshoe_context_new(schema, &context));
  return context;
}

static void a_field_is_known_by_its_slot(void) {
  hotshoe_schema* schema = NULL;
  uint32_t speed = 0, count = 0, on = 0, name = 0, found = 0;
  CHECK_OK(hotshoe_schema_new(&schema));
  CHECK_OK(hotshoe_schema_add(schema, "speed", Z, HOTSHOE_VALUE_TYPE_F64, 0, &speed));
  CHECK_OK(hotshoe_schema_add(schema, "count", Z, HOTSHOE_VALUE_TYPE_I64, HOTSHOE_FIELD_READ_ONLY, &count));
  CHECK_OK(hotshoe_schema_add(schema, "on", Z, HOTSHOE_VALUE_TYPE_BOOL, 0, &on));
  CHECK_OK(hotshoe_schema_add(schema, "name", Z, HOTSHOE_VALUE_TYPE_TEXT, 0, &name));
  CHECK_FAILS(hotshoe_schema_add(schema, "speed", Z, HOTSHOE_VALUE_TYPE_ANY, 0, &found), "schema-invalid");
  CHECK_FAILS(hotshoe_schema_add(schema, "", Z, HOTSHOE_VALUE_TYPE_ANY, 0, &found), "schema-invalid");
  CHECK_FAILS(hotshoe_schema_add(schema, "x", Z, 11, 0, &found), "argument-invalid");
  CHECK_FAILS(hotshoe_schema_add(schema, "x", Z, HOTSHOE_VALUE_TYPE_ANY, 2, &found), "argument-invalid");
  hotshoe_context* context = context_of(schema);
  CHECK_FAILS(hotshoe_schema_add(schema, "late", Z, HOTSHOE_VALUE_TYPE_ANY, 0, &found), "schema-frozen");
  hotshoe_schema_free(schema);

  CHECK_OK(hotshoe_context_slot(context, "speed", Z, &found));
  CHECK(found == speed);
  CHECK_OK(hotshoe_context_slot(context, "time_s", Z, &found));
  CHECK(found == HOTSHOE_SLOT_TIME_S);
  CHECK_FAILS(hotshoe_context_slot(context, "late", Z, &found), "field-unknown");
  double real = 1;
  int64_t whole = 1;
  bool is = true;
  CHECK_OK(hotshoe_context_get_f64(context, speed, &real));
  CHECK_OK(hotshoe_context_get_i64(context, count, &whole));
  CHECK_OK(hotshoe_context_get_bool(context, on, &is));
  CHECK(real == 0 && whole == 0 && !is);
  CHECK_OK(hotshoe_context_set_f64(context, speed, 1.5));
  CHECK_OK(hotshoe_context_set_i64(context, count, 7));
  CHECK_OK(hotshoe_context_set_bool(context, on, true));
  CHECK_OK(hotshoe_context_get_f64(context, speed, &real));
  CHECK_OK(hotshoe_context_get_i64(context, count, &whole));
  CHECK_OK(hotshoe_context_get_bool(context, on, &is));
  CHECK(real == 1.5 && whole == 7 && is);
  CHECK_FAILS(hotshoe_context_set_f64(context, count, 1.5), "value-type");
  CHECK_FAILS(hotshoe_context_get_f64(context, count, &real), "value-type");
  CHECK_FAILS(hotshoe_context_get_i64(context, 99, &whole), "field-unknown");
  CHECK_FAILS(hotshoe_context_set_i64(context, 99, 1), "field-unknown");
  CHECK_FAILS(hotshoe_context_get_bool(context, count, &is), "value-type");
  CHECK_FAILS(hotshoe_context_set_bool(context, count, true), "value-type");

  hotshoe_value *text = NULL, *got = NULL;
  CHECK_OK(hotshoe_value_new_text("gain", Z, &text));
  CHECK_OK(hotshoe_context_set(context, name, text));
  CHECK_OK(hotshoe_context_get(context, name, &got));
  hotshoe_context_free(context);
  CHECK(hotshoe_value_equal(text, got));
  hotshoe_value_free(text);
  hotshoe_value_free(got);
}

static void diagnostics_only_grow(void) {
  hotshoe_schema* schema = NULL;
  CHECK_OK(hotshoe_schema_new(&schema));
  hotshoe_context* context = context_of(schema);
  hotshoe_schema_free(schema);
  CHECK_OK(hotshoe_context_report(context, HOTSHOE_SEVERITY_WARNING, "gain-clipped", Z, "too\nloud", Z));
  CHECK_FAILS(hotshoe_context_report(context, 3, "x", Z, "x", Z), "argument-invalid");
  CHECK_FAILS(hotshoe_context_set(context, HOTSHOE_SLOT_DIAGNOSTICS, NULL), "field-read-only");
  hotshoe_value* list = NULL;
  CHECK_OK(hotshoe_context_get(context, HOTSHOE_SLOT_DIAGNOSTICS, &list));
  CHECK(hotshoe_value_count(list) == 1);
  hotshoe_value_free(list);
  hotshoe_diagnostics* found = NULL;
  CHECK_OK(hotshoe_context_diagnostics(context, &found));
  hotshoe_context_free(context);
  CHECK(hotshoe_diagnostics_count(found) == 1);
  CHECK(hotshoe_diagnostics_severity(found, 0) == HOTSHOE_SEVERITY_WARNING);
  CHECK_TEXT(hotshoe_diagnostics_code(found, 0), "gain-clipped");
  CHECK_TEXT(hotshoe_diagnostics_message(found, 0), "too\\nloud");
  CHECK_TEXT(hotshoe_diagnostics_plugin(found, 0), NULL);
  CHECK_TEXT(hotshoe_diagnostics_pass(found, 0), NULL);
  CHECK_TEXT(hotshoe_diagnostics_text(found, 0), "warning[gain-clipped]: too\\nloud");
  hotshoe_diagnostics_free(found);
}

static void a_context_belongs_to_one_call_at_a_time(void) {
  hotshoe_schema* schema = NULL;
  CHECK_OK(hotshoe_schema_new(&schema));
  hotshoe_context* context = context_of(schema);
  hotshoe_schema_free(schema);
  double time = 0;
  int64_t whole = 0;
  bool is = false;
  uint32_t slot = 0;
  hotshoe_value* value = NULL;
  hotshoe_diagnostics* found = NULL;
  CHECK_OK(hotshoe_context_begin(context));
  CHECK_FAILS(hotshoe_context_begin(context), "context-busy");
  CHECK_FAILS(hotshoe_context_slot(context, "time_s", Z, &slot), "context-busy");
  CHECK_FAILS(hotshoe_context_get(context, HOTSHOE_SLOT_MODEL, &value), "context-busy");
  CHECK_FAILS(hotshoe_context_set(context, HOTSHOE_SLOT_MODEL, NULL), "context-busy");
  CHECK_FAILS(hotshoe_context_get_f64(context, HOTSHOE_SLOT_TIME_S, &time), "context-busy");
  CHECK_FAILS(hotshoe_context_get_i64(context, HOTSHOE_SLOT_TIME_S, &whole), "context-busy");
  CHECK_FAILS(hotshoe_context_get_bool(context, HOTSHOE_SLOT_TIME_S, &is), "context-busy");
  CHECK_FAILS(hotshoe_context_set_f64(context, HOTSHOE_SLOT_TIME_S, 1), "context-busy");
  CHECK_FAILS(hotshoe_context_set_i64(context, HOTSHOE_SLOT_TIME_S, 1), "context-busy");
  CHECK_FAILS(hotshoe_context_set_bool(context, HOTSHOE_SLOT_TIME_S, true), "context-busy");
  CHECK_FAILS(hotshoe_context_report(context, 0, "x", Z, "x", Z), "context-busy");
  CHECK_FAILS(hotshoe_context_diagnostics(context, &found), "context-busy");
  hotshoe_context_free(context); /* it stays */
  hotshoe_context_end(context);
  hotshoe_context_end(context); /* once more does nothing */
  CHECK_OK(hotshoe_context_set_f64(context, HOTSHOE_SLOT_TIME_S, 1));
  hotshoe_context_free(context);
}

static void null_never_crashes(void) {
  hotshoe_schema* schema = NULL;
  hotshoe_context* context = NULL;
  hotshoe_value* value = NULL;
  hotshoe_diagnostics* found = NULL;
  uint32_t slot = 0;
  double real = 0;
  int64_t whole = 0;
  bool is = false;
  CHECK_FAILS(hotshoe_schema_new(NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_schema_add(NULL, "x", Z, 0, 0, &slot), "argument-invalid");
  CHECK_FAILS(hotshoe_context_new(NULL, &context), "argument-invalid");
  CHECK_OK(hotshoe_schema_new(&schema));
  CHECK_FAILS(hotshoe_schema_add(schema, NULL, 0, 0, 0, &slot), "argument-invalid");
  CHECK_FAILS(hotshoe_schema_add(schema, "x", Z, 0, 0, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_context_new(schema, NULL), "argument-invalid");
  context = context_of(schema);
  CHECK_FAILS(hotshoe_context_get(context, 0, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_context_get_f64(context, HOTSHOE_SLOT_TIME_S, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_context_slot(context, NULL, 0, &slot), "argument-invalid");
  CHECK_FAILS(hotshoe_context_report(context, 0, NULL, 0, "x", Z), "argument-invalid");
  CHECK_FAILS(hotshoe_context_diagnostics(context, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_context_begin(NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_context_slot(NULL, "x", Z, &slot), "argument-invalid");
  CHECK_FAILS(hotshoe_context_get(NULL, 0, &value), "argument-invalid");
  CHECK_FAILS(hotshoe_context_set(NULL, 0, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_context_get_bool(NULL, 0, &is), "argument-invalid");
  CHECK_FAILS(hotshoe_context_get_i64(NULL, 0, &whole), "argument-invalid");
  CHECK_FAILS(hotshoe_context_get_f64(NULL, 0, &real), "argument-invalid");
  CHECK_FAILS(hotshoe_context_set_bool(NULL, 0, true), "argument-invalid");
  CHECK_FAILS(hotshoe_context_set_i64(NULL, 0, 1), "argument-invalid");
  CHECK_FAILS(hotshoe_context_set_f64(NULL, 0, 1), "argument-invalid");
  CHECK_FAILS(hotshoe_context_report(NULL, 0, "x", Z, "x", Z), "argument-invalid");
  CHECK_FAILS(hotshoe_context_diagnostics(NULL, &found), "argument-invalid");
  CHECK_TEXT(hotshoe_diagnostics_pass(NULL, 0), NULL);
  hotshoe_context_end(NULL);
  hotshoe_context_free(NULL);
  hotshoe_schema_free(NULL);
  hotshoe_context_free(context);
  hotshoe_schema_free(schema);
}

/* What a plugin calls, here by a host. */
static void the_table_of_plugins_does_what_it_says(void) {
  hotshoe_schema* schema = NULL;
  CHECK_OK(hotshoe_schema_new(&schema));
  hotshoe_context* context = context_of(schema);
  hotshoe_schema_free(schema);
  int line = check_context_1(hotshoe_value_functions(), NULL, context);
  if (line != 0) fprintf(stderr, "context_1.h:%d does not hold\n", line);
  CHECK(line == 0);
  hotshoe_context_free(context);
}

int main(void) {
  the_table_of_plugins_does_what_it_says();
  a_field_is_known_by_its_slot();
  diagnostics_only_grow();
  a_context_belongs_to_one_call_at_a_time();
  null_never_crashes();
  return 0;
}
