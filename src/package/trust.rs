//! Which keys a host trusts, and for which plugins.
//!
//! Owns every verdict on a signature. It never asks anybody: what a file or a command line says is
//! all the trust there is.

use std::fs::File;
use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value};

use super::archive::Archive;
use super::entries::folded;
use super::key::{KeyId, PublicKey};
use super::policy::SignaturePolicy;
use super::progress::unwatched;
use super::signature::{Signature, Unverified, check_file, contents, path_beside};
use super::trust_file::{self, Place, StoreFile, StoredKey};
use crate::diagnostics::Diagnostic;
use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::manifest::{Kinds, check_name};

/// A key, and what it is trusted for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "Shown")]
#[non_exhaustive]
pub struct TrustedKey {
    /// The key; its comment is the trust store's.
    pub key: PublicKey,
    /// The plugins that must be signed by it or by another key that names them; it signs no others.
    /// None: it signs every plugin that no key names.
    pub plugins: Vec<String>,
    /// What its file says of it that is not known here, and is kept.
    other: Map<String, Value>,
}

impl TrustedKey {
    fn names(&self, plugin: &str) -> bool {
        self.plugins.iter().any(|name| folded(name) == folded(plugin))
    }
}

/// A trusted key as an object for people and machines.
#[derive(Serialize)]
struct Shown {
    id: KeyId,
    #[serde(flatten)]
    stored: StoredKey,
}

impl From<TrustedKey> for Shown {
    fn from(trusted: TrustedKey) -> Shown {
        Shown { id: trusted.key.id(), stored: trusted.into() }
    }
}

impl From<TrustedKey> for StoredKey {
    fn from(trusted: TrustedKey) -> StoredKey {
        let comment = trusted.key.comment().to_owned();
        StoredKey { key: trusted.key.to_base64(), comment, plugins: trusted.plugins, other: trusted.other }
    }
}

/// Which keys are trusted, and what is done with an archive that nobody signed.
#[derive(Clone, Debug)]
pub struct TrustStore {
    place: Place,
    policy: SignaturePolicy,
    keys: Vec<TrustedKey>,
    /// What its file says that is not known here, and is kept.
    other: Map<String, Value>,
    diagnostics: Vec<Diagnostic>,
}

impl TrustStore {
    /// The trust store of a host: the file that `HOTSHOE_TRUST` names, else
    /// `<config>/hotshoe/<host>.trust.json`.
    ///
    /// `<config>` is `XDG_CONFIG_HOME` or `~/.config`, on macOS `~/Library/Application Support`, on
    /// Windows `%APPDATA%`. While that file is not there, the store is empty and its policy is
    /// [`SignaturePolicy::IfPresent`]; a file that `HOTSHOE_TRUST` names must be there.
    pub fn for_host(name: &str) -> Result<TrustStore> {
        let (place, is_chosen) = Place::of_host(name)?;
        Self::read(place, !is_chosen)
    }

    /// The trust stores that count where no host is named: the one in the file that `HOTSHOE_TRUST` names, which
    /// must be there, else that of each host that this user has one for. What is good for one of them is good.
    pub fn of_user() -> Result<Vec<TrustStore>> {
        Place::of_user()?.into_iter().map(|place| Self::read(place, false)).collect()
    }

    /// The trust store in a file, which must be there.
    pub fn open(path: &Path) -> Result<TrustStore> {
        Self::read(Place::File(path.to_owned()), false)
    }

    /// As [`TrustStore::for_host`], to be changed: also the file that `HOTSHOE_TRUST` names may be missing.
    pub fn edit_for_host(name: &str) -> Result<TrustStore> {
        Self::read(Place::of_host(name)?.0, true)
    }

    /// As [`TrustStore::open`], to be changed: the file may be missing.
    pub fn edit(path: &Path) -> Result<TrustStore> {
        Self::read(Place::File(path.to_owned()), true)
    }

    /// A store without a file: it demands a signature by one of these keys.
    pub fn of_keys(keys: impl IntoIterator<Item = PublicKey>) -> Result<TrustStore> {
        let mut store = TrustStore::new(Place::Nowhere, SignaturePolicy::Required);
        keys.into_iter().try_for_each(|key| store.add(key, &[]))?;
        Ok(store)
    }

    /// Its file, if it has one.
    pub fn path(&self) -> Option<&Path> {
        self.place.path()
    }

    /// What was noticed while its file was read, such as keys of the file that are unknown. They are kept when it is
    /// written.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// What is done with an archive that nobody signed.
    pub fn policy(&self) -> SignaturePolicy {
        self.policy
    }

    /// Sets what is done with an archive that nobody signed.
    pub fn set_policy(&mut self, policy: SignaturePolicy) {
        self.policy = policy;
    }

    /// The trusted keys, in the order in which they were added.
    pub fn keys(&self) -> &[TrustedKey] {
        &self.keys
    }

