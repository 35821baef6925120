//! What can come of looking for plugins.

use crate::error::codes;

codes! {
    FOLDER_UNREADABLE = "folder-unreadable", CATALOG, "A folder on the search path cannot be read.";
    ENVIRONMENT_IGNORED = "environment-ignored", CATALOG, "What the environment says is ignored in a program with more rights than its caller.";
    FOLDER_LOOP = "folder-loop", CATALOG, "A folder was reached a second time through a symbolic link.";
    NAME_MISMATCH = "name-mismatch", CATALOG, "A folder is called otherwise than the plugin in it.";
    NAME_CASE = "name-case", CATALOG, "Two plugins have names that differ only in case.";
    PLUGIN_DUPLICATE = "plugin-duplicate", CATALOG, "The same version of a plugin was found before; this one is not used.";
    PLUGIN_NOT_FOUND = "plugin-not-found", CATALOG, "No usable plugin has this name, version or capability.";
    LIBRARY_MISSING = "library-missing", CATALOG, "The plugin's library is not there.";
    LIBRARY_AMBIGUOUS = "library-ambiguous", CATALOG, "The folder holds several libraries and the manifest does not say which.";
    HOST_INCOMPATIBLE = "host-incompatible", CATALOG, "The plugin asks for another version of the host.";
    ABI_INCOMPATIBLE = "abi-incompatible", CATALOG, "The plugin was built for another C++ binary interface.";
    PLATFORM_INCOMPATIBLE = "platform-incompatible", CATALOG, "The plugin does not list this platform.";
    PLUGIN_DEPENDENCY = "plugin-dependency", CATALOG, "A plugin that this one depends on is missing, or they depend on each other.";
}
