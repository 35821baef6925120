/* Hotshoe: what a host calls. Generated from src/capi/call.rs: change it there, then run tools/headers.sh.
 * What holds for all functions stands in hotshoe/host.h. */

#ifndef HOTSHOE_HOST_CALL_H
#define HOTSHOE_HOST_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "version.h"
#include "error.h"
#include "plugin.h"
#include "watch.h"


/*
 How the bytes of inputs and outputs are to be read.
 */
typedef enum {
  /*
   A JSON text in UTF-8.
   */
  HOTSHOE_ENCODING_JSON = 0,
  /*
   As the plugin's interface defines.
   */
  HOTSHOE_ENCODING_RAW = 1,
} hotshoe_encoding;

/*
 A call of a plugin's method: what is asked, and who takes what comes of it.
 */
typedef struct hotshoe_call hotshoe_call;

/*
 Says that calls are to be given up: fired once, by any thread, and for ever.
 */
typedef struct hotshoe_cancel_token hotshoe_cancel_token;

/*
 A call that a plugin makes of its host.
 */
typedef struct hotshoe_service_call hotshoe_service_call;

/*
 Takes an output of a call, one or the next of many, on the thread that calls; the bytes are lent for the call.
 Return 0 to get more, and anything else if no more is wanted. It must not throw.
 */
typedef int (*hotshoe_output_callback)(void *user_data, const void *output, size_t output_length);

/*
 Takes note of how far a call has got: `done` of `total` steps; 0 of 0 if nobody knows. It must not throw.
 */
typedef void (*hotshoe_call_progress_callback)(void *user_data, uint64_t done, uint64_t total);

/*
 Takes note of what the plugin says it is doing: one line, lent for the call. It must not throw.
 */
typedef void (*hotshoe_status_callback)(void *user_data, const char *text);

/*
 Takes a text as JSON, lent for the call. It must not throw.
 */
typedef void (*hotshoe_json_callback)(void *user_data, const char *json);

/*
 Serves a call of a plugin's, on any thread, several at once. `call` is lent for the call. Return NULL, or an error,
 as from hotshoe_error_new. It must not throw.
 */
typedef hotshoe_error *(*hotshoe_service_callback)(void *user_data, hotshoe_service_call *call);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 Makes a token that no call has. `token`: yours. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_cancel_token_new(hotshoe_cancel_token **token);

/*
 Has the calls that have the token given up, also those that are made later. Does nothing for NULL. [any thread]
 */
void hotshoe_cancel_token_fire(const hotshoe_cancel_token *token);

/*
 Whether it was fired. [any thread]
 */
bool hotshoe_cancel_token_is_fired(const hotshoe_cancel_token *token);

/*
 Ends a handle; calls that have the token keep it. NULL is fine.
 */
void hotshoe_cancel_token_free(hotshoe_cancel_token *token);

/*
 A call of a method with one empty input in JSON and no time limit, of which nobody takes what comes.

 `method`: its interface and its name, as the plugin spells them. `call`: yours. Errors: `argument-invalid` only.
 [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_call_new(const char *method,
                                size_t method_length,
                                hotshoe_call **call);

/*
 The input, which is copied.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_call_set_input(hotshoe_call *call,
                                      int encoding,
                                      const void *input,
                                      size_t input_length);

/*
 Whether more inputs follow by hotshoe_plugin_send, until hotshoe_plugin_finish. Off by default.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_call_set_streams(hotshoe_call *call, bool streams);

/*
 Gives the call up this many nanoseconds after it was begun; 0: never, as by default.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_call_set_timeout(hotshoe_call *call, uint64_t nanoseconds);

/*
 Gives the call up when the token is fired. The token's handle stays yours, and may be freed before the call.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_call_set_cancel_token(hotshoe_call *call, const hotshoe_cancel_token *token);

/*
 Who takes what comes of the call, on the thread that calls, before hotshoe_plugin_call returns. Each may be NULL.
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_call_set_sink(hotshoe_call *call,
                                     hotshoe_output_callback output,
                                     hotshoe_call_progress_callback progress,
                                     hotshoe_status_callback status,
                                     void *user_data);

/*
 Ends a call that is not going on. NULL is fine.
 */
