//! What a plugin says of itself: one model, whatever file it was read from.
//!
//! Owns the rules for names and fields. It never touches the library that it describes: whether
//! what the manifest says is true is for [`crate::catalog`] and [`crate::inspect`] to find out.

pub(crate) mod codes;
mod fields;
mod json;
mod kind;
mod kinds;
mod misspelt;
mod plain;
mod xml;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Component, Path};
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::capability::Capability;
use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result};
use crate::input::{self, brief, is_invisible};
use crate::interface::InterfaceId;
use crate::platform::{Platform, Reach};
use crate::version::{Version, VersionReq};

pub use kind::{ArtifactType, DEFAULT_RUNTIME, EntrySpelling, Kind};
pub(crate) use kind::{is_c_identifier, is_runtime_name};
pub use kinds::Kinds;

/// The file name of a manifest in a plugin's folder.
pub const FILE_NAME: &str = "plugin.json";

/// The file name of the manifest of a plugin in Python, as Synarius defines it.
pub const XML_FILE_NAME: &str = "pluginDescription.xml";

/// The file name of what describes a library of models, as Synarius defines it.
#[cfg(feature = "package")]
pub(crate) const MODELS_FILE_NAME: &str = "libraryDescription.xml";

/// The largest manifest, in bytes.
pub const LARGEST_FILE: u64 = 1 << 20;

/// What a plugin says of itself. Every field may be missing: `{}` is a valid manifest.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Manifest {
    /// The plugin's name; safe as a file name on every platform.
    pub name: Option<String>,
    /// The plugin's version.
    pub version: Option<Version>,
    /// Which versions of the host it works with, from the profile's `version_key`.
    pub host_version: Option<VersionReq>,
    /// What it does, in a sentence.
    pub description: Option<String>,
    /// Its licence, by custom an SPDX expression.
    pub license: Option<String>,
    /// Who made it.
    pub authors: Vec<String>,
    /// Where to read more.
    pub homepage: Option<String>,
    /// A picture of it, relative to the manifest's folder and inside it; it need not be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<Box<Path>>,
    /// What brings it to life; [`DEFAULT_RUNTIME`] when missing.
    pub runtime: Option<String>,
    /// Its library, relative to the manifest's folder and inside it; of a plugin in Python, its module.
    pub library: Option<Box<Path>>,
    /// Its program, where its runtime starts one: relative to the manifest's folder and inside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executable: Option<Box<Path>>,
    /// The symbol to call instead of the host profile's entry; of a plugin in Python, its class.
    pub entry: Option<String>,
    /// The tags under which it can be found.
    pub capabilities: Vec<Capability>,
    /// The interfaces that it offers, if its host asks for tables of functions.
    #[serde(skip_serializing_if = "<[InterfaceId]>::is_empty")]
    pub interfaces: Box<[InterfaceId]>,
    /// The plugins it needs, with the versions that will do.
    pub dependencies: BTreeMap<String, VersionReq>,
    /// The platforms it was built for; `None` when it does not say.
    pub platforms: Option<Vec<Platform>>,
    /// The binary interface it was built for, such as `stdlib` = `libstdc++`. Plugins of a
    /// catalog that say the same share it.
    pub abi: Arc<BTreeMap<String, String>>,
    /// The files that go into an archive of it, as globs; `None` is all of them.
    pub include: Option<Vec<String>>,
    /// The files that do not go into an archive of it, as globs.
    pub exclude: Option<Vec<String>>,
    /// Every other key of the file, as it stood there.
    #[serde(flatten)]
    pub other: Map<String, Value>,
    /// The name is for people, as in a `pluginDescription.xml`: its folder need not be called so.
    #[serde(skip)]
    pub(crate) name_is_title: bool,
}

impl Manifest {
    /// Reads the manifest in a plugin's folder: `plugin.json`, else `pluginDescription.xml`; `None` if
    /// there is neither.
    ///
    /// `version_key` is the host profile's key for the requirement on the host, if a host is known.
    /// Next to the manifest come the findings that did not stop it from being read.
    pub fn in_folder(folder: &Path, version_key: Option<&str>) -> Result<Option<(Manifest, Vec<Diagnostic>)>> {
        Self::in_folder_of(&Reach::BY_PATH, folder, version_key)
    }

    /// As [`Manifest::in_folder`] does, of a folder that is reached so.
    pub(crate) fn in_folder_of(
        reach: &Reach,
        folder: &Path,
        version_key: Option<&str>,
    ) -> Result<Option<(Manifest, Vec<Diagnostic>)>> {
        Self::read_by(|path| reach.read(path, LARGEST_FILE).map(Cow::Owned), reach, folder, version_key)
    }

