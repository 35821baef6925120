//! The catalog index: what was read of a root, so that the next start need not open its files.
//!
//! Owns the files in the user's cache folder, one for each root. An index holds the names in folders, the bytes of
//! manifests, and what tells that a folder or file is still the same; never what was made of those bytes. Whatever comes
//! out of it is parsed and judged as if it had just been read, so it is good for every host, and a wrong one cannot get
//! past a check.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::input;
use crate::manifest;
use crate::platform::{self, Reach};
use crate::profile::{HostProfile, IndexPolicy};

/// What an index of this form begins with.
const MAGIC: &[u8] = b"hotshoe index 1\n";

/// The largest index that is read, in bytes.
const LARGEST_FILE: u64 = 64 << 20;

/// The largest manifest in an index, in bytes: larger ones are rare, and cheap to read beside being parsed.
const LARGEST_MANIFEST: usize = 64 << 10;

/// Where indexes are kept, and of what.
pub(super) struct Indexes {
    pub folder: PathBuf,
    /// A root with fewer entries is read faster than its index.
    pub fewest: usize,
    /// How long a file must have rested. One that was just written may be written again within the same tick of the
    /// file system's clock, and look the same.
    pub rest: Duration,
}

impl Indexes {
    /// Those in the user's cache folder. None if the profile wants none, the user has no such folder, or the program
    /// runs with rights that its caller lacks: the caller could have written what it would read.
    pub fn of_user(profile: &HostProfile) -> Option<Indexes> {
        if profile.policies.index == IndexPolicy::Off {
            return None;
        }
        let folder = platform::cache_folder()?.join("hotshoe").join("catalog");
        Some(Indexes { folder, fewest: super::parallel::FEWEST, rest: Duration::from_secs(2) })
    }

    /// The index of a root, by its real path. It may be empty: no fault of an index is worth a word, for the
    /// manifests are there.
    pub fn of_root(&self, root: &Path) -> Option<Index> {
        // Before anything is read: what is written from now on is newer.
        let rested_since = SystemTime::now().checked_sub(self.rest)?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        let (path, identity) =
            (root.as_os_str().as_encoded_bytes().to_vec(), Reach::BY_PATH.status(root).ok()?.identity?);
        let key = Key { path, device: identity[0], inode: identity[1] };
        let name = Sha256::new().chain_update(&key.path).chain_update(key.device.to_le_bytes());
        let name = name.chain_update(key.inode.to_le_bytes()).finalize();
        let name: String = name[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        let file = self.folder.join(name);
        let bytes = read_own(&file).unwrap_or_default();
        Some(Index { file, key, bytes, rested_since: rested_since.as_nanos() as u64, fewest: self.fewest })
    }
}

/// The index of a root, as it was read.
pub(super) struct Index {
    file: PathBuf,
    key: Key,
    bytes: Vec<u8>,
    /// What has changed since this time, in nanoseconds of Unix time, is not kept.
    rested_since: u64,
    fewest: usize,
}

/// Which root an index is of.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct Key {
    path: Vec<u8>,
    device: u64,
    inode: u64,
}

#[derive(Serialize, Deserialize)]
struct Content<'a> {
    key: Key,
    /// By path.
    #[serde(borrow)]
    folders: Vec<Known<'a>>,
}

/// A folder that was read before, by its real path.
#[derive(Clone, Serialize, Deserialize)]
struct Known<'a> {
    #[serde(borrow)]
    path: Cow<'a, [u8]>,
    identity: Identity,
    #[serde(borrow)]
    facts: Facts<'a>,
}

/// What was read of a folder.
#[derive(Clone, Serialize, Deserialize)]
pub(super) enum Facts<'a> {
    /// It holds a manifest.
    Plugin(#[serde(borrow)] Described<'a>),
    /// It is a root, or holds neither a manifest nor a library: what is in it, by name, and whether that is a folder.
    /// None of it is a link.
    Entries(#[serde(borrow)] Vec<(Cow<'a, str>, bool)>),
}

/// The manifest in a folder, and the only one there.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Described<'a> {
    #[serde(borrow)]
    pub file: Cow<'a, str>,
    stamp: Stamp,
    #[serde(borrow)]
    pub bytes: Cow<'a, [u8]>,
    /// The plugin's library, if that is a file right in the folder: while the folder is the same, it is there.
    #[serde(borrow)]
    pub library: Option<Cow<'a, str>>,
}