    /// Trusts a key: for these plugins, which must then be signed by it, or for all.
    ///
    /// A key that is there already is trusted for these plugins, too. What would take a restriction
    /// away, or lay one on, is refused: remove the key first. Fails with [`Code::KEY_INVALID`].
    pub fn add(&mut self, key: PublicKey, plugins: &[String]) -> Result<()> {
        for plugin in plugins {
            check_name(plugin).map_err(|error| invalid("this cannot be the name of a plugin").because(error))?;
        }
        let id = key.id();
        let option = self.place.option();
        let Some(there) = self.keys.iter_mut().find(|trusted| trusted.key.id() == id) else {
            let mut trusted = TrustedKey { key, plugins: Vec::new(), other: Map::new() };
            add_names(&mut trusted, plugins);
            self.keys.push(trusted);
            return Ok(());
        };
        if there.key.to_base64() != key.to_base64() {
            return Err(invalid(&format!("another key has the id {id}"))
                .hint("ids do not repeat by chance: ask the owner of each key which one is theirs"));
        }
        if there.plugins.is_empty() != plugins.is_empty() {
            let now = if there.plugins.is_empty() { "every plugin" } else { "some plugins only" };
            return Err(invalid(&format!("the key {id} is trusted already, for {now}"))
                .hint(format!("to change that, remove it first: hotshoe trust remove {id}{option}")));
        }
        add_names(there, plugins);
        Ok(())
    }

    /// Trusts a key no longer. Fails with [`Code::KEY_INVALID`] if it is not there.
    pub fn remove(&mut self, id: KeyId) -> Result<TrustedKey> {
        let index = self.keys.iter().position(|trusted| trusted.key.id() == id);
        let index = index.ok_or_else(|| {
            let list = format!("hotshoe trust list{}", self.place.option());
            invalid(&format!("no trusted key has the id {id}")).hint(format!("{list} shows those that are"))
        })?;
        Ok(self.keys.remove(index))
    }

    /// Writes its file, at once and complete.
    pub fn save(&self) -> Result<()> {
        let path = self.path().ok_or_else(|| Error::new(Code::KEY_WRITE, "this trust store has no file"))?;
        let keys = self.keys.iter().cloned().map(StoredKey::from).collect();
        StoreFile::new(self.policy, keys, self.other.clone()).write(path)
    }

    /// Reads the signature beside an archive, and verifies it over the open file.
    ///
    /// The file is read from its beginning and left there; let it be one that nobody else can change, such
    /// as a copy without a name. `None`: it is not signed, or signatures
    /// are not looked at. Whether that may be for this plugin, [`TrustStore::admit`] says, and
    /// [`Signature::binds`] whether the signature is of what the archive really holds: ask both before
    /// anything of it becomes visible.
    ///
    /// Fails with [`Code::SIGNATURE_MISSING`], [`Code::SIGNATURE_INVALID`] or [`Code::SIGNATURE_UNTRUSTED`].
    pub fn judge(&self, archive: &Path, file: &mut File) -> Result<Option<Signature>> {
        if self.policy == SignaturePolicy::Off {
            return Ok(None);
        }
        let Some(unverified) = Unverified::beside(archive)? else {
            return match self.policy {
                SignaturePolicy::Required => Err(self.missing(archive)),
                _ => Ok(None),
            };
        };
        let trusted = self.trusted(unverified.key()).map_err(|error| error.at(archive))?;
        let beside = path_beside(archive);
        let claim = unverified.verify(&trusted.key, file).map_err(|error| error.at(&beside))?;
        check_file(&claim, archive).map_err(|error| error.at(&beside))?;
        Ok(Some(Signature { key: trusted.key.id(), key_comment: trusted.key.comment().to_owned(), claim }))
    }

    /// Says whether a plugin may come with this signature, or without one.
    ///
    /// Fails with [`Code::SIGNATURE_MISSING`] or [`Code::SIGNATURE_UNTRUSTED`].
    pub fn admit(&self, plugin: &str, signature: Option<&Signature>) -> Result<()> {
        if self.policy == SignaturePolicy::Off {
            return Ok(());
        }
        let own: Vec<&TrustedKey> = self.keys.iter().filter(|trusted| trusted.names(plugin)).collect();
        let Some(signature) = signature else {
            return match (own.is_empty(), self.policy) {
                (true, SignaturePolicy::Required) => Err(unsigned(plugin, "must be signed")),
                (true, _) => Ok(()),
                (false, _) => Err(unsigned(plugin, &format!("must be signed by the key {}", described(&own)))),
            };
        };
        let trusted = self.trusted(signature.key)?;
        let problem = if own.is_empty() && !trusted.plugins.is_empty() {
            format!("is trusted for `{}` only", brief(&trusted.plugins.join("`, `")))
        } else if !own.is_empty() && !trusted.names(plugin) {
            format!("is not this plugin's, which is {}", described(&own))
        } else {
            return Ok(());
        };
        let (id, option) = (signature.key, self.place.option());
        let first = match trusted.plugins.is_empty() {
            true => format!("hotshoe trust remove {id}{option}, then "),
            false => String::new(),
        };
        // Who copies the command runs it: an archive must not choose what is run.
        let is_plain = plugin.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
        let name = if is_plain { plugin } else { "<name>" };
        let again = format!("hotshoe trust add {} --plugin {name}{option}", trusted.key.to_base64());
        Err(Error::new(Code::SIGNATURE_UNTRUSTED, format!("the key {id}, which signed it, {problem}"))
            .hint(format!("if its author told you of this key, and you trust them: {first}{again}"))
            .plugin(plugin))
    }

