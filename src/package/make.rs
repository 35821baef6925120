//! From a plugin's folder to an archive.

use std::io;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;

use serde::Serialize;

use super::artifact;
use super::content::{Entry, content};
use super::entries::most_content;
use super::name::{Subject, USUAL};
use super::progress::{Watch, unwatched};
use super::write::{Draft, Format};
use crate::catalog::{check_interface, check_platform};
use crate::error::{Code, Error, Result};
use crate::inspect::{self, Inspection};
use crate::manifest::{ArtifactType, Kind, Kinds, Manifest};
use crate::platform::Platform;
use crate::profile::HostProfile;
use crate::receipt::Digest;
use crate::version::Version;

/// An archive that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Package {
    /// The plugin's name.
    pub name: String,
    /// The plugin's version.
    pub version: Version,
    /// The archive; beside it lies its checksum, under the same name with `.sha256` behind it.
    #[serde(serialize_with = "crate::input::path_text")]
    pub archive: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// Its digest.
    pub sha256: Digest,
    /// What it holds, in its order.
    pub entries: Vec<String>,
}

/// How [`make_with`] makes an archive.
///
/// ```no_run
/// use hotshoe::package::{self, Format, MakeOptions};
///
/// let mut options = MakeOptions::default();
/// options.format = Format::TarZst;
/// options.name = Some("{name}-{version}-{os}-{arch}".to_owned());
/// let made = package::make_with(&options, "my_plugin".as_ref(), "dist".as_ref(), &mut package::unwatched)?;
/// println!("{}  {}", made.sha256, made.archive.display());
/// # Ok::<(), hotshoe::error::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct MakeOptions<'a> {
    /// What to make.
    pub format: Format,
    /// How much to compress, one of [`Format::levels`]; without one, [`Format::default_level`].
    pub level: Option<u32>,
    /// The archive's name without the format at its end: a pattern with `{name}`, `{version}`, `{os}`,
    /// `{arch}`, and `{system}`, which is CPack's name for the two. The platform is the library's.
    /// Without one, `{name}-{version}`.
    pub name: Option<String>,
    /// A host that must take the plugin, as far as that can be known without loading it.
    pub host: Option<&'a HostProfile>,
    /// The runtimes whose plugins can be packaged; without them, [`Kinds::installed`].
    pub kinds: Option<Kinds>,
    /// How many threads compress; without a number, one for each core. The bytes do not depend on it.
    pub threads: Option<NonZero<usize>>,
}

/// Makes `<output>/<name>-<version>.tar.gz` of a plugin's folder.
///
/// The plugin must say its name and version, its library must be a shared library, and if a host is
/// given, it must be one that would take the plugin. Files and folders go in by
/// name, with the modes 644 and 755, no owner, and the time of `SOURCE_DATE_EPOCH`, else 1970: the
/// same folder gives the same bytes. An archive of that name is replaced, at once and only when the
/// new one is complete; so is the `.sha256` beside it, which `sha256sum -c` reads.
pub fn make(folder: &Path, output: &Path, host: Option<&HostProfile>) -> Result<Package> {
    make_with(&MakeOptions { host, ..MakeOptions::default() }, folder, output, &mut unwatched)
}