impl Index {
    /// What is known; nothing if the file is damaged, of another form or of another root.
    pub fn known(&self) -> Folders<'_> {
        let content = self.bytes.strip_prefix(MAGIC).and_then(|rest| {
            let (sum, body) = rest.split_first_chunk::<4>()?;
            let is_whole = crc32fast::hash(body) == u32::from_le_bytes(*sum);
            is_whole.then(|| postcard::from_bytes::<Content>(body).ok()).flatten()
        });
        let known = content.filter(|content| content.key == self.key).map(|content| content.folders);
        Folders { known: known.unwrap_or_default(), rested_since: self.rested_since }
    }

    /// Whether a root with so many entries is worth an index.
    pub fn is_for(&self, entries: usize) -> bool {
        entries >= self.fewest
    }

    /// Writes what was used and what was read anew, if that is not what the file holds.
    pub fn keep(&self, known: &Folders, seen: Vec<Seen>) {
        // Several links may lead to one folder.
        let used: BTreeSet<usize> = seen.iter().flat_map(|seen| &seen.used).copied().collect();
        if used.len() == known.known.len() && seen.iter().all(|seen| seen.read.is_empty()) {
            return;
        }
        let still = used.into_iter().map(|place| known.known[place].clone());
        let mut folders: Vec<Known> = still.chain(seen.into_iter().flat_map(|seen| seen.read)).collect();
        folders.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        folders.dedup_by(|a, b| a.path == b.path);
        let content = Content { key: self.key.clone(), folders };
        // Whoever cannot write it reads the manifests at the next start, too.
        let _ = self.write(&content);
    }

    /// It is not synced: one that a power cut leaves torn is seen to be so, and made anew.
    fn write(&self, content: &Content) -> io::Result<()> {
        let body = postcard::to_stdvec(content).map_err(io::Error::other)?;
        if body.len() as u64 > LARGEST_FILE - 64 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let folder = self.file.parent().ok_or(io::ErrorKind::NotFound)?;
        platform::make_own_folder(folder)?;
        // Others see the old one or the new one. Who else writes one now writes as good a one.
        let mut beside = tempfile::Builder::new().prefix(".index-").tempfile_in(folder)?;
        beside.write_all(MAGIC)?;
        beside.write_all(&crc32fast::hash(&body).to_le_bytes())?;
        beside.write_all(&body)?;
        beside.persist(&self.file)?;
        Ok(())
    }
}

/// The folders that an index knows, by path.
pub(super) struct Folders<'a> {
    known: Vec<Known<'a>>,
    rested_since: u64,
}

/// What one thread saw of the folders of a root.
#[derive(Default)]
pub(super) struct Seen {
    /// Where those stand that are as the index says.
    used: Vec<usize>,
    read: Vec<Known<'static>>,
}

/// A manifest that is read now, to be known from then on.
pub(super) struct Reading<'a> {
    reach: &'a Reach,
    identity: Option<Identity>,
    manifest: Option<(PathBuf, Stamp, Vec<u8>)>,
}

impl<'a> Folders<'a> {
    /// What is known of a folder, if it and its manifest are still the same.
    pub fn facts(&'a self, folder: &Path, reach: &Reach, seen: &mut Seen) -> Option<&'a Facts<'a>> {
        let name = folder.as_os_str().as_encoded_bytes();
        // What is read in order is mostly the next one.
        let next = seen.used.last().map(|last| last + 1);
        let next = next.filter(|&next| self.known.get(next).is_some_and(|known| *known.path == *name));
        let place = next.or_else(|| self.known.binary_search_by(|known| (*known.path).cmp(name)).ok())?;
        let known = &self.known[place];
        let is_same = Identity::of_path(folder, reach).is_some_and(|identity| identity == known.identity)
            && match &known.facts {
                Facts::Plugin(plugin) => {
                    Stamp::of(&input::join(folder, &*plugin.file), reach).is_ok_and(|stamp| stamp == plugin.stamp)
                }
                Facts::Entries(_) => true,
            };
        is_same.then(|| {
            seen.used.push(place);
            &known.facts
        })
    }

