/* Hotshoe: what a host calls. Generated from src/capi/version.rs: change it there, then run tools/headers.sh.
 * What holds for all functions stands in hotshoe/host.h. */

#ifndef HOTSHOE_HOST_VERSION_H
#define HOTSHOE_HOST_VERSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* For a length: the string ends with NUL. */
#define HOTSHOE_NUL_TERMINATED ((size_t)-1)

/* The version of this header. hotshoe_version() tells the library's, which may be newer. */
#define HOTSHOE_VERSION_MAJOR 0
#define HOTSHOE_VERSION_MINOR 1
#define HOTSHOE_VERSION_PATCH 0
#define HOTSHOE_VERSION_AT_LEAST(major, minor, patch)                          \
  (HOTSHOE_VERSION_MAJOR > (major) ||                                          \
   (HOTSHOE_VERSION_MAJOR == (major) && (HOTSHOE_VERSION_MINOR > (minor) ||    \
   (HOTSHOE_VERSION_MINOR == (minor) && HOTSHOE_VERSION_PATCH >= (patch)))))

/* What a function with this mark returns is an error, or NULL: whoever does not look at it does not know what
   happened, and leaks it. Define the mark as nothing to be warned of none. */
#ifndef HOTSHOE_MUST_USE
#if defined(__cplusplus) ? __cplusplus >= 201703L : defined(__STDC_VERSION__) && __STDC_VERSION__ >= 202311L
#define HOTSHOE_MUST_USE [[nodiscard]]
#elif defined(__GNUC__)
#define HOTSHOE_MUST_USE __attribute__((warn_unused_result))
#else
#define HOTSHOE_MUST_USE
#endif
#endif


#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 The version of the library, for example "0.1.0". Lives for ever.
 */
const char *hotshoe_version(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HOTSHOE_HOST_VERSION_H */
