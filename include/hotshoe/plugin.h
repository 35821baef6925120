/* Hotshoe: what a plugin that is a shared library and its host call. Generated from crates/hotshoe-abi: change it there,
 * then run tools/headers.sh. The manual is docs/contract.md; for C++ there is hotshoe/contract.hpp.
 *
 * Plugin     a shared library that exports one function, hotshoe_descriptor. It links nothing of Hotshoe. Its host calls
 *            `init`, and then asks for tables of functions by name: org.example.filter/1 is revision 1 of an interface.
 * Revisions  This is HOTSHOE_PLUGIN_REVISION 1, which stays as it is but for fields at the ends of tables. A host asks for
 *            the newest revision that it knows and takes an older one, so a plugin of today works in every later host.
 * Tables     begin with their size; fields are only appended, and one that lies beyond the size, or is NULL, is not
 *            there: use HOTSHOE_PLUGIN_HAS. Set size = sizeof(table). What cannot grow so is another revision of the
 *            interface.
 * Instances  A library is mapped once and may serve several hosts of one process: what belongs to one of them hangs on
 *            the instance that `init` gives, and on no global variable.
 * Ownership  Nothing that one side allocated is freed by the other. What a function gets by pointer lives until it
 *            returns; the tables of a plugin and of its host live until `shutdown` returns.
 * Unwinding  No exception, panic or longjmp leaves a function of either side.
 * Threads    `init` and `shutdown` of an instance never overlap with anything else of it. What is marked [any thread] may
 *            run on many at once. For an interface its own page says it.
 * Texts      end with NUL and are UTF-8; a path is as the system spells it.
 */


#ifndef HOTSHOE_PLUGIN_H
#define HOTSHOE_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

/* Whether a table of the other side, given by pointer, has a function. */
#define HOTSHOE_PLUGIN_HAS(table, function)                                                                  \
  ((table) != NULL &&                                                                                        \
   (table)->size >= (size_t)((const char *)(&(table)->function + 1) - (const char *)(table)) &&              \
   (table)->function != NULL)

/* Stands before the one function that a plugin exports:
 *
 *     HOTSHOE_PLUGIN_EXPORT const hotshoe_plugin_descriptor *hotshoe_descriptor(uint32_t newest)
 */
#if defined(__cplusplus)
#define HOTSHOE_PLUGIN_EXTERN extern "C"
#else
#define HOTSHOE_PLUGIN_EXTERN extern
#endif
#if defined(_WIN32)
#define HOTSHOE_PLUGIN_EXPORT HOTSHOE_PLUGIN_EXTERN __declspec(dllexport)
#else
#define HOTSHOE_PLUGIN_EXPORT HOTSHOE_PLUGIN_EXTERN __attribute__((visibility("default")))
#endif


/*
 The revision of the contract that this is. 0 was a draft, which no host takes.
 */
#define HOTSHOE_PLUGIN_REVISION 1

/*
 What a host gives to a plugin. Each instance has its own.
 */
typedef struct hotshoe_plugin_host {
  /*
   The size of this table in bytes.
   */
  size_t size;
  /*
   The revision that the plugin's descriptor says.
   */
  uint32_t revision;
  /*
   The folder of the plugin, where its files are, also when a private copy of its library is mapped; of a library
   without a folder of its own the one in which it lies.
   */
  const char *folder;
  /*
   The table of an interface that the host offers to its plugins, or NULL. `instance` is set to what the functions in
   it are given first, or to NULL; it may be NULL itself. Both are good until `shutdown` returns, and the same each
   time. [any thread]
   */
  const void *(*get_interface)(const struct hotshoe_plugin_host *host, const char *id, void **instance);
  /*
   Why `init` fails, in one sentence, and what to do about it, or NULL. The first reason counts. After `init` it does
   nothing. [the thread that `init` runs on]
   */
  void (*fail)(const struct hotshoe_plugin_host *host, const char *message, const char *hint);
} hotshoe_plugin_host;

/*
 What a plugin is and does. It never changes.
 */
typedef struct hotshoe_plugin_descriptor {
  /*
   The size of this table in bytes.
   */
  size_t size;
  /*
   The revision of the contract that it was built with: HOTSHOE_PLUGIN_REVISION.
   */
  uint32_t revision;
  /*
   The plugin's name, as its manifest has it.
   */
  const char *name;
  /*
   Its version, as its manifest has it; may be NULL.
   */
  const char *version;
  /*
   Makes an instance: what the other functions are given. Returns 0; anything else means that it failed, after it
   said why with `fail` of the host. `host` lives until `shutdown` of the instance returns, or where `init` fails,
   until that returns. May be NULL: then the instance is NULL. [any thread; for several hosts at once]
   */
  int32_t (*init)(const struct hotshoe_plugin_host *host, void **instance);
  /*
   The table of an interface, or NULL if the plugin does not have it. Its address is the same each time. The first
   parameter of the functions in it is the instance, unless the interface says otherwise. [any thread]
   */
  const void *(*get_interface)(void *instance, const char *id);
  /*
   Ends an instance. Nothing of it is called any more. May be NULL. Where a host ends without unloading its plugins,
   it is not called.
   */
  void (*shutdown)(void *instance);
} hotshoe_plugin_descriptor;

/*
 The function that a plugin exports, `hotshoe_descriptor`.

 `newest` is the newest revision that the host knows. It returns the plugin's descriptor of this revision or an older
 one, or NULL if it has none: for one `newest` the same constant each time. It does nothing else. [any thread]
 */
typedef const struct hotshoe_plugin_descriptor *(*hotshoe_plugin_entry_function)(uint32_t newest);

#endif  /* HOTSHOE_PLUGIN_H */
