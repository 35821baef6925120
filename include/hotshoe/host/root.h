/* Hotshoe: what a host calls. Generated from src/capi/root.rs: change it there, then run tools/headers.sh.
 * What holds for all functions stands in hotshoe/host.h. */

#ifndef HOTSHOE_HOST_ROOT_H
#define HOTSHOE_HOST_ROOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "version.h"
#include "error.h"
#include "diagnostics.h"
#include "installed.h"


/*
 What an operation is at. There may be more of these one day: let what you do not know go on.
 */
typedef enum {
  /*
   The archive is read and its digest is taken: so many bytes of it are done.
   */
  HOTSHOE_PROGRESS_CHECKING = 0,
  /*
   The archive is unpacked: so many bytes of it are done.
   */
  HOTSHOE_PROGRESS_UNPACKING = 1,
  /*
   Another process changes the same folder, and is waited for.
   */
  HOTSHOE_PROGRESS_WAITING = 2,
} hotshoe_progress;

/*
 A folder that plugins are installed in: one of a host's search path.
 */
typedef struct hotshoe_root hotshoe_root;

/*
 Called several times each second, on the thread that does the work. `done` and `total` are in bytes, and 0
 where nothing is counted. `holder`: for HOTSHOE_PROGRESS_WAITING what the other process does, such as
 "process 4711: install gain-1.2.3.tar.gz"; lent for the call, else NULL. Return 0 to go on. Anything else
 stops the operation: its error is `cancelled`, and nothing was changed. It must not throw.
 */
typedef int (*hotshoe_progress_callback)(void *user_data,
                                         hotshoe_progress progress,
                                         uint64_t done,
                                         uint64_t total,
                                         const char *holder);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 A root, which need not be there yet: the first install makes it.

 `root`: yours. Errors: `argument-invalid` only. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_root_new(const char *folder, size_t folder_length, hotshoe_root **root);

/*
 Has uninstall, rollback and prune tell whom they wait for. NULL: they wait as long as it takes, which is the
 default. An install has its own: hotshoe_install_set_progress.

 `user_data`: for each call of `callback`; it must stay good as long as the root uses it.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_root_set_progress(hotshoe_root *root,
                                         hotshoe_progress_callback callback,
                                         void *user_data);

/*
 The folder. [any thread]
 */
const char *hotshoe_root_path(const hotshoe_root *root);

/*
 Every plugin that was installed here, by name and version, also those out of use. One whose receipt is
 damaged is among hotshoe_installed_diagnostics, and so are keys of receipts that are unknown.

 `installed`: yours. Errors: `folder-unreadable`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_root_installed(const hotshoe_root *root, hotshoe_installed **installed);

/*
 Removes a version of a plugin, or all of them. One whose files are not as they were installed is only removed
 by `force`: what was changed would be lost.

 `version`: NULL means all. `removed`: yours; NULL if you need no list.
 Errors: `not-installed`, `installed-changed`, `receipt-invalid`, `version-invalid`, `manifest-field` for what
 cannot be a name, `folder-unreadable`, `package-write`, `cancelled`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_root_uninstall(const hotshoe_root *root,
                                      const char *name,
                                      size_t name_length,
                                      const char *version,
                                      size_t version_length,
                                      bool force,
                                      hotshoe_installed **removed);

/*
 Puts an older version of a plugin in use again. Those above it go out of use, and come back by a rollback to
 their version, until hotshoe_root_prune.

 `version`: NULL means the one before the highest. `changed`: yours; NULL if you need no list. It holds the
 version in use first, then those that went out of use.
 Errors: as of hotshoe_root_uninstall, but for `installed-changed`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_root_rollback(const hotshoe_root *root,
                                     const char *name,
                                     size_t name_length,
                                     const char *version,
                                     size_t version_length,
                                     hotshoe_installed **changed);

/*
 Removes the versions out of use, and of those in use all but the highest `keep` of each plugin; one always
 stays. Versions whose files are not as they were installed stay, too.

 `name`: only this plugin; NULL for all. `dry_run`: only says which these are. `removed`: yours; NULL if you
 need no list. Errors: `folder-unreadable`, `package-write`, `cancelled`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_root_prune(const hotshoe_root *root,
                                  const char *name,
                                  size_t name_length,
                                  size_t keep,
                                  bool dry_run,
                                  hotshoe_installed **removed);

/*
 Compares what is in use with its receipts, and reads every file for that. Each file that was changed, is
 missing, or was added is a warning `installed-changed`.

 `name`: only this plugin; NULL for all. `differences`: yours.
 Errors: `not-installed`, `receipt-invalid`, `folder-unreadable`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_root_verify(const hotshoe_root *root,
                                   const char *name,
                                   size_t name_length,
                                   hotshoe_diagnostics **differences);

/*
 Ends a root; what is installed stays. NULL is fine.
 */
void hotshoe_root_free(hotshoe_root *root);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HOTSHOE_HOST_ROOT_H */
