/* Hotshoe: what a host calls. Generated from src/capi/install.rs: change it there, then run tools/headers.sh.
 * What holds for all functions stands in hotshoe/host.h. */

#ifndef HOTSHOE_HOST_INSTALL_H
#define HOTSHOE_HOST_INSTALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "version.h"
#include "error.h"
#include "profile.h"
#include "installed.h"
#include "root.h"


/*
 How an archive is installed.
 */
typedef struct hotshoe_install hotshoe_install;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 An install of an archive: a tar, plain or in gzip or zstd, or a zip. Its bytes say which, not its name. It is
 not read yet.

 `install`: yours. Errors: `argument-invalid` only. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_install_new(const char *archive, size_t archive_length, hotshoe_install **install);

/*
 Whether it goes into `<root>/<name>`, for hosts that do not look for versions, and not into
 `<root>/<name>/<version>`. A newer version takes the place of the one that is there, which goes out of use.
 Off by default.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_install_set_flat(hotshoe_install *install, bool flat);

/*
 Whether it may take the place of another build of the same version, or of one that was changed since; what
 was there goes out of use. Off by default.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_install_set_replace(hotshoe_install *install, bool replace);

/*
 Whether it is installed only if its signature is verified, whatever the policy of the trust store; without a
 trust store it is refused then. Off by default.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_install_set_require_signature(hotshoe_install *install, bool require_signature);

/*
 Installs it only if the trust store of this host says that its signature is good, or that it needs none: the
 file that HOTSHOE_TRUST names, else `<config>/hotshoe/<host>.trust.json`, which is read now. Without this
 and hotshoe_install_set_trust no key is known: a signature that is damaged is refused, and any other, or that
 there is none, is among the diagnostics of what was installed.

 Errors: `key-invalid` if it cannot be used.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_install_set_host(hotshoe_install *install, const hotshoe_profile *profile);

/*
 The same by the trust store in a file, which must be there, and is read now.

 Errors: `key-invalid` if it cannot be used.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_install_set_trust(hotshoe_install *install, const char *file, size_t file_length);

/*
 Adds a folder with descriptions of runtimes, `<name>.runtime.json`, before that of the installed runtimes: which file
 of a plugin must be there, its runtime says. Nothing in it is loaded.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_install_add_runtime_folder(hotshoe_install *install,
                                                  const char *folder,
                                                  size_t folder_length);

/*
 Says what the plugins of a runtime look like, as hotshoe_host_add_described_runtime does, so that no file is needed.

 `description`: the text of a `<name>.runtime.json`, read before this returns. What is odd about it, the diagnostics of
 what is installed tell. Errors: `runtime-kind`.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_install_add_runtime_description(hotshoe_install *install,
                                                       const char *description,
                                                       size_t description_length);

/*
 Has hotshoe_install_into_root tell how far it is, and lets the callback stop it. NULL, the default: nobody.

 `user_data`: for each call of `callback`; it must stay good as long as the install uses it.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_install_set_progress(hotshoe_install *install,
                                            hotshoe_progress_callback callback,
                                            void *user_data);

/*
 Installs the archive. It is unpacked and checked in a hidden folder of the root first, and appears at once;
 one that is refused or stopped leaves nothing behind. Nothing of it is run. Several processes may install at
 once: they do it one after the other.

 `installed`: yours, and not NULL. It says what was done about each plugin in the archive, and
 hotshoe_installed_diagnostics has a warning if nobody signed it, or the signature was not verified: tell it.
 Errors: of the stages `package` and `manifest`, and `folder-unreadable`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_install_into_root(const hotshoe_install *install,
                                         const hotshoe_root *root,
                                         hotshoe_installed **installed);

/*
 Ends an install; what it installed stays. NULL is fine.
 */
void hotshoe_install_free(hotshoe_install *install);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HOTSHOE_HOST_INSTALL_H */
