//! The folders that a host has for plugins on each machine, beside those that its user names.

use std::path::PathBuf;

use serde::Serialize;

use super::HostProfile;
use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::manifest::file_name_problem;
use crate::platform;

/// What a folder for plugins is relative to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FolderKind {
    /// The folder of the running program: for plugins that come with the host, or are installed beside it.
    Program,
    /// The folder for the user's data: for what the user installs.
    User,
    /// The folders for the system's libraries: for what the administrator or the system's packages install.
    System,
}

impl FolderKind {
    /// All of them, in the order in which they are looked through.
    pub const ALL: [FolderKind; 3] = [FolderKind::Program, FolderKind::User, FolderKind::System];

    /// Its name in a profile's `folders`.
    pub const fn as_str(self) -> &'static str {
        match self {
            FolderKind::Program => "program",
            FolderKind::User => "user",
            FolderKind::System => "system",
        }
    }
}

/// The folders that a host has for plugins on each machine.
///
/// They need not be there. They are looked through behind the folders of the host's environment variable.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Folders {
    program: Option<String>,
    user: Option<String>,
    system: Option<String>,
}

/// The longest of these paths, in bytes.
const LONGEST: usize = 1024;

/// How far a path may lead up from the program's folder.
const MOST_UP: usize = 8;

impl Folders {
    /// A folder as the profile has it: a relative path with `/` between its parts.
    pub fn get(&self, kind: FolderKind) -> Option<&str> {
        match kind {
            FolderKind::Program => self.program.as_deref(),
            FolderKind::User => self.user.as_deref(),
            FolderKind::System => self.system.as_deref(),
        }
    }

    /// Sets a folder, or takes it out.
    ///
    /// It is a relative path with `/` between its parts, each of which can be a file's name on every system. Only one
    /// from the program's folder may begin with `..`. Fails with [`Code::PROFILE_INVALID`].
    ///
    /// ```
    /// use hotshoe::profile::{FolderKind, Folders};
    /// let mut folders = Folders::default();
    /// folders.set(FolderKind::Program, Some("../lib/synth/plugins")).unwrap();
    /// folders.set(FolderKind::User, Some("synth/plugins")).unwrap();
    /// for bad in ["", "/usr/lib/synth", "../synth", "synth/../../etc", "~/synth", "$HOME/synth", r"C:\synth"] {
    ///     assert!(folders.set(FolderKind::User, Some(bad)).is_err(), "{bad}");
    /// }
    /// ```
    pub fn set(&mut self, kind: FolderKind, folder: Option<&str>) -> Result<()> {
        folder.map_or(Ok(()), |folder| check(kind, folder))?;
        let folder = folder.map(str::to_owned);
        match kind {
            FolderKind::Program => self.program = folder,
            FolderKind::User => self.user = folder,
            FolderKind::System => self.system = folder,
        }
        Ok(())
    }

    /// Where such a folder is on this machine, for this user; several for [`FolderKind::System`], the first one first.
    ///
    /// None if the profile names none. A program that runs with rights that its caller lacks (setuid, setgid, file
    /// capabilities) has no folder of its user's, and one of the program's only where nobody but root can change it.
    pub fn paths(&self, kind: FolderKind) -> Vec<PathBuf> {
        let Some(folder) = self.get(kind) else { return Vec::new() };
        let bases = match kind {
            FolderKind::Program => platform::program_folder().into_iter().collect(),
            FolderKind::User => platform::data_folder().into_iter().collect(),
            FolderKind::System => platform::library_folders(),
        };
        bases.into_iter().filter_map(|base| below(base, folder)).collect()
    }
}

impl HostProfile {
    /// Gives the host the folders that most have, for those of [`HostProfile::folders`] that it does not name:
    /// `../lib/<name>/plugins` from the program's folder, `<name>/plugins` in the folder for the user's data and in
    /// those for the system's libraries.
    ///
    /// ```
    /// use hotshoe::profile::{FolderKind, HostProfile};
    /// let mut profile = HostProfile::named("harmonics").unwrap();
    /// assert_eq!(profile.folders.get(FolderKind::User), None);
    /// profile.use_default_folders();
    /// assert_eq!(profile.folders.get(FolderKind::User), Some("harmonics/plugins"));
    /// ```
    pub fn use_default_folders(&mut self) {
        let Folders { program, user, system } = &mut self.folders;
        program.get_or_insert_with(|| format!("../lib/{}/plugins", self.name));
        user.get_or_insert_with(|| format!("{}/plugins", self.name));
        system.get_or_insert_with(|| format!("{}/plugins", self.name));
    }
}

/// A folder by its path from another one, whose own path has no links in it where `..` leads up.
fn below(mut base: PathBuf, folder: &str) -> Option<PathBuf> {
    for part in folder.split('/') {
        match part {
            ".." if !base.pop() => return None,
            ".." => {}
            part => base.push(part),
        }
    }
    Some(base)
}

fn check(kind: FolderKind, folder: &str) -> Result<()> {
    let parts: Vec<&str> = folder.split('/').collect();
    let up = parts.iter().take_while(|part| **part == "..").count();
    let most_up = if kind == FolderKind::Program { MOST_UP } else { 0 };
    let problem = if folder.len() > LONGEST {
        Some("is too long")
    } else if up == parts.len() || up > most_up {
        Some("leads to no folder below")
    } else if folder.starts_with('~') || folder.contains(['$', '%']) {
        Some("holds what no shell replaces here")
    } else {
        parts[up..].iter().find_map(|part| file_name_problem(part, 255))
    };
    let Some(problem) = problem else { return Ok(()) };
    let message = format!("`folders.{}`: `{}` {problem}", kind.as_str(), brief(folder));
    Err(Error::new(Code::PROFILE_INVALID, message).hint(match kind {
        FolderKind::Program => "write a relative path from the program's folder, as `../lib/synth/plugins`",
        FolderKind::User => "write a relative path below the folder for the user's data, as `synth/plugins`",
        FolderKind::System => "write a relative path below the system's library folders, as `synth/plugins`",
    }))
}
