use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::thread;

use proptest::prelude::*;

use super::*;
use crate::catalog::{Catalog, Rules, SearchPath, scan};
use crate::manifest::Kinds;

/// A root, and indexes that take any file that was not written this instant.
struct Place {
    scratch: tempfile::TempDir,
    profile: HostProfile,
}

impl Place {
    fn new() -> Place {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        fs::create_dir_all(scratch.path().join("root")).expect("a root");
        Place { scratch, profile: HostProfile::named("harmonics").expect("a name") }
    }

    fn of(names: &[&str]) -> Place {
        let place = Place::new();
        for name in names {
            place.plugin(name, name, "1.0.0").expect("a plugin");
        }
        place
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.scratch.path().join(relative)
    }

    fn write(&self, relative: &str, text: &str) -> io::Result<()> {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        fs::write(path, text)
    }

    /// A plugin in a folder of the root.
    fn plugin(&self, folder: &str, name: &str, version: &str) -> io::Result<()> {
        self.write(&format!("root/{folder}/plugin.json"), &manifest(name, version))?;
        self.write(&format!("root/{folder}/lib{name}.so"), "")
    }

    fn indexes(&self, rest: Duration) -> Indexes {
        Indexes { folder: self.path("cache/hotshoe/catalog"), fewest: 1, rest }
    }

    fn scan_with(&self, indexes: Option<Indexes>) -> String {
        let search_path = SearchPath::from_iter([self.path("root")]);
        shown(&scan::scan(
            Rules { profile: &self.profile, kinds: &Kinds::built_in(), reach: &Reach::BY_PATH },
            &search_path,
            indexes,
        ))
    }

    fn scan(&self) -> String {
        self.scan_with(Some(self.indexes(Duration::ZERO)))
    }

    fn scan_without(&self) -> String {
        self.scan_with(None)
    }

    /// The index of the root.
    fn file(&self) -> PathBuf {
        let indexes = self.indexes(Duration::ZERO);
        indexes.of_root(&fs::canonicalize(self.path("root")).expect("a root")).expect("an index").file
    }

    /// Puts another manifest into the index, in place of the one that lies in the root.
    fn falsify(&self, name: &str, bytes: &str) {
        let root = fs::canonicalize(self.path("root")).expect("a root");
        let index = self.indexes(Duration::ZERO).of_root(&root).expect("an index");
        let path = root.join(name).join("plugin.json");
        let folder = root.join(name);
        let mut reading = Reading::of(&folder, &Reach::BY_PATH);
        reading.read(&path).expect("a manifest");
        reading.manifest.as_mut().expect("what was read").2 = bytes.as_bytes().to_vec();
        let (known, mut seen) = (index.known(), Seen::default());
        known.keep_plugin(&folder, reading, &folder.join(format!("lib{name}.so")), &mut seen);
        index.keep(&known, vec![seen]);
    }
}

fn manifest(name: &str, version: &str) -> String {
    format!(r#"{{"name": "{name}", "version": "{version}", "library": "lib{name}.so"}}"#)
}

fn shown(catalog: &Catalog) -> String {
    serde_json::to_string_pretty(catalog).expect("JSON")
}

/// Longer than the tick of a file system's clock.
fn tick() {
    thread::sleep(Duration::from_millis(15));
}

#[test]
fn what_is_known_is_not_opened_again() {
    let place = Place::of(&["delay", "gain"]);
    tick();
    place.scan();
    place.falsify("gain", &manifest("gain", "9.9.9"));
    assert!(place.scan().contains("9.9.9"), "the manifest was read again");
    assert!(!place.scan_without().contains("9.9.9"));
}

#[test]
fn a_manifest_that_changed_is_read_again() {
    let place = Place::of(&["delay", "gain"]);
    tick();
    place.scan();
    place.falsify("gain", &manifest("gain", "9.9.9"));
    tick();
    // Of the same length, and with the same time of its content.
    let path = place.path("root/gain/plugin.json");
    let before = fs::metadata(&path).and_then(|metadata| metadata.modified()).expect("a time");
    fs::write(&path, manifest("gain", "2.0.0")).expect("a manifest");
    File::options().write(true).open(&path).and_then(|file| file.set_modified(before)).expect("a file");
    assert!(place.scan().contains("2.0.0"));
}

#[test]
fn a_link_that_leads_elsewhere_is_followed_again() {
    let place = Place::of(&["gain"]);
    place.write("old.json", &manifest("gain", "1.0.0")).expect("a file");
    place.write("new.json", &manifest("gain", "2.0.0")).expect("a file");
    let link = place.path("root/gain/plugin.json");
    fs::remove_file(&link).expect("a file");
    std::os::unix::fs::symlink(place.path("old.json"), &link).expect("a link");
    tick();
    assert!(place.scan().contains("1.0.0"));
    fs::remove_file(&link).expect("a link");
    std::os::unix::fs::symlink(place.path("new.json"), &link).expect("a link");
    assert!(place.scan().contains("2.0.0"));
}

#[test]
fn what_was_just_written_is_not_kept() {
    let place = Place::of(&["gain"]);
    let indexes = || Some(place.indexes(Duration::from_secs(2)));
    place.scan_with(indexes());
    place.scan_with(indexes());
    assert_eq!(place.indexes(Duration::ZERO).of_root(&place.path("root")).expect("an index").known().known.len(), 0);
}

#[test]
fn a_damaged_index_is_made_anew() {
    let place = Place::of(&["delay", "gain"]);
    tick();
    let right = place.scan();
    let whole = fs::read(place.file()).expect("an index");
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 1 << (at % 8);
        for bytes in [&damaged[..], &whole[..at]] {
            fs::write(place.file(), bytes).expect("an index");
            assert_eq!(place.scan(), right, "byte {at}");
            assert_eq!(fs::read(place.file()).expect("an index"), whole, "byte {at}");
        }
    }
}

