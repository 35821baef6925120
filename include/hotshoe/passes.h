/* Hotshoe: the passes of a plugin, for plugins of the contract. Generated from crates/hotshoe-abi: change it there, then run
 * tools/headers.sh. The manual is docs/interface/hotshoe.passes-1.md; for C++ there is hotshoe/passes.hpp.
 *
 * Plugin     gives its host a hotshoe_passes_1 when that asks for HOTSHOE_PASSES_1, and links nothing.
 * Pass       gets a hook: the context, and ways to say why it fails, how far it has got, and whether it is to give up:
 *                static int32_t run(void *instance, uint32_t index, const hotshoe_hook *hook) {
 *                  if (works(hook->context)) return HOTSHOE_HOOK_DONE;
 *                  hook->fail(hook, "the model has a loop", "break it with a delay");
 *                  return 1;
 *                }
 * Threads    Several threads may run passes of one plugin at once, each with a context of its own. A hook is used by the
 *            thread that was called, until it returns.
 * Unwinding  No exception, panic or longjmp leaves a function of either side.
 */


#ifndef HOTSHOE_PASSES_H
#define HOTSHOE_PASSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "context.h"

/* The id of the interface. */
#define HOTSHOE_PASSES_1 "hotshoe.passes/1"


/*
 What a pass returns when it is done.
 */
#define HOTSHOE_HOOK_DONE 0

/*
 What a hook returns that the plugin does not have.
 */
#define HOTSHOE_HOOK_MISSING -1

/*
 What a pass, or a step, is given by its host: lent for the call.
 */
typedef struct hotshoe_hook {
  /*
   The size of this table in bytes. All that is in revision 1 is there; ask for what may be added later.
   */
  size_t size;
  /*
   What the passes and steps of a run share, for the functions of `hotshoe.context/1`. Never NULL.
   */
  hotshoe_context *context;
  /*
   Why it fails, in one sentence, and what to do about it, or NULL. The first reason counts, and only if something other
   than HOTSHOE_HOOK_DONE is returned.
   */
  void (*fail)(const struct hotshoe_hook *hook, const char *message, const char *hint);
  /*
   What it returns, where something is returned: the context or NULL. Anything else is told as `pass-return`. It is
   compared and never looked at.
   */
  void (*returns)(const struct hotshoe_hook *hook, const void *what);
  /*
   How far it has got: `done` of `total`.
   */
  void (*progress)(const struct hotshoe_hook *hook, uint64_t done, uint64_t total);
  /*
   Whether the host wants it to be given up: then it should fail soon.
   */
  bool (*is_cancelled)(const struct hotshoe_hook *hook);
} hotshoe_hook;

/*
 The passes of a plugin: the table of `hotshoe.passes/1`.
 */
typedef struct hotshoe_passes_1 {
  /*
   The size of this table in bytes.
   */
  size_t size;
  /*
   How many passes there are. It is asked at the begin of each run, and may be more the next time.
   */
  uint32_t (*count)(void *instance);
  /*
   The name of a pass, below the count. It lives until the instance ends.
   */
  const char *(*name)(void *instance, uint32_t index);
  /*
   The stage that a pass is for, such as `lower`; NULL for a pass that runs in every stage. It lives until the instance
   ends. NULL for the function: none is for one stage.
   */
  const char *(*stage)(void *instance, uint32_t index);
  /*
   Runs a pass. Returns HOTSHOE_HOOK_DONE; anything else means that it failed, after it said why with `fail` of the hook.
   */
  int32_t (*run)(void *instance, uint32_t index, const struct hotshoe_hook *hook);
} hotshoe_passes_1;

#endif  /* HOTSHOE_PASSES_H */
