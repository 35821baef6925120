//! The catalog index: the manifests of a root as they were last read, so that the next start need not open them.
//!
//! Owns the files in the user's cache folder, one for each root. An index holds the bytes of manifests and what tells
//! that a file is still the same, never what was made of those bytes: whatever comes out of it is parsed and judged as
//! if it had just been read, so it is good for every host, and a wrong one cannot get past a check.

use std::borrow::Cow;
use std::fs::{self, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::input;
use crate::manifest;
use crate::platform;
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
    pub fn of_root(&self, root: &Path, entries: usize) -> Option<Index> {
        if entries < self.fewest {
            return None;
        }
        // Before anything is read: what is written from now on is newer.
        let rested_since = SystemTime::now().checked_sub(self.rest)?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        let (path, identity) = (root.as_os_str().as_encoded_bytes().to_vec(), Identity::of(&fs::metadata(root).ok()?)?);
        let key = Key { path, device: identity.0[0], inode: identity.0[1] };
        let name = Sha256::new().chain_update(&key.path).chain_update(key.device.to_le_bytes());
        let name = name.chain_update(key.inode.to_le_bytes()).finalize();
        let name: String = name[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        let file = self.folder.join(name);
        let bytes = read_own(&file).unwrap_or_default();
        Some(Index { file, key, bytes, rested_since: rested_since.as_nanos() as u64 })
    }
}

/// The index of a root, as it was read.
pub(super) struct Index {
    file: PathBuf,
    key: Key,
    bytes: Vec<u8>,
    /// What has changed since this time, in nanoseconds of Unix time, is not kept.
    rested_since: u64,
}

/// Which root an index is of.
#[derive(PartialEq, Serialize, Deserialize)]
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
    manifests: Vec<Known<'a>>,
}

/// A manifest that was read before.
#[derive(Clone, Serialize, Deserialize)]
struct Known<'a> {
    #[serde(borrow)]
    path: Cow<'a, [u8]>,
    stamp: Stamp,
    #[serde(borrow)]
    bytes: Cow<'a, [u8]>,
}

impl Index {
    /// What is known; nothing if the file is damaged, of another form or of another root.
    pub fn known(&self) -> Manifests<'_> {
        let content = self.bytes.strip_prefix(MAGIC).and_then(|rest| {
            let (sum, body) = rest.split_first_chunk::<4>()?;
            let is_whole = crc32fast::hash(body) == u32::from_le_bytes(*sum);
            is_whole.then(|| postcard::from_bytes::<Content>(body).ok()).flatten()
        });
        let known = content.filter(|content| content.key == self.key).map(|content| content.manifests);
        Manifests { known: known.unwrap_or_default(), rested_since: self.rested_since }
    }

    /// Writes what was used and what was read anew, if that is not what the file holds.
    pub fn keep(&self, known: &Manifests, seen: Vec<Seen>) {
        let used: usize = seen.iter().map(|seen| seen.used.len()).sum();
        if used == known.known.len() && seen.iter().all(|seen| seen.read.is_empty()) {
            return;
        }
        let still = seen.iter().flat_map(|seen| &seen.used).map(|&place| known.known[place].clone());
        let mut manifests: Vec<Known> = still.chain(seen.iter().flat_map(|seen| seen.read.iter().cloned())).collect();
        manifests.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        manifests.dedup_by(|a, b| a.path == b.path);
        let Key { path, device, inode } = &self.key;
        let content = Content { key: Key { path: path.clone(), device: *device, inode: *inode }, manifests };
        // Whoever cannot write it reads the manifests at the next start, too.
        let _ = self.write(&content);
    }

    /// It is not synced: one that a power cut leaves torn is seen to be so, and made anew.
    fn write(&self, content: &Content) -> io::Result<()> {
        let body = postcard::to_stdvec(content).map_err(io::Error::other)?;
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

/// The manifests that an index knows, by path.
pub(super) struct Manifests<'a> {
    known: Vec<Known<'a>>,
    rested_since: u64,
}

/// What one thread saw of the manifests of a root.
#[derive(Default)]
pub(super) struct Seen {
    /// Where those stand that were as the index says.
    used: Vec<usize>,
    read: Vec<Known<'static>>,
}

impl<'a> Manifests<'a> {
    /// The bytes of a manifest: those that are known if its file is still the same, else those of the file.
    pub fn read(&'a self, path: &Path, seen: &mut Seen) -> io::Result<Cow<'a, [u8]>> {
        let stamp = Stamp::of(path)?;
        let name = path.as_os_str().as_encoded_bytes();
        // What is read in order is mostly the next one.
        let next = seen.used.last().map(|last| last + 1).filter(|&next| self.path(next) == Some(name));
        let place = next.or_else(|| self.known.binary_search_by(|known| (*known.path).cmp(name)).ok());
        if let Some(place) = place.filter(|&place| self.known[place].stamp == stamp) {
            seen.used.push(place);
            return Ok(Cow::Borrowed(&self.known[place].bytes));
        }
        let bytes = input::read(path, manifest::LARGEST_FILE)?;
        if bytes.len() <= LARGEST_MANIFEST && stamp.has_rested_since(self.rested_since) {
            seen.read.push(Known { path: Cow::Owned(name.to_owned()), stamp, bytes: Cow::Owned(bytes.clone()) });
        }
        Ok(Cow::Owned(bytes))
    }

    fn path(&self, place: usize) -> Option<&[u8]> {
        self.known.get(place).map(|known| &*known.path)
    }
}

/// What tells a file from what stands at its path later: the link, if it is one, and the file that this leads to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Stamp {
    link: Option<Identity>,
    file: Option<Identity>,
}

impl Stamp {
    fn of(path: &Path) -> io::Result<Stamp> {
        let here = fs::symlink_metadata(path)?;
        let (link, file) = match here.is_symlink() {
            true => (Some(here), fs::metadata(path)?),
            false => (None, here),
        };
        Ok(Stamp { link: link.as_ref().and_then(Identity::of), file: Identity::of(&file) })
    }

    fn has_rested_since(&self, time: u64) -> bool {
        self.file.is_some() && [&self.link, &self.file].into_iter().flatten().all(|id| id.0[3] < time && id.0[4] < time)
    }
}

/// Device, inode, size in bytes, and the times of the last change of content and of status, in nanoseconds of Unix time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Identity([u64; 5]);

impl Identity {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Option<Identity> {
        use std::os::unix::fs::MetadataExt;
        let time = |seconds: i64, nanoseconds: i64| {
            u64::try_from(seconds).ok()?.checked_mul(1_000_000_000)?.checked_add(u64::try_from(nanoseconds).ok()?)
        };
        let changed = (
            time(metadata.mtime(), metadata.mtime_nsec())?,
            time(metadata.ctime(), metadata.ctime_nsec())?,
        );
        Some(Identity([metadata.dev(), metadata.ino(), metadata.size(), changed.0, changed.1]))
    }

    /// A file's number is told by an open file only on Windows, and opening costs more than reading then.
    #[cfg(windows)]
    fn of(_metadata: &Metadata) -> Option<Identity> {
        None
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
