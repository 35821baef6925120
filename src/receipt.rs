//! What an install leaves in a plugin's folder: which files it brought, and where they came from.
//!
//! Owns the receipt's file and the digests in it. It never changes what it describes.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result, codes};
use crate::input;
use crate::json::{self, Keys};
use crate::manifest::check_name;
use crate::platform::System;
use crate::version::Version;

codes! {
    RECEIPT_MISSING = "receipt-missing", LOAD, "The host loads only what was installed, and this plugin has no receipt.";
    RECEIPT_INVALID = "receipt-invalid", PACKAGE, "The receipt of an install is damaged.";
    RECEIPT_UNKNOWN_KEY = "receipt-unknown-key", PACKAGE, "A key of a receipt is unknown.";
}

/// The receipt's file in a plugin's folder.
pub const FILE_NAME: &str = ".hotshoe-receipt.json";

/// The largest receipt, in bytes: 100,000 files with long paths.
const LARGEST: u64 = 64 << 20;

/// What an install brought into a plugin's folder.
///
/// A key that is not known here is passed over, with a finding: a later Hotshoe may say more, and the older hosts beside
/// it must go on. One that is nearly a known one makes the receipt invalid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Receipt {
    /// The version of this form: 1.
    pub receipt: u32,
    /// The plugin's name.
    pub name: String,
    /// The plugin's version, if it says one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// When it was installed, in seconds since 1970 by the clock of the machine.
    pub installed_at: u64,
    /// The archive it came from.
    pub archive: Origin,
    /// Who signed that archive; nobody, if signatures were not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<Signer>,
    /// Every file but the receipt itself, by path.
    pub files: Vec<InstalledFile>,
    /// What was noticed while it was read.
    #[serde(skip)]
    diagnostics: Vec<Diagnostic>,
}

/// The keys of a receipt.
const KEYS: Keys = &[
    ("", &["receipt", "name", "version", "installed_at", "archive", "signed_by", "files"]),
    ("archive", &["file", "size", "sha256"]),
    ("signed_by", &["key", "comment"]),
    ("files", &["path", "size", "sha256"]),
];

/// Who signed an archive that was installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Signer {
    /// The key, in minisign's 16 hexadecimal digits.
    pub key: String,
    /// What the trust store said of it.
    pub comment: String,
}

/// The archive that a plugin came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Origin {
    /// What its file was called.
    pub file: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its digest.
    pub sha256: Digest,
}

/// A file that an install brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstalledFile {
    /// Its path in the plugin's folder, with `/`.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its digest.
    pub sha256: Digest,
}

impl Receipt {
    /// Reads a plugin folder's receipt; `None` if it has none, and so was not installed by Hotshoe.
    pub fn in_folder(folder: &Path) -> Result<Option<Receipt>> {
        let path = folder.join(FILE_NAME);
        let invalid = || {
            Error::new(Code::RECEIPT_INVALID, "the receipt of the install is damaged")
                .hint("install the plugin again, over this one: `hotshoe install <archive> --replace`")
                .at(&path)
        };
        let bytes = match input::read(&path, LARGEST) {
            Ok(bytes) => bytes,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(invalid().because(error)),
        };
        if !input::is_json_object(&bytes) {
            return Err(invalid().because("it is no JSON object"));
        }
        let (mut receipt, unknown) = json::form::<Receipt>(&bytes, KEYS)
            .map_err(|error| invalid().because(input::printable(&error.to_string())))?;
        receipt.check().map_err(|problem| invalid().because(problem))?;
        if let Some(misspelt) = unknown.misspelt() {
            return Err(invalid().because(misspelt));
        }
        let found = unknown.findings(Code::RECEIPT_UNKNOWN_KEY).into_iter();
        receipt.diagnostics = found.map(|found| found.plugin(&receipt.name).at(&path)).collect();
        Ok(Some(receipt))
    }

