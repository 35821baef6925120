//! The profile of an installed host, by the host's name.

use std::path::{Path, PathBuf};

use super::HostProfile;
use crate::error::{Code, Error, Result};
use crate::input::brief;
use crate::platform;

impl HostProfile {
    /// Where the profile of an installed host is: `<host>/<host>.host.json` in the first of these folders that has it.
    ///
    /// - `share` of the running program's own prefix, which is the folder above the program's;
    /// - those of `XDG_DATA_DIRS`, which are `/usr/local/share` and `/usr/share` where that is not set; on Windows none.
    ///
    /// In a program that runs with rights that its caller lacks, the environment is not asked, and its prefix counts
    /// only where nobody but root can change it.
    ///
    /// `None` if there is none. Fails with [`Code::PROFILE_INVALID`] for what cannot name a host.
    pub fn installed_file(name: &str) -> Result<Option<PathBuf>> {
        HostProfile::named(name)?;
        let place = Path::new(name).join(format!("{name}.host.json"));
        let places = platform::shared_data_folders().into_iter().map(|folder| folder.join(&place));
        // One that cannot be read is the host's all the same, and no other one is.
        Ok(places.into_iter().find(|file| file.symlink_metadata().is_ok()))
    }

    /// The profile of an installed host, from [`HostProfile::installed_file`].
    ///
    /// Fails with [`Code::PROFILE_NOT_FOUND`] if there is none, and as [`HostProfile::from_file`] does.
    pub fn installed(name: &str) -> Result<HostProfile> {
        let file = HostProfile::installed_file(name)?.ok_or_else(|| not_found(name))?;
        let profile = HostProfile::from_file(&file)?;
        match profile.name == name {
            true => Ok(profile),
            false => {
                let message = format!("the profile of `{name}` says that it is the one of `{}`", brief(&profile.name));
                let hint = "a host's profile is in a folder of its name, and called after it";
                Err(Error::new(Code::PROFILE_INVALID, message).hint(hint).at(file))
            }
        }
    }
}

fn not_found(name: &str) -> Error {
    let folders: Vec<String> =
        platform::shared_data_folders().iter().map(|folder| folder.join(name).display().to_string()).collect();
    Error::new(Code::PROFILE_NOT_FOUND, format!("no installed host is called `{name}`"))
        .hint(format!("its `{name}.host.json` was looked for in {}", folders.join(", ")))
}