#[test]
fn the_index_of_another_root_says_nothing() {
    let (place, other) = (Place::of(&["gain"]), Place::of(&["gain"]));
    tick();
    place.scan();
    other.scan();
    fs::copy(other.file(), place.file()).expect("an index");
    let root = fs::canonicalize(place.path("root")).expect("a root");
    assert!(place.indexes(Duration::ZERO).of_root(&root).expect("an index").known().known.is_empty());
    assert!(place.scan().contains("gain"));
}

#[test]
fn an_index_that_others_could_write_is_not_read() {
    let place = Place::of(&["gain"]);
    tick();
    place.scan();
    assert_eq!(fs::metadata(place.file()).expect("an index").permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(place.path("cache/hotshoe")).expect("a folder").permissions().mode() & 0o777, 0o700);
    place.falsify("gain", &manifest("gain", "9.9.9"));
    for mode in [0o620, 0o602, 0o644] {
        let falsified = fs::read(place.file()).expect("an index");
        fs::set_permissions(place.file(), fs::Permissions::from_mode(mode)).expect("permissions");
        assert!(!place.scan().contains("9.9.9"), "{mode:o}");
        fs::write(place.file(), falsified).expect("an index");
    }
    fs::remove_file(place.file()).expect("an index");
    fs::set_permissions(place.path("cache/hotshoe/catalog"), fs::Permissions::from_mode(0o777)).expect("permissions");
    place.scan();
    assert!(!place.file().exists(), "an index was written where others may put one in its place");
}

#[test]
fn a_cache_folder_that_cannot_be_had_changes_nothing() {
    let place = Place::of(&["gain"]);
    tick();
    place.write("cache", "no folder").expect("a file");
    assert_eq!(place.scan(), place.scan_without());
}

#[test]
fn a_folder_in_the_place_of_an_index_changes_nothing() {
    let place = Place::of(&["gain"]);
    tick();
    fs::create_dir_all(place.file()).expect("a folder");
    assert_eq!(place.scan(), place.scan_without());
}

#[test]
fn few_plugins_need_no_index() {
    let place = Place::of(&["delay", "gain"]);
    tick();
    place.scan_with(Some(Indexes { fewest: 3, ..place.indexes(Duration::ZERO) }));
    assert!(!place.path("cache").exists());
}

#[test]
fn many_at_once_leave_a_good_one() {
    let place = Place::of(&["delay", "gain", "phaser"]);
    tick();
    let right = place.scan_without();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..20 {
                    assert_eq!(place.scan(), right);
                    let _ = fs::remove_file(place.file());
                }
            });
        }
    });
    place.scan();
    assert_eq!(fs::read_dir(place.path("cache/hotshoe/catalog")).expect("a folder").count(), 1, "something is left");
    let root = fs::canonicalize(place.path("root")).expect("a root");
    assert_eq!(place.indexes(Duration::ZERO).of_root(&root).expect("an index").known().known.len(), 4);
}

