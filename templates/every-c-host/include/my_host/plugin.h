/* What plugins of my-host register with, in C, and in C++ as well:
 *
 *     void my_host_register(my_host_registry* registry) { registry->add(registry, "halve", halve); }
 *
 * The entry, which each plugin defines, is called what my-host.host.json says.
 *
 * A plugin links to nothing. The order of the members is the binary interface:
 * new ones go to the end. */
#ifndef MY_HOST_PLUGIN_H
#define MY_HOST_PLUGIN_H

#ifdef __cplusplus
extern "C" {
#endif

typedef float (*my_host_function)(float x);

typedef struct my_host_registry my_host_registry;
struct my_host_registry {
  /* Offers a function under a name. 0, or another number if the host has no place for it. */
  int (*add)(my_host_registry* registry, const char* name, my_host_function function);
};

#ifdef __cplusplus
}
#endif

#endif /* MY_HOST_PLUGIN_H */
