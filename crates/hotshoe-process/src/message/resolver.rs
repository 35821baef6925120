//! Gathers the files that reflection returns, until none is missing.

use std::collections::{BTreeMap, BTreeSet};

use prost::Message as _;
use prost_reflect::DescriptorPool;
use prost_reflect::prost_types::{FileDescriptorProto, FileDescriptorSet};

use super::shown::{reason, shown};
use super::{MOST_BYTES, MOST_DESCRIPTOR_VALUES, MOST_FILES, MOST_IMPORTS, MOST_MESSAGES, Types, check, weigh};
use crate::failure::{Failure, Result};

/// Files of descriptors, in any order, of which some may still be missing.
///
/// ```
/// use hotshoe_process::message::{Resolver, tool_service};
///
/// let mut resolver = Resolver::new();
/// resolver.add(&tool_service::file())?;
/// while let Some(name) = resolver.ask() {
///     // Ask reflection for `file_by_filename`, and `add` what it returns. A file that it does not have is no error.
/// }
/// let types = resolver.build()?;
/// assert_eq!(types.method("Call")?.path(), "/pluginapi.ToolService/Call");
/// # Ok::<(), hotshoe_process::failure::Failure>(())
/// ```
#[derive(Clone, Debug)]
pub struct Resolver {
    known: DescriptorPool,
    files: BTreeMap<String, FileDescriptorProto>,
    asked: BTreeSet<String>,
    bytes: usize,
    values: usize,
    declared: usize,
    imports: usize,
    public_imports: usize,
}

impl Default for Resolver {
    fn default() -> Resolver {
        Resolver::new()
    }
}

impl Resolver {
    /// Without any file but those of Google's well-known types, which every one has.
    pub fn new() -> Resolver {
        Resolver {
            known: DescriptorPool::global(),
            files: BTreeMap::new(),
            asked: BTreeSet::new(),
            bytes: 0,
            values: 0,
            declared: 0,
            imports: 0,
            public_imports: 0,
        }
    }

    /// Takes a `google.protobuf.FileDescriptorProto` in bytes. The same one again is ignored; another one of the same
    /// name is an error.
    pub fn add(&mut self, file: &[u8]) -> Result<()> {
        self.weigh("google.protobuf.FileDescriptorProto", file)?;
        self.insert(FileDescriptorProto::decode(file).map_err(unreadable)?)
    }

    /// Takes a `google.protobuf.FileDescriptorSet` in bytes, as `protoc --descriptor_set_out` writes it.
    pub fn add_set(&mut self, set: &[u8]) -> Result<()> {
        self.weigh("google.protobuf.FileDescriptorSet", set)?;
        let set = FileDescriptorSet::decode(set).map_err(unreadable)?;
        set.file.into_iter().try_for_each(|file| self.insert(file))
    }

    /// The imported files that are not there, in order.
    pub fn missing(&self) -> Vec<String> {
        let imported: BTreeSet<&str> =
            self.files.values().flat_map(|file| &file.dependency).map(String::as_str).collect();
        imported.into_iter().filter(|name| !self.has(name)).map(str::to_owned).collect()
    }

    /// The next file to ask for; each is returned one time only, and not more than a plugin may
    /// have, so that a loop over it ends whatever is answered.
    pub fn ask(&mut self) -> Option<String> {
        if self.asked.len() >= MOST_FILES {
            return None;
        }
        let name = self.missing().into_iter().find(|name| !self.asked.contains(name))?;
        self.asked.insert(name.clone());
        Some(name)
    }

    /// The types of all files. Imports of files that are still missing do no harm as long as nothing of them is used.
    pub fn build(mut self) -> Result<Types> {
        let missing = self.missing();
        let order = check::order(&self.files)?;
        let files = order.iter().filter_map(|name| self.files.remove(name));
        let files: Vec<FileDescriptorProto> = files.map(|file| check::without(file, &missing)).collect();
        let mut pool = self.known;
        pool.add_file_descriptor_protos(files).map_err(|error| {
            let failure = check::failed(format!("its types cannot be built: {}", shown(&error.to_string())));
            match missing.first() {
                Some(missing) => failure.hint(format!("The plugin's reflection does not have `{}`.", shown(missing))),
                None => failure,
            }
        })?;
        check::pool(&pool)?;
        Ok(Types::new(pool))
    }

    fn has(&self, name: &str) -> bool {
        self.files.contains_key(name) || self.known.get_file_by_name(name).is_some()
    }

    fn insert(&mut self, mut file: FileDescriptorProto) -> Result<()> {
        self.declared += check::file(&mut file)?;
        self.imports += file.dependency.len();
        self.public_imports += file.public_dependency.len();
        if self.known.get_file_by_name(file.name()).is_some() {
            return Ok(());
        }
        match self.files.get(file.name()) {
            Some(there) if *there == file => return Ok(()),
            Some(_) => return Err(check::failed(format!("there are two different files `{}`", shown(file.name())))),
            None => self.files.insert(file.name().to_owned(), file),
        };
        at_most(self.files.len(), MOST_FILES, "files")?;
        at_most(self.imports, MOST_IMPORTS, "imports")?;
        at_most(self.public_imports, MOST_FILES, "public imports")?;
        at_most(self.declared, MOST_MESSAGES, "messages, enums and methods")
    }

    /// Counts before anything is read: two bytes can be a message that takes hundreds.
    fn weigh(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.bytes = self.bytes.saturating_add(bytes.len());
        at_most(self.bytes, MOST_BYTES, "bytes")?;
        if let Some(message) = self.known.get_message_by_name(name) {
            self.values += weigh::values(&message, bytes, MOST_DESCRIPTOR_VALUES);
        }
        at_most(self.values, MOST_DESCRIPTOR_VALUES, "values")
    }
}

fn at_most(count: usize, most: usize, what: &str) -> Result<()> {
    if count <= most { Ok(()) } else { Err(check::failed(format!("they have more than {most} {what}"))) }
}

fn unreadable(error: prost::DecodeError) -> Failure {
    check::failed(format!("they cannot be read: {}", reason(&error)))
        .hint("Write the file with `protoc --include_imports --descriptor_set_out`.")
}
