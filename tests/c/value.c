/* Data of any shape: made, read, put into each other, and gone when its last reference is. */
#include "check.h"

#include <math.h>

static hotshoe_value* i64_value(int64_t it) {
  hotshoe_value* value = NULL;
  CHECK_OK(hotshoe_value_new_i64(it, &value));
  return value;
}

static hotshoe_value* text_value(const char* text) {
  hotshoe_value* value = NULL;
  CHECK_OK(hotshoe_value_new_text(text, Z, &value));
  return value;
}

static void scalars_come_back_as_they_were(void) {
  hotshoe_value *null = NULL, *yes = NULL, *number = NULL, *nan = NULL, *zero = NULL;
  CHECK_OK(hotshoe_value_new_null(&null));
  CHECK_OK(hotshoe_value_new_bool(true, &yes));
  CHECK_OK(hotshoe_value_new_f64(NAN, &nan));
  CHECK_OK(hotshoe_value_new_f64(-0.0, &zero));
  number = i64_value(INT64_MIN);
  CHECK(hotshoe_value_get_type(null) == HOTSHOE_VALUE_TYPE_NULL);
  CHECK(hotshoe_value_get_type(nan) == HOTSHOE_VALUE_TYPE_F64);
  bool is = false;
  int64_t whole = 0;
  double real = 1;
  CHECK_OK(hotshoe_value_to_bool(yes, &is));
  CHECK_OK(hotshoe_value_to_i64(number, &whole));
  CHECK(is && whole == INT64_MIN);
  CHECK_OK(hotshoe_value_to_f64(nan, &real));
  CHECK(isnan(real));
  CHECK_OK(hotshoe_value_to_f64(zero, &real));
  CHECK(real == 0 && signbit(real));
  CHECK(hotshoe_value_equal(nan, nan) && !hotshoe_value_equal(nan, zero));
  CHECK_FAILS(hotshoe_value_to_f64(number, &real), "value-type");
  CHECK_FAILS(hotshoe_value_to_bool(number, &is), "value-type");
  CHECK_FAILS(hotshoe_value_to_i64(yes, &whole), "value-type");
  CHECK(hotshoe_value_count(number) == 0);
  hotshoe_value_free(null);
  hotshoe_value_free(yes);
  hotshoe_value_free(number);
  hotshoe_value_free(nan);
  hotshoe_value_free(zero);
}

static void text_and_bytes_may_hold_anything(void) {
  hotshoe_value *text = NULL, *bytes = NULL;
  const char* found = NULL;
  const void* data = NULL;
  size_t length = 0;
  CHECK_OK(hotshoe_value_new_text("a\0b", 3, &text));
  CHECK_OK(hotshoe_value_to_text(text, &found, &length));
  CHECK(length == 3 && memcmp(found, "a\0b", 4) == 0);
  CHECK_OK(hotshoe_value_to_text(text, &found, NULL));
  CHECK_FAILS(hotshoe_value_new_text("\xff", 1, &text), "argument-invalid");
  CHECK_OK(hotshoe_value_new_bytes("\xff\0", 2, &bytes));
  CHECK_OK(hotshoe_value_to_bytes(bytes, &data, &length));
  CHECK(length == 2 && memcmp(data, "\xff\0", 2) == 0 && hotshoe_value_count(bytes) == 2);
  CHECK_FAILS(hotshoe_value_to_text(bytes, &found, &length), "value-type");
  CHECK_FAILS(hotshoe_value_to_bytes(text, &data, &length), "value-type");
  hotshoe_value_free(bytes);
  CHECK_OK(hotshoe_value_new_bytes(NULL, 0, &bytes));
  CHECK(hotshoe_value_count(bytes) == 0);
  hotshoe_value_free(bytes);
  hotshoe_value_free(text);
}

