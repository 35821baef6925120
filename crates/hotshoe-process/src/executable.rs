//! The program of a plugin, as it is executed.
//!
//! Where a digest counts, what is executed is a copy that nobody can change, and the digest is that of the copy: to check a
//! path and execute it later would be a race that somebody can win.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::failure::{Failure, Result, codes};

/// What is executed.
#[derive(Debug)]
pub enum Program {
    /// A file.
    Path(PathBuf),
    /// A copy in memory that nobody can change any more, of the file at `path`.
    #[cfg(target_os = "linux")]
    Sealed {
        /// The copy.
        copy: std::os::fd::OwnedFd,
        /// What it is a copy of, and calls itself.
        path: PathBuf,
    },
}

impl Program {
    /// Where the program is that this is, or is a copy of.
    pub fn path(&self) -> &Path {
        match self {
            Program::Path(path) => path,
            #[cfg(target_os = "linux")]
            Program::Sealed { path, .. } => path,
        }
    }
}

/// A program that is what its digest says.
#[derive(Debug)]
pub struct Checked {
    /// What to execute.
    pub program: Program,
    /// What executes it, if it is a script: that was not checked, and a script is executed by its path.
    pub interpreter: Option<String>,
}

/// Checks the program at `path` against its SHA-256 (64 hexadecimal digits, also after `sha256:`), and copies it while it
/// is read: to memory, or where that may not be executed to a file in the folder `private`. What stands beside the program
/// is not found by the copy through its own place.
///
/// # Errors
/// [`codes::DIGEST`] if it is not what the digest says, [`codes::START`] if it cannot be executed at all.
pub fn checked(path: &Path, digest: &str, private: &Path) -> Result<Checked> {
    let wanted = digest.strip_prefix("sha256:").unwrap_or(digest);
    if wanted.len() != 64 || !wanted.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let message = format!("`{}` is no SHA-256", digest.escape_debug());
        return Err(Failure::new(codes::DIGEST, message).hint("give 64 hexadecimal digits"));
    }
    let mut source = open(path)?;
    let mut head = Vec::new();
    Read::by_ref(&mut source).take(256).read_to_end(&mut head).map_err(|error| unread(path, &error))?;
    if let Some(interpreter) = interpreter(&head) {
        check(path, wanted, &copy(path, &head, &mut source, &mut io::sink())?)?;
        return Ok(Checked { program: Program::Path(path.to_owned()), interpreter: Some(interpreter) });
    }
    let (mut target, place) = Target::new(private).map_err(|error| uncopied(path, &error))?;
    check(path, wanted, &copy(path, &head, &mut source, &mut target)?)?;
    let program = place.seal(target, path).map_err(|error| uncopied(path, &error))?;
    Ok(Checked { program, interpreter: None })
}

/// Copies a sealed program to a file in the folder `private`, for systems that do not execute memory.
#[cfg(target_os = "linux")]
pub(crate) fn to_file(copy: &std::os::fd::OwnedFd, private: &Path) -> io::Result<PathBuf> {
    use std::io::Seek;
    let mut source = File::from(copy.try_clone()?);
    source.rewind()?;
    let (path, mut target) = new_file(private)?;
    io::copy(&mut source, &mut target)?;
    make_executable(&target)?;
    Ok(path)
}

/// Where a copy lies.
enum Target {
    #[cfg(target_os = "linux")]
    Memory,
    File(PathBuf),
}

impl Target {
    /// A place for a copy, and the file to write.
    fn new(private: &Path) -> io::Result<(File, Target)> {
        #[cfg(target_os = "linux")]
        if let Ok(memory) = memory() {
            return Ok((memory, Target::Memory));
        }
        let (path, file) = new_file(private)?;
        Ok((file, Target::File(path)))
    }

    /// Lets nobody change the copy any more.
    fn seal(self, copy: File, of: &Path) -> io::Result<Program> {
        match self {
            #[cfg(target_os = "linux")]
            Target::Memory => {
                use rustix::fs::SealFlags;
                let all = SealFlags::SEAL | SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE;
                rustix::fs::fcntl_add_seals(&copy, all)?;
                Ok(Program::Sealed { copy: copy.into(), path: of.to_owned() })
            }
            Target::File(path) => {
                let _ = of;
                make_executable(&copy)?;
                Ok(Program::Path(path))
            }
        }
    }
}

/// A file in memory that may be executed.
#[cfg(target_os = "linux")]
fn memory() -> io::Result<File> {
    use rustix::fs::{MemfdFlags, memfd_create};
    let usual = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    // Systems before 6.3 do not know that a file may be executed, and execute all.
    let made = memfd_create("plugin", usual | MemfdFlags::EXEC).or_else(|error| match error {
        rustix::io::Errno::INVAL => memfd_create("plugin", usual),
        other => Err(other),
    })?;
    Ok(made.into())
}

/// A new file in a folder of this user; nobody guesses its name, and nobody else could write it.
fn new_file(private: &Path) -> io::Result<(PathBuf, File)> {
    let (file, path) = tempfile::Builder::new().prefix("program-").tempfile_in(private)?.keep()?;
    Ok((path, file))
}

