//! What can come of making, signing and installing archives.

use crate::error::codes;

codes! {
    PACKAGE_SOURCE = "package-source", PACKAGE, "The folder cannot be packaged.";
    PACKAGE_WRITE = "package-write", PACKAGE, "The archive or the installed plugin cannot be written.";
    ARCHIVE_UNREADABLE = "archive-unreadable", PACKAGE, "The archive cannot be read.";
    ARCHIVE_REFUSED = "archive-refused", PACKAGE, "The archive holds something that is never installed.";
    ALREADY_INSTALLED = "already-installed", PACKAGE, "Something else is installed in this place already.";
    NOT_INSTALLED = "not-installed", PACKAGE, "Hotshoe has not installed this plugin, or not in this version.";
    INSTALLED_CHANGED = "installed-changed", PACKAGE, "Files of an installed plugin are not as they were installed.";
    CANCELLED = "cancelled", PACKAGE, "Who watched the operation stopped it.";
    SIGNATURE_MISSING = "signature-missing", PACKAGE, "The archive is not signed, and must be.";
    SIGNATURE_INVALID = "signature-invalid", PACKAGE, "The signature is damaged, or not of this archive.";
    SIGNATURE_UNTRUSTED = "signature-untrusted", PACKAGE, "The archive is signed by a key that is not trusted for this plugin.";
    KEY_INVALID = "key-invalid", PACKAGE, "A key or trust store cannot be read, is malformed, or is not there.";
    TRUST_UNKNOWN_KEY = "trust-unknown-key", PACKAGE, "A key of a trust store's file is unknown.";
    KEY_WRITE = "key-write", PACKAGE, "A key, a signature or a trust store cannot be written.";
}
