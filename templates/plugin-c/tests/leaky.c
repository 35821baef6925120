#include "my_plugin_leaky.h"

#include <stdio.h>

static int failures = 0;

static void expect(const char* what, float found, float expected) {
  const float difference = found - expected;
  if (difference < 1e-6F && difference > -1e-6F) return;
  printf("%s is %g, not %g\n", what, (double)found, (double)expected);
  ++failures;
}

int main(void) {
  expect("leaky(2)", my_plugin_leaky(2), 2);
  expect("leaky(0)", my_plugin_leaky(0), 0);
  expect("leaky(-2)", my_plugin_leaky(-2), -0.2F);
  return failures == 0 ? 0 : 1;
}