    /// As [`Manifest::in_folder`] does, by a reader of files that may know their bytes already.
    pub(crate) fn read_by<'a>(
        mut read_file: impl FnMut(&Path) -> io::Result<Cow<'a, [u8]>>,
        reach: &Reach,
        folder: &Path,
        version_key: Option<&str>,
    ) -> Result<Option<(Manifest, Vec<Diagnostic>)>> {
        let (json, xml) = (input::join(folder, FILE_NAME), input::join(folder, XML_FILE_NAME));
        let mut read = |path: &Path| if_there(path, read_file(path));
        let Some(bytes) = read(&json)? else {
            return read(&xml)?.map(|bytes| Self::of_file(&xml, &bytes, version_key)).transpose();
        };
        let (manifest, mut diagnostics) = Self::of_file(&json, &bytes, version_key)?;
        if reach.status(&xml).is_ok() {
            let message = format!("there is a `{XML_FILE_NAME}` too; `{FILE_NAME}` counts");
            let note = Diagnostic::note(Code::MANIFEST_IGNORED, message).hint("remove the one that is not meant");
            diagnostics.push(note.at(json));
        }
        Ok(Some((manifest, diagnostics)))
    }

    /// Reads the bytes of a manifest of either kind.
    pub(crate) fn of_file(path: &Path, bytes: &[u8], version_key: Option<&str>) -> Result<(Manifest, Vec<Diagnostic>)> {
        let found = match path.file_name().is_some_and(|name| name == XML_FILE_NAME) {
            true => Self::from_xml(bytes),
            false => Self::from_json(bytes, version_key),
        };
        let (manifest, diagnostics) = found.map_err(|error| error.at(path))?;
        Ok((manifest, diagnostics.into_iter().map(|diagnostic| diagnostic.at(path)).collect()))
    }

    /// Reads the bytes of a `plugin.json`.
    ///
    /// ```
    /// use hotshoe::manifest::Manifest;
    /// let text = br#"{"name": "gain", "version": "1.2.3", "harmonics_version": "1.2"}"#;
    /// let (manifest, diagnostics) = Manifest::from_json(text, Some("harmonics_version")).unwrap();
    /// assert_eq!(manifest.name.as_deref(), Some("gain"));
    /// assert!(manifest.host_version.unwrap().matches(&"1.4.0".parse().unwrap()));
    /// assert!(diagnostics.is_empty());
    /// ```
    pub fn from_json(bytes: &[u8], version_key: Option<&str>) -> Result<(Manifest, Vec<Diagnostic>)> {
        if let Some(manifest) = std::str::from_utf8(bytes).ok().and_then(|text| plain::manifest(text, version_key)) {
            return Ok((manifest, Vec::new()));
        }
        let mut diagnostics = Vec::new();
        let text = decode(bytes, &mut diagnostics)?;
        let (manifest, found) = Self::read_text(text, version_key)?;
        diagnostics.extend(found);
        Ok((manifest, diagnostics))
    }

    fn read_text(text: &str, version_key: Option<&str>) -> Result<(Manifest, Vec<Diagnostic>)> {
        let mut diagnostics = Vec::new();
        let object = json::object(text, &mut diagnostics)?;
        let manifest = fields::manifest(object, version_key, &mut diagnostics)?;
        Ok((manifest, diagnostics))
    }

    /// Reads the bytes of a `pluginDescription.xml`, which describes a plugin in Python.
    ///
    /// ```
    /// use hotshoe::manifest::Manifest;
    /// let text = b"<PluginDescription><Name>PythonBackend</Name><Version>0.1.0</Version>
    ///     <Module>my_backend</Module><Class>PythonBackendPlugin</Class>
    ///     <Capabilities><Capability>backend:python</Capability></Capabilities></PluginDescription>";
    /// let (manifest, diagnostics) = Manifest::from_xml(text).unwrap();
    /// assert_eq!(manifest.runtime(), "python");
    /// assert_eq!(manifest.library.unwrap().to_str(), Some("my_backend.py"));
    /// assert_eq!(manifest.entry.as_deref(), Some("PythonBackendPlugin"));
    /// assert!(diagnostics.is_empty());
    /// ```
    pub fn from_xml(bytes: &[u8]) -> Result<(Manifest, Vec<Diagnostic>)> {
        let mut diagnostics = Vec::new();
        let manifest = xml::manifest(decode(bytes, &mut diagnostics)?, &mut diagnostics)?;
        Ok((manifest, diagnostics))
    }

    /// What brings the plugin to life.
    pub fn runtime(&self) -> &str {
        self.runtime.as_deref().unwrap_or(DEFAULT_RUNTIME)
    }
}

/// The version of a library of models, if its description says one.
#[cfg(feature = "package")]
pub(crate) fn version_of_models(folder: &Path) -> Result<Option<Version>> {
    let path = folder.join(MODELS_FILE_NAME);
    let bytes = if_there(&path, input::read(&path, LARGEST_FILE))?.unwrap_or_default();
    xml::version_of_models(decode(&bytes, &mut Vec::new())?)
}

