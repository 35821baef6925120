//! Archives of plugin folders, made and installed.

use std::fs;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use hotshoe::error::Code;
use hotshoe::package::{self, Format};
use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree};
use tar::{EntryType, Header};

use crate::make::make_with;
use crate::{harmonics, host_on};

const MANIFEST: &str = r#"{"name": "gain", "version": "1.2.3", "harmonics_version": ">=1.2,<2"}"#;

fn tree() -> PluginTree {
    PluginTree::new().plugin("gain", MANIFEST, &Library::c(GOOD_C_PLUGIN).build()).file("gain/presets/soft.txt", "soft")
}

#[test]
fn a_packaged_plugin_installs_and_loads() {
    let tree = tree();
    let made = package::make(&tree.path("gain"), &tree.path("dist"), Some(&harmonics())).unwrap();
    assert!(made.archive.ends_with("gain-1.2.3.tar.gz"));
    let names = ["gain/", "gain/plugin.json", "gain/libgain.so", "gain/presets/", "gain/presets/soft.txt"];
    assert_eq!(made.entries, names);

    let installed = &package::install(&made.archive, &tree.path("plugins")).unwrap().plugins[0].0;
    assert!(installed.path.ends_with("plugins/gain/1.2.3"));
    assert_eq!(fs::read_to_string(installed.path.join("presets/soft.txt")).unwrap(), "soft");
    let plugin = host_on(&tree.path("plugins")).load("gain", None, |_| Ok(())).unwrap();
    assert_eq!(plugin.version().unwrap().to_string(), "1.2.3");
}

#[test]
fn gnu_tar_lists_what_was_packaged() {
    let tree = tree();
    let made = package::make(&tree.path("gain"), &tree.path("dist"), None).unwrap();
    let listed = std::process::Command::new("tar").arg("tzf").arg(&made.archive).output().unwrap();
    let listed: Vec<String> = String::from_utf8(listed.stdout).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(listed, made.entries);
}

#[test]
fn every_format_installs_the_same_files() {
    let tree = tree();
    for format in Format::ALL {
        let made = make_with(&tree, |options| options.format = format).unwrap();
        assert!(made.archive.ends_with(format!("gain-1.2.3.{}", format.as_str())));
        let installed = &package::install(&made.archive, &tree.path(format.as_str())).unwrap().plugins[0].0.path;
        for file in ["plugin.json", "libgain.so", "presets/soft.txt"] {
            assert_eq!(fs::read(installed.join(file)).unwrap(), fs::read(tree.path("gain").join(file)).unwrap());
        }
    }
}

#[test]
fn the_same_folder_gives_the_same_bytes() {
    let (one, two) = (tree(), tree());
    fs::remove_file(two.path("gain/presets/soft.txt")).unwrap();
    let two = two.file("gain/presets/soft.txt", "soft");
    for format in Format::ALL {
        let bytes = |tree: &PluginTree| {
            let made = make_with(tree, |options| options.format = format).unwrap();
            fs::read(made.archive).unwrap()
        };
        assert_eq!(bytes(&one), bytes(&two), "{format:?}");
    }
}

#[test]
fn a_plugin_for_another_host_version_is_not_packaged() {
    let tree = tree();
    let mut profile = harmonics();
    profile.set_version("2.0.0").unwrap();
    let error = package::make(&tree.path("gain"), &tree.path("dist"), Some(&profile)).unwrap_err();
    assert_eq!(error.code(), Code::HOST_INCOMPATIBLE);
    assert!(!tree.path("dist").exists(), "nothing was written");
}

#[cfg(unix)]
#[test]
fn a_link_is_not_packaged() {
    let tree = tree();
    std::os::unix::fs::symlink("/etc/passwd", tree.path("gain/link")).unwrap();
    let error = package::make(&tree.path("gain"), &tree.path("dist"), None).unwrap_err();
    assert_eq!(error.code(), Code::PACKAGE_SOURCE);
}

/// An archive with one entry of each kind that is asked for; paths go in as they are.
fn archive(tree: &PluginTree, entries: &[(&str, EntryType)]) -> PathBuf {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, kind) in entries {
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_entry_type(*kind);
        header.set_mode(0o644);
        let content: &[u8] = if path.ends_with("plugin.json") { MANIFEST.as_bytes() } else { b"" };
        header.set_size(content.len() as u64);
        if matches!(kind, EntryType::Symlink | EntryType::Link) {
            header.set_link_name("../../outside").unwrap();
        }
        header.set_cksum();
        builder.append(&header, content).unwrap();
    }
    let bytes = builder.into_inner().unwrap().finish().unwrap();
    let path = tree.path("hostile.tar.gz");
    fs::write(&path, bytes).unwrap();
    path
}

fn install_refused(entries: &[(&str, EntryType)]) {
    let tree = PluginTree::new();
    let archive = archive(&tree, entries);
    let root = tree.path("plugins");
    let error = package::install(&archive, &root).expect_err(&format!("{entries:?}"));
    assert_eq!(error.code(), Code::ARCHIVE_REFUSED, "{entries:?}: {}", error.report());
    assert_eq!(content(&root), Vec::<PathBuf>::new(), "{entries:?} left something behind");
    assert!(!tree.path("outside").exists());
}