    /// Keeps what is in a folder; `identity` was asked for before it was read.
    pub fn keep_entries(&self, folder: &Path, identity: Option<Identity>, entries: Entries, seen: &mut Seen) {
        if let Some(identity) = identity.filter(|identity| identity.has_rested_since(self.rested_since)) {
            seen.read.push(Known::new(folder, identity, Facts::Entries(entries)));
        }
    }

    /// Keeps what was read of a plugin's folder, if it is as most are.
    pub fn keep_plugin(&self, folder: &Path, reading: Reading, library: &Path, seen: &mut Seen) {
        let Reading { identity: Some(identity), manifest: Some((path, stamp, bytes)), reach } = reading else { return };
        let has_rested = identity.has_rested_since(self.rested_since) && stamp.has_rested_since(self.rested_since);
        let Some(file) = path.file_name().and_then(|name| name.to_str()) else { return };
        if !has_rested || bytes.len() > LARGEST_MANIFEST {
            return;
        }
        let is_file = || reach.status_here(library).is_ok_and(|status| status.is_file);
        let inside = library.parent() == Some(folder) && is_file();
        let library = library.file_name().and_then(|name| name.to_str()).filter(|_| inside);
        let library = library.map(|name| Cow::Owned(name.to_owned()));
        let described = Described { file: Cow::Owned(file.to_owned()), stamp, bytes: Cow::Owned(bytes), library };
        seen.read.push(Known::new(folder, identity, Facts::Plugin(described)));
    }
}

/// The names in a folder, and whether each is a folder itself.
pub(super) type Entries = Vec<(Cow<'static, str>, bool)>;

impl Known<'static> {
    fn new(folder: &Path, identity: Identity, facts: Facts<'static>) -> Known<'static> {
        Known { path: Cow::Owned(folder.as_os_str().as_encoded_bytes().to_vec()), identity, facts }
    }
}

impl<'a> Reading<'a> {
    pub fn of(folder: &Path, reach: &'a Reach) -> Reading<'a> {
        Reading { reach, identity: Identity::of_path(folder, reach), manifest: None }
    }

    /// Reads a manifest, and what tells it from one that lies there later.
    pub fn read(&mut self, path: &Path) -> io::Result<Cow<'static, [u8]>> {
        let stamp = Stamp::of(path, self.reach)?;
        let bytes = self.reach.read(path, manifest::LARGEST_FILE)?;
        self.manifest = Some((path.to_owned(), stamp, bytes.clone()));
        Ok(Cow::Owned(bytes))
    }
}

/// What tells a file from what stands at its path later: the link, if it is one, and the file that this leads to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Stamp {
    link: Option<Identity>,
    file: Option<Identity>,
}

impl Stamp {
    fn of(path: &Path, reach: &Reach) -> io::Result<Stamp> {
        let here = reach.status_here(path)?;
        let (link, file) = match here.is_link {
            true => (Some(here), reach.status(path)?),
            false => (None, here),
        };
        Ok(Stamp { link: link.and_then(|link| link.identity).map(Identity), file: file.identity.map(Identity) })
    }

    fn has_rested_since(&self, time: u64) -> bool {
        self.file.is_some() && [&self.link, &self.file].into_iter().flatten().all(|id| id.has_rested_since(time))
    }
}

/// Device, inode, size in bytes, and the times of the last change of content and of status, in nanoseconds of Unix time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Identity([u64; 5]);

impl Identity {
    /// Of what stands at a path, which is a folder's real one: a link in its place is something else.
    pub fn of_path(path: &Path, reach: &Reach) -> Option<Identity> {
        reach.status_here(path).ok()?.identity.map(Identity)
    }

    /// A file system that keeps no time of a change, as FAT does of its root, says zero: that shows nothing.
    fn has_rested_since(&self, time: u64) -> bool {
        self.0[3..].iter().all(|&changed| 0 < changed && changed < time)
    }
}

/// Reads an index, if it is one that this user wrote and nobody else could.
fn read_own(path: &Path) -> io::Result<Vec<u8>> {
    let (mut file, metadata) = input::open(path)?;
    if !platform::is_own(&metadata, 0o077) || metadata.len() > LARGEST_FILE {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(all(test, unix))]
mod tests;
