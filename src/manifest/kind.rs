//! What the plugins of each runtime look like, as data: which file a plugin is, how that is called, how its entry is
//! spelt.
//!
//! Owns the form of a `<name>.runtime.json`, after `schema/runtime.schema.json`, and the kinds that are built in, which
//! are such files too. It never opens a module: a runtime need not be there for its plugins to be listed and packaged.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Manifest, file_name_problem};
use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result};
use crate::input::{self, brief, is_invisible, printable};
use crate::json;
use crate::platform::System;
use crate::spelling::is_slip;

/// The runtime of a plugin that names none.
pub const DEFAULT_RUNTIME: &str = "native";

/// Whether a text can name a runtime: `[a-z][a-z0-9-]{0,31}`, so never a path.
pub(crate) fn is_runtime_name(text: &str) -> bool {
    text.len() <= 32
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Whether a text can name an `extern "C"` symbol.
pub(crate) fn is_c_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// What a plugin of one runtime looks like.
///
/// ```
/// use hotshoe::manifest::{ArtifactType, Kind};
/// let text = br#"{"name": "lua", "artifact": "file", "called": "script", "file_names": ["{name}.lua"]}"#;
/// let (kind, findings) = Kind::from_json(text).unwrap();
/// assert_eq!((kind.artifact(), kind.called()), (ArtifactType::File, "script"));
/// assert!(!kind.is_platform_bound() && findings.is_empty());
/// ```
///
/// Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind(Arc<Data>);

#[derive(Debug, PartialEq, Eq)]
struct Data {
    name: String,
    description: Option<String>,
    artifact: ArtifactType,
    called: String,
    file_names: FileNames,
    entry: EntrySpelling,
    is_platform_bound: bool,
    file: Option<PathBuf>,
}

/// What the file is that a plugin consists of: its artifact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ArtifactType {
    /// A shared library that exports its entry, named by the manifest's `library`.
    Library,
    /// A program that the system can start, named by the manifest's `executable`.
    Executable,
    /// Any other file, which only the runtime understands, named by the manifest's `library`.
    File,
}

/// How the entry of a plugin is spelt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum EntrySpelling {
    /// A plugin has none.
    #[default]
    None,
    /// A C identifier: letters and digits of ASCII and `_`.
    Symbol,
    /// A name as most languages have them: letters and digits of any script and `_`.
    Identifier,
    /// Such names with `.`, `:` or `::` between them.
    Path,
    /// Any text on one line.
    Text,
}

/// The usual names of artifacts: one list for each system, or one for all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
enum FileNames {
    All(Vec<String>),
    BySystem(BySystem),
}

impl<'de> Deserialize<'de> for FileNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<FileNames, D::Error> {
        let value = Value::deserialize(deserializer)?;
        // A form would be read from a list, too.
        let read = match value.is_object() {
            true => serde_json::from_value(value).map(FileNames::BySystem),
            false => serde_json::from_value(value).map(FileNames::All),
        };
        read.map_err(|error| D::Error::custom(format!("`file_names`: {error}")))
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct BySystem {
    linux: Vec<String>,
    macos: Vec<String>,
    windows: Vec<String>,
    freebsd: Vec<String>,
}

/// The form of a `<name>.runtime.json`.
#[derive(Deserialize)]
struct KindFile {
    #[serde(rename = "$schema")]
    _schema: Option<String>,
    name: String,
    description: Option<String>,
    artifact: ArtifactType,
    called: Option<String>,
    file_names: Option<FileNames>,
    #[serde(default)]
    entry: EntrySpelling,
    platform_bound: Option<bool>,
    /// What a later version may know.
    #[serde(flatten)]
    other: Map<String, Value>,
}

impl KindFile {
    const KEYS: [&str; 7] = ["name", "description", "artifact", "called", "file_names", "entry", "platform_bound"];
}

/// The most usual names for a system.
const MOST_FILE_NAMES: usize = 16;

/// The longest description, in characters.
const LONGEST_DESCRIPTION: usize = 200;

/// The longest entry, in characters.
const LONGEST_ENTRY: usize = 255;

/// What stands in a usual name for the plugin's own.
const PLACEHOLDER: &str = "{name}";

impl Kind {
    /// The largest `<name>.runtime.json`, in bytes.
    pub const LARGEST_FILE: u64 = 64 << 10;

    /// What stands behind the runtime's name in the name of its file.
    pub const FILE_SUFFIX: &str = ".runtime.json";

