//! Archives of plugin folders: made, and installed.
//!
//! Owns what an archive may hold and where it goes. The archive formats' libraries only write:
//! reading is stricter than they are, for whatever tools read in different ways is refused.
//!
//! An archive is a tar in gzip or zstd, or a zip, of one folder named after the plugin; it is called
//! `<name>-<version>.tar.gz`, or by its other format. One that is installed may be a plain tar, too.
//!
//! A signature stands beside its archive, `<archive>.minisig`, and says what the archive is; a
//! [`TrustStore`] says whose signatures count.

mod absent;
mod archive;
mod change;
pub(crate) mod codes;
mod content;
mod entries;
mod install;
mod key;
mod layout;
mod list;
mod lock;
mod make;
mod name;
mod opened;
mod policy;
mod progress;
mod publish;
mod read;
mod root;
mod signature;
mod sync;
mod trust;
mod trust_file;
mod unpack;
mod verdict;
mod write;

pub use install::{Install, InstallReport, Outcome, install};
pub use key::{KeyFiles, KeyId, PublicKey, SecretKey};
pub use list::{Content, list};
pub use make::{MakeOptions, Package, make, make_with};
pub use policy::SignaturePolicy;
pub use progress::{Progress, Watch, unwatched};
pub use root::{Installed, Root};
pub use signature::{Claim, Signature, Signed, sign, sign_with};
pub use trust::{TrustStore, TrustedKey, verify, verify_with};
pub use write::Format;

use std::path::{Path, PathBuf};

use crate::error::{Code, Error, Result};
use crate::manifest::{ArtifactType, Kind, Kinds, Manifest};
use crate::platform::System;

/// The most that an archive may hold, unpacked: 4 GiB.
pub const LARGEST_CONTENT: u64 = 4 << 30;

/// The most files and folders that an archive may hold.
pub const MOST_ENTRIES: usize = 100_000;

/// How many times its own size an archive may hold, once that is more than [`ALWAYS_ALLOWED`].
pub const LARGEST_RATIO: u64 = 200;

/// What an archive may hold however small it is: 64 MiB.
pub const ALWAYS_ALLOWED: u64 = 64 << 20;

/// The artifact of a plugin, which may be for any system: plugins are packaged where they are cross-compiled.
fn artifact(folder: &Path, manifest: &Manifest, name: &str, kinds: &Kinds) -> Result<PathBuf> {
    let kind = kinds.find(manifest.runtime());
    let named = match kind {
        Some(kind) => kind.named_artifact(manifest),
        None => manifest.library.as_deref().or(manifest.executable.as_deref()),
    };
    let usual = kind.into_iter().flat_map(|kind| {
        System::ALL.into_iter().flat_map(|system| kind.usual_names(system, name)).collect::<Vec<String>>()
    });
    let mut names = named.map(PathBuf::from).into_iter().chain(usual.map(PathBuf::from));
    names.find_map(|file| Some(folder.join(file)).filter(|artifact| artifact.is_file())).ok_or_else(|| {
        let called = kind.map_or("file", Kind::called);
        let hint = match kind {
            Some(kind) if kind.artifact() != ArtifactType::File => {
                format!("build it into the folder, or name it in the manifest's `{}`", kind.artifact_key())
            }
            _ => "put the file that the manifest names into the folder".to_owned(),
        };
        Error::new(Code::LIBRARY_MISSING, format!("there is no {called} of the plugin `{name}` in the folder"))
            .hint(hint)
            .at(folder)
    })
}
