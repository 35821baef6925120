//! Whole projects for `hotshoe new`: what there is, and the files of each.
//!
//! Owns templates/, which is embedded in the tool; `words` says what stands for what in it, `write` puts a
//! project on disk. It never asks anybody anything.

mod words;
mod write;

use std::fs;
use std::path::{Path, PathBuf};

use hotshoe::error::{Code, Error, Result};
use hotshoe::interface::CONTRACT_ENTRY;
use hotshoe::profile::HostProfile;

pub use words::{Words, check_name};
pub use write::write;

/// Every file under templates/, by its path there.
const EMBEDDED: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// For projects on machines without an installed Hotshoe.
const ADD_PLUGIN: &str = include_str!("../../HotshoeAddPlugin.cmake");

/// What plugins of the contract in C and C++ carry beside it.
const CONTRACT: [(&str, &str); 3] = [
    ("cmake/hotshoe/plugin.h", include_str!("../../include/plugin.h")),
    ("cmake/hotshoe/contract.hpp", include_str!("../../include/contract.hpp")),
    ("cmake/hotshoe/folder.h", include_str!("../../include/folder.h")),
];

/// One kind of project.
pub struct Template {
    /// What it is called: `plugin-cpp`.
    pub name: &'static str,
    /// What it makes, in one line.
    pub summary: &'static str,
    /// The folders in templates/ that it is made of; files of a later one replace those of an earlier.
    folders: &'static [&'static str],
}

/// The templates there are.
pub const ALL: [Template; 6] = [
    Template {
        name: "plugin-cpp",
        summary: "a plugin in C++",
        folders: &["every", "every-c", "every-plugin", "plugin-cpp"],
    },
    Template { name: "plugin-c", summary: "a plugin in C", folders: &["every", "every-c", "every-plugin", "plugin-c"] },
    Template { name: "plugin-rust", summary: "a plugin in Rust", folders: &["every", "every-plugin", "plugin-rust"] },
    Template {
        name: "host-cpp",
        summary: "a program in C++ that takes plugins in C++",
        folders: &["every", "every-c", "every-host", "host-cpp"],
    },
    Template {
        name: "host-c",
        summary: "a program in C that takes plugins in C, C++ and Rust",
        folders: &["every", "every-c", "every-host", "every-c-host", "host-c"],
    },
    Template {
        name: "host-rust",
        summary: "a program in Rust that takes plugins in C, C++ and Rust",
        folders: &["every", "every-c", "every-host", "every-c-host", "host-rust"],
    },
];

/// A file of a project: its path and its text.
pub type File = (PathBuf, String);

impl Template {
    /// The template of that name.
    pub fn named(name: &str) -> Option<&'static Template> {
        ALL.iter().find(|template| template.name == name)
    }

    /// Whether it makes a plugin, which is for a host, and not a host.
    pub fn is_plugin(&self) -> bool {
        self.name.starts_with("plugin-")
    }

    /// Whether its projects are built with the copy of HotshoeAddPlugin.cmake that they carry.
    fn carries_module(&self) -> bool {
        self.is_plugin()
    }

    /// The files of a project, as they stand in templates/.
    ///
    /// A host may have files of its own for those who write its plugins. Such a host is known here by its name, or
    /// the files are beside its profile, in `templates/<template>/`. With `contract` the project is one of the contract of
    /// `hotshoe/plugin.h`: what is otherwise in it is in `contract/`.
    pub fn files(&self, host: Option<&HostChoice>, contract: bool) -> Result<Vec<File>> {
        let mut files = Vec::new();
        for folder in self.folders {
            put(&mut files, embedded(folder));
        }
        if self.carries_module() {
            put(&mut files, vec![("cmake/HotshoeAddPlugin.cmake".into(), ADD_PLUGIN.to_owned())]);
        }
        if contract {
            if !self.is_plugin() {
                let others = ["include", "plugins", "templates"];
                files.retain(|(path, _)| !others.iter().any(|folder| path.starts_with(folder)));
            }
            put(&mut files, self.files_of_contract());
        }
        // What a host has for its own entry is of no use to others.
        if let Some(host) = host.filter(|host| contract == host.is_of_contract()) {
            put(&mut files, self.files_of(host)?);
        }
        files.sort();
        Ok(files)
    }

    /// What a project of the contract has beside, or otherwise.
    fn files_of_contract(&self) -> Vec<File> {
        let mut files = Vec::new();
        let is_rust = self.name.ends_with("-rust");
        if self.is_plugin() && !is_rust {
            put(&mut files, CONTRACT.iter().map(|(path, text)| (path.into(), (*text).to_owned())).collect());
            put(&mut files, embedded("contract/every-c-plugin"));
        }
        if !self.is_plugin() {
            put(&mut files, embedded("contract/every-host"));
        }
        put(&mut files, embedded(&format!("contract/{}", self.name)));
        files
    }

    /// What a plugin for this host needs before it registers something, in the words of the template.
    pub fn needs(&self, host: &HostChoice) -> Result<Option<String>> {
        let is_rust = self.name == "plugin-rust";
        let entry = match self.name {
            "plugin-rust" => "src/lib.rs",
            "plugin-c" => "src/my_plugin.c",
            _ => "src/my_plugin.cpp",
        };
        let brings_entry = self.files_of(host)?.iter().any(|(path, _)| path == Path::new(entry));
        let needs = match (&host.file, brings_entry) {
            (Some(_), true) => return Ok(None),
            (None, true) => "install some-host, or put its headers into include/".to_owned(),
            (_, false) if is_rust => format!("say in {entry} what some-host hands over, and use it"),
            (_, false) => format!("put the header of some-host into include/, and use it in {entry}"),
        };
        Ok(Some(needs))
    }

    /// What the host has for this template.
    ///
    /// One that has templates for its plugins, and not this one, cannot be told from one whose plugins cannot be
    /// written so.
    fn files_of(&self, host: &HostChoice) -> Result<Vec<File>> {
        let templates = host.file.as_ref().map(|file| file.parent().unwrap_or(Path::new("")).join("templates"));
        // A host that is known here need not bring its own.
        let Some(templates) = templates.filter(|templates| !host.is_installed || templates.is_dir()) else {
            return Ok(embedded(&format!("hosts/{}/{}", host.profile.name, self.name)));
        };
        let brought: Vec<&str> =
            ALL.iter().map(|template| template.name).filter(|name| templates.join(name).is_dir()).collect();
        if !brought.is_empty() && !brought.contains(&self.name) && !host.is_of_contract() {
            let (host, brought) = (&host.profile.name, brought.join(", "));
            let message = format!("this host brings {brought} only, and nothing for `{}`", self.name);
            let hint = format!("make one of those; `--host {host}` makes a plugin that does not know its header");
            return Err(Error::new(Code::ARGUMENT_INVALID, message).hint(hint).at(templates));
        }
        in_folder(&templates.join(self.name), Path::new(""))
    }
}

