//! Shared libraries out of source text.

use std::collections::hash_map::DefaultHasher;
use std::env;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A shared library to be compiled, by default with `cc` or `c++` (on Windows `gcc` or `g++`), `-shared` and
/// `-fPIC`.
///
/// The same source, compiler and arguments are compiled once and kept in the system's folder for
/// temporary files, also between runs. Whoever wants to change the result copies it first.
///
/// ```no_run
/// use hotshoe_testkit::{GOOD_C_PLUGIN, Library};
/// let library = Library::c(GOOD_C_PLUGIN).arg("-Wl,-z,nodelete").build();
/// assert!(library.is_file());
/// ```
#[derive(Clone, Debug, Hash)]
pub struct Library {
    source: String,
    source_name: &'static str,
    compiler: String,
    kind: Vec<String>,
    args: Vec<String>,
    /// The texts of the headers that may change without the source.
    headers: Vec<Vec<u8>>,
    file_name: String,
}

impl Library {
    /// A library out of C.
    pub fn c(source: &str) -> Library {
        Library::new(source, "plugin.c", if cfg!(windows) { "gcc" } else { "cc" })
    }

    /// A library out of C++.
    pub fn cpp(source: &str) -> Library {
        Library::new(source, "plugin.cpp", if cfg!(windows) { "g++" } else { "c++" })
    }

    /// Adds an argument behind the source, where libraries belong too.
    pub fn arg(mut self, arg: impl Into<String>) -> Library {
        self.args.push(arg.into());
        self
    }

    /// Uses another compiler.
    pub fn compiler(mut self, compiler: &str) -> Library {
        self.compiler = compiler.to_owned();
        self
    }

    /// Gives the file another name than `libplugin.so`.
    pub fn file_name(mut self, name: &str) -> Library {
        self.file_name = name.to_owned();
        self
    }

    /// Makes something other than a shared library: `-c` an object file, `-pie` an executable.
    pub fn instead_of_shared(mut self, args: &[&str]) -> Library {
        self.kind = args.iter().map(|arg| (*arg).to_owned()).collect();
        self
    }

    /// Compiles it again when this header, which is found by an argument, has changed.
    ///
    /// # Panics
    ///
    /// If it cannot be read.
    pub fn header(mut self, path: &Path) -> Library {
        self.headers.push(fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
        self
    }

    /// Compiles it, unless that was done before, and says where it is.
    ///
    /// # Panics
    ///
    /// With the compiler's output, if it fails.
    pub fn build(&self) -> PathBuf {
        let folder = env::temp_dir().join("hotshoe-testkit").join(self.key());
        let built = folder.join(&self.file_name);
        if !built.is_file() {
            self.build_beside(&folder);
        }
        built
    }

    fn new(source: &str, source_name: &'static str, compiler: &str) -> Library {
        Library {
            source: source.to_owned(),
            source_name,
            compiler: compiler.to_owned(),
            kind: vec!["-shared".to_owned(), "-fPIC".to_owned()],
            args: Vec::new(),
            headers: Vec::new(),
            file_name: "libplugin.so".to_owned(),
        }
    }

    fn key(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }

    /// Compiles in a folder of its own and renames that, so that of several tests that want the
    /// same library each sees all of it or nothing.
    fn build_beside(&self, folder: &Path) {
        let parent = folder.parent().expect("the folder was joined from two parts");
        fs::create_dir_all(parent).expect("the folder for temporary files is writable");
        let staging = tempfile::tempdir_in(parent).expect("the folder for temporary files is writable");
        self.compile(staging.path());
        let staging = staging.keep();
        if fs::rename(&staging, folder).is_err() {
            fs::remove_dir_all(&staging).expect("the staging folder was made above");
            assert!(folder.join(&self.file_name).is_file(), "{} cannot be made", folder.display());
        }
    }

    fn compile(&self, folder: &Path) {
        fs::write(folder.join(self.source_name), &self.source).expect("the staging folder is writable");
        let mut command = Command::new(&self.compiler);
        command.current_dir(folder).args(&self.kind).args(["-o", &self.file_name, self.source_name]).args(&self.args);
        let output = command.output().unwrap_or_else(|error| panic!("`{}` cannot be started: {error}", self.compiler));
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command:?} failed:\n{text}\n{}", self.source);
    }
}
