//! What can be wrong with a library, as its bytes show.

use crate::error::codes;

codes! {
    LIBRARY_UNREADABLE = "library-unreadable", INSPECT, "The library cannot be read.";
    LIBRARY_FORMAT = "library-format", INSPECT, "The file is not a shared library, or is damaged.";
    LIBRARY_TRUNCATED = "library-truncated", INSPECT, "The library ends before the parts that its header announces.";
    LIBRARY_WRONG_SYSTEM = "library-wrong-system", INSPECT, "The library was built for another operating system or C library.";
    LIBRARY_WRONG_ARCHITECTURE = "library-wrong-architecture", INSPECT, "The library was built for another processor architecture.";
    ENTRY_MISSING = "entry-missing", INSPECT, "The library does not export the host's entry symbol.";
    DEPENDENCY_MISSING = "dependency-missing", INSPECT, "A library that the plugin needs is not found.";
    LIBRARY_RESIDENT = "library-resident", INSPECT, "Something in the library keeps it mapped after it is unloaded.";
    LIBRARY_EXECUTABLE_STACK = "library-executable-stack", INSPECT, "Loading the library makes stacks executable.";
    LIBRARY_TEXT_RELOCATIONS = "library-text-relocations", INSPECT, "The library's code is changed while it is loaded.";
    LIBRARY_GLIBC = "library-glibc", INSPECT, "The library needs a newer glibc, or another library of a newer version, than is here or allowed.";
    LIBRARY_SANITIZER = "library-sanitizer", INSPECT, "The library was compiled with a sanitizer, which a host must have from its start.";
    LIBRARY_STATIC_TLS = "library-static-tls", INSPECT, "The library's thread-local values may find no room in a running program.";
    LIBRARY_ABSOLUTE_PATH = "library-absolute-path", INSPECT, "The library looks for what it needs in a fixed folder.";
}
