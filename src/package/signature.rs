//! Signatures of archives, in the format of minisign.
//!
//! Owns what a signature says and how it is held against an archive. It never decides which key is
//! trusted: that is [`TrustStore`]'s.
//!
//! See <https://jedisct1.github.io/minisign/#signature-format>.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Seek};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use minisign::SignatureBox;
use serde::Serialize;

use super::archive::{Archive, no_room};
use super::key::{KeyId, PublicKey, SecretKey, with_suffix};
use super::layout;
use super::progress::unwatched;
use super::publish::replace;
use super::read::unreadable;
use super::unpack::unpack;
use crate::error::{Code, Error, Result};
use crate::input::{self, brief, is_invisible};
use crate::manifest::{Kinds, check_name};
use crate::platform::Platform;
use crate::version::Version;

/// What a plugin is for whose library, if it has one, runs everywhere.
const ANY: &str = "any";

/// The largest signature file, in bytes; minisign writes ten thousand at most.
const LARGEST_SIGNATURE: u64 = 16 << 10;

/// What a signature says that the archive is.
///
/// As text it is the signature's trusted comment: six fields between tabs, which no name can hold,
/// always all and in this order.
///
/// ```
/// use hotshoe::package::Claim;
/// let text = "hotshoe\tname:gain\tversion:1.2.3\tos:linux\tarch:x86_64\tfile:gain-1.2.3.tar.gz";
/// let claim: Claim = text.parse().unwrap();
/// assert_eq!((claim.name.as_str(), claim.to_string().as_str()), ("gain", text));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Claim {
    /// The plugin's name.
    pub name: String,
    /// The plugin's version.
    pub version: Version,
    /// What its library is for: one system, and its architectures in alphabetical order.
    pub platforms: Vec<Platform>,
    /// The archive's file name.
    pub file: String,
}

impl Claim {
    /// What can truthfully be said of an archive.
    fn of(archive: &Path, file: &File, kinds: &Kinds) -> Result<Claim> {
        let cannot = |message: &str| Error::new(Code::PACKAGE_SOURCE, message);
        let name = file_name(archive).filter(|name| is_plain(name));
        let name = name.ok_or_else(|| {
            cannot("the archive's name cannot stand in a signature").hint("rename it to `<name>-<version>.tar.gz`")
        })?;
        let (plugin, version, platforms) = contents(archive, file, kinds)?;
        let version = version.ok_or_else(|| {
            cannot("the plugin in the archive does not say its version")
                .hint("add the version to its manifest, and make the archive again with `hotshoe package`")
        })?;
        if !platforms.windows(2).all(|two| two[0].system == two[1].system) {
            return Err(cannot("the library in the archive is for several systems"));
        }
        Ok(Claim { name: plugin, version, platforms: sorted(&platforms), file: name.to_owned() })
    }
}

/// What an archive holds, found as [`super::Install`] finds it: name, version and platforms.
pub(super) fn contents(archive: &Path, file: &File, kinds: &Kinds) -> Result<(String, Option<Version>, Vec<Platform>)> {
    let folder = tempfile::tempdir().map_err(no_room)?;
    let mut from_start = file;
    from_start.rewind().map_err(|error| unreadable(error, archive))?;
    unpack(file, folder.path(), folder.path(), &mut unwatched, &mut drop)?;
    let stem = archive.file_stem().unwrap_or_default().to_string_lossy();
    match layout::parts(folder.path(), &stem, kinds)?.as_slice() {
        [part] => Ok((part.name.clone(), part.version.clone(), part.platforms()?)),
        _ => Err(Error::new(Code::PACKAGE_SOURCE, "the archive holds several plugins, and a signature is of one")
            .hint("make an archive of each with `hotshoe package`, and sign those")),
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let system = self.platforms.first().map_or(ANY.to_owned(), |platform| platform.system.to_string());
        let mut architectures: Vec<String> =
            self.platforms.iter().map(|platform| platform.architecture.to_string()).collect();
        if architectures.is_empty() {
            architectures.push(ANY.to_owned());
        }
        let (name, version, file) = (&self.name, &self.version, &self.file);
        write!(f, "hotshoe\tname:{name}\tversion:{version}\tos:{system}\tarch:{}\tfile:{file}", architectures.join(","))
    }
}

impl FromStr for Claim {
    type Err = Error;