    /// What an install writes.
    #[cfg(feature = "package")]
    pub(crate) fn of_install(
        (name, version): (String, Option<Version>),
        installed_at: u64,
        archive: Origin,
        signed_by: Option<Signer>,
        files: Vec<InstalledFile>,
    ) -> Receipt {
        Receipt { receipt: 1, name, version, installed_at, archive, signed_by, files, diagnostics: Vec::new() }
    }

    /// What was noticed while it was read, such as keys that are unknown.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// A receipt is a file that anybody may have edited, so what it says must stay in its folder.
    fn check(&self) -> Result<(), String> {
        if self.receipt != 1 {
            return Err(format!("its form is {}, and this Hotshoe knows 1", self.receipt));
        }
        check_name(&self.name).map_err(|error| error.to_string())?;
        let is_inside = |file: &InstalledFile| {
            Path::new(&file.path).components().all(|part| matches!(part, Component::Normal(_))) && !file.path.is_empty()
        };
        match self.files.iter().find(|file| !is_inside(file)) {
            Some(file) => Err(format!("`{}` is not a path in the plugin's folder", input::brief(&file.path))),
            None => Ok(()),
        }
    }

    /// The digest of a file of the plugin, by its path in the folder.
    pub fn digest(&self, path: &Path) -> Option<Digest> {
        self.files.iter().find(|file| Path::new(&file.path) == path).map(|file| file.sha256)
    }

    /// Checks that the libraries in a plugin's folder are there, and are those that an install brought.
    pub(crate) fn check_libraries(&self, folder: &Path, library: &Path) -> Result<()> {
        let files = self.files.iter().map(|file| (folder.join(&file.path), file.sha256));
        let mut libraries = files.filter(|(path, _)| path == library || is_library(path));
        libraries.try_for_each(|(path, digest)| check_library(&path, digest).map_err(|error| error.at(path)))
    }

    /// What is not as it was installed in the folder: files that changed, that are gone, or that came.
    ///
    /// Reads every file. What Python leaves in `__pycache__` is no difference.
    pub fn differences(&self, folder: &Path) -> Result<Vec<Difference>> {
        let unreadable = |error: io::Error| {
            Error::new(Code::FOLDER_UNREADABLE, "the plugin's folder cannot be read").because(error).at(folder)
        };
        let mut differences = Vec::new();
        for file in &self.files {
            let path = PathBuf::from(&file.path);
            match differs(&folder.join(&path), file).map_err(unreadable)? {
                Some(true) => differences.push(Difference::Changed(path)),
                Some(false) => {}
                None => differences.push(Difference::Missing(path)),
            }
        }
        let known: std::collections::HashSet<&Path> = self.files.iter().map(|file| Path::new(&file.path)).collect();
        let present = files_in(folder).map_err(unreadable)?;
        let added = present.into_iter().filter(|path| !known.contains(path.as_path()) && path != Path::new(FILE_NAME));
        differences.extend(added.map(Difference::Added));
        Ok(differences)
    }
}

/// Whether a file differs from what was installed; `None` if it is not there.
fn differs(path: &Path, installed: &InstalledFile) -> io::Result<Option<bool>> {
    match path.symlink_metadata() {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
        Ok(metadata) if !metadata.is_file() || metadata.len() != installed.size => return Ok(Some(true)),
        Ok(_) => {}
    }
    let (mut file, _) = input::open(path)?;
    Ok(Some(Digest::of(&mut file)? != installed.sha256))
}

/// Everything in a folder that is not a folder, by its path in it, sorted.
fn files_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut unread = vec![PathBuf::new()];
    while let Some(inside) = unread.pop() {
        for entry in folder.join(&inside).read_dir()? {
            let entry = entry?;
            let path = inside.join(entry.file_name());
            match entry.file_type()?.is_dir() {
                true if entry.file_name() == "__pycache__" => {}
                true => unread.push(path),
                false => files.push(path),
            }
        }
    }
    files.sort();
    Ok(files)
}