static void who_has_a_list_sees_what_it_was(void) {
  hotshoe_value *list = NULL, *one = i64_value(1), *item = NULL;
  CHECK_OK(hotshoe_value_new_list(&list));
  CHECK_OK(hotshoe_value_push(list, one));
  hotshoe_value* before = hotshoe_value_clone(list);
  CHECK_OK(hotshoe_value_push(list, NULL)); /* null */
  CHECK_OK(hotshoe_value_replace(list, 0, before));
  CHECK(hotshoe_value_count(before) == 1 && hotshoe_value_count(list) == 2);
  CHECK_OK(hotshoe_value_at(list, 0, &item));
  CHECK(hotshoe_value_equal(item, before));
  hotshoe_value_free(item);
  CHECK_FAILS(hotshoe_value_at(list, 2, &item), "argument-invalid");
  CHECK_FAILS(hotshoe_value_replace(list, 2, one), "argument-invalid");
  CHECK_FAILS(hotshoe_value_push(list, list), "value-cycle");
  CHECK_FAILS(hotshoe_value_push(one, list), "value-type");
  CHECK_FAILS(hotshoe_value_replace(one, 0, list), "value-type");
  CHECK_FAILS(hotshoe_value_at(one, 0, &item), "value-type");

  hotshoe_value* deep = hotshoe_value_clone(list);
  hotshoe_error* error = NULL;
  int depth = 2;
  while (error == NULL) {
    hotshoe_value* outer = NULL;
    CHECK_OK(hotshoe_value_new_list(&outer));
    error = hotshoe_value_push(outer, deep);
    hotshoe_value_free(deep);
    deep = outer;
    depth++;
  }
  CHECK_TEXT(hotshoe_error_code(error), "value-too-deep");
  CHECK(depth == 129);
  hotshoe_error_free(error);
  hotshoe_value_free(deep);
  hotshoe_value_free(before);
  hotshoe_value_free(one);
  hotshoe_value_free(list);
}

