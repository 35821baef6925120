//! The keys that sign archives, in the format of minisign.
//!
//! Owns what a key file may hold. It never asks for a password and never shows a secret key.
//!
//! See <https://jedisct1.github.io/minisign/#secret-key-format>.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use ct_codecs::{Base64, Decoder};
use minisign::{KeyPair, SecretKeyBox};
use serde::{Serialize, Serializer};

use super::publish::{Readers, create};
use crate::error::{Code, Error, Result};
use crate::input::{self, brief};

/// The largest key file, in bytes.
const LARGEST_KEY: u64 = 4 << 10;

/// What minisign writes before the comment of a key.
const COMMENT: &str = "untrusted comment:";

/// How many characters of base64 each kind of key has, and a signature.
const PUBLIC: usize = 56;
const SECRET: usize = 212;
const SIGNATURE: usize = 100;

/// The number by which a signature names its key: sixteen hexadecimal digits.
///
/// It finds a key and proves nothing: whoever makes a key chooses its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyId(u64);

impl KeyId {
    /// From minisign's bytes, the lowest first.
    pub(super) fn new(bytes: &[u8]) -> KeyId {
        KeyId(bytes.iter().rev().fold(0, |id, &byte| id << 8 | u64::from(byte)))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016X}", self.0)
    }
}

impl FromStr for KeyId {
    type Err = Error;

    fn from_str(text: &str) -> Result<KeyId> {
        let digits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let id = digits.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        id.map(KeyId).ok_or_else(|| {
            Error::new(Code::KEY_INVALID, format!("`{}` is not the id of a key", brief(text)))
                .hint("it has sixteen hexadecimal digits; `hotshoe trust list` shows those of your keys")
        })
    }
}

impl Serialize for KeyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A key that signatures are verified with.
///
/// ```
/// use hotshoe::package::PublicKey;
/// let key = PublicKey::from_text("RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3").unwrap();
/// assert_eq!(key.id().to_string(), "E7620F1842B4E81F");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    key: minisign::PublicKey,
    comment: String,
}

impl PublicKey {
    /// Reads a `.pub` file, as minisign writes it.
    pub fn from_file(path: &Path) -> Result<PublicKey> {
        Self::from_text(&read(path)?).map_err(|error| error.at(path))
    }

    /// Reads the text of such a file, or only its second line.
    ///
    /// Fails with [`Code::KEY_INVALID`].
    pub fn from_text(text: &str) -> Result<PublicKey> {
        let (comment, line) = parts(text, PUBLIC, "a public key")?;
        let invalid = |why: &str| invalid(why).hint("fetch it again from its owner");
        let key = minisign::PublicKey::from_base64(line)
            .map_err(|error| invalid("the public key is damaged").because(error))?;
        // The first two bytes are the algorithm: Ed25519.
        if !key.to_bytes().starts_with(b"Ed") || key.to_base64() != line {
            return Err(invalid("the public key is of no kind that is known here"));
        }
        PublicKey { key, comment: String::new() }.with_comment(comment)
    }

    /// The number by which signatures name it.
    pub fn id(&self) -> KeyId {
        KeyId::new(self.key.keynum())
    }

    /// What its file says of it, without proof; empty if it says nothing.
    pub fn comment(&self) -> &str {
        &self.comment
    }

    /// The key alone, in base64: the second line of its file.
    pub fn to_base64(&self) -> String {
        self.key.to_base64()
    }

    /// The key with another comment: a line of at most 1024 bytes, without invisible characters.
    pub fn with_comment(self, comment: impl Into<String>) -> Result<PublicKey> {
        let comment = comment.into();
        if comment.len() > 1024 || comment.chars().any(|c| c.is_control() || input::is_invisible(c)) {
            return Err(invalid("the comment of the public key is too long, or cannot be shown")
                .hint("say in a few words whose key it is"));
        }
        Ok(PublicKey { comment, ..self })
    }

    pub(super) fn minisign(&self) -> &minisign::PublicKey {
        &self.key
    }
}

/// A key that signs.
pub struct SecretKey {
    key: minisign::SecretKey,
    public: PublicKey,
}

impl SecretKey {
    /// Reads a `.key` file, as [`KeyFiles::create`] and minisign write it.
    ///
    /// `password` is asked only if the key has one.
    pub fn from_file(path: &Path, password: impl FnOnce() -> Result<String>) -> Result<SecretKey> {
        Self::from_text(&read(path)?, password).map_err(|error| error.at(path))
    }

    /// Reads the text of such a file, or only its second line.
    ///
    /// Fails with [`Code::KEY_INVALID`], also for a wrong password.
    pub fn from_text(text: &str, password: impl FnOnce() -> Result<String>) -> Result<SecretKey> {
        let (_, line) = parts(text, SECRET, "a secret key")?;
        let damaged = |error: minisign::PError| invalid("the secret key is damaged").because(error);
        let sealed = SecretKeyBox::from(format!("{COMMENT} secret key\n{line}\n"));
        // The first bytes are the algorithms: Ed25519, then scrypt or none, in base64.
        let key = if line.starts_with("RWRTY0Iy") {
            let password = password()?;
            sealed.into_secret_key(Some(password)).map_err(|error| {
                invalid("the secret key cannot be unlocked").because(error).hint("check the password")
            })?
        } else if let Some(bytes) = without_checksum(line) {
            minisign::SecretKey::from_bytes(&bytes).map_err(damaged)?
        } else {
            sealed.into_unencrypted_secret_key().map_err(damaged)?
        };
        let public = minisign::PublicKey::from_secret_key(&key).map_err(damaged)?;
        Ok(SecretKey { key, public: PublicKey { key: public, comment: String::new() } })
    }