/// Whom a plugin is for.
pub struct HostChoice {
    /// What the host expects.
    pub profile: HostProfile,
    /// Its `<name>.host.json`, if that was given or the host is installed; the project gets a copy.
    pub file: Option<PathBuf>,
    /// Whether the host is installed, and was found by its name.
    is_installed: bool,
    /// The text of that file.
    pub text: String,
}

impl HostChoice {
    /// The host of that name, or in that file.
    pub fn new(host: &Path) -> Result<HostChoice> {
        let profile = crate::args::profile(host, None)?;
        let is_named = host == Path::new(&profile.name);
        let file = if is_named { HostProfile::installed_file(&profile.name)? } else { Some(host.to_owned()) };
        let text = file.as_deref().map(read).transpose()?.unwrap_or_default();
        Ok(HostChoice { profile, is_installed: is_named && file.is_some(), file, text })
    }

    /// Whether its plugins are those of the contract of `hotshoe/plugin.h`: it has no entry of its own.
    pub fn is_of_contract(&self) -> bool {
        self.profile.native.entry == CONTRACT_ENTRY
    }

    /// What `HOST` and `--host` are given in the project.
    pub fn argument(&self) -> String {
        match self.file {
            Some(_) => format!("{}.host.json", self.profile.name),
            None => self.profile.name.clone(),
        }
    }
}

/// The files in a folder of templates/, relative to it.
fn embedded(folder: &str) -> Vec<File> {
    let inside = EMBEDDED.iter().filter_map(|(path, text)| {
        let path = path.strip_prefix(folder)?.strip_prefix('/')?;
        Some((PathBuf::from(path), (*text).to_owned()))
    });
    inside.collect()
}

/// Adds files; one that is there already is replaced.
fn put(files: &mut Vec<File>, more: Vec<File>) {
    files.retain(|(path, _)| !more.iter().any(|(other, _)| other == path));
    files.extend(more);
}

/// The files in a folder, if there is one.
fn in_folder(folder: &Path, prefix: &Path) -> Result<Vec<File>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let unreadable = |error| Error::new(Code::FOLDER_UNREADABLE, "the host's template cannot be read").because(error);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| unreadable(error).at(folder))? {
        let entry = entry.map_err(|error| unreadable(error).at(folder))?;
        let (path, relative) = (entry.path(), prefix.join(entry.file_name()));
        match path.is_dir() {
            true => files.extend(in_folder(&path, &relative)?),
            false => files.push((relative, read(&path)?)),
        }
    }
    Ok(files)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| {
        Error::new(Code::FOLDER_UNREADABLE, "a file of the host cannot be read").because(error).at(path)
    })
}
