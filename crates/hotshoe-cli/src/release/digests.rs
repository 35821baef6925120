//! What a build job tells of its archives apart from them.
//!
//! An archive and the checksum beside it come the same way, so who can exchange one can exchange both. What a job
//! tells the CI system as its output comes another way, and nobody else can tell it in its name.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use hotshoe::error::{Code, Error, Result};
use hotshoe::receipt::Digest;

use super::examine::Examined;
use crate::codes::{RELEASE_INVALID, RELEASE_REFUSED};

/// The largest file with digests, in bytes.
const LARGEST: u64 = 1 << 20;

/// The digests of a platform's archives, by file name.
type OfPlatform = BTreeMap<String, String>;

/// What all jobs told.
#[derive(Debug)]
pub struct Digests {
    platforms: BTreeMap<String, OfPlatform>,
}

impl Digests {
    /// Reads an object with a field for each platform: the text that [`hand_over`] wrote for it, as GitHub's
    /// `toJSON(needs.build.outputs)` has it.
    ///
    /// Fails with [`RELEASE_INVALID`].
    pub fn from_file(path: &Path) -> Result<Digests> {
        let invalid = |error: Box<dyn std::error::Error + Send + Sync>| {
            Error::new(RELEASE_INVALID, "the digests of the archives cannot be read")
                .because(error)
                .hint("give what the build jobs put out: an object with a text for each platform")
                .at(path)
        };
        let is_small = path.metadata().map_err(|error| invalid(error.into()))?.len() <= LARGEST;
        if !is_small {
            return Err(invalid("it has more than 1 MiB".into()));
        }
        let text = std::fs::read_to_string(path).map_err(|error| invalid(error.into()))?;
        let texts: BTreeMap<String, String> = serde_json::from_str(&text).map_err(|error| invalid(error.into()))?;
        let parse = |(id, text): (String, String)| Ok((id, serde_json::from_str(&text)?));
        // A platform that was not planned has an output too, which is empty.
        let platforms =
            texts.into_iter().filter(|(_, text)| !text.is_empty()).map(parse).collect::<serde_json::Result<_>>();
        Ok(Digests { platforms: platforms.map_err(|error| invalid(error.into()))? })
    }

    /// Checks that an archive is the one that its platform's job made.
    ///
    /// Fails with [`RELEASE_REFUSED`].
    pub fn check(&self, platform: &str, file: &str, found: Digest) -> Result<()> {
        let refused = |message: String| Error::new(RELEASE_REFUSED, message);
        let told = self.platforms.get(platform).and_then(|files| files.get(file)).ok_or_else(|| {
            refused(format!("the job that builds `{platform}` told no digest of `{file}`"))
                .hint("see that the job has its platform among its outputs")
        })?;
        match *told == found.to_string() {
            true => Ok(()),
            false => Err(refused(format!("`{file}` is not what the job for `{platform}` built"))
                .hint("another job may have exchanged it: look at what each of them runs before you build again")),
        }
    }
}

/// Appends `<platform>=<digests>` to a file, such as the one that GitHub reads a step's outputs from.
pub fn hand_over(platform: &str, archives: &[Examined], path: &Path) -> Result<()> {
    let digest = |archive: &Examined| (archive.planned.file.clone(), archive.sha256.to_string());
    let digests: OfPlatform = archives.iter().map(digest).collect();
    let text = serde_json::to_string(&digests).expect("texts are JSON");
    let mut file = OpenOptions::new();
    file.append(true)
        .create(true)
        .open(path)
        .and_then(|mut file| writeln!(file, "{platform}={text}"))
        .map_err(|error| Error::new(Code::PACKAGE_WRITE, "the digests cannot be written").because(error).at(path))
}
