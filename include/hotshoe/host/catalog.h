/* Hotshoe: what a host calls. Generated from src/capi/catalog.rs: change it there, then run tools/headers.sh.
 * What holds for all functions stands in hotshoe/host.h. */

#ifndef HOTSHOE_HOST_CATALOG_H
#define HOTSHOE_HOST_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "version.h"
#include "error.h"
#include "diagnostics.h"
#include "profile.h"


/*
 One plugin that was found. It belongs to its catalog.
 */
typedef struct hotshoe_candidate hotshoe_candidate;

/*
 Some of the plugins that a catalog holds.
 */
typedef struct hotshoe_candidates hotshoe_candidates;

/*
 The plugins found on a search path. Nothing was loaded to make it.
 */
typedef struct hotshoe_catalog hotshoe_catalog;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 Looks for plugins along a search path: folders separated by ':', on Windows by ';'.

 `search_path`: NULL means where the host looks by itself: the profile's environment variable, then its
 folders. `catalog`: yours. What cannot be read is a
 diagnostic of the catalog. Errors: `argument-invalid` only. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_catalog_new(const hotshoe_profile *profile,
                                   const char *search_path,
                                   size_t search_path_length,
                                   hotshoe_catalog **catalog);

/*
 Looks into the libraries of the plugins that are not refused yet, and refuses those that cannot be loaded, as
 far as their bytes, those of the libraries they need, and the receipts that the host asks for can tell.

 A host need not do this, for it checks each plugin when it is loaded; who shows what there is, should. What
 the catalog lent before is gone: its candidates, and its diagnostics. It opens every library.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_catalog_check_libraries(hotshoe_catalog *catalog, const hotshoe_profile *profile);

/*
 How many plugins it holds, those that the host would refuse included. [any thread]
 */
size_t hotshoe_catalog_count(const hotshoe_catalog *catalog);

/*
 A plugin it holds, by root and then by folder name; NULL past the last. [any thread]
 */
const hotshoe_candidate *hotshoe_catalog_candidate(const hotshoe_catalog *catalog, size_t index);

/*
 The plugin of this name to use: the highest version that the requirement allows.

 `requirement`: such as ">=1.2,<2"; NULL allows all. `candidate`: lent by the catalog.
 Errors: `plugin-not-found`, `requirement-invalid`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_catalog_find(const hotshoe_catalog *catalog,
                                    const char *name,
                                    size_t name_length,
                                    const char *requirement,
                                    size_t requirement_length,
                                    const hotshoe_candidate **candidate);

/*
 For each name the plugin to use, in catalog order: what `hotshoe_catalog_find` finds without a requirement.

 `capability`: only those that can be found under it; NULL for all. `candidates`: yours; what it holds is lent by the
 catalog. Errors: `capability-invalid`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_catalog_newest(const hotshoe_catalog *catalog,
                                      const char *capability,
                                      size_t capability_length,
                                      hotshoe_candidates **candidates);

/*
 How many plugins a list holds. [any thread]
 */
size_t hotshoe_candidates_count(const hotshoe_candidates *candidates);

/*
 A plugin that a list holds, lent by the catalog; NULL past the last. [any thread]
 */
const hotshoe_candidate *hotshoe_candidates_get(const hotshoe_candidates *candidates, size_t index);

/*
 Ends a list, and not the plugins that it holds. NULL is fine.
 */
void hotshoe_candidates_free(hotshoe_candidates *candidates);

/*
 What was noticed on the way. Lent by the catalog. [any thread]
 */
const hotshoe_diagnostics *hotshoe_catalog_diagnostics(const hotshoe_catalog *catalog);

/*
 Ends a catalog and its candidates. NULL is fine.
 */
void hotshoe_catalog_free(hotshoe_catalog *catalog);

/*
 The plugin's name. [any thread]
 */
const char *hotshoe_candidate_name(const hotshoe_candidate *candidate);

/*
 The plugin's version; NULL if it says none. [any thread]
 */
const char *hotshoe_candidate_version(const hotshoe_candidate *candidate);