    /// Reads a `<name>.runtime.json`, after `schema/runtime.schema.json`, with what is odd about it.
    ///
    /// The name in it must be the one of the file. Fails with [`Code::RUNTIME_KIND`].
    pub fn from_file(path: &Path) -> Result<(Kind, Vec<Diagnostic>)> {
        let bytes = input::read(path, Self::LARGEST_FILE).map_err(|error| {
            invalid("the description of a runtime cannot be read")
                .because(error)
                .hint("see that you may read it")
                .at(path)
        })?;
        let (kind, findings) = Self::read(&bytes, Some(path)).map_err(|error| error.at(path))?;
        let file_name = path.file_name().unwrap_or_default().to_string_lossy();
        if file_name.strip_suffix(Self::FILE_SUFFIX) != Some(kind.name()) {
            let message = format!("it describes the runtime `{}`, and its file is called otherwise", kind.name());
            let hint = format!("call the file `{}{}`", kind.name(), Self::FILE_SUFFIX);
            return Err(invalid(message).hint(hint).at(path));
        }
        Ok((kind, findings.into_iter().map(|finding| finding.at(path)).collect()))
    }

    /// Reads the text of such a file.
    pub fn from_json(bytes: &[u8]) -> Result<(Kind, Vec<Diagnostic>)> {
        Self::read(bytes, None)
    }

    fn read(bytes: &[u8], file: Option<&Path>) -> Result<(Kind, Vec<Diagnostic>)> {
        if !input::is_json_object(bytes) {
            return Err(invalid("the description of a runtime is not a JSON object"));
        }
        // What is wrong with it may be any text of the file's.
        let not_valid = |why: &dyn std::fmt::Display| {
            invalid("the description of a runtime is not valid").because(printable(&why.to_string()))
        };
        let text = std::str::from_utf8(bytes).map_err(|error| not_valid(&error))?;
        let (value, repeated) = json::value(text).map_err(|error| not_valid(&error))?;
        if let Some(key) = repeated.first() {
            return Err(not_valid(&format!("the key `{}` stands twice", brief(key))));
        }
        check_types(&value)?;
        let form: KindFile = serde_json::from_slice(bytes).map_err(|error| not_valid(&error))?;
        let findings = unknown_keys(&form.other)?;
        if !is_runtime_name(&form.name) {
            return Err(invalid(format!("`{}` cannot name a runtime", brief(&form.name)))
                .hint("use at most 32 lower-case letters, digits and `-`, starting with a letter"));
        }
        let called = form.called.unwrap_or_else(|| form.artifact.usual_word().to_owned());
        if called.is_empty() || called.len() > 32 || !called.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b' ')) {
            let message = format!("`called`: `{}` is not a word for a file", brief(&called));
            return Err(invalid(message).hint("write it in small letters: `module`, `script`"));
        }
        let is_line = |text: &String| text.chars().count() <= LONGEST_DESCRIPTION && is_printable(text);
        if let Some(description) = form.description.as_ref().filter(|description| !is_line(description)) {
            let message = format!("`description`: `{}` is not a line of text", brief(description));
            return Err(invalid(message).hint(format!("write at most {LONGEST_DESCRIPTION} characters")));
        }
        let file_names = form.file_names.unwrap_or(FileNames::All(Vec::new()));
        file_names.check()?;
        let is_platform_bound = form.platform_bound.unwrap_or(form.artifact != ArtifactType::File);
        let kind = Kind(Arc::new(Data {
            name: form.name,
            description: form.description,
            artifact: form.artifact,
            called,
            file_names,
            entry: form.entry,
            is_platform_bound,
            file: file.map(Path::to_owned),
        }));
        Ok((kind, findings))
    }

    /// The kinds that are built in.
    pub(super) fn built_in() -> &'static [Kind] {
        static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
            let texts = [
                include_bytes!("kinds/native.runtime.json").as_slice(),
                include_bytes!("kinds/process.runtime.json"),
                include_bytes!("kinds/python.runtime.json"),
            ];
            texts.into_iter().filter_map(|text| Kind::from_json(text).ok()).map(|(kind, _)| kind).collect()
        });
        &KINDS
    }

    /// The runtime's name, as a manifest and a profile have it.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// What the runtime's plugins are, in a sentence.
    pub fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// What the artifact of a plugin is.
    pub fn artifact(&self) -> ArtifactType {
        self.0.artifact
    }

    /// What the artifact is called in messages: `library`, `module`, `script`.
    pub fn called(&self) -> &str {
        &self.0.called
    }

    /// The key of a manifest that names the artifact.
    pub fn artifact_key(&self) -> &'static str {
        match self.0.artifact {
            ArtifactType::Library | ArtifactType::File => "library",
            ArtifactType::Executable => "executable",
        }
    }

    /// The artifact that a manifest names, relative to the plugin's folder.
    pub fn named_artifact<'a>(&self, manifest: &'a Manifest) -> Option<&'a Path> {
        match self.0.artifact {
            ArtifactType::Library | ArtifactType::File => manifest.library.as_deref(),
            ArtifactType::Executable => manifest.executable.as_deref(),
        }
    }

    /// The key of a manifest that names a file and means nothing here, if it is there.
    pub(crate) fn idle_key(&self, manifest: &Manifest) -> Option<&'static str> {
        match self.0.artifact {
            ArtifactType::Library | ArtifactType::File => manifest.executable.as_ref().map(|_| "executable"),
            ArtifactType::Executable => manifest.library.as_ref().map(|_| "library"),
        }
    }

    /// How the entry of a plugin is spelt.
    pub fn entry(&self) -> EntrySpelling {
        self.0.entry
    }

    /// Whether an artifact is made for one platform, and is of no use on others.
    pub fn is_platform_bound(&self) -> bool {
        self.0.is_platform_bound
    }

    /// Whether it is the same wherever this library is.
    pub(crate) fn is_built_in(&self) -> bool {
        Self::built_in().iter().any(|known| Arc::ptr_eq(&known.0, &self.0))
    }

    /// The file that describes the runtime; `None` if it is built in, or was read from a text.
    pub fn file(&self) -> Option<&Path> {
        self.0.file.as_deref()
    }

    /// The usual names of artifacts on a system, with `{name}` in them for the plugin's, best first. One with a `*`
    /// stands for the only such file in the folder.
    pub fn file_names(&self, system: System) -> &[String] {
        self.0.file_names.of(system)
    }

    /// The usual names of the artifact of a plugin called `name`, best first.
    pub(crate) fn usual_names(&self, system: System, name: &str) -> impl Iterator<Item = String> {
        let named = self.file_names(system).iter().filter(|pattern| !pattern.contains('*'));
        named.map(move |pattern| pattern.replace(PLACEHOLDER, name))
    }

    /// The name of the plugin whose artifact is usually called so.
    pub(crate) fn plugin_name(&self, system: System, file_name: &str) -> Option<String> {
        let named = self.file_names(system).iter().filter_map(|pattern| pattern.split_once(PLACEHOLDER));
        let mut rest = named.filter_map(|(start, end)| file_name.strip_prefix(start)?.strip_suffix(end));
        rest.find(|name| !name.is_empty()).map(str::to_owned)
    }

    /// Whether a file without a usual name may be the artifact, if it is the only one in its folder.
    pub(crate) fn may_be_artifact(&self, system: System, file_name: &str) -> bool {
        let mut patterns = self.file_names(system).iter().filter_map(|pattern| pattern.split_once('*'));
        !file_name.starts_with('.')
            && patterns.any(|(start, end)| {
                let rest = file_name.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
                rest.is_some_and(|rest| !rest.is_empty())
            })
    }

    /// Checks the entry that a manifest names.
    pub(crate) fn check_entry(&self, entry: &str) -> Result<()> {
        self.0.entry.check(entry)
    }
}

