/* Hotshoe: the codes of its errors and findings. Generated from hotshoe::codes(): run tools/headers.sh after a change.
 *
 * Use        for what hotshoe_error_code and hotshoe_diagnostics_code give out. Codes are texts:
 *                if (strcmp(hotshoe_error_code(error), HOTSHOE_CODE_PLUGIN_BUSY) == 0) try_later();
 *            In C++: if (error.code() == HOTSHOE_CODE_PLUGIN_BUSY) try_later();
 * More       than these may come. A runtime that is a module has codes of its own, which begin with its name and a
 *            hyphen, and later versions of Hotshoe may add some. None changes its name or meaning.
 */

#ifndef HOTSHOE_CODES_H
#define HOTSHOE_CODES_H

/* --- Stage "call" --- */

/* An argument is null, out of range or not UTF-8. */
#define HOTSHOE_CODE_ARGUMENT_INVALID "argument-invalid"

/* A defect in Hotshoe itself was caught; the operation did not happen. */
#define HOTSHOE_CODE_INTERNAL "internal"

/* A call of a plugin failed. */
#define HOTSHOE_CODE_CALL_FAILED "call-failed"

/* A call of a plugin was cancelled. */
#define HOTSHOE_CODE_CALL_CANCELLED "call-cancelled"

/* A call of a plugin did not end before its deadline. */
#define HOTSHOE_CODE_CALL_DEADLINE "call-deadline"

/* The input or an answer of a call is larger than is allowed. */
#define HOTSHOE_CODE_CALL_TOO_LARGE "call-too-large"

/* The plugin's process ended during a call, or before. */
#define HOTSHOE_CODE_PLUGIN_EXITED "plugin-exited"

/* The plugin ended by itself. */
#define HOTSHOE_CODE_PLUGIN_ENDED "plugin-ended"

/* A runtime has something to say, of itself or of a plugin. */
#define HOTSHOE_CODE_RUNTIME_LOG "runtime-log"

/* --- Stage "profile" --- */

/* The host profile's file cannot be read. */
#define HOTSHOE_CODE_PROFILE_UNREADABLE "profile-unreadable"

/* The host profile breaks its schema. */
#define HOTSHOE_CODE_PROFILE_INVALID "profile-invalid"

/* No host of this name is installed. */
#define HOTSHOE_CODE_PROFILE_NOT_FOUND "profile-not-found"

/* A key of the host profile is unknown. */
#define HOTSHOE_CODE_PROFILE_UNKNOWN_KEY "profile-unknown-key"

/* --- Stage "manifest" --- */

/* A text is not a semantic version. */
#define HOTSHOE_CODE_VERSION_INVALID "version-invalid"

/* A text is not a version requirement. */
#define HOTSHOE_CODE_REQUIREMENT_INVALID "requirement-invalid"

/* A text is not the name of a platform. */
#define HOTSHOE_CODE_PLATFORM_UNKNOWN "platform-unknown"

/* A text cannot be a capability. */
#define HOTSHOE_CODE_CAPABILITY_INVALID "capability-invalid"

/* A text cannot be the id of an interface, or the interface cannot be offered. */
#define HOTSHOE_CODE_INTERFACE_INVALID "interface-invalid"

/* The manifest cannot be read. */
#define HOTSHOE_CODE_MANIFEST_UNREADABLE "manifest-unreadable"

/* The manifest is larger than 1 MiB. */
#define HOTSHOE_CODE_MANIFEST_TOO_LARGE "manifest-too-large"

/* The manifest is not UTF-8, or starts with a byte order mark. */
#define HOTSHOE_CODE_MANIFEST_ENCODING "manifest-encoding"

/* The manifest is not well-formed JSON or XML. */
#define HOTSHOE_CODE_MANIFEST_SYNTAX "manifest-syntax"

/* A manifest field has the wrong type or an impossible value. */
#define HOTSHOE_CODE_MANIFEST_FIELD "manifest-field"

/* A key stands twice in one object of the manifest. */
#define HOTSHOE_CODE_MANIFEST_DUPLICATE_KEY "manifest-duplicate-key"