/*
 The plugin's folder, or its library if it has no folder of its own. [any thread]
 */
const char *hotshoe_candidate_path(const hotshoe_candidate *candidate);

/*
 The plugin's library, or the file that takes its place in a runtime with files of another kind; empty if there is
 none, and for a program. [any thread]
 */
const char *hotshoe_candidate_library(const hotshoe_candidate *candidate);

/*
 What brings the plugin to life: `native` for a library, else what its manifest names. [any thread]
 */
const char *hotshoe_candidate_runtime(const hotshoe_candidate *candidate);

/*
 The file that the plugin consists of, whatever its runtime makes of it; empty if there is none. [any thread]
 */
const char *hotshoe_candidate_artifact(const hotshoe_candidate *candidate);

/*
 What the plugin does, in its own words; NULL if it does not say. [any thread]
 */
const char *hotshoe_candidate_description(const hotshoe_candidate *candidate);

/*
 The plugin's licence, by custom an SPDX expression; NULL if it does not say. [any thread]
 */
const char *hotshoe_candidate_license(const hotshoe_candidate *candidate);

/*
 Where to read more of the plugin; NULL if it does not say. It is the author's text, and need not be a URL.
 [any thread]
 */
const char *hotshoe_candidate_homepage(const hotshoe_candidate *candidate);

/*
 The file of the plugin's icon; NULL if it names none. It need not be there, and is whatever the author put there.
 [any thread]
 */
const char *hotshoe_candidate_icon(const hotshoe_candidate *candidate);

/*
 How many authors the plugin names. [any thread]
 */
size_t hotshoe_candidate_author_count(const hotshoe_candidate *candidate);

/*
 Who made the plugin; NULL past the last. [any thread]
 */
const char *hotshoe_candidate_author(const hotshoe_candidate *candidate, size_t index);

/*
 All that the plugin says of itself, as a JSON object with the fields of docs/manifest.md and the keys that a
 manifest may have beside them; what it does not say is null or empty. [any thread]
 */
const char *hotshoe_candidate_manifest(const hotshoe_candidate *candidate);

/*
 The keys of the manifest that Hotshoe does not know, as they stand there: a JSON object. [any thread]
 */
const char *hotshoe_candidate_other_keys(const hotshoe_candidate *candidate);

/*
 Why the host would not take the plugin, over several lines; NULL if it would. [any thread]
 */
const char *hotshoe_candidate_refusal(const hotshoe_candidate *candidate);

/*
 The kind of refusal, stable between releases, for example "host-incompatible"; NULL if the host would take the
 plugin. [any thread]
 */
const char *hotshoe_candidate_refusal_code(const hotshoe_candidate *candidate);

/*
 Why the host would not take the plugin, in one sentence; NULL if it would. [any thread]
 */
const char *hotshoe_candidate_refusal_message(const hotshoe_candidate *candidate);

/*
 What to do so that the host would take the plugin; NULL if it would, or if nothing helps. [any thread]
 */
const char *hotshoe_candidate_refusal_hint(const hotshoe_candidate *candidate);

/*
 The file or folder that the refusal is about, such as a broken manifest; NULL if the host would take the plugin.
 [any thread]
 */
const char *hotshoe_candidate_refusal_path(const hotshoe_candidate *candidate);

/*
 Under how many capabilities the plugin can be found. [any thread]
 */
size_t hotshoe_candidate_capability_count(const hotshoe_candidate *candidate);

/*
 A capability under which the plugin can be found; NULL past the last. [any thread]
 */
const char *hotshoe_candidate_capability(const hotshoe_candidate *candidate, size_t index);

/*
 How many interfaces the plugin's manifest names. [any thread]
 */
size_t hotshoe_candidate_interface_count(const hotshoe_candidate *candidate);

/*
 An interface that the plugin's manifest names, with its revision, such as "org.example.filter/1"; NULL past the last.
 The plugin, once loaded, has it. [any thread]
 */
const char *hotshoe_candidate_interface(const hotshoe_candidate *candidate,
                                        size_t index);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HOTSHOE_HOST_CATALOG_H */
