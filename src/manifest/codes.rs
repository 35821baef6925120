//! What can be wrong with a manifest.

use crate::error::codes;

codes! {
    MANIFEST_UNREADABLE = "manifest-unreadable", MANIFEST, "The manifest cannot be read.";
    MANIFEST_TOO_LARGE = "manifest-too-large", MANIFEST, "The manifest is larger than 1 MiB.";
    MANIFEST_ENCODING = "manifest-encoding", MANIFEST, "The manifest is not UTF-8, or starts with a byte order mark.";
    MANIFEST_SYNTAX = "manifest-syntax", MANIFEST, "The manifest is not well-formed JSON or XML.";
    MANIFEST_FIELD = "manifest-field", MANIFEST, "A manifest field has the wrong type or an impossible value.";
    MANIFEST_DUPLICATE_KEY = "manifest-duplicate-key", MANIFEST, "A key stands twice in one object of the manifest.";
    MANIFEST_VERSION_SHORT = "manifest-version-short", MANIFEST, "The version is a number or lacks parts; it was completed with zeros.";
    MANIFEST_IGNORED = "manifest-ignored", MANIFEST, "A second manifest in the folder is not read.";
    MANIFEST_UNKNOWN_KEY = "manifest-unknown-key", MANIFEST, "A key of the manifest is unknown, and nearly a known one that is missing.";
    MANIFEST_MISSING = "manifest-missing", MANIFEST, "The host requires a manifest and there is none.";
    MANIFEST_RUNTIME = "manifest-runtime", MANIFEST, "The manifest names a runtime that the host does not take, or that is not known here.";
    RUNTIME_KIND = "runtime-kind", MANIFEST, "The description of a runtime, `<name>.runtime.json`, cannot be used or is odd.";
}