fn content(folder: &Path) -> Vec<PathBuf> {
    // A root that was made for an archive that is refused goes with it.
    folder.read_dir().into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn an_archive_that_reaches_outside_or_holds_more_than_files_is_refused_and_leaves_nothing() {
    let file = EntryType::Regular;
    for path in
        ["../outside", "gain/../../outside", "/outside", "C:outside", "gain\\..\\outside", "gain/con", "gain/a:b"]
    {
        install_refused(&[("gain/plugin.json", file), (path, file)]);
    }
    let other = [EntryType::Symlink, EntryType::Link, EntryType::Char, EntryType::Block, EntryType::Fifo];
    for kind in other {
        install_refused(&[("gain/plugin.json", file), ("gain/x", kind)]);
    }
    install_refused(&[("gain/plugin.json", file), ("gain/plugin.json", file)]);
    install_refused(&[("gain/plugin.json", file), ("gain/PLUGIN.json", file)]);
    install_refused(&[("gain/plugin.json", file), ("mute/plugin.json", file)]);
    install_refused(&[]);
}

#[test]
fn an_archive_cut_anywhere_is_refused_and_leaves_nothing() {
    let tree = tree();
    let made = package::make(&tree.path("gain"), &tree.path("dist"), None).unwrap();
    let bytes = fs::read(&made.archive).unwrap();
    for end in (0..bytes.len()).step_by(97) {
        fs::write(tree.path("cut.tar.gz"), &bytes[..end]).unwrap();
        let error = package::install(&tree.path("cut.tar.gz"), &tree.path("plugins")).unwrap_err();
        assert!(matches!(error.code(), Code::ARCHIVE_UNREADABLE | Code::ARCHIVE_REFUSED), "{}", error.report());
        assert!(content(&tree.path("plugins")).is_empty());
    }
}

#[test]
fn an_archive_without_a_top_folder_installs_under_the_manifests_name() {
    let tree = PluginTree::new();
    let archive = archive(&tree, &[("./plugin.json", EntryType::Regular), ("./libgain.so", EntryType::Regular)]);
    let installed = &package::install(&archive, &tree.path("plugins")).unwrap().plugins[0].0;
    assert!(installed.path.ends_with("gain/1.2.3"));
}

#[test]
fn a_plugin_that_would_not_be_found_is_not_installed() {
    let tree = tree();
    let made = package::make(&tree.path("gain"), &tree.path("dist"), None).unwrap();
    let tree = tree.file("plugins/gain/plugin.json", MANIFEST);
    let error = package::install(&made.archive, &tree.path("plugins")).unwrap_err();
    assert_eq!(error.code(), Code::ALREADY_INSTALLED);
    assert!(error.hint_text().unwrap().contains("called after its version"));
    assert!(!tree.path("plugins/gain/1.2.3").exists());
}

#[test]
fn an_archive_without_a_plugin_is_refused() {
    install_refused(&[("foo/readme.txt", EntryType::Regular)]);
    install_refused(&[(".foo/libfoo.so", EntryType::Regular)]);
}

#[test]
fn names_beyond_a_header_are_read_and_endless_ones_refused() {
    let long = format!("gain/presets/{}/{}.txt", "x".repeat(90), "y".repeat(90));
    let tree = tree().file(&long, "soft");
    let made = package::make(&tree.path("gain"), &tree.path("dist"), None).unwrap();
    let installed = &package::install(&made.archive, &tree.path("plugins")).unwrap().plugins[0].0;
    let inside = long.strip_prefix("gain/").unwrap();
    assert_eq!(fs::read_to_string(installed.path.join(inside)).unwrap(), "soft");

    for kind in [EntryType::GNULongName, EntryType::XHeader, EntryType::XGlobalHeader] {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(10 << 20);
        header.set_cksum();
        let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        builder.append(&header, &vec![b'x'; 10 << 20][..]).unwrap();
        fs::write(tree.path("endless.tar.gz"), builder.into_inner().unwrap().finish().unwrap()).unwrap();
        let error = package::install(&tree.path("endless.tar.gz"), &tree.path("other")).unwrap_err();
        assert_eq!(error.code(), Code::ARCHIVE_REFUSED, "{kind:?}");
    }
}

#[test]
fn what_the_systems_tar_packs_in_any_of_its_formats_installs() {
    let long = format!("gain/presets/{}/{}.txt", "x".repeat(90), "y".repeat(90));
    for format in ["gnu", "pax", "ustar"] {
        let tree = if format == "ustar" { tree() } else { tree().file(&long, "soft") };
        let packed = std::process::Command::new("tar")
            .args(["czf", "packed.tar.gz", &format!("--format={format}"), "gain"])
            .current_dir(tree.root())
            .status();
        assert!(packed.unwrap().success());
        let installed = package::install(&tree.path("packed.tar.gz"), &tree.path("plugins"));
        assert!(installed.unwrap().plugins[0].0.path.ends_with("gain/1.2.3"), "{format}");
    }
}
