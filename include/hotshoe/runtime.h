/* Hotshoe: what a runtime module and its host call. Generated from crates/hotshoe-abi: change it there, then run
 * tools/headers.sh. The manual is docs/runtime.md.
 *
 * Module     a shared library libhotshoe-<name>.so (.dylib, hotshoe-<name>.dll) that exports one function,
 *            hotshoe_runtime_module. It gets the table of the host and returns its own. It links nothing of Hotshoe.
 * Draft      HOTSHOE_RUNTIME_REVISION is 0: both sides must say exactly this number, and it may change with any release.
 * Tables     begin with their size and revision. Fields are only appended; a function that lies beyond the size, or is
 *            NULL, is not there: whoever asks for what it does is told `runtime-unsupported`. Set
 *            size = sizeof(table). Use HOTSHOE_RUNTIME_HAS before a function of the host is called.
 * Ownership  Nothing that one side allocated is freed by the other. What a module has to say goes to a sink, which
 *            copies it before it returns. What a function gets by pointer lives until it returns.
 * Unwinding  No exception, panic or longjmp leaves a function of either side; no thread ends in one.
 * Threads    `open` and `close` of an instance never overlap with its other functions. Those marked [any thread] may
 *            run on many at once. Functions of the host and of a sink may be called on any thread.
 * Life       A module is never unmapped. `shutdown` runs when the last host that uses it is freed, and not from a
 *            destructor.
 * Errors     A function returns an outcome; before FAILED it says why to `fail` of its sink, with a code that begins
 *            with the module's name. Texts are UTF-8; the host cuts and escapes whatever it shows of them.
 * Units      Times are nanoseconds on the host's clock `now`; sizes are bytes.
 */


#ifndef HOTSHOE_RUNTIME_H
#define HOTSHOE_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

/* For the length of a text: it ends with NUL. */
#define HOTSHOE_RUNTIME_TO_NUL ((size_t)-1)

/* For a deadline: there is none. */
#define HOTSHOE_RUNTIME_NO_DEADLINE UINT64_MAX

/* Whether a table of the other side, given by pointer, has a function. */
#define HOTSHOE_RUNTIME_HAS(table, function)                                                                 \
  ((table) != NULL &&                                                                                        \
   (table)->size >= (size_t)((const char *)(&(table)->function + 1) - (const char *)(table)) &&              \
   (table)->function != NULL)

/* Stands before the one function that a module exports:
 *
 *     HOTSHOE_RUNTIME_EXPORT const hotshoe_runtime_module_table *
 *     hotshoe_runtime_module(const hotshoe_runtime_host_table *host)
 */
#if defined(__cplusplus)
#define HOTSHOE_RUNTIME_EXTERN extern "C"
#else
#define HOTSHOE_RUNTIME_EXTERN extern
#endif
#if defined(_WIN32)
#define HOTSHOE_RUNTIME_EXPORT HOTSHOE_RUNTIME_EXTERN __declspec(dllexport)
#else
#define HOTSHOE_RUNTIME_EXPORT HOTSHOE_RUNTIME_EXTERN __attribute__((visibility("default")))
#endif


/*
 The revision of the contract that this is. 0 is a draft.
 */
#define HOTSHOE_RUNTIME_REVISION 0

/*
 What came of a call to the other side. Functions return it as an int32_t; any other number means FAILED.
 */
typedef enum {
  /*
   It is done.
   */
  HOTSHOE_RUNTIME_OUTCOME_OK = 0,
  /*
   It is not done. A module says why with `fail` of the sink, before it returns this.
   */
  HOTSHOE_RUNTIME_OUTCOME_FAILED = 1,
  /*
   It cannot be done here at all: `runtime-unsupported`.
   */
  HOTSHOE_RUNTIME_OUTCOME_UNSUPPORTED = 2,
  /*
   It was not done, or not to its end, since nobody wants it any more: `call-cancelled`.
   */
  HOTSHOE_RUNTIME_OUTCOME_CANCELLED = 3,
  /*
   The same, since its time is over: `call-deadline`.
   */
  HOTSHOE_RUNTIME_OUTCOME_DEADLINE = 4,
  /*
   The key has expired: whoever waited for this has gone on.
   */
  HOTSHOE_RUNTIME_OUTCOME_CLOSED = 5,
  /*
   What was given cannot be right, such as a text that must be UTF-8 and is not.
   */
  HOTSHOE_RUNTIME_OUTCOME_INVALID = 6,
} hotshoe_runtime_outcome;

