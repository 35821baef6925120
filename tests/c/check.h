/* What the C tests check with. Unlike assert it stays in release builds. */
#ifndef CHECK_H
#define CHECK_H

#include <hotshoe/host.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                            \
  do {                                                                              \
    if (!(condition)) {                                                             \
      fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition); \
      exit(1);                                                                      \
    }                                                                               \
  } while (0)

/* The two texts are equal; NULL equals NULL only. */
#define CHECK_TEXT(found, expected) check_text((found), (expected), __FILE__, __LINE__)

/* The call succeeds. */
#define CHECK_OK(call) check_code((call), NULL, __FILE__, __LINE__)

/* The call fails with this code; the error is freed. */
#define CHECK_FAILS(call, code) check_code((call), (code), __FILE__, __LINE__)

#define Z HOTSHOE_NUL_TERMINATED

static inline void check_text(const char* found, const char* expected, const char* file, int line) {
  if (found == NULL || expected == NULL ? found == expected : strcmp(found, expected) == 0) return;
  fprintf(stderr, "%s:%d: found `%s`, expected `%s`\n", file, line, found ? found : "(NULL)",
          expected ? expected : "(NULL)");
  exit(1);
}

static inline void check_code(hotshoe_error* error, const char* code, const char* file, int line) {
  const char* found = hotshoe_error_code(error);
  if (found == NULL || code == NULL ? found == code : strcmp(found, code) == 0) {
    hotshoe_error_free(error);
    return;
  }
  fprintf(stderr, "%s:%d: expected %s, but: %s\n", file, line, code ? code : "success",
          error ? hotshoe_error_report(error) : "success");
  exit(1);
}

/* Every test is run with the folder that holds the plugins of tests/c/plugins. */
static inline const char* plugin_root(int argc, char** argv) {
  CHECK(argc == 2);
  return argv[1];
}

static inline hotshoe_profile* camera_profile(void) {
  hotshoe_profile* profile = NULL;
  CHECK_OK(hotshoe_profile_new("camera", Z, &profile));
  CHECK(profile != NULL);
  return profile;
}

static inline hotshoe_host* camera_host(const char* root) {
  hotshoe_profile* profile = camera_profile();
  hotshoe_host* host = NULL;
  CHECK_OK(hotshoe_host_new(profile, &host));
  hotshoe_profile_free(profile);
  CHECK_OK(hotshoe_host_add_search_root(host, root, Z));
  return host;
}

#endif /* CHECK_H */
