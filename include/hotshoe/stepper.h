/* Hotshoe: a plugin that executes step by step, for plugins of the contract. Generated from crates/hotshoe-abi: change it
 * there, then run tools/headers.sh. The manual is docs/interface/hotshoe.stepper-1.md; for C++ there is
 * hotshoe/stepper.hpp.
 *
 * Plugin     gives its host a hotshoe_stepper_1 when that asks for HOTSHOE_STEPPER_1, and links nothing.
 * Order      init begins a run; step, reset and call follow in any number; shutdown ends it. There may be several runs at
 *            once, each with a context of its own: what belongs to one hangs on what init gives.
 * Hooks      are those of passes.h. NULL for a function: the plugin does nothing there; without step and call it has none.
 * Threads    Several threads may be in it at once, each in another run.
 * Unwinding  No exception, panic or longjmp leaves a function of either side.
 */


#ifndef HOTSHOE_STEPPER_H
#define HOTSHOE_STEPPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "passes.h"

/* The id of the interface. */
#define HOTSHOE_STEPPER_1 "hotshoe.stepper/1"


/*
 The functions of `hotshoe.stepper/1`. Each that is called by a host returns HOTSHOE_HOOK_DONE, or HOTSHOE_HOOK_MISSING for a
 hook that the plugin does not have; anything else means that it failed, after it said why with `fail` of the hook.
 */
typedef struct hotshoe_stepper_1 {
  /*
   The size of this table in bytes.
   */
  size_t size;
  /*
   Begins a run. `run`: NULL at first, for what the other functions are given; if it fails, nothing else follows.
   */
  int32_t (*init)(void *instance, const hotshoe_hook *hook, void **run);
  /*
   One step: once for each tick. The time is in the context.
   */
  int32_t (*step)(void *instance, void *run, const hotshoe_hook *hook);
  /*
   Back to where `init` left it.
   */
  int32_t (*reset)(void *instance, void *run, const hotshoe_hook *hook);
  /*
   Ends a run, whatever it returns. It gets another context, without anything in it, if the host has let go of the run's.
   */
  int32_t (*shutdown)(void *instance, void *run, const hotshoe_hook *hook);
  /*
   Any other method, by its name. `argument`: lent; may be NULL.
   */
  int32_t (*call)(void *instance,
                  void *run,
                  const char *method,
                  const hotshoe_value *argument,
                  const hotshoe_hook *hook);
} hotshoe_stepper_1;

#endif  /* HOTSHOE_STEPPER_H */