    /// Fails with [`Code::SIGNATURE_INVALID`] for whatever `to_string` would not have written.
    fn from_str(text: &str) -> Result<Claim> {
        parse_claim(text).filter(|claim| claim.to_string() == text).ok_or_else(|| {
            Error::new(Code::SIGNATURE_INVALID, format!("the signature does not say what it is for: `{}`", brief(text)))
                .hint("ask its author to sign with `hotshoe sign`, which says the plugin's name and version in it")
        })
    }
}

fn parse_claim(text: &str) -> Option<Claim> {
    let fields: Vec<&str> = text.split('\t').collect();
    let ["hotshoe", name, version, os, arch, file] = fields.as_slice() else { return None };
    let (name, file) = (name.strip_prefix("name:")?, file.strip_prefix("file:")?);
    let (os, arch) = (os.strip_prefix("os:")?, arch.strip_prefix("arch:")?);
    if check_name(name).is_err() || !is_plain(file) {
        return None;
    }
    let platforms = match (os, arch) {
        (ANY, ANY) => Vec::new(),
        _ => arch.split(',').map(|arch| format!("{os}-{arch}").parse()).collect::<Result<Vec<_>>>().ok()?,
    };
    Some(Claim {
        name: name.to_owned(),
        version: Version::parse(version.strip_prefix("version:")?).ok()?,
        platforms: sorted(&platforms),
        file: file.to_owned(),
    })
}

fn sorted(platforms: &[Platform]) -> Vec<Platform> {
    let mut platforms = platforms.to_vec();
    platforms.sort_by_key(ToString::to_string);
    platforms.dedup();
    platforms
}

/// A file name that is one field: readers of signatures cut white space off at its end.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 255
        && name.trim() == name
        && !name.chars().any(|c| c.is_control() || is_invisible(c) || c == '/' || c == '\\')
}

fn file_name(archive: &Path) -> Option<&str> {
    archive.file_name()?.to_str()
}

/// A signature that was verified: whose it is, and of what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Signature {
    /// The key that signed.
    pub key: KeyId,
    /// What the trust store says of that key; it may be empty.
    pub key_comment: String,
    /// What it signed.
    #[serde(flatten)]
    pub claim: Claim,
}

impl Signature {
    /// Checks that it is of the plugin that the archive really holds.
    ///
    /// `platforms` are those of the library, in any order. Without this check an older version, or
    /// another plugin, passes under a new name. Fails with [`Code::SIGNATURE_INVALID`].
    pub fn binds(&self, name: &str, version: Option<&Version>, platforms: &[Platform]) -> Result<()> {
        let version = version.map(ToString::to_string).unwrap_or_default();
        self.says("name", &self.claim.name, name)?;
        self.says("version", &self.claim.version.to_string(), &version)?;
        self.says("platform", &joined(&self.claim.platforms), &joined(&sorted(platforms)))
    }

    fn says(&self, what: &str, said: &str, found: &str) -> Result<()> {
        if said == found {
            return Ok(());
        }
        let found = if found.is_empty() { "none".to_owned() } else { format!("`{}`", brief(found)) };
        Err(Error::new(
            Code::SIGNATURE_INVALID,
            format!("the signature is for the {what} `{}`, and the archive's is {found}", brief(said)),
        )
        .hint("do not install it: fetch the archive and its signature again, from the author"))
    }
}

fn joined(platforms: &[Platform]) -> String {
    let platforms: Vec<String> = platforms.iter().map(ToString::to_string).collect();
    if platforms.is_empty() { ANY.to_owned() } else { platforms.join(" and ") }
}

/// A `.minisig` file whose form is right; who signed what is still to be seen.
pub(super) struct Unverified {
    signature: SignatureBox,
}

impl Unverified {
    /// Reads `<archive>.minisig`; `None` if there is none.
    pub(super) fn beside(archive: &Path) -> Result<Option<Unverified>> {
        let path = path_beside(archive);
        if matches!(fs::symlink_metadata(&path), Err(error) if error.kind() == io::ErrorKind::NotFound) {
            return Ok(None);
        }
        let damaged = |because: Box<dyn std::error::Error + Send + Sync>| {
            invalid("the signature cannot be read").because(because).hint("fetch it again").at(&path)
        };
        let bytes = input::read(&path, LARGEST_SIGNATURE).map_err(|error| damaged(error.into()))?;
        let text = String::from_utf8(bytes).map_err(|_| damaged("it is not text".into()))?;
        Self::parse(&text).map(Some).map_err(|error| error.at(&path))
    }