impl ArtifactType {
    /// Its name in the JSON of a runtime.
    pub fn as_str(self) -> &'static str {
        match self {
            ArtifactType::Library => "library",
            ArtifactType::Executable => "executable",
            ArtifactType::File => "file",
        }
    }

    fn usual_word(self) -> &'static str {
        match self {
            ArtifactType::Library => "library",
            ArtifactType::Executable => "program",
            ArtifactType::File => "file",
        }
    }
}

impl EntrySpelling {
    /// Its name in the JSON of a runtime.
    pub fn as_str(self) -> &'static str {
        match self {
            EntrySpelling::None => "none",
            EntrySpelling::Symbol => "symbol",
            EntrySpelling::Identifier => "identifier",
            EntrySpelling::Path => "path",
            EntrySpelling::Text => "text",
        }
    }

    pub(super) fn check(self, entry: &str) -> Result<()> {
        if self.is_met_by(entry) {
            return Ok(());
        }
        let (what, hint) = self.in_words();
        Err(Error::new(Code::MANIFEST_FIELD, format!("`entry`: `{}` is not {what}", brief(entry))).hint(hint))
    }

    fn is_met_by(self, entry: &str) -> bool {
        let fits = entry.chars().count() <= LONGEST_ENTRY;
        fits && match self {
            EntrySpelling::None => false,
            EntrySpelling::Symbol => is_c_identifier(entry),
            EntrySpelling::Identifier => is_identifier(entry),
            EntrySpelling::Path => entry.replace("::", ".").split(['.', ':']).all(is_identifier),
            EntrySpelling::Text => !entry.is_empty() && is_printable(entry),
        }
    }

    /// What it must be, and what to write.
    fn in_words(self) -> (&'static str, &'static str) {
        match self {
            EntrySpelling::None => ("of use: plugins of this runtime have no entry", "remove it from the manifest"),
            EntrySpelling::Symbol => ("a C identifier", "name an `extern \"C\"` function of the plugin"),
            EntrySpelling::Identifier => ("an identifier", "use letters, digits and `_`, and no digit in front"),
            EntrySpelling::Path => ("a path of identifiers", "write identifiers with `.` or `:` between them"),
            EntrySpelling::Text => ("a line of text", "use at most 255 characters that can be printed"),
        }
    }
}

