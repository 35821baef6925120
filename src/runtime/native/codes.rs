//! What can come of mapping a library.

use crate::error::codes;

codes! {
    LOAD_FAILED = "load-failed", LOAD, "The system's loader refused the library.";
    LIBRARY_SHADOWED = "library-shadowed", LOAD, "A library that the plugin brings is not used: another of its name is mapped.";
    LIBRARY_CHANGED = "library-changed", LOAD, "The library is not the one that was installed.";
    CONTRACT_BROKEN = "contract-broken", LOAD, "The plugin breaks the contract of hotshoe/plugin.h.";
    INIT_FAILED = "init-failed", BIND, "The plugin's init failed.";
    PROBE_FAILED = "probe-failed", LOAD, "Loading the library in a process of its own did not end well.";
}