#[cfg(unix)]
fn make_executable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o500))
}

#[cfg(not(unix))]
fn make_executable(_file: &File) -> io::Result<()> {
    Ok(())
}

/// Opens a program: a regular file that this user may execute.
fn open(path: &Path) -> Result<File> {
    // A pipe would hold the open back until somebody writes it.
    let found = fs::metadata(path).map_err(|error| unread(path, &error))?;
    if !found.is_file() {
        let message = format!("`{}` is no file", path.display());
        return Err(Failure::new(codes::START, message).hint("name the program of the plugin"));
    }
    #[cfg(unix)]
    rustix::fs::access(path, rustix::fs::Access::EXEC_OK).map_err(|_| {
        let message = format!("`{}` may not be executed by this user", path.display());
        Failure::new(codes::START, message).hint("make it executable, for example with `chmod +x`")
    })?;
    File::open(path).map_err(|error| unread(path, &error))
}

/// Copies `head` and what follows it, and takes the digest of what was copied, in hexadecimal digits.
fn copy(path: &Path, head: &[u8], source: &mut File, target: &mut impl Write) -> Result<String> {
    let mut hash = Sha256::new();
    let mut block = head.to_vec();
    let mut next = vec![0; 1 << 16];
    while !block.is_empty() {
        hash.update(&block);
        target.write_all(&block).map_err(|error| uncopied(path, &error))?;
        let length = source.read(&mut next).map_err(|error| unread(path, &error))?;
        block.clear();
        block.extend_from_slice(&next[..length]);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What executes a script: what its first line says after `#!`.
fn interpreter(head: &[u8]) -> Option<String> {
    let line = head.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    Some(String::from_utf8_lossy(line).trim().escape_debug().collect())
}

fn check(path: &Path, wanted: &str, is: &str) -> Result<()> {
    if wanted.eq_ignore_ascii_case(is) {
        return Ok(());
    }
    let message = format!("`{}` has the SHA-256 `{is}`, not `{}`", path.display(), wanted.to_ascii_lowercase());
    Err(Failure::new(codes::DIGEST, message).hint("it was changed after it was installed: install the plugin again"))
}

fn unread(path: &Path, error: &io::Error) -> Failure {
    let message = format!("`{}` cannot be read: {error}", path.display());
    Failure::new(codes::START, message).hint("check that the program is there and that this user may read it")
}

fn uncopied(path: &Path, error: &io::Error) -> Failure {
    let message = format!("`{}` cannot be copied to be executed: {error}", path.display());
    Failure::new(codes::START, message).hint("check that there is memory and space for a copy of it")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn sha256(bytes: &[u8]) -> String {
        Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn program(folder: &Path, bytes: &[u8]) -> PathBuf {
        let path = folder.join("program");
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[test]
    fn a_program_that_was_changed_is_not_started() {
        let folder = tempfile::tempdir().unwrap();
        let path = program(folder.path(), b"\x7fELF changed");
        let failure = checked(&path, &sha256(b"\x7fELF"), folder.path()).unwrap_err();
        assert_eq!(failure.code(), Some(codes::DIGEST));
        assert!(checked(&path, "sha256:abc", folder.path()).is_err());
    }

    #[test]
    fn a_copy_is_whole_and_cannot_be_changed() {
        let folder = tempfile::tempdir().unwrap();
        let bytes: Vec<u8> = (0..300_000_u32).map(|number| (number % 251) as u8).collect();
        let path = program(folder.path(), &bytes);
        let digest = format!("sha256:{}", sha256(&bytes).to_ascii_uppercase());
        let Program::Sealed { copy, path: of } = checked(&path, &digest, folder.path()).unwrap().program else {
            panic!("it is no copy in memory")
        };
        assert_eq!(of, path);
        let file = to_file(&copy, folder.path()).unwrap();
        assert_eq!(fs::read(&file).unwrap(), bytes);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o500);
        assert!(File::from(copy).write_all(b"x").is_err());
    }

    #[test]
    fn a_script_is_checked_and_its_interpreter_named() {
        let folder = tempfile::tempdir().unwrap();
        let text = b"#! /usr/bin/env python3 \nprint()\n";
        let path = program(folder.path(), text);
        let found = checked(&path, &sha256(text), folder.path()).unwrap();
        assert_eq!(found.interpreter.as_deref(), Some("/usr/bin/env python3"));
        assert_eq!(found.program.path(), path);
        assert_eq!(checked(&path, &sha256(b"#!"), folder.path()).unwrap_err().code(), Some(codes::DIGEST));
    }

    #[test]
    fn a_copy_does_not_give_a_right_that_the_program_has_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = program(folder.path(), b"\x7fELF");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let failure = checked(&path, &sha256(b"\x7fELF"), folder.path()).unwrap_err();
        assert!(failure.to_string().contains("may not be executed"), "{failure}");
        assert!(checked(folder.path(), &sha256(b""), folder.path()).unwrap_err().to_string().contains("is no file"));
    }
}