impl FileNames {
    fn of(&self, system: System) -> &[String] {
        match (self, system) {
            (FileNames::All(names), _) => names,
            (FileNames::BySystem(names), System::Linux) => &names.linux,
            (FileNames::BySystem(names), System::MacOs) => &names.macos,
            (FileNames::BySystem(names), System::Windows) => &names.windows,
            (FileNames::BySystem(names), System::FreeBsd) => &names.freebsd,
        }
    }

    fn check(&self) -> Result<()> {
        System::ALL.into_iter().try_for_each(|system| {
            let names = self.of(system);
            if names.len() > MOST_FILE_NAMES {
                return Err(invalid(format!("`file_names` lists more than {MOST_FILE_NAMES} names for a system")));
            }
            names.iter().try_for_each(|name| check_file_name(name))
        })
    }
}

fn check_file_name(pattern: &str) -> Result<()> {
    let (names, stars) = (pattern.matches(PLACEHOLDER).count(), pattern.matches('*').count());
    let as_file = pattern.replace(PLACEHOLDER, "x").replace('*', "x");
    let problem = match names + stars {
        _ if as_file.contains(['{', '}']) => Some("holds another placeholder than `{name}`"),
        0 | 1 => file_name_problem(&as_file, 100),
        _ => Some("holds more than one `{name}` or `*`"),
    };
    problem.map_or(Ok(()), |problem| {
        Err(invalid(format!("`file_names`: `{}` {problem}", brief(pattern)))
            .hint("write a file's name with `{name}` in it for the plugin's, or a `*` for any"))
    })
}

/// What is not there is left out, and not null.
fn check_types(value: &Value) -> Result<()> {
    let wrong = KindFile::KEYS.into_iter().find_map(|key| {
        let value = value.get(key)?;
        let (is_right, what) = match key {
            "file_names" => (value.is_array() || value.is_object(), "a list or an object"),
            "platform_bound" => (value.is_boolean(), "a truth value"),
            _ => (value.is_string(), "a string"),
        };
        (!is_right).then(|| format!("`{key}` is {}, not {what}", json::kind(value)))
    });
    wrong.map_or(Ok(()), |wrong| Err(invalid(wrong)))
}

/// A warning for each key that a later version may know; one that is nearly a key of this version is an error.
fn unknown_keys(other: &Map<String, Value>) -> Result<Vec<Diagnostic>> {
    const MOST_NAMED: usize = 20;
    let missed = |key: &String| KindFile::KEYS.into_iter().find(|known| is_slip(key, known));
    if let Some((key, known)) = other.keys().find_map(|key| Some((key, missed(key)?))) {
        return Err(invalid(format!("the key `{}` is unknown, and is nearly `{known}`", brief(key)))
            .hint(format!("write `{known}` if that is meant")));
    }
    let warning = |key: &String| {
        Diagnostic::warning(Code::RUNTIME_KIND, format!("the key `{}` is unknown, and means nothing here", brief(key)))
            .hint("remove it, unless it is for a later version of Hotshoe")
    };
    Ok(other.keys().take(MOST_NAMED).map(warning).collect())
}

fn is_identifier(text: &str) -> bool {
    let is_start = |c: char| c == '_' || c.is_alphabetic();
    text.starts_with(is_start) && text.chars().all(|c| is_start(c) || c.is_numeric())
}

/// Whether a text can be shown on one line as it is.
pub(super) fn is_printable(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() || is_invisible(c))
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(Code::RUNTIME_KIND, message).hint("compare it with schema/runtime.schema.json")
}