/*
 How much a finding matters.
 */
typedef enum {
  /*
   Worth knowing; nothing is lost.
   */
  HOTSHOE_RUNTIME_SEVERITY_NOTE = 0,
  /*
   It works, but somebody should mend it.
   */
  HOTSHOE_RUNTIME_SEVERITY_WARNING = 1,
  /*
   Something cannot be used.
   */
  HOTSHOE_RUNTIME_SEVERITY_ERROR = 2,
} hotshoe_runtime_severity;

/*
 How input and output of a call are written. A field of this type is a uint32_t; any other number is one that a newer
 side knows: refuse it with UNSUPPORTED.
 */
typedef enum {
  /*
   JSON in UTF-8.
   */
  HOTSHOE_RUNTIME_ENCODING_JSON = 0,
  /*
   Bytes that only the host and the plugin know the meaning of.
   */
  HOTSHOE_RUNTIME_ENCODING_RAW = 1,
} hotshoe_runtime_encoding;

/*
 How a plugin has ended. Functions take it as an int32_t; any other number is refused.
 */
typedef enum {
  /*
   Its code is not mapped into this process any more.
   */
  HOTSHOE_RUNTIME_ENDED_UNMAPPED = 0,
  /*
   Its code stays mapped; each `status` said a reason.
   */
  HOTSHOE_RUNTIME_ENDED_RESIDENT = 1,
  /*
   Its process has ended; `status` said how: "exit code 0", "killed by signal 9".
   */
  HOTSHOE_RUNTIME_ENDED_EXITED = 2,
  /*
   The runtime has let go of it; nothing more can be said.
   */
  HOTSHOE_RUNTIME_ENDED_RELEASED = 3,
} hotshoe_runtime_ended;

/*
 A text in UTF-8, or a path (any bytes on Unix), lent for the time of the call.

 `data` may be NULL: there is none. `length` is in bytes, or HOTSHOE_RUNTIME_TO_NUL: the text ends with NUL.
 */
typedef struct {
  /*
   Its first byte.
   */
  const char *data;
  /*
   How many bytes it has.
   */
  size_t length;
} hotshoe_runtime_text;

/*
 A plugin that is to be checked or opened. All that it points to lives until the function returns.
 */
typedef struct {
  /*
   The size of this struct in bytes.
   */
  size_t size;
  /*
   HOTSHOE_RUNTIME_REVISION.
   */
  uint32_t revision;
  /*
   Whether another instance of it is open already, and stays so: 1, or else 0.
   */
  uint32_t beside;
  /*
   The plugin's folder, or its artifact if it has no folder of its own. An absolute path.
   */
  hotshoe_runtime_text folder;
  /*
   The file that is to be brought to life. An absolute path.
   */
  hotshoe_runtime_text artifact;
  /*
   What of it is asked for first, as its manifest says; none if that says nothing. What it means is the runtime's to
   say.
   */
  hotshoe_runtime_text entry;
  /*
   What the host's profile says for this runtime: a JSON object, `{}` if it says nothing.
   */
  hotshoe_runtime_text settings;
  /*
   The host's name.
   */
  hotshoe_runtime_text host;
  /*
   The host's version; none if it says none.
   */
  hotshoe_runtime_text host_version;
  /*
   What the plugin's manifest says for this runtime, under the runtime's name: a JSON object, `{}` if it says
   nothing. The plugin proposes it; `settings`, of the host, counts where both say something.
   */
  hotshoe_runtime_text manifest;
} hotshoe_runtime_request;

/*
 A number that stands for something of the other side: for a request that waits for its answer, for a plugin that
 is told of, for what is offered to it.

 The host never uses one twice, and looks it up each time. So nothing happens if a module uses one that has expired.
 */