void hotshoe_call_free(hotshoe_call *call);

/*
 Calls a method, and returns when it has ended. Meanwhile the plugin cannot be unloaded: that is busy.

 `call`: may be made again afterwards, but not twice at once. Errors: `runtime-unsupported`, `call-failed`,
 `call-cancelled`, `call-deadline`, `plugin-ended`, `plugin-unloaded`, `plugin-busy`, and those of the plugin's
 runtime. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_plugin_call(const hotshoe_plugin *plugin,
                                   const hotshoe_call *call);

/*
 Gives more input, which is copied, to a call that another thread makes. Errors: as for hotshoe_plugin_call.
 [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_plugin_send(const hotshoe_plugin *plugin,
                                   const hotshoe_call *call,
                                   const void *input,
                                   size_t input_length);

/*
 Says that a call that another thread makes gets no more input. Errors: as for hotshoe_plugin_call. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_plugin_finish(const hotshoe_plugin *plugin,
                                     const hotshoe_call *call);

/*
 Where the table of an interface is that the plugin offers in exactly this revision. Good until the plugin is
 unloaded.

 `table`: NULL if the plugin does not offer it. Errors: `runtime-unsupported`, `plugin-unloaded`, `plugin-busy`.
 [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_plugin_interface(const hotshoe_plugin *plugin,
                                        const char *id,
                                        size_t id_length,
                                        uint32_t revision,
                                        const void **table);

/*
 What the functions of the plugin's interfaces are given first. Good until the plugin is unloaded.

 `instance`: NULL if they take nothing of the kind. Errors: `plugin-unloaded`, `plugin-busy`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_plugin_instance(const hotshoe_plugin *plugin, void **instance);

/*
 What the plugin says of its interfaces and methods, given to `json` before this returns.
 Errors: `runtime-unsupported`, `plugin-unloaded`, `plugin-busy`, and those of the plugin's runtime. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_plugin_describe(const hotshoe_plugin *plugin,
                                       hotshoe_json_callback json,
                                       void *user_data);

/*
 Whether the plugin can serve calls; if it cannot, the error says why: `plugin-ended` if it has ended by itself.
 [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_plugin_health(const hotshoe_plugin *plugin);

/*
 Lets the plugin call the host by the names of methods.

 `release`: called once, when user_data is not used any more; NULL: never. If the callback or the plugin is NULL,
 user_data stays yours. Errors: `runtime-unsupported`, `plugin-unloaded`, `plugin-busy`. [any thread]
 */
HOTSHOE_MUST_USE
hotshoe_error *hotshoe_plugin_offer(const hotshoe_plugin *plugin,
                                    hotshoe_service_callback service,
                                    void *user_data,
                                    hotshoe_release_callback release);

/*
 The method that the plugin calls.
 */
const char *hotshoe_service_call_method(const hotshoe_service_call *call);

/*
 How input and outputs are spelt.
 */
hotshoe_encoding hotshoe_service_call_encoding(const hotshoe_service_call *call);

/*
 The bytes of the input, lent; `length`: how many. NULL for NULL.
 */
const void *hotshoe_service_call_input(const hotshoe_service_call *call, size_t *length);

/*
 Whether the call is to be given up, for it was cancelled or is late.
 */
bool hotshoe_service_call_is_given_up(const hotshoe_service_call *call);

/*
 Puts out bytes, which are copied, once or many times. Returns whether more is wanted; false for NULL.
 */
bool hotshoe_service_call_output(hotshoe_service_call *call, const void *output, size_t output_length);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HOTSHOE_HOST_CALL_H */
