//! The folders that a system has for programs, libraries and data.
//!
//! Owns where these are on each system, and which of them somebody else than the program's maker may choose. It knows
//! nothing of what is kept there.

use std::env;
use std::path::{Path, PathBuf};

use super::{Architecture, Platform, environment, is_privileged};

/// The folder of the running program, whatever links lead to it.
///
/// A program that runs with rights that its caller lacks may have been linked into a folder of the caller's. So it has
/// one only where nobody but root can change that folder or those above it.
pub(crate) fn program_folder() -> Option<PathBuf> {
    let program = env::current_exe().and_then(|program| program.canonicalize()).ok()?;
    let folder = program.parent()?;
    (!is_privileged() || is_roots_alone(folder)).then(|| folder.to_owned())
}

/// The folder for the data of the user's programs: `XDG_DATA_HOME` or `~/.local/share`, on macOS
/// `~/Library/Application Support`, on Windows `%LOCALAPPDATA%`, after the
/// [XDG base directories](https://specifications.freedesktop.org/basedir/latest/), Apple's file system guide and
/// Microsoft's known folders.
///
/// None in a program that runs with rights that its caller lacks.
pub(crate) fn data_folder() -> Option<PathBuf> {
    if cfg!(windows) {
        return absolute("LOCALAPPDATA");
    }
    let home = || env::home_dir().filter(|home| home.is_absolute() && !is_privileged());
    match cfg!(target_vendor = "apple") {
        true => home().map(|home| home.join("Library/Application Support")),
        false => absolute("XDG_DATA_HOME").or_else(|| home().map(|home| home.join(".local/share"))),
    }
}

/// The folders in which every user's programs have their libraries, those of the machine's administrator first: what
/// `/usr/local/lib` and `/usr/lib` are to Linux and FreeBSD, `/Library/Application Support` is to macOS, and
/// `%CommonProgramFiles%` to Windows.
pub(crate) fn library_folders() -> Vec<PathBuf> {
    if cfg!(windows) {
        return absolute("CommonProgramFiles").into_iter().collect();
    }
    if cfg!(target_vendor = "apple") {
        return ["/Library/Application Support", "/usr/local/lib"].map(PathBuf::from).to_vec();
    }
    let multiarch = format!("lib/{}", multiarch());
    let wide = if cfg!(target_pointer_width = "64") { "lib64" } else { "lib" };
    let mut folders = vec![Path::new("/usr/local").join(&multiarch), Path::new("/usr/local").join(wide)];
    folders.extend([PathBuf::from("/usr/local/lib"), Path::new("/usr").join(&multiarch), Path::new("/usr").join(wide)]);
    folders.push(PathBuf::from("/usr/lib"));
    folders.dedup();
    folders
}

/// The folders in which what is installed has its data, the first one first: `share` of the running program's own
/// prefix, then those of `XDG_DATA_DIRS`, which are `/usr/local/share` and `/usr/share` where that is not set. Windows
/// has none of its own.
pub(crate) fn shared_data_folders() -> Vec<PathBuf> {
    let own = program_folder().and_then(|folder| Some(folder.parent()?.join("share")));
    let set = environment("XDG_DATA_DIRS").filter(|folders| !folders.is_empty());
    let usual = || match cfg!(windows) {
        true => Vec::new(),
        false => ["/usr/local/share", "/usr/share"].map(PathBuf::from).to_vec(),
    };
    let others = set.map_or_else(usual, |folders| env::split_paths(&folders).collect());
    // The standard has relative ones ignored.
    own.into_iter().chain(others.into_iter().filter(|folder| folder.is_absolute())).collect()
}

/// The name of this platform in the folder names of Debian and its relatives.
pub(crate) fn multiarch() -> &'static str {
    match Platform::current().architecture {
        Architecture::X86_64 => "x86_64-linux-gnu",
        Architecture::Aarch64 => "aarch64-linux-gnu",
        Architecture::X86 => "i386-linux-gnu",
        Architecture::Arm => "arm-linux-gnueabihf",
        Architecture::Riscv64 => "riscv64-linux-gnu",
        Architecture::PowerPc64 => "powerpc64le-linux-gnu",
        Architecture::S390x => "s390x-linux-gnu",
    }
}

/// A folder that an environment variable names by its whole path.
fn absolute(variable: &str) -> Option<PathBuf> {
    environment(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}

/// Whether only root can change a folder, and what leads to it.
#[cfg(unix)]
fn is_roots_alone(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let is_roots = |folder: &Path| folder.metadata().is_ok_and(|found| found.uid() == 0 && found.mode() & 0o022 == 0);
    folder.ancestors().all(is_roots)
}

/// No program has more rights than its caller there.
#[cfg(not(unix))]
fn is_roots_alone(_: &Path) -> bool {
    false
}