    fn parse(text: &str) -> Result<Unverified> {
        let damaged = || invalid("the signature is damaged").hint("fetch it again");
        // Some programs turn line ends into those of Windows.
        let text = text.replace("\r\n", "\n");
        let signature = SignatureBox::from_string(&text).map_err(|error| damaged().because(error))?;
        // The parser takes more than one form, and does not look at the length of the last line.
        let last = text.lines().nth(3).unwrap_or_default();
        if last.len() != 88 || signature.trusted_comment().is_err() || signature.to_string() != text {
            return Err(damaged());
        }
        match signature.is_prehashed() {
            true => Ok(Unverified { signature }),
            false => Err(invalid("the signature is in minisign's legacy format")
                .hint("ask its author for one by `hotshoe sign`, or by a newer minisign")),
        }
    }

    /// Who says to have signed.
    pub(super) fn key(&self) -> KeyId {
        KeyId::new(self.signature.keynum())
    }

    /// What this key says of the whole file, which is read from its beginning and left there.
    pub(super) fn verify(&self, key: &PublicKey, file: &mut File) -> Result<Claim> {
        let unreadable =
            |error: io::Error| Error::new(Code::ARCHIVE_UNREADABLE, "the archive cannot be read").because(error);
        file.rewind().map_err(unreadable)?;
        let verified = minisign::verify(key.minisign(), &self.signature, &mut *file, true, false, false);
        file.rewind().map_err(unreadable)?;
        verified.map_err(|error| match error.kind() {
            minisign::ErrorKind::Io => unreadable(io::Error::other(error)),
            _ => invalid("the signature is not of this archive")
                .because(error)
                .hint("one of them was changed: fetch the archive and its signature again, from the author"),
        })?;
        self.signature.trusted_comment().map_err(|error| invalid("the signature is damaged").because(error))?.parse()
    }
}

/// The file beside an archive that holds its signature.
pub(super) fn path_beside(archive: &Path) -> PathBuf {
    with_suffix(archive, ".minisig")
}

/// Checks that a signature stands beside the file that it names.
pub(super) fn check_file(claim: &Claim, archive: &Path) -> Result<()> {
    let name = archive.file_name().unwrap_or_default().to_string_lossy();
    if claim.file == name {
        return Ok(());
    }
    Err(invalid(&format!("the signature is of a file called `{}`, not of `{}`", brief(&claim.file), brief(&name)))
        .hint("if you renamed the archive, give it its name back; if not, do not install it"))
}

fn invalid(message: &str) -> Error {
    Error::new(Code::SIGNATURE_INVALID, message)
}

/// An archive that was signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Signed {
    /// `<archive>.minisig`.
    #[serde(serialize_with = "crate::input::path_text")]
    pub signature: PathBuf,
    /// The key that signed.
    pub key: KeyId,
    /// What it signed.
    #[serde(flatten)]
    pub claim: Claim,
}

/// Signs an archive: writes `<archive>.minisig`, in place of one that is there.
///
/// What the signature says is read from the archive: the name and version from its manifest, the
/// platforms from its library. Nothing of it is run. The archive may be of any size: it is read in
/// pieces, from a copy that nobody else can change, so that what is looked at is what is signed.
pub fn sign(archive: &Path, key: &SecretKey) -> Result<Signed> {
    sign_with(archive, key, &Kinds::installed())
}

/// The same with the runtimes that the caller knows of: which file of a plugin says its platforms, its runtime says.
pub fn sign_with(archive: &Path, key: &SecretKey, kinds: &Kinds) -> Result<Signed> {
    let mut file = Archive::of(archive, &mut unwatched)?.file;
    let claim = Claim::of(archive, &file, kinds).map_err(|error| error.at(archive))?;
    let path = path_beside(archive);
    let cannot_sign = |error: minisign::PError| {
        Error::new(Code::KEY_WRITE, "the archive cannot be signed").because(error).at(archive)
    };
    file.rewind().map_err(|error| unreadable(error, archive))?;
    let comment = claim.to_string();
    let signature = minisign::sign(
        Some(key.public().minisign()),
        key.minisign(),
        &mut file,
        Some(&comment),
        Some(&format!("signature by hotshoe, key {}", key.public().id())),
    )
    .map_err(cannot_sign)?;
    replace(&path, &signature.to_string())
        .map_err(|error| Error::new(Code::KEY_WRITE, "the signature cannot be written").because(error).at(&path))?;
    Ok(Signed { signature: path, key: key.public().id(), claim })
}