#[test]
fn an_index_that_says_all_is_not_written_again() {
    let place = Place::of(&["delay", "gain"]);
    place.plugin("../store", "phaser", "1.0.0").expect("a plugin");
    for link in ["phaser", "phaser-1.0.0"] {
        std::os::unix::fs::symlink(place.path("store"), place.path("root").join(link)).expect("a link");
    }
    tick();
    place.scan();
    let inode = || std::os::unix::fs::MetadataExt::ino(&fs::metadata(place.file()).expect("an index"));
    let before = inode();
    // Kept open, so that no other file gets its number.
    let _open = File::open(place.file()).expect("an index");
    place.scan();
    assert_eq!(inode(), before, "written once more");
}

#[test]
fn what_is_gone_is_forgotten() {
    let place = Place::of(&["delay", "gain"]);
    tick();
    place.scan();
    let before = fs::metadata(place.file()).expect("an index").len();
    fs::remove_dir_all(place.path("root/delay")).expect("a folder");
    assert!(!place.scan().contains("delay"));
    assert!(fs::metadata(place.file()).expect("an index").len() < before);
}

/// What may happen to a root between two starts.
#[derive(Clone, Debug)]
enum Change {
    Install(usize, u8),
    Version(usize, u8),
    Remove(usize),
    Break(usize),
    Rename(usize, usize),
    Link(usize, usize),
    LinkManifest(usize, usize),
    Describe(usize),
    DropLibrary(usize),
    Touch(usize),
    Profile(bool),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let which = || 0..NAMES.len();
    let change = prop_oneof![
        (which(), 0..4u8).prop_map(|(name, version)| Change::Install(name, version)),
        (which(), 0..4u8).prop_map(|(name, version)| Change::Version(name, version)),
        which().prop_map(Change::Remove),
        which().prop_map(Change::Break),
        (which(), which()).prop_map(|(from, to)| Change::Rename(from, to)),
        (which(), which()).prop_map(|(from, to)| Change::Link(from, to)),
        (which(), which()).prop_map(|(from, to)| Change::LinkManifest(from, to)),
        which().prop_map(Change::Describe),
        which().prop_map(Change::DropLibrary),
        which().prop_map(Change::Touch),
        any::<bool>().prop_map(Change::Profile),
    ];
    prop::collection::vec(change, 1..12)
}

const NAMES: [&str; 4] = ["chorus", "delay", "gain", "phaser"];

impl Place {
    fn change(&mut self, change: &Change) {
        let folder = |number: usize| self.path("root").join(NAMES[number]);
        let json = |number: usize| folder(number).join("plugin.json");
        // What is not there cannot be changed; that is a change too few, and no fault.
        let _ = match *change {
            Change::Install(name, version) => self.plugin(NAMES[name], NAMES[name], &format!("1.0.{version}")),
            Change::Version(name, version) => {
                let folder = format!("{}/1.0.{version}", NAMES[name]);
                self.plugin(&folder, NAMES[name], &format!("1.0.{version}"))
            }
            Change::Remove(name) => fs::remove_dir_all(folder(name)).or_else(|_| fs::remove_file(folder(name))),
            Change::Break(name) => fs::write(json(name), "{"),
            Change::Rename(from, to) => fs::rename(folder(from), folder(to)),
            Change::Link(from, to) => std::os::unix::fs::symlink(folder(from), folder(to)),
            Change::LinkManifest(from, to) => {
                let _ = fs::remove_file(json(to));
                std::os::unix::fs::symlink(json(from), json(to))
            }
            Change::Describe(name) => fs::write(folder(name).join("pluginDescription.xml"), "<PluginDescription/>"),
            Change::DropLibrary(name) => fs::remove_file(folder(name).join(format!("lib{}.so", NAMES[name]))),
            Change::Touch(name) => fs::set_permissions(json(name), fs::Permissions::from_mode(0o640)),
            Change::Profile(other) => {
                self.profile.version_key = if other { "other_version" } else { "harmonics_version" }.to_owned();
                Ok(())
            }
        };
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_it_says_is_what_is_there(changes in changes()) {
        let mut place = Place::new();
        for change in &changes {
            place.change(change);
            prop_assert_eq!(place.scan(), place.scan_without());
            tick();
            // This one may be answered from the index that the one before has written.
            prop_assert_eq!(place.scan(), place.scan_without());
        }
    }
}
