//! The private folder of a host: where its plugins listen, and where copies of their programs lie.
//!
//! Only this user can enter it. It is removed with its owner, and by the keeper when the host is gone.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::Builder;

use crate::failure::{Failure, Result, codes};
use crate::settings::Settings;

/// The longest path of a socket, in bytes: systems allow 104 to 108, with the NUL at its end.
const LONGEST_SOCKET: usize = 100;

/// The longest name that go-plugin gives to a socket, with a slash before it.
const SOCKET_NAME: &str = "/plugin1234567890";

/// What folders are called, before six letters of chance.
const PREFIX: &str = "hotshoe-";

/// A folder of this user, with access for nobody else; removed on drop.
#[derive(Debug)]
pub struct PrivateFolder {
    path: PathBuf,
}

impl PrivateFolder {
    /// Makes a folder. `private_folder` of the profile decides where, and nothing stands in for it: who names a folder
    /// has a reason. If it is not given, the first of XDG_RUNTIME_DIR, TMPDIR and the system's folder for temporary
    /// files that can be used.
    ///
    /// # Errors
    /// [`codes::FOLDER`] if there is none, with what is wrong with each.
    pub fn make(settings: &Settings) -> Result<PrivateFolder> {
        if let Some(named) = &settings.private_folder {
            return make_in(named).map_err(|why| {
                refused(format!("`private_folder` of the profile, `{}`, cannot be used: {why}", named.display()))
            });
        }
        let usual = [env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from), Some(env::temp_dir()), Some("/tmp".into())];
        first_of(usual.into_iter().flatten().filter(|place| !place.as_os_str().is_empty()))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the folder of the plugin with this number, in which it can make a socket with a name of go-plugin's.
    pub fn for_plugin(&self, number: u64) -> Result<PathBuf> {
        let path = self.path.join(number.to_string());
        check_length(&path).map_err(refused)?;
        make_private(&path).map_err(|error| refused(format!("`{}` cannot be made: {error}", path.display())))?;
        Ok(path)
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// Removes a folder with what is in it, also where a plugin has taken away its own access. Links are not followed.
pub(crate) fn remove(folder: &Path) {
    if fs::remove_dir_all(folder).is_err_and(|error| error.kind() != io::ErrorKind::NotFound) {
        open_up(folder);
        // What is still there now belongs to somebody else; nothing more can be done.
        let _ = fs::remove_dir_all(folder);
    }
}

fn first_of(places: impl Iterator<Item = PathBuf>) -> Result<PrivateFolder> {
    let mut wrong = Vec::new();
    for place in places {
        match make_in(&place) {
            Ok(folder) => return Ok(folder),
            Err(why) => wrong.push(format!("`{}`: {why}", place.display())),
        }
    }
    Err(refused(format!("there is no place for the private folder of plugins: {}", wrong.join("; "))))
}

/// Makes a folder in `place`; the error says why that is no place for it.
fn make_in(place: &Path) -> Result<PrivateFolder, String> {
    if !place.is_absolute() {
        return Err("it is no absolute path".into());
    }
    // With room for the number of a plugin.
    check_length(&place.join(format!("{PREFIX}123456/123456")))?;
    check_owner(place)?;
    let folder = Builder::new().prefix(PREFIX).tempdir_in(place).map_err(|error| error.to_string())?;
    let path = folder.keep();
    make_owners_only(&path).map_err(|error| error.to_string())?;
    Ok(PrivateFolder { path })
}

fn check_length(folder: &Path) -> Result<(), String> {
    let length = folder.as_os_str().len() + SOCKET_NAME.len();
    if length <= LONGEST_SOCKET {
        return Ok(());
    }
    Err(format!("sockets in it would have paths of {length} bytes, and systems take {LONGEST_SOCKET}"))
}

fn refused(message: String) -> Failure {
    Failure::new(codes::FOLDER, message)
        .hint("give `private_folder` in the host's profile: a short absolute path to a folder of this user")
}

/// Whether nobody else can put something else in the place of a folder that is made here.
#[cfg(unix)]
fn check_owner(place: &Path) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt;
    const STICKY: u32 = 0o1000;
    let found = fs::metadata(place).map_err(|error| error.to_string())?;
    if !found.is_dir() {
        return Err("it is no folder".into());
    }
    if found.uid() != rustix::process::geteuid().as_raw() && found.uid() != 0 {
        return Err("it belongs to another user".into());
    }
    if found.mode() & 0o022 != 0 && found.mode() & STICKY == 0 {
        return Err("others may rename and remove what is in it".into());
    }
    Ok(())
}

#[cfg(unix)]
fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(unix)]
fn make_owners_only(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
}

