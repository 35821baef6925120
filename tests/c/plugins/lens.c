#include "camera.h"

void camera_register(struct camera* camera);
int camera_plugin_version(void);

extern const int lens_focal_length;
const int lens_focal_length = 50;

void camera_register(struct camera* camera) {
  if (camera != 0) camera->lenses += 1;
}

int camera_plugin_version(void) { return 3; }
