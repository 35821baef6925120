#include "leaky.hpp"

#include <cmath>
#include <cstdio>

static int failures = 0;

static void expect(const char* what, float found, float expected) {
  if (std::fabs(found - expected) < 1e-6F) return;
  std::printf("%s is %g, not %g\n", what, static_cast<double>(found), static_cast<double>(expected));
  ++failures;
}

int main() {
  expect("leaky(2)", my_plugin::leaky(2), 2);
  expect("leaky(0)", my_plugin::leaky(0), 0);
  expect("leaky(-2)", my_plugin::leaky(-2), -0.2F);
  return failures == 0 ? 0 : 1;
}
