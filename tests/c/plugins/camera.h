/* What a host called `camera` gives to its plugins. */
#ifndef CAMERA_H
#define CAMERA_H

struct camera {
  int lenses;
};

#endif /* CAMERA_H */