typedef uint64_t hotshoe_runtime_key;

/*
 Bytes that are lent for the time of the call. `data` may be NULL if there are none.
 */
typedef struct {
  /*
   The first of them.
   */
  const uint8_t *data;
  /*
   How many there are.
   */
  size_t length;
} hotshoe_runtime_bytes;

/*
 What a sink can do. All of its functions return an outcome: OK, or why it was refused. When that is CANCELLED, DEADLINE
 or CLOSED, there is no use in going on.

 `output`, `progress` and `status` may be called on the thread only that the function runs on which was given the sink:
 what other threads of a module have found they leave to that one. The others may be called on any thread. When the
 function has returned, nothing happens any more but that they return CLOSED.

 They may run code of the host, which may fire a cancel token, or call the same plugin again: hold no lock that
 `cancel` or `call` need.
 */
typedef struct {
  /*
   The size of this table in bytes.
   */
  size_t size;
  /*
   HOTSHOE_RUNTIME_REVISION.
   */
  uint32_t revision;
  /*
   A result, or one of several in their order: in the encoding of the call. Copied before it returns.
   */
  int32_t (*output)(hotshoe_runtime_key sink, hotshoe_runtime_bytes output);
  /*
   How far it is: `done` of `total`, in any unit; a `total` of 0 is not known.
   */
  int32_t (*progress)(hotshoe_runtime_key sink, uint64_t done, uint64_t total);
  /*
   What it is doing, in a few words. For `close`: one of the reasons for what it returns.
   */
  int32_t (*status)(hotshoe_runtime_key sink, hotshoe_runtime_text text);
  /*
   Why it fails; then return FAILED. The first one counts. `code`: the module's name, a hyphen and more of a-z, 0-9
   and hyphens, at most 64 bytes, and always the same for the same kind of failure: `echo-syntax`; or one that all
   share: `call-failed`, `call-too-large`, `method-unknown`, `plugin-exited`. `message`: one sentence, with the
   offending value in backticks. `hint`: what to do next, or none.
   */
  int32_t (*fail)(hotshoe_runtime_key sink,
                  hotshoe_runtime_text code,
                  hotshoe_runtime_text message,
                  hotshoe_runtime_text hint);
  /*
   Something worth knowing that does not stop `open`. `severity` is a hotshoe_runtime_severity; else as `fail`.
   */
  int32_t (*diagnose)(hotshoe_runtime_key sink,
                      int32_t severity,
                      hotshoe_runtime_text code,
                      hotshoe_runtime_text message,
                      hotshoe_runtime_text hint);
  /*
   OK while somebody waits for the answer; else CANCELLED, DEADLINE or CLOSED. Cheap enough to be asked in a loop.
   */
  int32_t (*stopped)(hotshoe_runtime_key sink);
} hotshoe_runtime_sink_table;

/*
 Where the answer to one request goes. It is good until the function returns that it was given to.

 The key is also the name of the request: a call's is what `cancel`, `send` and `finish` are given.
 */
typedef struct {
  /*
   What it can do; lives as long as the process.
   */
  const hotshoe_runtime_sink_table *table;
  /*
   Which request it is.
   */
  hotshoe_runtime_key key;
} hotshoe_runtime_sink;

/*
 One call of a plugin. All that it points to lives until the function returns.
 */
typedef struct {
  /*
   The size of this struct in bytes.
   */
  size_t size;
  /*
   HOTSHOE_RUNTIME_REVISION.
   */
  uint32_t revision;
  /*
   How `input` is written, and every output is to be: a hotshoe_runtime_encoding.
   */
  uint32_t encoding;
  /*
   Whether more input follows, by `send`, until `finish`: 1, or else 0.
   */
  uint32_t streams;
  /*
   What is called. What it may be is for the plugin to say.
   */
  hotshoe_runtime_text method;
  /*
   What it is called with.
   */
  hotshoe_runtime_bytes input;
  /*
   The time on the clock `now` at which the call must have returned: with DEADLINE then, if it is not done.
   HOTSHOE_RUNTIME_NO_DEADLINE: it may take as long as it likes.
   */
  uint64_t deadline;
} hotshoe_runtime_call;

