//! Folders of plugins, as a host finds them.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A folder of plugin folders that removes itself.
///
/// ```no_run
/// use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree};
/// let library = Library::c(GOOD_C_PLUGIN).build();
/// let tree = PluginTree::new().plugin("gain", r#"{"name": "gain", "version": "1.0.0"}"#, &library);
/// assert!(tree.path("gain/plugin.json").is_file());
/// ```
#[derive(Debug)]
pub struct PluginTree {
    root: TempDir,
}

impl PluginTree {
    /// An empty folder.
    ///
    /// # Panics
    ///
    /// If the system's folder for temporary files is not writable, as do all functions here.
    pub fn new() -> PluginTree {
        PluginTree { root: tempfile::tempdir().expect("the folder for temporary files is writable") }
    }

    /// Adds a plugin: `<name>/plugin.json` and a copy of a library under its [`file_name`].
    pub fn plugin(self, name: &str, manifest: &str, library: &Path) -> PluginTree {
        let bytes = fs::read(library).expect("the library was built before");
        self.file(&format!("{name}/plugin.json"), manifest).file(&format!("{name}/{}", file_name(name)), bytes)
    }

    /// Adds a file, with the folders above it.
    pub fn file(self, path: &str, bytes: impl AsRef<[u8]>) -> PluginTree {
        let file = self.path(path);
        let folder = file.parent().expect("the path was joined from two parts");
        fs::create_dir_all(folder).expect("the tree is writable");
        fs::write(&file, bytes).expect("the tree is writable");
        self
    }

    /// The folder of plugin folders.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// A file or folder in it.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    /// The library of a plugin in it.
    pub fn library(&self, name: &str) -> PathBuf {
        self.path(&format!("{name}/{}", file_name(name)))
    }
}

/// What the system calls a library: `libgain.so`, `libgain.dylib` or `gain.dll`.
pub fn file_name(name: &str) -> String {
    format!("{DLL_PREFIX}{name}{DLL_SUFFIX}")
}

impl Default for PluginTree {
    fn default() -> PluginTree {
        PluginTree::new()
    }
}