/* The version is a number or lacks parts; it was completed with zeros. */
#define HOTSHOE_CODE_MANIFEST_VERSION_SHORT "manifest-version-short"

/* A second manifest in the folder is not read. */
#define HOTSHOE_CODE_MANIFEST_IGNORED "manifest-ignored"

/* A key of the manifest is unknown, and nearly a known one that is missing. */
#define HOTSHOE_CODE_MANIFEST_UNKNOWN_KEY "manifest-unknown-key"

/* The host requires a manifest and there is none. */
#define HOTSHOE_CODE_MANIFEST_MISSING "manifest-missing"

/* The manifest names a runtime that the host does not take, or that is not known here. */
#define HOTSHOE_CODE_MANIFEST_RUNTIME "manifest-runtime"

/* The description of a runtime, `<name>.runtime.json`, cannot be used or is odd. */
#define HOTSHOE_CODE_RUNTIME_KIND "runtime-kind"

/* --- Stage "load" --- */

/* Two live plugins have the same capability. */
#define HOTSHOE_CODE_CAPABILITY_TAKEN "capability-taken"

/* The plugin's runtime cannot do this. */
#define HOTSHOE_CODE_RUNTIME_UNSUPPORTED "runtime-unsupported"

/* The host has no runtime of this name. */
#define HOTSHOE_CODE_RUNTIME_MISSING "runtime-missing"

/* The system's loader refused the library. */
#define HOTSHOE_CODE_LOAD_FAILED "load-failed"

/* A library that the plugin brings is not used: another of its name is mapped. */
#define HOTSHOE_CODE_LIBRARY_SHADOWED "library-shadowed"

/* The library is not the one that was installed. */
#define HOTSHOE_CODE_LIBRARY_CHANGED "library-changed"

/* The plugin breaks the contract of hotshoe/plugin.h. */
#define HOTSHOE_CODE_CONTRACT_BROKEN "contract-broken"

/* Loading the library in a process of its own did not end well. */
#define HOTSHOE_CODE_PROBE_FAILED "probe-failed"

/* Somebody else could change the module of a runtime, or a folder above it. */
#define HOTSHOE_CODE_RUNTIME_UNTRUSTED "runtime-untrusted"

/* The module of a runtime breaks its contract with the host. */
#define HOTSHOE_CODE_RUNTIME_INVALID "runtime-invalid"

/* The host loads only what was installed, and this plugin has no receipt. */
#define HOTSHOE_CODE_RECEIPT_MISSING "receipt-missing"

/* The plugin is being loaded or unloaded at this moment. */
#define HOTSHOE_CODE_PLUGIN_BUSY "plugin-busy"

/* The plugin is not loaded any more. */
#define HOTSHOE_CODE_PLUGIN_UNLOADED "plugin-unloaded"

/* The plugin does not export this symbol. */
#define HOTSHOE_CODE_SYMBOL_MISSING "symbol-missing"

/* The host's filter does not let the plugin be loaded. */
#define HOTSHOE_CODE_PLUGIN_VETOED "plugin-vetoed"

/* --- Stage "catalog" --- */

/* A folder on the search path cannot be read. */
#define HOTSHOE_CODE_FOLDER_UNREADABLE "folder-unreadable"

/* What the environment says is ignored in a program with more rights than its caller. */
#define HOTSHOE_CODE_ENVIRONMENT_IGNORED "environment-ignored"

/* A folder was reached a second time through a symbolic link. */
#define HOTSHOE_CODE_FOLDER_LOOP "folder-loop"

/* A folder is called otherwise than the plugin in it. */
#define HOTSHOE_CODE_NAME_MISMATCH "name-mismatch"

/* Two plugins have names that differ only in case. */
#define HOTSHOE_CODE_NAME_CASE "name-case"

/* The same version of a plugin was found before; this one is not used. */
#define HOTSHOE_CODE_PLUGIN_DUPLICATE "plugin-duplicate"

/* No usable plugin has this name, version or capability. */
#define HOTSHOE_CODE_PLUGIN_NOT_FOUND "plugin-not-found"

/* The plugin's library is not there. */
#define HOTSHOE_CODE_LIBRARY_MISSING "library-missing"