    /// What its signatures are verified with.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    pub(super) fn minisign(&self) -> &minisign::SecretKey {
        &self.key
    }
}

/// Shows which key it is, and nothing of the secret.
impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.public.id())
    }
}

/// A new pair of keys, and where it is.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct KeyFiles {
    /// Its number.
    pub id: KeyId,
    /// `<stem>.key`: signs, and is to be kept secret.
    #[serde(serialize_with = "crate::input::path_text")]
    pub secret: PathBuf,
    /// `<stem>.pub`: verifies, and is for everybody.
    #[serde(serialize_with = "crate::input::path_text")]
    pub public: PathBuf,
    /// The public key alone, in base64.
    pub key: String,
}

impl KeyFiles {
    /// Makes a pair of keys: `<stem>.key`, which only its owner may read, and `<stem>.pub`.
    ///
    /// The comment says whose they are. Files that are there are never replaced. Without a password
    /// whoever reads `<stem>.key` can sign.
    pub fn create(stem: &Path, comment: &str, password: Option<&str>) -> Result<KeyFiles> {
        let cannot_write = |path: &Path, error: io::Error| {
            let exists = error.kind() == io::ErrorKind::AlreadyExists;
            let hint = if exists { "give another name: a key is never replaced" } else { "give another folder" };
            Error::new(Code::KEY_WRITE, "the key cannot be written").because(error).hint(hint).at(path)
        };
        let (secret, public) = (with_suffix(stem, ".key"), with_suffix(stem, ".pub"));
        if let Some(there) = [&secret, &public].into_iter().find(|path| fs::symlink_metadata(path).is_ok()) {
            return Err(cannot_write(there, io::ErrorKind::AlreadyExists.into()));
        }
        let pair = match password {
            Some(password) => KeyPair::generate_encrypted_keypair(Some(password.to_owned())),
            None => KeyPair::generate_unencrypted_keypair(),
        };
        let cannot_make = |error| Error::new(Code::KEY_WRITE, "a key cannot be made").because(error);
        let pair = pair.map_err(cannot_make)?;
        let key = PublicKey { key: pair.pk, comment: String::new() }.with_comment(comment)?;
        let sealed = pair.sk.to_box(Some(&format!("{comment} (secret key)"))).map_err(cannot_make)?.into_string();
        let open = format!("{COMMENT} {comment}\n{}\n", key.to_base64());

        create(&secret, &sealed, Readers::Owner).map_err(|error| cannot_write(&secret, error))?;
        if let Err(error) = create(&public, &open, Readers::Everybody) {
            // Half a pair would stand in the way of the next attempt.
            let _ = fs::remove_file(&secret);
            return Err(cannot_write(&public, error));
        }
        Ok(KeyFiles { id: key.id(), secret, public, key: key.to_base64() })
    }
}

/// An unlocked key as `minisign -W` writes it: where its checksum should be there are zeros.
fn without_checksum(line: &str) -> Option<Vec<u8>> {
    let bytes = Base64::decode_to_vec(line, None).ok()?;
    let (key, checksum) = bytes.split_at_checked(bytes.len().saturating_sub(32))?;
    (key.starts_with(b"Ed\0\0B2") && checksum.iter().all(|&byte| byte == 0)).then_some(bytes)
}

/// A path whose file name goes on.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// The comment and the key in a key's file; the comment may be missing.
fn parts<'a>(text: &'a str, length: usize, wanted: &str) -> Result<(&'a str, &'a str)> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let (comment, key) = match lines.as_slice() {
        [key] => ("", *key),
        [comment, key, ..] => (comment.strip_prefix(COMMENT).unwrap_or_default().trim(), *key),
        [] => return Err(invalid(&format!("it is empty, where {wanted} is wanted"))),
    };
    let found = match key.len() {
        PUBLIC => "a public key",
        SECRET => "a secret key",
        SIGNATURE => "a signature",
        _ => "no key",
    };
    if key.len() != length {
        return Err(invalid(&format!("it is {found}, where {wanted} is wanted"))
            .hint("`hotshoe key new` writes the secret key into a file `.key` and the public key into one `.pub`"));
    }
    match lines.len() {
        1 | 2 => Ok((comment, key)),
        _ => Err(invalid("the key's file goes on behind the key")),
    }
}

fn read(path: &Path) -> Result<String> {
    let unreadable = |error: io::Error| {
        let hint = match error.kind() {
            io::ErrorKind::PermissionDenied => "see that you may read it: a secret key is for its owner alone",
            _ => "give a file that `hotshoe key new` wrote",
        };
        invalid("the key cannot be read").because(error).hint(hint).at(path)
    };
    let bytes = input::read(path, LARGEST_KEY).map_err(unreadable)?;
    String::from_utf8(bytes).map_err(|_| unreadable(io::Error::other("it is not text")))
}

fn invalid(message: &str) -> Error {
    Error::new(Code::KEY_INVALID, message)
}