    fn trusted(&self, id: KeyId) -> Result<&TrustedKey> {
        self.keys.iter().find(|trusted| trusted.key.id() == id).ok_or_else(|| {
            let option = self.place.option();
            let hint = match self.place {
                Place::Nowhere => {
                    "give the author's public key with --key, or trust it for a host with `hotshoe trust add`, \
                                   and name the host"
                        .to_owned()
                }
                _ => format!(
                    "get the author's public key from a place you trust, then: hotshoe trust add <key.pub>{option}"
                ),
            };
            Error::new(Code::SIGNATURE_UNTRUSTED, format!("it is signed by the key {id}, which is not trusted"))
                .hint(hint)
        })
    }

    /// What the plugin is called, the archive's name only suggests; that is enough to say whose signature is missed.
    fn missing(&self, archive: &Path) -> Error {
        let file = archive.file_name().unwrap_or_default().to_string_lossy();
        let is_called = |plugin: &String| folded(&file).starts_with(&format!("{}-", folded(plugin)));
        let own: Vec<&TrustedKey> = self.keys.iter().filter(|trusted| trusted.plugins.iter().any(is_called)).collect();
        let message = match own.is_empty() {
            true => "the archive is not signed".to_owned(),
            false => format!("the archive is not signed, and must be signed by the key {}", described(&own)),
        };
        Error::new(Code::SIGNATURE_MISSING, message)
            .hint(format!("put the author's `{}` beside it", path_beside(Path::new(&*file)).display()))
            .at(archive)
    }

    fn read(place: Place, may_be_missing: bool) -> Result<TrustStore> {
        let path = place.path().unwrap_or(Path::new("")).to_owned();
        let file = StoreFile::read(&path, may_be_missing)?;
        Self::from_file(place, file).map_err(|error| trust_file::unreadable(error, &path))
    }

    fn from_file(place: Place, file: StoreFile) -> Result<TrustStore> {
        let mut store = TrustStore::new(place, file.policy);
        store.diagnostics = file.findings(store.path().unwrap_or(Path::new("")));
        store.other = file.other;
        for stored in file.keys {
            let key = PublicKey::from_text(&stored.key)?.with_comment(stored.comment)?;
            if store.keys.iter().any(|trusted| trusted.key.id() == key.id()) {
                return Err(invalid(&format!("the key {} stands twice", key.id())));
            }
            store.add(key, &stored.plugins)?;
            if let Some(added) = store.keys.last_mut() {
                added.other = stored.other;
            }
        }
        Ok(store)
    }

    fn new(place: Place, policy: SignaturePolicy) -> TrustStore {
        TrustStore { place, policy, keys: Vec::new(), other: Map::new(), diagnostics: Vec::new() }
    }
}

/// Verifies an archive: that it is signed, by a key that is trusted for it, as what it really holds.
///
/// A signature is demanded whatever the store's policy. Nothing is installed and nothing run. The archive is
/// copied first, to where nobody else can change it.
pub fn verify(archive: &Path, trust: &TrustStore) -> Result<Signature> {
    verify_with(archive, trust, &Kinds::installed())
}

/// The same with the runtimes that the caller knows of: which file of a plugin says its platforms, its runtime says.
pub fn verify_with(archive: &Path, trust: &TrustStore, kinds: &Kinds) -> Result<Signature> {
    let mut file = Archive::of(archive, &mut unwatched)?.file;
    let mut trust = trust.clone();
    trust.set_policy(SignaturePolicy::Required);
    let at = |error: Error| error.at(archive);
    let signature = trust.judge(archive, &mut file)?.ok_or_else(|| trust.missing(archive))?;
    let (name, version, platforms) = contents(archive, &file, kinds).map_err(at)?;
    trust.admit(&name, Some(&signature)).map_err(at)?;
    signature.binds(&name, version.as_ref(), &platforms).map_err(at)?;
    Ok(signature)
}

fn add_names(trusted: &mut TrustedKey, plugins: &[String]) {
    for plugin in plugins {
        if !trusted.names(plugin) {
            trusted.plugins.push(plugin.clone());
        }
    }
}

/// Keys for a message: `id (comment)`.
fn described(keys: &[&TrustedKey]) -> String {
    let described = keys.iter().map(|trusted| match trusted.key.comment() {
        "" => format!("`{}`", trusted.key.id()),
        comment => format!("`{}` ({})", trusted.key.id(), brief(comment)),
    });
    described.collect::<Vec<_>>().join(" or ")
}

fn unsigned(plugin: &str, problem: &str) -> Error {
    Error::new(Code::SIGNATURE_MISSING, format!("it is not signed, and {problem}"))
        .hint("get the archive's `.minisig` from its author and put it beside the archive")
        .plugin(plugin)
}

fn invalid(message: &str) -> Error {
    Error::new(Code::KEY_INVALID, message)
}
