/* Hotshoe: what a host calls. Generated from src/capi/package.rs: change it there, then run tools/headers.sh.
 * What holds for all functions stands in hotshoe/host.h. */

#ifndef HOTSHOE_HOST_PACKAGE_H
#define HOTSHOE_HOST_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "version.h"
#include "error.h"
#include "profile.h"


/*
 An archive that was made of a plugin's folder.
 */
typedef struct hotshoe_package hotshoe_package;

/*
 How an archive is made.
 */
typedef struct hotshoe_package_options hotshoe_package_options;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 Makes `<output>/<name>-<version>.tar.gz` of a plugin's folder, and its `.sha256` beside it. The same folder
 gives the same bytes on every machine. An archive of that name is replaced, at once and when the new one is
 complete.

 `profile`: a host that must take the plugin, if its version is known; NULL asks nobody. `package`: yours.
 Errors: of the stages `package`, `manifest`, `inspect` and `catalog`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_package_make(const char *folder,
                                    size_t folder_length,
                                    const char *output,
                                    size_t output_length,
                                    const hotshoe_profile *profile,
                                    hotshoe_package **package);

/*
 The same in another way than the usual one, as the options say: for a plugin of a runtime that is not installed,
 they name the folder with its description.

 `options`: not NULL. Otherwise like hotshoe_package_make. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_package_make_with(const hotshoe_package_options *options,
                                         const char *folder,
                                         size_t folder_length,
                                         const char *output,
                                         size_t output_length,
                                         const hotshoe_profile *profile,
                                         hotshoe_package **package);

/*
 Options that say the usual.

 `options`: yours. Errors: `argument-invalid` only. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_package_options_new(hotshoe_package_options **options);

/*
 Adds a folder with descriptions of runtimes, `<name>.runtime.json`, before that of the installed runtimes: which file
 of a plugin must be there, its runtime says. Nothing in it is loaded.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_package_options_add_runtime_folder(hotshoe_package_options *options,
                                                          const char *folder,
                                                          size_t folder_length);

/*
 Ends options. NULL is fine.
 */
void hotshoe_package_options_free(hotshoe_package_options *options);

/*
 The plugin's name. [any thread]
 */
const char *hotshoe_package_name(const hotshoe_package *package);

/*
 The plugin's version. [any thread]
 */
const char *hotshoe_package_version(const hotshoe_package *package);

/*
 The archive's path. [any thread]
 */
const char *hotshoe_package_archive(const hotshoe_package *package);

/*
 The archive's SHA-256, in 64 hexadecimal digits. [any thread]
 */
const char *hotshoe_package_sha256(const hotshoe_package *package);

/*
 The archive's size in bytes. [any thread]
 */
uint64_t hotshoe_package_size(const hotshoe_package *package);

/*
 Ends what is known of an archive; the archive stays. NULL is fine.
 */
void hotshoe_package_free(hotshoe_package *package);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HOTSHOE_HOST_PACKAGE_H */