/* The folder holds several libraries and the manifest does not say which. */
#define HOTSHOE_CODE_LIBRARY_AMBIGUOUS "library-ambiguous"

/* The plugin asks for another version of the host. */
#define HOTSHOE_CODE_HOST_INCOMPATIBLE "host-incompatible"

/* The plugin was built for another C++ binary interface. */
#define HOTSHOE_CODE_ABI_INCOMPATIBLE "abi-incompatible"

/* The plugin does not list this platform. */
#define HOTSHOE_CODE_PLATFORM_INCOMPATIBLE "platform-incompatible"

/* A plugin that this one depends on is missing, or they depend on each other. */
#define HOTSHOE_CODE_PLUGIN_DEPENDENCY "plugin-dependency"

/* --- Stage "inspect" --- */

/* The library cannot be read. */
#define HOTSHOE_CODE_LIBRARY_UNREADABLE "library-unreadable"

/* The file is not a shared library, or is damaged. */
#define HOTSHOE_CODE_LIBRARY_FORMAT "library-format"

/* The library ends before the parts that its header announces. */
#define HOTSHOE_CODE_LIBRARY_TRUNCATED "library-truncated"

/* The library was built for another operating system or C library. */
#define HOTSHOE_CODE_LIBRARY_WRONG_SYSTEM "library-wrong-system"

/* The library was built for another processor architecture. */
#define HOTSHOE_CODE_LIBRARY_WRONG_ARCHITECTURE "library-wrong-architecture"

/* The library does not export the host's entry symbol. */
#define HOTSHOE_CODE_ENTRY_MISSING "entry-missing"

/* A library that the plugin needs is not found. */
#define HOTSHOE_CODE_DEPENDENCY_MISSING "dependency-missing"

/* Something in the library keeps it mapped after it is unloaded. */
#define HOTSHOE_CODE_LIBRARY_RESIDENT "library-resident"

/* Loading the library makes stacks executable. */
#define HOTSHOE_CODE_LIBRARY_EXECUTABLE_STACK "library-executable-stack"

/* The library's code is changed while it is loaded. */
#define HOTSHOE_CODE_LIBRARY_TEXT_RELOCATIONS "library-text-relocations"

/* The library needs a newer glibc, or another library of a newer version, than is here or allowed. */
#define HOTSHOE_CODE_LIBRARY_GLIBC "library-glibc"

/* The library was compiled with a sanitizer, which a host must have from its start. */
#define HOTSHOE_CODE_LIBRARY_SANITIZER "library-sanitizer"

/* The library's thread-local values may find no room in a running program. */
#define HOTSHOE_CODE_LIBRARY_STATIC_TLS "library-static-tls"

/* The library looks for what it needs in a fixed folder. */
#define HOTSHOE_CODE_LIBRARY_ABSOLUTE_PATH "library-absolute-path"

/* --- Stage "context" --- */

/* A value or a field is of another type than is asked for. */
#define HOTSHOE_CODE_VALUE_TYPE "value-type"

/* Lists and maps would stand in each other more than 128 deep. */
#define HOTSHOE_CODE_VALUE_TOO_DEEP "value-too-deep"

/* A value would have too many parts, or too many bytes. */
#define HOTSHOE_CODE_VALUE_TOO_LARGE "value-too-large"

/* A value would hold itself. */
#define HOTSHOE_CODE_VALUE_CYCLE "value-cycle"

/* A view does not lie within its memory, or has a shape that no view has. */
#define HOTSHOE_CODE_BUFFER_INVALID "buffer-invalid"

/* Memory cannot be freed or resized, for a view of it is alive. */
#define HOTSHOE_CODE_BUFFER_IN_USE "buffer-in-use"

/* A view may be read only. */
#define HOTSHOE_CODE_BUFFER_READ_ONLY "buffer-read-only"

/* An object, or a plugin, has no method of this name. */
#define HOTSHOE_CODE_METHOD_UNKNOWN "method-unknown"

/* A method of an object failed. */
#define HOTSHOE_CODE_METHOD_FAILED "method-failed"

/* A schema cannot have such a field. */
#define HOTSHOE_CODE_SCHEMA_INVALID "schema-invalid"

