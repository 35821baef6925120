//! A project on disk: all of it, or nothing.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use hotshoe::error::{Error, Result};

use super::File;
use crate::codes::{PROJECT_EXISTS, PROJECT_WRITE};

/// Writes a project into a folder, which is empty or not there: where nobody looks, then into place.
pub fn write(files: &[File], folder: &Path) -> Result<()> {
    let is_there = refuse_what_is_there(folder)?;
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A folder that is there stays, for somebody may stand in it, and its name may be `.` or a link's.
    let beside = if is_there { folder } else { parent };
    fs::create_dir_all(beside).map_err(|error| unwritable(error, beside))?;
    let staging = tempfile::Builder::new().prefix(".hotshoe-new-").tempdir_in(beside);
    let staging = staging.map_err(|error| unwritable(error, beside))?;
    // A folder in that one, because that one is nobody else's to read.
    let made = staging.path().join("project");
    for (path, text) in files {
        let file = made.join(path);
        let written = fs::create_dir_all(file.parent().unwrap_or(&made)).and_then(|()| fs::write(&file, text));
        written.map_err(|error| unwritable(error, &folder.join(path)))?;
    }
    let placed = if is_there { fill(folder, &made) } else { fs::rename(&made, folder) };
    placed.map_err(|error| unwritable(error, folder))
}

/// Moves all that is in one folder into another, or nothing.
fn fill(folder: &Path, made: &Path) -> io::Result<()> {
    let names = fs::read_dir(made)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
    for (count, name) in names.iter().enumerate() {
        if let Err(error) = fs::rename(made.join(name), folder.join(name)) {
            for moved in &names[..count] {
                fs::rename(folder.join(moved), made.join(moved))?;
            }
            return Err(error);
        }
    }
    Ok(())
}

/// Says whether there is an empty folder.
fn refuse_what_is_there(folder: &Path) -> Result<bool> {
    let exists = |message: &str| {
        Error::new(PROJECT_EXISTS, message).at(folder).hint("choose another name, or another folder with --output")
    };
    match fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            None => Ok(true),
            Some(_) => Err(exists("there is a folder already, and it is not empty")),
        },
        Err(error) if error.kind() == ErrorKind::NotFound && fs::symlink_metadata(folder).is_err() => Ok(false),
        Err(error) => Err(exists("there is something else already").because(error)),
    }
}

fn unwritable(error: io::Error, path: &Path) -> Error {
    Error::new(PROJECT_WRITE, "the project cannot be written")
        .because(error)
        .hint("make room, or choose with `--output` a folder that you may write into")
        .at(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> Vec<File> {
        vec![("a.txt".into(), "a".to_owned()), ("src/b.txt".into(), "b".to_owned())]
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// As somebody names it who stands in it; who stands there must still stand in the project.
    #[test]
    fn an_empty_folder_is_filled_and_stays_the_same_folder() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("empty");
        fs::create_dir(&folder).unwrap();
        #[cfg(unix)]
        let inode = || std::os::unix::fs::MetadataExt::ino(&fs::metadata(&folder).unwrap());
        #[cfg(unix)]
        let before = inode();
        write(&project(), &folder.join(".")).unwrap();
        assert_eq!(names(&folder), ["a.txt", "src"]);
        assert_eq!(names(parent.path()), ["empty"]);
        #[cfg(unix)]
        assert_eq!(inode(), before);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_an_empty_folder_is_that_folder() {
        let parent = tempfile::tempdir().unwrap();
        fs::create_dir(parent.path().join("empty")).unwrap();
        std::os::unix::fs::symlink("empty", parent.path().join("link")).unwrap();
        write(&project(), &parent.path().join("link")).unwrap();
        assert_eq!(names(&parent.path().join("empty")), ["a.txt", "src"]);
        assert!(parent.path().join("link").is_symlink());
    }

    #[test]
    fn what_cannot_be_written_says_what_to_do_and_leaves_the_folder_empty() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("empty");
        fs::create_dir(&folder).unwrap();
        // One name for a file and for a folder.
        let files = [("a".into(), String::new()), ("a/b".into(), String::new())];
        let error = write(&files, &folder).unwrap_err();
        assert!(format!("{error:?}").contains("--output"), "{error:?}");
        assert_eq!(names(&folder), [""; 0]);
    }
}
