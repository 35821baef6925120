/* Hotshoe: what a host calls. Generated from src/capi/installed.rs: change it there, then run tools/headers.sh.
 * What holds for all functions stands in hotshoe/host.h. */

#ifndef HOTSHOE_HOST_INSTALLED_H
#define HOTSHOE_HOST_INSTALLED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "version.h"
#include "diagnostics.h"


/*
 What an install did about a plugin.
 */
typedef enum {
  /*
   Nothing: it is there from the same archive, and as it was installed; or this was no install.
   */
  HOTSHOE_INSTALL_OUTCOME_PRESENT = 0,
  /*
   It was not there, and is now.
   */
  HOTSHOE_INSTALL_OUTCOME_INSTALLED = 1,
  /*
   It took the place of what was there, which is out of use now.
   */
  HOTSHOE_INSTALL_OUTCOME_REPLACED = 2,
} hotshoe_install_outcome;

/*
 Plugins that were installed, each in one version.
 */
typedef struct hotshoe_installed hotshoe_installed;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 How many there are. [any thread]
 */
size_t hotshoe_installed_count(const hotshoe_installed *installed);

/*
 The name of one; NULL past the last. [any thread]
 */
const char *hotshoe_installed_name(const hotshoe_installed *installed, size_t index);

/*
 The version of one; NULL if it says none, or past the last. [any thread]
 */
const char *hotshoe_installed_version(const hotshoe_installed *installed, size_t index);

/*
 The folder of one, of one that was removed the folder it had; NULL past the last. [any thread]
 */
const char *hotshoe_installed_path(const hotshoe_installed *installed, size_t index);

/*
 Whether a host can find one: false for a version out of use, and past the last. Of one that was removed,
 whether a host could. [any thread]
 */
bool hotshoe_installed_in_use(const hotshoe_installed *installed, size_t index);

/*
 What an install did about one; HOTSHOE_INSTALL_OUTCOME_PRESENT past the last. [any thread]
 */
hotshoe_install_outcome hotshoe_installed_outcome(const hotshoe_installed *installed, size_t index);

/*
 Those whose receipts are damaged, as hotshoe_root_installed found them. Lent by the list. [any thread]
 */
const hotshoe_diagnostics *hotshoe_installed_diagnostics(const hotshoe_installed *installed);

/*
 Ends the list; what is installed stays. NULL is fine. [any thread]
 */
void hotshoe_installed_free(hotshoe_installed *installed);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HOTSHOE_HOST_INSTALLED_H */
