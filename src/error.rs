//! Why one operation stopped.
//!
//! One [`Error`] type serves every module, because it crosses the C ABI as one handle. It always
//! says what failed and, where there are any, the file, the plugin, the causes and what to do next.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};

use crate::input::{continued, path_in_line};

/// The result of a Hotshoe operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why one operation stopped.
///
/// `Display` gives the message alone; [`Error::report`] gives everything, over several lines.
#[derive(Debug)]
pub struct Error(Box<Parts>);

#[derive(Debug)]
struct Parts {
    code: Code,
    message: String,
    hint: Option<String>,
    path: Option<PathBuf>,
    plugin: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of the given kind; `message` is one sentence with the offending value in backticks.
    pub fn new(code: Code, message: impl Into<String>) -> Error {
        Error(Box::new(Parts { code, message: message.into(), hint: None, path: None, plugin: None, source: None }))
    }

    /// Says what to do next.
    pub fn hint(mut self, hint: impl Into<String>) -> Error {
        self.0.hint = Some(hint.into());
        self
    }

    /// Says which file or folder it is about, unless that is known already.
    pub fn at(mut self, path: impl Into<PathBuf>) -> Error {
        self.0.path.get_or_insert_with(|| path.into());
        self
    }

    /// Says which file or folder it is about, in place of what is known.
    #[cfg(feature = "package")]
    pub fn instead_at(mut self, path: impl Into<PathBuf>) -> Error {
        self.0.path = Some(path.into());
        self
    }

    /// Says which plugin it is about, unless that is known already.
    pub fn plugin(mut self, name: impl Into<String>) -> Error {
        self.0.plugin.get_or_insert_with(|| name.into());
        self
    }

    /// Says what led to it.
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        self.0.source = Some(source.into());
        self
    }

    /// What kind of error it is; stable between releases.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What failed, in one sentence.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do next, if there is something.
    pub fn hint_text(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The file or folder it is about.
    pub fn path(&self) -> Option<&Path> {
        self.0.path.as_deref()
    }

    /// The plugin it is about.
    pub fn plugin_name(&self) -> Option<&str> {
        self.0.plugin.as_deref()
    }

    /// What led to it, outermost first.
    pub fn causes(&self) -> impl Iterator<Item = String> {
        let first: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(self);
        std::iter::successors(first, |cause| cause.source()).map(ToString::to_string)
    }

    /// Everything there is to say, over several lines, without a newline at the end.
    ///
    /// ```
    /// use hotshoe::error::{Code, Error};
    /// let error = Error::new(Code::PluginNotFound, "no plugin is called `gain`").hint("list them with `hotshoe list`");
    /// assert_eq!(error.report(), "no plugin is called `gain` [plugin-not-found]\n  hint: list them with `hotshoe list`");
    /// ```
    pub fn report(&self) -> String {
        let mut text = String::new();
        if let Some(plugin) = &self.0.plugin {
            text.push_str(&format!("plugin `{plugin}`: "));
        }
        text.push_str(&format!("{} [{}]", continued(&self.0.message), self.0.code));
        if let Some(path) = &self.0.path {
            text.push_str(&format!("\n  in {}", path_in_line(path)));
        }
        for cause in self.causes() {
            text.push_str(&format!("\n  because: {}", continued(&cause.to_string())));
        }
        if let Some(hint) = &self.0.hint {
            text.push_str(&format!("\n  hint: {}", continued(hint)));
        }
        text
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}

/// Which part of the work an error or diagnostic comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// How a function was called.
    Call,
    /// Reading a host profile.
    Profile,
    /// Reading a manifest.
    Manifest,
    /// Walking the search path and choosing from it.
    Catalog,
    /// Reading facts out of a library without running it.
    Inspect,
    /// Bringing a plugin to life.
    Load,
    /// Letting a plugin register what it offers.
    Bind,
    /// Ending a plugin.
    Unload,
    /// Making or installing an archive.
    Package,
    /// Building a plugin from its sources.
    Build,
    /// Making a release of a project's plugins.
    Release,
    /// Making a new project.
    Project,
}