/// Gives the owner access to every folder below.
#[cfg(unix)]
fn open_up(folder: &Path) {
    if fs::symlink_metadata(folder).is_ok_and(|found| found.is_dir()) && make_owners_only(folder).is_ok() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            open_up(&entry.path());
        }
    }
}

// Folders of temporary files are the user's own on Windows, and what is made in them gets their access.
#[cfg(not(unix))]
fn check_owner(place: &Path) -> Result<(), String> {
    if place.is_dir() { Ok(()) } else { Err("it is no folder".into()) }
}

#[cfg(not(unix))]
fn make_private(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

#[cfg(not(unix))]
fn make_owners_only(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn open_up(_folder: &Path) {}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    fn named(place: &Path) -> Result<PrivateFolder> {
        let mut settings = Settings::read("", "").unwrap();
        settings.private_folder = Some(place.to_owned());
        PrivateFolder::make(&settings)
    }

    #[test]
    fn it_is_the_users_own_and_goes_with_its_owner() {
        let place = tempfile::tempdir().unwrap();
        let folder = named(place.path()).unwrap();
        let of_plugin = folder.for_plugin(7).unwrap();
        for path in [folder.path(), &of_plugin] {
            assert_eq!(fs::metadata(path).unwrap().mode() & 0o7777, 0o700);
        }
        fs::write(of_plugin.join("socket"), "").unwrap();
        drop(folder);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_a_plugin_locks_is_removed_and_what_it_links_to_is_not() {
        let place = tempfile::tempdir().unwrap();
        let kept = place.path().join("kept");
        fs::create_dir(&kept).unwrap();
        fs::set_permissions(&kept, fs::Permissions::from_mode(0o500)).unwrap();
        let folder = named(place.path()).unwrap();
        let of_plugin = folder.for_plugin(1).unwrap();
        fs::create_dir(of_plugin.join("inner")).unwrap();
        symlink(&kept, of_plugin.join("link")).unwrap();
        fs::set_permissions(&of_plugin, fs::Permissions::from_mode(0o0)).unwrap();
        drop(folder);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
        assert_eq!(fs::metadata(&kept).unwrap().mode() & 0o777, 0o500);
    }

    #[test]
    fn sockets_in_it_have_paths_that_fit() {
        let place = tempfile::tempdir().unwrap();
        let long = place.path().join("n".repeat(90));
        fs::create_dir(&long).unwrap();
        let failure = named(&long).unwrap_err();
        assert_eq!(failure.code(), Some(codes::FOLDER));
        assert!(failure.to_string().contains("systems take 100"), "{failure}");
    }

    #[test]
    fn a_place_where_others_could_swap_it_is_refused() {
        let place = tempfile::tempdir().unwrap();
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o777)).unwrap();
        assert!(named(place.path()).unwrap_err().to_string().contains("others may rename"));
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o1777)).unwrap();
        assert!(named(place.path()).is_ok());
        assert!(named(Path::new("relative")).unwrap_err().to_string().contains("no absolute path"));
    }

    #[test]
    fn the_next_usual_place_is_taken_when_the_first_cannot_be_used() {
        let place = tempfile::tempdir().unwrap();
        let folder = first_of([place.path().join("missing"), place.path().to_owned()].into_iter()).unwrap();
        assert_eq!(folder.path().parent(), Some(place.path()));
    }
}
