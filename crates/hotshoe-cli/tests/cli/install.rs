//! `hotshoe install`

use std::fs;

use flate2::Compression;
use flate2::write::GzEncoder;
use hotshoe_testkit::PluginTree;
use snapbox::str;

use crate::{GAIN, gain, hotshoe, json};

const INSTALL: [&str; 4] = ["install", "gain-1.2.3.tar.gz", "--root", "plugins"];

fn packaged() -> PluginTree {
    let tree = gain();
    hotshoe(&tree, &["package", "gain"]).assert().code(0);
    tree
}

/// These bytes, under the name of a good archive.
fn downloaded(bytes: &[u8]) -> PluginTree {
    PluginTree::new().file("gain-1.2.3.tar.gz", bytes)
}

#[test]
fn an_archive_is_installed_and_found() {
    let tree = packaged();
    hotshoe(&tree, &INSTALL)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
installed gain 1.2.3 into plugins/gain/1.2.3

"#]])
        .stderr_eq(str![]);
    let args = ["list", "--host", "harmonics", "--path", "plugins"];
    hotshoe(&tree, &args)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
✓ gain                 1.2.3      [..]/plugins/gain/1.2.3

"#]])
        .stderr_eq(str![]);
}

#[test]
fn what_is_installed_is_not_overwritten() {
    let tree = packaged();
    hotshoe(&tree, &INSTALL).assert().code(0);
    hotshoe(&tree, &INSTALL).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: this version is installed already [already-installed]
  in plugins/gain/1.2.3
  hint: remove the folder first, if it is to be replaced

"#]]);
}

#[test]
fn an_archive_that_reaches_outside_is_refused() {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, content) in [("gain/plugin.json", GAIN), ("gain/../../outside", "x")] {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, content.as_bytes()).unwrap();
    }
    let tree = downloaded(&builder.into_inner().unwrap().finish().unwrap());
    hotshoe(&tree, &INSTALL).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: the entry `gain/../../outside` does not stay in its folder [archive-refused]
  in gain-1.2.3.tar.gz
  hint: do not install it; ask its author for an archive made by `hotshoe package`

"#]]);
    assert!(!tree.path("outside").exists());
    assert_eq!(fs::read_dir(tree.path("plugins")).unwrap().count(), 0);
}

#[test]
fn a_page_that_was_downloaded_instead_is_called_so() {
    let tree = downloaded(b"<!DOCTYPE html>\n<title>404 Not Found</title>\n");
    hotshoe(&tree, &INSTALL).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: the archive is an HTML page [archive-unreadable]
  in gain-1.2.3.tar.gz
  hint: a failed download leaves such a page behind: fetch the archive again

"#]]);
}

#[test]
fn an_archive_that_is_damaged_or_not_there_is_an_error() {
    let bytes = fs::read(packaged().path("gain-1.2.3.tar.gz")).unwrap();
    let tree = downloaded(&bytes[..bytes.len() / 2]);
    hotshoe(&tree, &INSTALL).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: the archive is damaged [archive-unreadable]
  in gain-1.2.3.tar.gz
  because: incomplete deflate stream
  hint: fetch it again

"#]]);
    hotshoe(&downloaded(b"plugins: see the wiki"), &INSTALL).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: the file is no archive [archive-unreadable]
  in gain-1.2.3.tar.gz
  hint: give a .tar.gz, a .tar.zst, a .zip or a .tar; if it should be one, fetch it again

"#]]);
    hotshoe(&gain(), &INSTALL).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: the archive cannot be read [archive-unreadable]
  in gain-1.2.3.tar.gz
  because: No such file or directory (os error 2)
  hint: check that the file exists and that you may read it

"#]]);
}

#[test]
fn json_has_what_was_installed() {
    let tree = packaged();
    let installed = json(&tree, &INSTALL, 0)["installed"].take();
    assert_eq!((&installed["name"], &installed["version"]), (&"gain".into(), &"1.2.3".into()));
    assert_eq!(installed["path"], "plugins/gain/1.2.3");
    let error = json(&tree, &INSTALL, 3)["error"].take();
    assert_eq!((&error["code"], &error["stage"]), (&"already-installed".into(), &"package".into()));
}
