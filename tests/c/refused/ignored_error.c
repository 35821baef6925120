/* An error that nobody looks at: each compiler says so. */
#include <hotshoe/host.h>

int main(void) {
  hotshoe_profile* profile = NULL;
  hotshoe_profile_new("camera", HOTSHOE_NUL_TERMINATED, &profile);
  hotshoe_profile_free(profile);
  return 0;
}