/// What is not as it was installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Difference {
    /// The file has another content, or is no file any more.
    #[serde(serialize_with = "crate::input::path_text")]
    Changed(PathBuf),
    /// The file is not there.
    #[serde(serialize_with = "crate::input::path_text")]
    Missing(PathBuf),
    /// The install did not bring it.
    #[serde(serialize_with = "crate::input::path_text")]
    Added(PathBuf),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Changed(path) => write!(f, "{} was changed", path.display()),
            Difference::Missing(path) => write!(f, "{} is missing", path.display()),
            Difference::Added(path) => write!(f, "{} was added", path.display()),
        }
    }
}

/// A SHA-256 digest, written in 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Of everything that a reader gives.
    pub fn of(reader: &mut impl Read) -> io::Result<Digest> {
        let mut hasher = Hasher::new();
        let mut buffer = vec![0; 64 << 10];
        loop {
            match reader.read(&mut buffer)? {
                0 => return Ok(hasher.finish()),
                length => hasher.update(&buffer[..length]),
            }
        }
    }

    /// Of a file.
    pub fn of_file(path: &Path) -> io::Result<Digest> {
        Digest::of(&mut File::open(path)?)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Takes either case.
impl FromStr for Digest {
    type Err = String;

    fn from_str(text: &str) -> Result<Digest, String> {
        let wrong = || format!("`{}` is not a SHA-256 digest of 64 hexadecimal digits", input::brief(text));
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).map_err(|_| wrong())?;
        }
        Ok(Digest(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Whether a file that an install brought is a library, or was: then its name is all that tells.
pub(crate) fn is_library(file: &Path) -> bool {
    is_called_library(file) || starts_like_library(file)
}

/// Whether a file is called like a library of this system: `libgain.so`, `libgain.so.1.2.3`.
pub(crate) fn is_called_library(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let is_number = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = name.rsplit('.').skip_while(is_number);
    let suffix = parts.next();
    parts.next().is_some() && suffix.is_some_and(|suffix| System::current().library_suffixes().contains(&suffix))
}

/// Whether a file starts like a library of any system.
fn starts_like_library(file: &Path) -> bool {
    let mut start = [0; 4];
    let read = input::open(file).and_then(|(mut file, _)| file.read_exact(&mut start));
    let magic: [&[u8]; 7] = [
        b"\x7fELF",
        b"MZ",
        b"\xfe\xed\xfa\xce",
        b"\xfe\xed\xfa\xcf",
        b"\xce\xfa\xed\xfe",
        b"\xcf\xfa\xed\xfe",
        b"\xca\xfe\xba\xbe",
    ];
    read.is_ok() && magic.iter().any(|magic| start.starts_with(magic))
}

/// Checks that a file, or a copy of it, is the library that was installed.
pub(crate) fn check_library(file: &Path, installed: Digest) -> Result<()> {
    match input::open(file).and_then(|(mut file, _)| Digest::of(&mut file)) {
        Ok(digest) if digest == installed => Ok(()),
        Ok(_) => Err(changed("the library is not the one that was installed")),
        Err(error) => Err(cannot_read(error)),
    }
}

/// The error for a library that was installed and cannot be read now.
pub(crate) fn cannot_read(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => changed("the library was installed, and is gone"),
        io::ErrorKind::InvalidInput => changed("the library is no file any more"),
        _ => Error::new(Code::LIBRARY_UNREADABLE, "the library cannot be read").because(error),
    }
}

/// The error for a library that was not installed as it is.
pub(crate) fn changed(message: &str) -> Error {
    Error::new(Code::LIBRARY_CHANGED, message)
        .hint("see what else changed with `hotshoe verify --installed`, and install the plugin again")
}

/// Computes a [`Digest`] of what comes in pieces.
#[derive(Clone, Default)]
pub(crate) struct Hasher(Sha256);

impl Hasher {
    pub(crate) fn new() -> Hasher {
        Hasher::default()
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}