/// What was read of a manifest; `None` if there is no such file.
fn if_there<T>(path: &Path, read: io::Result<T>) -> Result<Option<T>> {
    match read {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let too_large = error.kind() == ErrorKind::FileTooLarge;
            let code = if too_large { Code::MANIFEST_TOO_LARGE } else { Code::MANIFEST_UNREADABLE };
            let hint = match error.kind() {
                ErrorKind::FileTooLarge => "keep in it what describes the plugin, and the rest in files of their own",
                ErrorKind::PermissionDenied => "see that you may read it",
                _ => "put a file of text in its place",
            };
            Err(Error::new(code, "the manifest cannot be read").because(error).hint(hint).at(path))
        }
    }
}

fn decode<'a>(bytes: &'a [u8], diagnostics: &mut Vec<Diagnostic>) -> Result<&'a str> {
    let error =
        |message| Error::new(Code::MANIFEST_ENCODING, message).hint("save it as UTF-8 without a byte order mark");
    if bytes.starts_with(&[0xff, 0xfe])
        || bytes.starts_with(&[0xfe, 0xff])
        || bytes.iter().take(4).any(|&byte| byte == 0)
    {
        return Err(error("the manifest is UTF-16 or UTF-32, not UTF-8"));
    }
    let unmarked = bytes.strip_prefix(b"\xef\xbb\xbf");
    if unmarked.is_some() {
        diagnostics.push(
            Diagnostic::note(Code::MANIFEST_ENCODING, "the manifest starts with a byte order mark")
                .hint("save it as UTF-8 without a byte order mark"),
        );
    }
    std::str::from_utf8(unmarked.unwrap_or(bytes)).map_err(|source| error("the manifest is not UTF-8").because(source))
}

/// Checks that a plugin's name is safe as a file name on every platform.
///
/// It is one to 100 characters long, without control characters, path separators, characters that
/// Windows refuses or that change the direction of text, and does not start or end with a dot or a
/// space; names that Windows keeps for devices are refused.
///
/// ```
/// use hotshoe::manifest::check_name;
/// assert!(check_name("my_plugin").is_ok());
/// for bad in ["", "../up", "a/b", "CON", "trailing.", "nul\0", "\u{202e}gpj"] {
///     assert!(check_name(bad).is_err(), "{bad:?}");
/// }
/// ```
pub fn check_name(name: &str) -> Result<()> {
    match file_name_problem(name, 100) {
        None => Ok(()),
        Some(problem) => Err(Error::new(Code::MANIFEST_FIELD, format!("the plugin name `{}` {problem}", brief(name)))
            .hint("use letters, digits, `_`, `-` and dots between them")),
    }
}

/// Why a text of at most this many characters is not a safe file name on every platform.
pub(crate) fn file_name_problem(name: &str, longest: usize) -> Option<&'static str> {
    const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
    let stem = name.split('.').next().unwrap_or_default();
    let is_device = DEVICES.iter().any(|device| stem.eq_ignore_ascii_case(device));
    let is_numbered = || {
        let (device, number) = stem.split_at_checked(3)?;
        let is_one = ["COM", "LPT"].iter().any(|numbered| device.eq_ignore_ascii_case(numbered));
        (is_one && number.chars().count() == 1).then(|| "0123456789¹²³".contains(number))
    };
    // Most names are of these, and a host that starts looks at thousands.
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    if name.is_empty() {
        Some("is empty")
    } else if name.len() > longest && name.chars().count() > longest {
        Some("is too long")
    } else if !is_plain && name.chars().any(|c| c.is_control() || r#"/\:*?"<>|"#.contains(c)) {
        Some("holds a character that cannot stand in a file name")
    } else if !is_plain && name.chars().any(is_invisible) {
        Some("holds an invisible character or one that changes the direction of text")
    } else if name.starts_with(['.', ' ']) || name.ends_with(['.', ' ']) {
        Some("starts or ends with a dot or a space")
    } else if is_device || is_numbered().unwrap_or(false) {
        Some("is a device on Windows")
    } else {
        None
    }
}

/// Checks that a path under this key of a manifest stays inside the plugin's folder on every platform.
fn check_inside(key: &str, text: &str) -> Result<Box<Path>> {
    let path = Path::new(text);
    let is_inside = || path.components().all(|component| matches!(component, Component::Normal(_)));
    let is_odd = |c: char| c.is_control() || r#"\:*?"<>|"#.contains(c) || is_invisible(c);
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/'));
    if !text.is_empty() && text.len() <= 1024 && (is_plain || !text.chars().any(is_odd)) && is_inside() {
        return Ok(path.into());
    }
    Err(Error::new(
        Code::MANIFEST_FIELD,
        format!("`{key}`: `{}` does not lead to a file in the plugin's folder", brief(text)),
    )
    .hint("write a relative path with `/` between folders and no `..`"))
}
