/* What a plugin of this host sees: its entry gets a rack to put effects into. */
#ifndef RACK_H
#define RACK_H

#ifdef __cplusplus
extern "C" {
#endif

struct rack {
  void* host;
  /* Adds an effect, which turns one sample into another. The name is copied. */
  void (*add)(void* host, const char* name, float (*effect)(float sample));
};

/* Every plugin exports it. An exception must not leave it. */
void rack_register(const struct rack* rack);

#ifdef __cplusplus
}
#endif

#endif