impl Stage {
    /// The stage's name: its variant in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Stage::Call => "call",
            Stage::Profile => "profile",
            Stage::Manifest => "manifest",
            Stage::Catalog => "catalog",
            Stage::Inspect => "inspect",
            Stage::Load => "load",
            Stage::Bind => "bind",
            Stage::Unload => "unload",
            Stage::Package => "package",
            Stage::Build => "build",
            Stage::Release => "release",
            Stage::Project => "project",
        }
    }
}

/// Defines [`Code`] from one table, so that a code's name, stage and meaning cannot drift apart.
macro_rules! codes {
    ($($variant:ident, $name:literal, $stage:ident, $meaning:literal;)*) => {
        /// What kind of error or diagnostic it is. Names are stable: programs may compare them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $meaning] $variant,)*
        }

        impl Code {
            /// Every code there is, in the order of the documentation.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// The code's stable name, for example `manifest-syntax`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// The part of the work it comes from.
            pub const fn stage(self) -> Stage {
                match self { $(Code::$variant => Stage::$stage,)* }
            }

            /// What it means, in one sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $(Code::$variant => $meaning,)* }
            }
        }
    };
}

codes! {
    ArgumentInvalid, "argument-invalid", Call, "An argument is null, out of range or not UTF-8.";
    Internal, "internal", Call, "A defect in Hotshoe itself was caught; the operation did not happen.";

    ProfileUnreadable, "profile-unreadable", Profile, "The host profile's file cannot be read.";
    ProfileInvalid, "profile-invalid", Profile, "The host profile breaks its schema.";

    VersionInvalid, "version-invalid", Manifest, "A text is not a semantic version.";
    RequirementInvalid, "requirement-invalid", Manifest, "A text is not a version requirement.";
    PlatformUnknown, "platform-unknown", Manifest, "A text is not the name of a platform.";
    CapabilityInvalid, "capability-invalid", Manifest, "A text cannot be a capability.";
    ManifestUnreadable, "manifest-unreadable", Manifest, "The manifest cannot be read.";
    ManifestTooLarge, "manifest-too-large", Manifest, "The manifest is larger than 1 MiB.";
    ManifestEncoding, "manifest-encoding", Manifest, "The manifest is not UTF-8, or starts with a byte order mark.";
    ManifestSyntax, "manifest-syntax", Manifest, "The manifest is not well-formed JSON or XML.";
    ManifestField, "manifest-field", Manifest, "A manifest field has the wrong type or an impossible value.";
    ManifestDuplicateKey, "manifest-duplicate-key", Manifest, "A key stands twice in one object of the manifest.";
    ManifestVersionShort, "manifest-version-short", Manifest, "The version is a number or lacks parts; it was completed with zeros.";
    ManifestIgnored, "manifest-ignored", Manifest, "A second manifest in the folder is not read.";
    ManifestUnknownKey, "manifest-unknown-key", Manifest, "A key of the manifest is unknown, and nearly a known one that is missing.";
    ManifestMissing, "manifest-missing", Manifest, "The host requires a manifest and there is none.";
    ManifestRuntime, "manifest-runtime", Manifest, "The manifest names a runtime that this loader does not have.";

    FolderUnreadable, "folder-unreadable", Catalog, "A folder on the search path cannot be read.";
    EnvironmentIgnored, "environment-ignored", Catalog, "What the environment says is ignored in a program with more rights than its caller.";
    FolderLoop, "folder-loop", Catalog, "A folder was reached a second time through a symbolic link.";
    NameMismatch, "name-mismatch", Catalog, "A folder is called otherwise than the plugin in it.";
    NameCase, "name-case", Catalog, "Two plugins have names that differ only in case.";
    PluginDuplicate, "plugin-duplicate", Catalog, "The same version of a plugin was found before; this one is not used.";
    PluginNotFound, "plugin-not-found", Catalog, "No usable plugin has this name, version or capability.";
    LibraryMissing, "library-missing", Catalog, "The plugin's library is not there.";
    LibraryAmbiguous, "library-ambiguous", Catalog, "The folder holds several libraries and the manifest does not say which.";
    HostIncompatible, "host-incompatible", Catalog, "The plugin asks for another version of the host.";
    AbiIncompatible, "abi-incompatible", Catalog, "The plugin was built for another C++ binary interface.";
    PlatformIncompatible, "platform-incompatible", Catalog, "The plugin does not list this platform.";

    PluginDependency, "plugin-dependency", Catalog, "A plugin that this one depends on is missing, or they depend on each other.";

    LibraryUnreadable, "library-unreadable", Inspect, "The library cannot be read.";
    LibraryFormat, "library-format", Inspect, "The file is not a shared library, or is damaged.";
    LibraryTruncated, "library-truncated", Inspect, "The library ends before the parts that its header announces.";
    LibraryWrongSystem, "library-wrong-system", Inspect, "The library was built for another operating system or C library.";
    LibraryWrongArchitecture, "library-wrong-architecture", Inspect, "The library was built for another processor architecture.";
    EntryMissing, "entry-missing", Inspect, "The library does not export the host's entry symbol.";
    DependencyMissing, "dependency-missing", Inspect, "A library that the plugin needs is not found.";
    LibraryResident, "library-resident", Inspect, "Something in the library keeps it mapped after it is unloaded.";
    LibraryExecutableStack, "library-executable-stack", Inspect, "Loading the library makes stacks executable.";
    LibraryTextRelocations, "library-text-relocations", Inspect, "The library's code is changed while it is loaded.";
    LibraryGlibc, "library-glibc", Inspect, "The library needs a newer glibc, or another library of a newer version, than is here or allowed.";
    LibrarySanitizer, "library-sanitizer", Inspect, "The library was compiled with a sanitizer, which a host must have from its start.";
    LibraryStaticTls, "library-static-tls", Inspect, "The library's thread-local values may find no room in a running program.";
    LibraryAbsolutePath, "library-absolute-path", Inspect, "The library looks for what it needs in a fixed folder.";

    LoadFailed, "load-failed", Load, "The system's loader refused the library.";
    LibraryShadowed, "library-shadowed", Load, "A library that the plugin brings is not used: another of its name is mapped.";
    PluginBusy, "plugin-busy", Load, "The plugin is being loaded or unloaded at this moment.";
    PluginUnloaded, "plugin-unloaded", Load, "The plugin is not loaded any more.";
    ReceiptMissing, "receipt-missing", Load, "The host loads only what was installed, and this plugin has no receipt.";
    LibraryChanged, "library-changed", Load, "The library is not the one that was installed.";
    ProbeFailed, "probe-failed", Load, "Loading the library in a process of its own did not end well.";
    SymbolMissing, "symbol-missing", Load, "The plugin does not export this symbol.";
    EntryFailed, "entry-failed", Bind, "The plugin's entry function failed.";

    PluginInUse, "plugin-in-use", Unload, "The plugin, or something that it registered, is in use.";

    PackageSource, "package-source", Package, "The folder cannot be packaged.";
    PackageWrite, "package-write", Package, "The archive or the installed plugin cannot be written.";
    ArchiveUnreadable, "archive-unreadable", Package, "The archive cannot be read.";
    ArchiveRefused, "archive-refused", Package, "The archive holds something that is never installed.";
    AlreadyInstalled, "already-installed", Package, "Something else is installed in this place already.";
    NotInstalled, "not-installed", Package, "Hotshoe has not installed this plugin, or not in this version.";
    InstalledChanged, "installed-changed", Package, "Files of an installed plugin are not as they were installed.";
    ReceiptInvalid, "receipt-invalid", Package, "The receipt of an install is damaged.";
    Cancelled, "cancelled", Package, "Who watched the operation stopped it.";
    SignatureMissing, "signature-missing", Package, "The archive is not signed, and must be.";
    SignatureInvalid, "signature-invalid", Package, "The signature is damaged, or not of this archive.";
    SignatureUntrusted, "signature-untrusted", Package, "The archive is signed by a key that is not trusted for this plugin.";
    KeyInvalid, "key-invalid", Package, "A key or trust store cannot be read, is malformed, or is not there.";
    KeyWrite, "key-write", Package, "A key, a signature or a trust store cannot be written.";

    BuildFailed, "build-failed", Build, "A plugin cannot be built, tested or packaged from its sources.";

    ReleaseInvalid, "release-invalid", Release, "What a release is made of cannot be read: its settings, plan or tag.";
    ReleaseRefused, "release-refused", Release, "What was built is not what was planned, or not all of it.";
    ReleasePublish, "release-publish", Release, "The release cannot be published.";
    ProjectExists, "project-exists", Project, "The place of a new project is taken.";
    ProjectWrite, "project-write", Project, "A new project cannot be written.";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