static void a_map_has_names_in_their_order(void) {
  hotshoe_value *map = NULL, *one = i64_value(1), *two = text_value("two"), *item = NULL;
  const char* key = NULL;
  size_t length = 0;
  CHECK_OK(hotshoe_value_new_map(&map));
  CHECK_OK(hotshoe_value_insert(map, "b", Z, one));
  CHECK_OK(hotshoe_value_insert(map, "a", Z, two));
  CHECK_OK(hotshoe_value_insert(map, "b", Z, two));
  CHECK(hotshoe_value_count(map) == 2);
  CHECK_OK(hotshoe_value_key_at(map, 0, &key, &length));
  CHECK(length == 1);
  CHECK_TEXT(key, "b");
  CHECK_OK(hotshoe_value_get(map, "b", 1, &item));
  CHECK(hotshoe_value_equal(item, two));
  hotshoe_value_free(item);
  CHECK_OK(hotshoe_value_at(map, 1, &item));
  hotshoe_value_free(item);
  CHECK_FAILS(hotshoe_value_get(map, "c", Z, &item), "field-unknown");
  CHECK_FAILS(hotshoe_value_key_at(map, 2, &key, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_value_insert(map, "self", Z, map), "value-cycle");
  CHECK_OK(hotshoe_value_remove(map, "b", Z));
  CHECK_FAILS(hotshoe_value_remove(map, "b", Z), "field-unknown");
  CHECK_FAILS(hotshoe_value_insert(one, "a", Z, two), "value-type");
  CHECK_FAILS(hotshoe_value_remove(one, "a", Z), "value-type");
  CHECK_FAILS(hotshoe_value_get(one, "a", Z, &item), "value-type");
  CHECK_FAILS(hotshoe_value_key_at(one, 0, &key, NULL), "value-type");
  hotshoe_value_free(one);
  hotshoe_value_free(two);
  hotshoe_value_free(map);
}

/* An object that counts, and how often it was destroyed. */
struct counter {
  int64_t count;
  int destroyed;
};

static int32_t add(void* data, const hotshoe_value* arguments, hotshoe_value** result) {
  struct counter* counter = data;
  hotshoe_value* item = NULL;
  int64_t more = 0;
  hotshoe_error* error = hotshoe_value_at(arguments, 0, &item);
  if (!error) error = hotshoe_value_to_i64(item, &more);
  hotshoe_value_free(item);
  if (error) {
    hotshoe_error_free(error);
    CHECK_OK(hotshoe_value_new_text("a number is\nmissing", Z, result));
    return 7;
  }
  counter->count += more;
  CHECK_OK(hotshoe_value_new_i64(counter->count, result));
  return 0;
}

static int32_t nothing(void* data, const hotshoe_value* arguments, hotshoe_value** result) {
  (void)data, (void)arguments, (void)result;
  return 0;
}

static int32_t silent(void* data, const hotshoe_value* arguments, hotshoe_value** result) {
  (void)data, (void)arguments, (void)result;
  return -1;
}

static void destroy(void* data) { ((struct counter*)data)->destroyed++; }

static void an_object_is_called_by_name_and_destroyed_once(void) {
  struct counter counter = {40, 0};
  const hotshoe_method methods[] = {{"add", add}, {"nothing", nothing}, {"silent", silent}};
  hotshoe_value *object = NULL, *two = i64_value(2), *list = NULL, *result = NULL;
  CHECK_OK(hotshoe_value_new_object("org.example.Counter", methods, 3, &counter, destroy, &object));
  CHECK_TEXT(hotshoe_value_object_type(object), "org.example.Counter");
  CHECK_TEXT(hotshoe_value_object_type(two), NULL);
  void* data = NULL;
  CHECK_OK(hotshoe_value_object_data(object, "org.example.Counter", &data));
  CHECK(data == &counter);
  CHECK_FAILS(hotshoe_value_object_data(object, "org.example.Other", &data), "value-type");
  CHECK_OK(hotshoe_value_new_list(&list));
  CHECK_OK(hotshoe_value_push(list, two));
  CHECK_OK(hotshoe_value_call(object, "add", list, &result));
  int64_t sum = 0;
  CHECK_OK(hotshoe_value_to_i64(result, &sum));
  CHECK(sum == 42);
  hotshoe_value_free(result);
  CHECK_OK(hotshoe_value_call(object, "nothing", NULL, &result));
  CHECK(hotshoe_value_get_type(result) == HOTSHOE_VALUE_TYPE_NULL);
  hotshoe_value_free(result);
  CHECK_FAILS(hotshoe_value_call(object, "subtract", list, &result), "method-unknown");
  hotshoe_error* error = hotshoe_value_call(object, "add", NULL, &result);
  CHECK_TEXT(hotshoe_error_code(error), "method-failed");
  CHECK(strstr(hotshoe_error_message(error), "a number is\\nmissing") != NULL);
  hotshoe_error_free(error);
  CHECK_FAILS(hotshoe_value_call(object, "silent", NULL, &result), "method-failed");
  CHECK_FAILS(hotshoe_value_call(object, "add", two, &result), "value-type");
  CHECK_FAILS(hotshoe_value_call(two, "add", list, &result), "value-type");
  CHECK_FAILS(hotshoe_value_encode(object, &result), "wire-unsupported");

  CHECK_OK(hotshoe_value_push(list, object));
  hotshoe_value_free(object);
  CHECK(counter.destroyed == 0);
  hotshoe_value_free(list);
  CHECK(counter.destroyed == 1);
  /* What is given is taken, whatever comes of it. */
  const hotshoe_method nameless = {NULL, add};
  const hotshoe_method empty = {"empty", NULL};
  CHECK_FAILS(hotshoe_value_new_object(NULL, NULL, 0, &counter, destroy, &object), "argument-invalid");
  CHECK_FAILS(hotshoe_value_new_object("x", &nameless, 1, &counter, destroy, &object), "argument-invalid");
  CHECK_FAILS(hotshoe_value_new_object("x", &empty, 1, &counter, destroy, &object), "argument-invalid");
  CHECK_FAILS(hotshoe_value_new_object("x", NULL, 1, &counter, destroy, &object), "argument-invalid");
  CHECK_FAILS(hotshoe_value_new_object("x", NULL, 0, &counter, destroy, NULL), "argument-invalid");
  CHECK(counter.destroyed == 6);
  CHECK_OK(hotshoe_value_new_object("x", NULL, 0, NULL, NULL, &object));
  hotshoe_value_free(object);
  hotshoe_value_free(two);
}

static void give_back(void* user_data) { ++*(int*)user_data; }

static void a_buffer_lies_in_its_memory_and_keeps_it(void) {
  double numbers[6] = {1, 2, 3, 4, 5, 6};
  int given_back = 0;
  hotshoe_memory* memory = NULL;
  hotshoe_value *matrix = NULL, *column = NULL, *other = NULL, *two = i64_value(2);
  CHECK_OK(hotshoe_memory_wrap(numbers, sizeof numbers, give_back, &given_back, &memory));
  const size_t shape[2] = {2, 3}, rows[1] = {2}, many[33] = {1};
  const ptrdiff_t strides[1] = {3 * sizeof(double)};
  hotshoe_view view = {HOTSHOE_ELEMENT_F64, 2, shape, NULL, 0, true, NULL};
  CHECK_OK(hotshoe_value_new_buffer(memory, &view, &matrix));
  hotshoe_view part = {HOTSHOE_ELEMENT_F64, 1, rows, strides, 2 * sizeof(double), false, NULL};
  CHECK_OK(hotshoe_value_view_again(matrix, &part, &column));
  CHECK_OK(hotshoe_value_view(column, &view));
  CHECK(view.element == HOTSHOE_ELEMENT_F64 && view.dimensions == 1 && view.shape[0] == 2);
  CHECK(view.strides[0] == 3 * sizeof(double) && view.read_only && view.offset == 2 * sizeof(double));
  CHECK(view.data == &numbers[2] && hotshoe_value_count(matrix) == 6);

  hotshoe_view wrong = part;
  wrong.offset = 4 * sizeof(double);
  CHECK_FAILS(hotshoe_value_view_again(matrix, &wrong, &other), "buffer-invalid");
  CHECK_FAILS(hotshoe_value_new_buffer(memory, &wrong, &other), "buffer-invalid");
  wrong = part, wrong.element = 14;
  CHECK_FAILS(hotshoe_value_new_buffer(memory, &wrong, &other), "argument-invalid");
  wrong = part, wrong.dimensions = 33, wrong.shape = many, wrong.strides = NULL;
  CHECK_FAILS(hotshoe_value_new_buffer(memory, &wrong, &other), "argument-invalid");
  wrong = part, wrong.shape = NULL;
  CHECK_FAILS(hotshoe_value_new_buffer(memory, &wrong, &other), "argument-invalid");
  CHECK_FAILS(hotshoe_value_new_buffer(memory, NULL, &other), "argument-invalid");
  CHECK_FAILS(hotshoe_value_view_again(two, &part, &other), "value-type");
  CHECK_FAILS(hotshoe_value_view(two, &view), "value-type");

  hotshoe_value_free(matrix);
  CHECK_FAILS(hotshoe_memory_resize(memory, 0), "buffer-in-use");
  hotshoe_memory_free(memory);
  CHECK(given_back == 0);
  hotshoe_value_free(column);
  CHECK(given_back == 1);
  CHECK_FAILS(hotshoe_memory_wrap(NULL, 8, give_back, &given_back, &memory), "buffer-invalid");
  CHECK_FAILS(hotshoe_memory_wrap(numbers, 8, give_back, &given_back, NULL), "argument-invalid");
  CHECK(given_back == 3);

  CHECK_OK(hotshoe_memory_new(8, &memory));
  CHECK_OK(hotshoe_memory_resize(memory, 16));
  part.offset = 0, part.strides = NULL, part.read_only = false;
  CHECK_OK(hotshoe_value_new_buffer(memory, &part, &column));
  CHECK_OK(hotshoe_value_view(column, &view));
  ((double*)view.data)[1] = 2.5;
  hotshoe_value *bytes = NULL, *again = NULL;
  CHECK_OK(hotshoe_value_encode(column, &bytes));
  const void* data = NULL;
  size_t length = 0;
  CHECK_OK(hotshoe_value_to_bytes(bytes, &data, &length));
  CHECK_OK(hotshoe_value_decode(data, length, &again));
  CHECK(hotshoe_value_equal(again, column));
  CHECK_FAILS(hotshoe_value_decode("\xff", 1, &again), "wire-invalid");
  hotshoe_value_free(again);
  hotshoe_value_free(bytes);
  hotshoe_value_free(column);
  hotshoe_memory_free(memory);
  hotshoe_value_free(two);
}

static void null_never_crashes(void) {
  hotshoe_value *value = NULL, *one = i64_value(1);
  bool is = false;
  int64_t whole = 0;
  double real = 0;
  const char* text = NULL;
  const void* bytes = NULL;
  void* data = NULL;
  size_t length = 0;
  hotshoe_view view = {0};
  hotshoe_memory* memory = NULL;
  CHECK_FAILS(hotshoe_value_new_null(NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_value_new_bool(true, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_value_new_i64(1, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_value_new_f64(1, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_value_new_text(NULL, 0, &value), "argument-invalid");
  CHECK_FAILS(hotshoe_value_new_text("x", Z, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_value_new_bytes(NULL, 1, &value), "argument-invalid");
  CHECK_FAILS(hotshoe_value_new_bytes("x", 1, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_value_new_list(NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_value_new_map(NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_value_new_buffer(NULL, &view, &value), "argument-invalid");
  CHECK(hotshoe_value_clone(NULL) == NULL);
  CHECK(hotshoe_value_get_type(NULL) == HOTSHOE_VALUE_TYPE_ANY);
  CHECK(hotshoe_value_equal(NULL, NULL) && !hotshoe_value_equal(NULL, one));
  CHECK(hotshoe_value_count(NULL) == 0);
  CHECK_FAILS(hotshoe_value_to_bool(NULL, &is), "argument-invalid");
  CHECK_FAILS(hotshoe_value_to_i64(NULL, &whole), "argument-invalid");
  CHECK_FAILS(hotshoe_value_to_i64(one, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_value_to_f64(NULL, &real), "argument-invalid");
  CHECK_FAILS(hotshoe_value_to_text(NULL, &text, &length), "argument-invalid");
  CHECK_FAILS(hotshoe_value_to_bytes(NULL, &bytes, &length), "argument-invalid");
  CHECK_FAILS(hotshoe_value_at(NULL, 0, &value), "argument-invalid");
  CHECK_FAILS(hotshoe_value_push(NULL, one), "argument-invalid");
  CHECK_FAILS(hotshoe_value_push(NULL, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_value_replace(NULL, 0, one), "argument-invalid");
  CHECK_FAILS(hotshoe_value_key_at(NULL, 0, &text, &length), "argument-invalid");
  CHECK_FAILS(hotshoe_value_get(NULL, "x", Z, &value), "argument-invalid");
  CHECK_FAILS(hotshoe_value_insert(NULL, "x", Z, one), "argument-invalid");
  CHECK_FAILS(hotshoe_value_remove(NULL, "x", Z), "argument-invalid");
  CHECK_TEXT(hotshoe_value_object_type(NULL), NULL);
  CHECK_FAILS(hotshoe_value_object_data(NULL, "x", &data), "argument-invalid");
  CHECK_FAILS(hotshoe_value_call(NULL, "x", NULL, &value), "argument-invalid");
  CHECK_FAILS(hotshoe_value_view(NULL, &view), "argument-invalid");
  CHECK_FAILS(hotshoe_value_view_again(NULL, &view, &value), "argument-invalid");
  CHECK_FAILS(hotshoe_value_encode(NULL, &value), "argument-invalid");
  CHECK_FAILS(hotshoe_value_decode(NULL, 1, &value), "argument-invalid");
  CHECK_FAILS(hotshoe_memory_new(8, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_memory_wrap(NULL, 0, NULL, NULL, NULL), "argument-invalid");
  CHECK_OK(hotshoe_memory_wrap(NULL, 0, NULL, NULL, &memory));
  CHECK_FAILS(hotshoe_memory_resize(NULL, 8), "argument-invalid");
  CHECK_FAILS(hotshoe_memory_resize(memory, 8), "argument-invalid");
  hotshoe_memory_free(memory);
  CHECK_FAILS(hotshoe_memory_new(SIZE_MAX, &memory), "value-too-large");
  hotshoe_memory_free(NULL);
  hotshoe_value_free(NULL);
  hotshoe_value_free(one);
}

int main(void) {
  scalars_come_back_as_they_were();
  text_and_bytes_may_hold_anything();
  who_has_a_list_sees_what_it_was();
  a_map_has_names_in_their_order();
  an_object_is_called_by_name_and_destroyed_once();
  a_buffer_lies_in_its_memory_and_keeps_it();
  null_never_crashes();
  return 0;
}