/// As [`make`], in another format, under another name, or with another level of compression.
///
/// Fails with [`Code::ARGUMENT_INVALID`] if the level or the name's pattern is none, with
/// [`Code::PACKAGE_SOURCE`] if the folder cannot be packaged or could not be installed afterwards, and
/// with [`Code::PACKAGE_WRITE`] if the archive cannot be written.
pub fn make_with(options: &MakeOptions<'_>, folder: &Path, output: &Path, watch: Watch<'_>) -> Result<Package> {
    let level = level(options)?;
    if !folder.is_dir() {
        return Err(Error::new(Code::PACKAGE_SOURCE, "there is no such folder")
            .hint("give the plugin's folder: the one with its plugin.json and its library")
            .at(folder));
    }
    let host = options.host;
    let manifest =
        Manifest::in_folder(folder, host.map(|host| host.version_key.as_str()))?.map(|(manifest, _)| manifest);
    let manifest = manifest.unwrap_or_default();
    if let Some(host) = host {
        check_interface(&manifest, host).map_err(|error| error.at(folder))?;
    }
    let missing = |what: &str| {
        Error::new(Code::PACKAGE_SOURCE, format!("the plugin does not say its {what}"))
            .hint(format!("add `{what}` to plugin.json in the folder"))
            .at(folder)
    };
    let name = manifest.name.clone().ok_or_else(|| missing("name"))?;
    let version = manifest.version.clone().ok_or_else(|| missing("version"))?;
    let kinds = options.kinds.clone().unwrap_or_else(Kinds::installed);
    let artifact = artifact(folder, &manifest, &name, &kinds)?;
    let kind = kinds.find(manifest.runtime());
    let (platforms, musl) = match kind.map(Kind::artifact) {
        Some(ArtifactType::Library) => {
            let mut facts = Inspection::of(&artifact)?;
            facts.set_provided(host.map_or(&[], |host| host.provides.as_slice()));
            host.map_or(Ok(()), |host| refuse(&facts, &manifest, host).map_err(|error| error.at(folder)))?;
            (facts.platforms, facts.musl)
        }
        Some(ArtifactType::Executable) => (inspect::platforms_of(&artifact)?, false),
        Some(ArtifactType::File) | None => (Vec::new(), false),
    };
    let subject = Subject { name: &name, version: &version, platforms: &platforms, musl };
    let archive = subject.archive_name(options.name.as_deref().unwrap_or(USUAL))?;
    let archive = output.join(format!("{archive}.{}", options.format.as_str()));

    refuse_inside(folder, output)?;
    let entries = content(folder, &name, &manifest, &artifact)?;
    // Who watches may have stopped it from within.
    let cannot_write = |error: io::Error| match error.downcast::<Error>() {
        Ok(stopped) => stopped,
        Err(error) => {
            let is_the_systems = error.raw_os_error().is_some();
            let failed = Error::new(Code::PACKAGE_WRITE, "the archive cannot be written").because(error).at(&archive);
            let hint = "see that there is room and that you may write there, or choose another folder with `--output`";
            if is_the_systems { failed.hint(hint) } else { failed }
        }
    };
    let threads = options.threads.or_else(|| thread::available_parallelism().ok()).unwrap_or(NonZero::<usize>::MIN);
    let draft = Draft::of(&entries, &archive, options.format, level, threads, watch).map_err(cannot_write)?;
    refuse_bomb(&entries, draft.size).map_err(|error| error.at(folder))?;
    let (size, sha256) = (draft.size, draft.sha256);
    draft.publish().map_err(cannot_write)?;
    let entries = entries.into_iter().map(|entry| entry.name).collect();
    Ok(Package { name, version, archive, size, sha256, entries })
}

/// Refuses what the host would not load; of a library for another platform, as far as that can be known here.
fn refuse(facts: &Inspection, manifest: &Manifest, host: &HostProfile) -> Result<()> {
    let entry = manifest.entry.as_deref().unwrap_or(&host.native.entry);
    let here = Platform::current();
    if !facts.platforms.contains(&here) {
        return facts.check_anywhere(entry);
    }
    check_platform(manifest, here)?;
    facts.check(here, entry)
}

fn level(options: &MakeOptions<'_>) -> Result<u32> {
    let levels = options.format.levels();
    let level = options.level.unwrap_or(options.format.default_level());
    if levels.contains(&level) {
        return Ok(level);
    }
    let (format, first, last) = (options.format.as_str(), levels.start(), levels.end());
    Err(Error::new(Code::ARGUMENT_INVALID, format!("there is no level {level} of compression for `{format}`"))
        .hint(format!("choose one from {first}, the fastest, to {last}, the smallest")))
}

/// An archive in the folder would be part of the next one.
fn refuse_inside(folder: &Path, output: &Path) -> Result<()> {
    let output = if output.as_os_str().is_empty() { Path::new(".") } else { output };
    let there = output.ancestors().find_map(|folder| folder.canonicalize().ok());
    match there.zip(folder.canonicalize().ok()).is_some_and(|(there, folder)| there.starts_with(folder)) {
        true => Err(Error::new(Code::PACKAGE_SOURCE, "the archive would lie in the folder that it is made of")
            .hint("choose a folder outside of the plugin's with `--output`")
            .at(output)),
        false => Ok(()),
    }
}

/// What could not be installed is not packaged.
fn refuse_bomb(entries: &[Entry], size: u64) -> Result<()> {
    match entries.iter().map(|entry| entry.size).sum::<u64>() > most_content(size) {
        true => Err(Error::new(
            Code::PACKAGE_SOURCE,
            "no install would take it: unpacked it is more than 200 times as large",
        )
        .hint("leave out the file that is empty for the most part, and let the plugin make it")),
        false => Ok(()),
    }
}