/*
 What a host serves to its plugins.
 */
typedef struct {
  /*
   The size of this table in bytes.
   */
  size_t size;
  /*
   HOTSHOE_RUNTIME_REVISION.
   */
  uint32_t revision;
  /*
   Calls the host, as `call` of an instance does with a plugin, the other way round: the sink is the module's, its
   table lives as long as the process, and its key is what the module likes; it need not have other functions than
   `output` and `fail`, and is used until this returns. CLOSED: nothing is offered any more. [any thread]
   */
  int32_t (*call)(hotshoe_runtime_key services, const hotshoe_runtime_call *call, hotshoe_runtime_sink sink);
} hotshoe_runtime_services_table;

/*
 What the host serves to one plugin; good until the `close` of its instance.
 */
typedef struct {
  const hotshoe_runtime_services_table *table;
  hotshoe_runtime_key key;
} hotshoe_runtime_services;

/*
 What can be done with a live plugin. `instance` is always what `open` wrote. All functions but `cancel` return an
 outcome: OK, UNSUPPORTED, or FAILED after they have said why to `fail` of the sink.

 All but `close` may run on many threads at once, and `close` runs when all others have returned.
 */
typedef struct {
  /*
   The size of this table in bytes.
   */
  size_t size;
  /*
   HOTSHOE_RUNTIME_REVISION.
   */
  uint32_t revision;
  /*
   Ends the plugin and frees the instance, whatever it returns: nothing of it is called any more. Writes a
   hotshoe_runtime_ended to `ended`, and says the reasons to `status`. Also called for one that has said itself that
   it has ended. Must not be NULL. [any thread, when all others have returned]
   */
  int32_t (*close)(void *instance, hotshoe_runtime_sink sink, int32_t *ended);
  /*
   Calls the plugin. Each result goes to `output` while it runs; it returns when the call is over: OK, FAILED,
   CANCELLED once `stopped` says so or `cancel` was called, DEADLINE as soon as that has passed.

   The host cannot end a call from outside: whoever waits for one waits until this returns. A module that does not
   heed the deadline keeps its caller waiting. [any thread]
   */
  int32_t (*call)(void *instance, const hotshoe_runtime_call *call, hotshoe_runtime_sink sink);
  /*
   Says that nobody wants a call any more: `call` is the key of its sink. It comes at most once for each; before the
   call has begun, perhaps, so a call asks `stopped` once it could be found; and perhaps on a thread that is in a
   function of its sink. It only makes `call` return soon, and returns at once itself: the caller of `call` does not
   get away before. NULL: `stopped` is asked. [any thread]
   */
  void (*cancel)(void *instance, hotshoe_runtime_key call);
  /*
   Gives a running call one more piece of its input, in its encoding: `call` is the key of its sink, which may not
   have been seen yet, or not any more: CLOSED then. It waits as long as the plugin cannot take it. [any thread]
   */
  int32_t (*send)(void *instance,
                  hotshoe_runtime_key call,
                  hotshoe_runtime_bytes input,
                  hotshoe_runtime_sink sink);
  /*
   Says that a call gets no more input. As `send`. [any thread]
   */
  int32_t (*finish)(void *instance, hotshoe_runtime_key call, hotshoe_runtime_sink sink);
  /*
   Where something is that the plugin exports under a name: `address` is what was found, or NULL if there is no such.
   It is good until `close`. [any thread]
   */
  int32_t (*symbol)(void *instance, hotshoe_runtime_text name, hotshoe_runtime_sink sink, const void **address);
  /*
   Where an interface of the plugin is, in exactly this revision: `address` is a table of functions whose type `id`
   says, or NULL if there is no such. It is good until `close`. [any thread]
   */
  int32_t (*interface_table)(void *instance,
                             hotshoe_runtime_text id,
                             uint32_t revision,
                             hotshoe_runtime_sink sink,
                             const void **address);
  /*
   What can be called: a JSON object, to `output`. [any thread]
   */
  int32_t (*describe)(void *instance, hotshoe_runtime_sink sink);
  /*
   Whether it could take a call now: OK, or FAILED with the reason. It answers at once. [any thread]
   */
  int32_t (*health)(void *instance, hotshoe_runtime_sink sink);
  /*
   What the host serves to the plugin, until `close`. It may be offered anew: then that is what the plugin calls.
   [any thread]
   */
  int32_t (*offer)(void *instance, hotshoe_runtime_services services, hotshoe_runtime_sink sink);
} hotshoe_runtime_instance_table;

