//! A package in a folder for temporary use, built by cargo.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::SystemTime;

use tempfile::TempDir;

/// It depends on this crate, and shares the workspace's lock and target folder, so that little is compiled for it.
pub struct Project {
    name: &'static str,
    folder: TempDir,
}

impl Project {
    /// A package; its folder has in its name what a path may have in it.
    pub fn new(name: &'static str, lib: &str) -> Project {
        let folder = tempfile::Builder::new().prefix("a folder [1] ").tempdir().unwrap();
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
        let project = Project { name, folder };
        project.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"{name}\"\nversion = \"0.3.1\"\nedition = \"2024\"\n\n{lib}\n\
                 [build-dependencies]\nhotshoe-build = {{ path = '{}' }}\n\n\
                 [profile.dev.package]\nsha2.opt-level = 3\n\n[workspace]\n",
                env!("CARGO_MANIFEST_DIR")
            ),
        );
        fs::copy(workspace.join("Cargo.lock"), project.path("Cargo.lock")).unwrap();
        project.write("src/lib.rs", "");
        project
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The build script, as the body of what `script` runs.
    pub fn script(&self, body: &str) {
        self.write("build.rs", &format!("fn main() {{ hotshoe_build::script(|| {{\n{body}\nOk(())\n}}) }}\n"));
    }

    /// Builds it; what cargo said.
    pub fn build(&self) -> String {
        let output = self.cargo();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        said
    }

    /// Builds it, which must fail; what cargo said.
    pub fn build_error(&self) -> String {
        let output = self.cargo();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{said}");
        said
    }

    fn cargo(&self) -> Output {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let mut command = Command::new(env!("CARGO"));
        command.args(["build", "--offline"]).current_dir(self.folder.path()).env("CARGO_TARGET_DIR", target);
        // What cargo told this test is not for the package.
        for variable in ["CARGO_MANIFEST_DIR", "OUT_DIR", "TARGET", "HOST"] {
            command.env_remove(variable);
        }
        command.output().expect("cargo runs this test")
    }

    /// The folder of this package's build: the file `output` in it is what the build script printed.
    pub fn build_folder(&self) -> PathBuf {
        let builds = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("debug/build");
        let mut found: Vec<(SystemTime, PathBuf)> = Vec::new();
        for entry in fs::read_dir(builds).unwrap().map(|entry| entry.unwrap().path()) {
            let is_mine = entry.file_name().unwrap().to_string_lossy().starts_with(&format!("{}-", self.name));
            let output = entry.join("output");
            if is_mine && output.is_file() {
                found.push((output.metadata().unwrap().modified().unwrap(), entry));
            }
        }
        found.sort();
        found.pop().expect("the build script ran").1
    }

    /// A file of the staged plugins.
    pub fn staged(&self, path: &str) -> PathBuf {
        self.build_folder().join("out/plugin-root").join(path)
    }
}

pub fn modified(path: &Path) -> SystemTime {
    path.metadata().unwrap_or_else(|error| panic!("{}: {error}", path.display())).modified().unwrap()
}
