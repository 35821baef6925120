//! A disk that forgets: what is left of a sequence of changes if the power is cut.
//!
//! The model is that of POSIX: what was written to a file is safe after an fsync of the file, and an entry of
//! a folder after an fsync of the folder. All the rest may be there or not. An exchange of two folders is one
//! step of the file system's journal, so it is safe in both places at once.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::strace::Call;

/// What is lost of what was not synced.
#[derive(Clone, Copy, Debug)]
pub enum Loss {
    /// The content of files, but no entry of a folder.
    Content,
    /// Entries of folders and content of files.
    Everything,
}

impl Loss {
    pub const ALL: [Loss; 2] = [Loss::Content, Loss::Everything];
}

type Node = Rc<RefCell<Inode>>;

/// A file or a folder: as it is, and what of it is safe.
enum Inode {
    File { now: Vec<u8>, safe: Vec<u8> },
    Folder { now: BTreeMap<OsString, Node>, safe: BTreeMap<OsString, Node> },
}

/// A root on a disk.
pub struct Disk {
    path: PathBuf,
    root: Node,
    /// The folders around what was exchanged.
    exchanged: Vec<[PathBuf; 2]>,
}

impl Disk {
    /// A disk that holds, safely, what is in `before`, at the path `root`.
    pub fn of(before: &Path, root: &Path) -> Disk {
        let parent = fs::canonicalize(root.parent().expect("it has one")).expect("it is there");
        Disk { path: parent.join(root.file_name().expect("it has one")), root: read(before), exchanged: Vec::new() }
    }

    /// Makes a change; what is elsewhere is left out.
    pub fn apply(&mut self, call: &Call) {
        match call {
            Call::MakeFolder(path) => self.put(path, folder(BTreeMap::new())),
            Call::Open(path) if self.find(path).is_none() => self.put(path, file(Vec::new())),
            Call::Open(_) => {}
            Call::Write(path, bytes) => self.change(path, |inode| match inode {
                Inode::File { now, .. } => now.extend(bytes),
                Inode::Folder { .. } => panic!("{} is a folder", path.display()),
            }),
            Call::Sync(path) => {
                let pairs = self.exchanged.extract_if(.., |pair| pair.contains(path)).flatten();
                let paths: Vec<PathBuf> = pairs.chain([path.clone()]).collect();
                for path in paths {
                    self.change(&path, |inode| match inode {
                        Inode::File { now, safe } => safe.clone_from(now),
                        Inode::Folder { now, safe } => safe.clone_from(now),
                    });
                }
            }
            Call::Rename(from, to) => {
                if let Some(node) = self.take(from) {
                    self.put(to, node);
                }
            }
            Call::Exchange(one, other) => {
                let (first, second) = (self.take(one).expect("it is there"), self.take(other).expect("it is there"));
                self.put(one, second);
                self.put(other, first);
                self.exchanged.push([one, other].map(|path| path.parent().expect("it has one").to_owned()));
            }
            Call::Remove(path) => drop(self.take(path)),
        }
    }

    /// Writes what is left after a power cut to a new folder.
    pub fn write(&self, loss: Loss, folder: &Path) {
        write(&self.root, loss, folder);
    }

    /// The thing at a path, unless that is elsewhere or nothing is there.
    fn find(&self, path: &Path) -> Option<Node> {
        let mut node = self.root.clone();
        for name in path.strip_prefix(&self.path).ok()? {
            let inside = match &*node.borrow() {
                Inode::Folder { now, .. } => now.get(name)?.clone(),
                Inode::File { .. } => return None,
            };
            node = inside;
        }
        Some(node)
    }

    fn change(&self, path: &Path, change: impl FnOnce(&mut Inode)) {
        if let Some(node) = self.find(path) {
            change(&mut node.borrow_mut());
        }
    }

    fn put(&self, path: &Path, node: Node) {
        self.change(path.parent().unwrap_or(path), |inode| {
            let Inode::Folder { now, .. } = inode else { panic!("{} is in no folder", path.display()) };
            now.insert(path.file_name().expect("it has a name").to_owned(), node);
        });
    }

    fn take(&self, path: &Path) -> Option<Node> {
        let mut taken = None;
        self.change(path.parent()?, |inode| {
            let Inode::Folder { now, .. } = inode else { panic!("{} is in no folder", path.display()) };
            taken = now.remove(path.file_name().expect("it has a name"));
        });
        taken
    }
}

/// A new file or folder is not safe, even if it is empty; one that was read is.
fn file(now: Vec<u8>) -> Node {
    Rc::new(RefCell::new(Inode::File { now, safe: Vec::new() }))
}

fn folder(now: BTreeMap<OsString, Node>) -> Node {
    Rc::new(RefCell::new(Inode::Folder { now, safe: BTreeMap::new() }))
}

fn read(path: &Path) -> Node {
    let node = match path.is_dir() {
        false => file(fs::read(path).expect("it is readable")),
        true => {
            let entries = fs::read_dir(path).expect("it is readable").map(|entry| entry.expect("readable"));
            folder(entries.map(|entry| (entry.file_name(), read(&entry.path()))).collect())
        }
    };
    match &mut *node.borrow_mut() {
        Inode::File { now, safe } => safe.clone_from(now),
        Inode::Folder { now, safe } => safe.clone_from(now),
    }
    node
}

fn write(node: &Node, loss: Loss, path: &Path) {
    match (&*node.borrow(), loss) {
        (Inode::File { safe, .. }, _) => fs::write(path, safe).expect("it is writable"),
        (Inode::Folder { now: entries, .. }, Loss::Content)
        | (Inode::Folder { safe: entries, .. }, Loss::Everything) => {
            fs::create_dir(path).expect("it is new");
            for (name, node) in entries {
                write(node, loss, &path.join(name));
            }
        }
    }
}