/*
 What `open` returns: a live plugin.
 */
typedef struct {
  /*
   What the functions of the table are given; the module's own, and the host never looks into it. May be NULL.
   */
  void *instance;
  /*
   What can be done with it; lives as long as the process and never changes. Several instances may have one table.
   */
  const hotshoe_runtime_instance_table *table;
} hotshoe_runtime_opened;

/*
 What a module is and does.
 */
typedef struct {
  /*
   The size of this table in bytes.
   */
  size_t size;
  /*
   HOTSHOE_RUNTIME_REVISION.
   */
  uint32_t revision;
  /*
   The runtime's name, the one in the name of the file: a-z, then a-z, 0-9 and hyphens, 32 bytes at most. Ends with
   NUL.
   */
  const char *name;
  /*
   Brings a plugin to life. Writes both parts of `opened` and returns OK, or writes nothing and returns FAILED.

   `request` lives until it returns: copy what is needed later. `events` names the plugin towards the host; good
   until `close` of the instance returns. Must not be NULL. [any thread; for several plugins at once]
   */
  int32_t (*open)(const hotshoe_runtime_request *request,
                  hotshoe_runtime_key events,
                  hotshoe_runtime_sink sink,
                  hotshoe_runtime_opened *opened);
  /*
   Whether a plugin could be opened, as far as that can be told without running any of it: OK, or FAILED with a
   reason. NULL: there is nothing that could be told. [any thread]
   */
  int32_t (*check)(const hotshoe_runtime_request *request, hotshoe_runtime_sink sink);
  /*
   Lets go of everything: processes, threads, files. All instances are closed. Runs once, when the last host that
   used the module is freed. A host that is made later may open plugins again; then it runs once more after that.
   May be NULL. [never at the same time as anything else of the module]
   */
  void (*shutdown)(void);
} hotshoe_runtime_module_table;

/*
 The host's functions. The table lives as long as the process and never changes: keep the pointer. All may be called
 on any thread at any time, from the moment in which the module gets it; after `shutdown` they still do no harm.
 */
typedef struct {
  /*
   The size of this table in bytes.
   */
  size_t size;
  /*
   HOTSHOE_RUNTIME_REVISION.
   */
  uint32_t revision;
  /*
   What time it is: nanoseconds of a clock that is never set, on which all deadlines are. It may stand still while
   the machine sleeps, and begins anywhere: only differences mean something.
   */
  uint64_t (*now)(void);
  /*
   Says that a plugin has ended without having been asked to, and why, in one sentence. `events` is what `open` was
   given for it. The first end counts; from then on nothing of it is called but `close`, which is called as for any
   other. Calls that are going on return by themselves. Returns OK or CLOSED.
   */
  int32_t (*ended)(hotshoe_runtime_key events, hotshoe_runtime_text reason);
  /*
   A line for the host's log. `events`: of the plugin that it is about, or 0 if it is about none. `severity` is a
   hotshoe_runtime_severity. Returns OK, also if nobody reads it; CLOSED or INVALID.
   */
  int32_t (*log)(hotshoe_runtime_key events, int32_t severity, hotshoe_runtime_text text);
} hotshoe_runtime_host_table;

/*
 The function that a module exports, `hotshoe_runtime_module`.

 It is called once in a process, before anything else of the module, and never at the same time on two threads. It
 returns a table that lives as long as the process and never changes; NULL if it cannot work with this host. Do no
 more in it than keep the pointer: what is expensive belongs into the first `open`.
 */
typedef const hotshoe_runtime_module_table *(*hotshoe_runtime_entry)(const hotshoe_runtime_host_table *host);

#endif  /* HOTSHOE_RUNTIME_H */