/* A schema has a context already, and gets no more fields. */
#define HOTSHOE_CODE_SCHEMA_FROZEN "schema-frozen"

/* A context has no such field. */
#define HOTSHOE_CODE_FIELD_UNKNOWN "field-unknown"

/* A field cannot be set, or not by a plugin. */
#define HOTSHOE_CODE_FIELD_READ_ONLY "field-read-only"

/* A context belongs to another call, and to one at a time. */
#define HOTSHOE_CODE_CONTEXT_BUSY "context-busy"

/* Bytes are no value. */
#define HOTSHOE_CODE_WIRE_INVALID "wire-invalid"

/* An object cannot go to another process. */
#define HOTSHOE_CODE_WIRE_UNSUPPORTED "wire-unsupported"

/* --- Stage "bind" --- */

/* The plugin's init failed. */
#define HOTSHOE_CODE_INIT_FAILED "init-failed"

/* The plugin's entry function failed. */
#define HOTSHOE_CODE_ENTRY_FAILED "entry-failed"

/* --- Stage "package" --- */

/* The receipt of an install is damaged. */
#define HOTSHOE_CODE_RECEIPT_INVALID "receipt-invalid"

/* A key of a receipt is unknown. */
#define HOTSHOE_CODE_RECEIPT_UNKNOWN_KEY "receipt-unknown-key"

/* The folder cannot be packaged. */
#define HOTSHOE_CODE_PACKAGE_SOURCE "package-source"

/* The archive or the installed plugin cannot be written. */
#define HOTSHOE_CODE_PACKAGE_WRITE "package-write"

/* The archive cannot be read. */
#define HOTSHOE_CODE_ARCHIVE_UNREADABLE "archive-unreadable"

/* The archive holds something that is never installed. */
#define HOTSHOE_CODE_ARCHIVE_REFUSED "archive-refused"

/* Something else is installed in this place already. */
#define HOTSHOE_CODE_ALREADY_INSTALLED "already-installed"

/* Hotshoe has not installed this plugin, or not in this version. */
#define HOTSHOE_CODE_NOT_INSTALLED "not-installed"

/* Files of an installed plugin are not as they were installed. */
#define HOTSHOE_CODE_INSTALLED_CHANGED "installed-changed"

/* Who watched the operation stopped it. */
#define HOTSHOE_CODE_CANCELLED "cancelled"

/* The archive is not signed, and must be. */
#define HOTSHOE_CODE_SIGNATURE_MISSING "signature-missing"

/* The signature is damaged, or not of this archive. */
#define HOTSHOE_CODE_SIGNATURE_INVALID "signature-invalid"

/* The archive is signed by a key that is not trusted for this plugin. */
#define HOTSHOE_CODE_SIGNATURE_UNTRUSTED "signature-untrusted"

/* A key or trust store cannot be read, is malformed, or is not there. */
#define HOTSHOE_CODE_KEY_INVALID "key-invalid"

/* A key of a trust store's file is unknown. */
#define HOTSHOE_CODE_TRUST_UNKNOWN_KEY "trust-unknown-key"

/* A key, a signature or a trust store cannot be written. */
#define HOTSHOE_CODE_KEY_WRITE "key-write"

/* --- Stage "unload" --- */

/* The plugin, or something that it registered, is in use. */
#define HOTSHOE_CODE_PLUGIN_IN_USE "plugin-in-use"

/* The old and the new plugin cannot both be in one process. */
#define HOTSHOE_CODE_RELOAD_NOT_BESIDE "reload-not-beside"

/* --- Stage "pipeline" --- */

/* A pass failed. */
#define HOTSHOE_CODE_PASS_FAILED "pass-failed"

/* A pass returned something that is neither nothing nor its context. */
#define HOTSHOE_CODE_PASS_RETURN "pass-return"

/* A pass is for a stage that the host does not have. */
#define HOTSHOE_CODE_PASS_STAGE "pass-stage"

/* A hook of a plugin that executes step by step failed. */
#define HOTSHOE_CODE_STEP_FAILED "step-failed"

/* A hook is not called in its order: init, then steps, then shutdown. */
#define HOTSHOE_CODE_STEPPER_ORDER "stepper-order"

#endif  /* HOTSHOE_CODES_H */
