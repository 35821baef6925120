//! What can come of a runtime that comes as a module.

use crate::error::codes;

codes! {
    RUNTIME_UNTRUSTED = "runtime-untrusted", LOAD, "Somebody else could change the module of a runtime, or a folder above it.";
    RUNTIME_INVALID = "runtime-invalid", LOAD, "The module of a runtime breaks its contract with the host.";
}
