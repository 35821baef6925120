//! A project in a folder and a git repository of its own, and the tool in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use hotshoe_testkit::PluginTree;
use serde_json::Value;

use crate::root;

/// Of the environment, what would change what the tool says: the variables of the CI system that runs the tests.
const VARIABLES: [&str; 16] = [
    "SOURCE_DATE_EPOCH",
    "NO_COLOR",
    "CLICOLOR_FORCE",
    "CI",
    "CI_COMMIT_TAG",
    "GITHUB_REF_NAME",
    "GITHUB_REF_TYPE",
    "GITHUB_ACTIONS",
    "GITHUB_PATH",
    "GITHUB_OUTPUT",
    "GITHUB_WORKSPACE",
    "HOTSHOE_KEY",
    "HOTSHOE_KEY_PASSWORD",
    "HOTSHOE_TRUST",
    "HARMONICS_PLUGIN_PATH",
    "GITLAB_CI",
];

/// A project.
pub struct Project {
    tree: PluginTree,
}

impl Project {
    /// `tests/ci/plugin`, in a repository with one commit.
    pub fn new() -> Project {
        Project::changed(|_| {})
    }

    /// The same, changed before the commit.
    pub fn changed(change: impl FnOnce(&Project)) -> Project {
        let project = Project { tree: PluginTree::new() };
        let from = root().join("tests/ci/plugin");
        for file in ["CMakeLists.txt", "plugin.c", "hotshoe.release.json"] {
            project.write(file, &fs::read_to_string(from.join(file)).unwrap());
        }
        let module = root().join("cmake/HotshoeAddPlugin.cmake");
        project.write("HotshoeAddPlugin.cmake", &fs::read_to_string(module).unwrap());
        project.write(".gitignore", "/dist\n/release\n/plan.json\n/digests*\n/tool\n/.gitlab-ci-local\n");
        project.git(&["init", "--quiet", "--initial-branch=main"]);
        change(&project);
        project.commit();
        project
    }

    /// The project's folder.
    pub fn folder(&self) -> &Path {
        self.tree.root()
    }

    /// A file in it.
    pub fn path(&self, path: &str) -> PathBuf {
        self.tree.path(path)
    }

    /// Writes a file.
    pub fn write(&self, path: &str, text: &str) {
        let file = self.path(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    /// Reads a file.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Exchanges a text in a file.
    pub fn replace(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no {from}");
        self.write(path, &text.replace(from, to));
    }

    /// Makes a commit of everything.
    pub fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--quiet", "--message", "x"]);
    }

    /// Runs git.
    pub fn git(&self, args: &[&str]) {
        let status = Command::new("git").current_dir(self.folder()).args(args).status().expect("git is there");
        assert!(status.success(), "git {args:?}");
    }

    /// The tool, with nothing of the environment that could change what it says.
    pub fn hotshoe(&self, args: &[&str]) -> snapbox::cmd::Command {
        let tool = snapbox::cmd::Command::new(env!("CARGO_BIN_EXE_hotshoe"));
        let tool = VARIABLES.iter().fold(tool, |tool, variable| tool.env_remove(variable));
        tool.current_dir(self.folder()).args(args).stdin("").env("COLUMNS", "100")
    }

    /// A program as a CI system starts it: with the tool on PATH, and nothing of the environment that would
    /// change what it does.
    pub fn program(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        VARIABLES.iter().for_each(|variable| {
            command.env_remove(variable);
        });
        let path = self.search_path();
        // What a workflow tells git for good stays in the project.
        command.env("PATH", path).env("GIT_CONFIG_GLOBAL", self.path(".git/global")).current_dir(self.folder());
        command
    }

    /// PATH, with the folder of the tool in front.
    pub fn search_path(&self) -> std::ffi::OsString {
        let tool = Path::new(env!("CARGO_BIN_EXE_hotshoe")).parent().unwrap().to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::join_paths([tool].into_iter().chain(std::env::split_paths(&path))).unwrap()
    }

    /// The object that the tool prints.
    pub fn json(&self, args: &[&str], code: i32) -> Value {
        let output = self.hotshoe(args).arg("--json").output().expect("the tool starts");
        let object: Value = serde_json::from_slice(&output.stdout).expect("it is one JSON value");
        assert_eq!(output.status.code(), Some(code), "{object:#}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "everything is in the object");
        object
    }

    /// Makes what CI jobs leave behind: `plan.json`, and `dist` with the archives.
    pub fn build(&self) {
        let plan = self.json(&["plan"], 0);
        self.write("plan.json", &plan.to_string());
        let folder = ["--output", "dist/linux-x86_64", "--digests", "digests"];
        self.hotshoe(&[&["release", "build", "--platform", "linux-x86_64"], &folder[..]].concat()).assert().code(0);
    }

    /// Installs an archive that was released, and loads what it brought.
    pub fn install_and_load(&self, archive: &str, name: &str) {
        self.hotshoe(&["install", archive, "--root", "installed"]).assert().code(0);
        let folder = format!("installed/{name}/1.2.3");
        self.hotshoe(&["check", &folder, "--host", "harmonics", "--load"]).assert().code(0);
    }
}

/// What a program printed, all of it.
pub fn text(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}
