//! `hotshoe install`

use std::fs;

use flate2::Compression;
use flate2::write::GzEncoder;
use hotshoe_testkit::PluginTree;
use serde_json::Value;
use snapbox::str;

use crate::{GAIN, gain, hotshoe, json};

const INSTALL: [&str; 4] = ["install", "gain-1.2.3.tar.gz", "--root", "plugins"];

fn packaged() -> PluginTree {
    let tree = gain();
    hotshoe(&tree, &["package", "gain"]).assert().code(0);
    tree
}

/// What is told of an archive that nobody signed.
const UNSIGNED: &str = "\
warning[signature-missing]: it is not signed: nothing says who made it
  in gain-1.2.3.tar.gz
  hint: use it only if you trust where it came from; `hotshoe install --require-signature` takes nothing that was not verified
";

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
        .stderr_eq(UNSIGNED);
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
fn the_same_archive_again_is_no_error() {
    let tree = packaged();
    hotshoe(&tree, &INSTALL).assert().code(0);
    hotshoe(&tree, &INSTALL)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
there already: gain 1.2.3 in plugins/gain/1.2.3

"#]])
        .stderr_eq(UNSIGNED);
}

#[test]
fn another_build_of_a_version_does_not_overwrite_it_unless_asked() {
    let tree = packaged();
    hotshoe(&tree, &INSTALL).assert().code(0);
    let tree = tree.file("gain/readme.txt", "another build");
    hotshoe(&tree, &["package", "gain"]).assert().code(0);
    hotshoe(&tree, &INSTALL).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: plugin `gain`: another plugin lies here already, or another build of this version [already-installed]
  in plugins/gain/1.2.3
  hint: compare them; `--replace` puts the new one in its place and keeps the old one out of use

"#]]);
    let args = [&INSTALL[..], &["--replace"]].concat();
    hotshoe(&tree, &args)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
installed gain 1.2.3 into plugins/gain/1.2.3; what was there is kept, out of use

"#]])
        .stderr_eq(UNSIGNED);
    let args = ["list", "--installed", "--root", "plugins"];
    hotshoe(&tree, &args)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
  gain                 1.2.3      out of use
✓ gain                 1.2.3      plugins/gain/1.2.3

"#]])
        .stderr_eq(str![]);
}

#[test]
fn what_the_host_would_not_take_is_told_when_it_is_installed_for_it() {
    let tree = packaged()
        .file("old.host.json", r#"{"name": "harmonics", "version": "0.9.0"}"#)
        .file("other.host.json", r#"{"name": "reverbs"}"#);
    let newer = r#"{"name": "gain", "version": "1.3.0", "harmonics_version": ">=1.2"}"#;
    let tree = tree.file("gain/plugin.json", newer);
    hotshoe(&tree, &["package", "gain"]).assert().code(0);
    let said = |archive: &str, host: &str| {
        let output = json(&tree, &["install", archive, "--host", host, "--root", &format!("of-{host}")], 0);
        let diagnostics = output["diagnostics"].as_array().unwrap().clone();
        let of_host = diagnostics.into_iter().filter(|found| found["code"] != "signature-missing");
        of_host.map(|found| format!("{} {}", found["code"], found["message"])).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(said("gain-1.2.3.tar.gz", "harmonics"), "");
    assert_eq!(said("gain-1.3.0.tar.gz", "harmonics"), "", "its version is not known");
    let old = said("gain-1.3.0.tar.gz", "old.host.json");
    assert!(old.starts_with(r#""host-incompatible" "it is installed, and harmonics would not take it: "#), "{old}");
    let other = said("gain-1.2.3.tar.gz", "other.host.json");
    assert!(other.starts_with(r#""entry-missing" "it is installed, and reverbs would not take it: "#), "{other}");
}

#[test]
fn it_goes_where_the_host_looks_first() {
    let tree = packaged();
    let args = ["install", "gain-1.2.3.tar.gz", "--host", "harmonics"];
    hotshoe(&tree, &args)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
installed gain 1.2.3 into [..]/data/harmonics/plugins/gain/1.2.3

"#]])
        .stderr_eq(UNSIGNED);
    let command = hotshoe(&tree, &args).env("HARMONICS_PLUGIN_PATH", "mine:theirs");
    command
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
installed gain 1.2.3 into mine/gain/1.2.3

"#]])
        .stderr_eq(UNSIGNED);
    let args = ["install", "gain-1.2.3.tar.gz"];
    hotshoe(&tree, &args).assert().code(2).stdout_eq(str![]).stderr_eq(str![[r#"
error: the following required arguments were not provided:
  <--root <DIR>|--host <NAME|FILE>>

Usage: hotshoe install <--root <DIR>|--host <NAME|FILE>> <ARCHIVE>

For more information, try '--help'.

"#]]);
}

#[test]
fn a_version_goes_out_of_use_and_comes_back() {
    let tree = packaged().file("gain/plugin.json", GAIN.replace("1.2.3", "1.3.0"));
    hotshoe(&tree, &["package", "gain"]).assert().code(0);
    hotshoe(&tree, &INSTALL).assert().code(0);
    hotshoe(&tree, &["install", "gain-1.3.0.tar.gz", "--root", "plugins"]).assert().code(0);
    let rollback = ["rollback", "gain", "--root", "plugins"];
    hotshoe(&tree, &rollback)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
in use gain 1.2.3 in plugins/gain/1.2.3
  out of use, and kept: gain 1.3.0

"#]])
        .stderr_eq(str![]);
    hotshoe(&tree, &rollback).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: plugin `gain`: there is no version before this one [not-installed]
  in plugins/gain/1.2.3
  hint: `hotshoe rollback gain@1.3.0 --root plugins` brings the newer one back

"#]]);
    let args = ["list", "--installed", "--root", "plugins"];
    hotshoe(&tree, &args)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
✓ gain                 1.2.3      plugins/gain/1.2.3
  gain                 1.3.0      out of use

"#]])
        .stderr_eq(str![]);
    let back = json(&tree, &["rollback", "gain@1.3.0", "--root", "plugins"], 0);
    assert_eq!((&back["in_use"]["version"], &back["out_of_use"]), (&"1.3.0".into(), &Vec::<Value>::new().into()));
    let args = ["prune", "--root", "plugins", "--keep", "1", "--dry-run"];
    hotshoe(&tree, &args)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
would remove gain 1.2.3 from plugins/gain/1.2.3

"#]])
        .stderr_eq(str![]);
    let args = ["prune", "--root", "plugins", "--keep", "1"];
    hotshoe(&tree, &args)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
removed gain 1.2.3 from plugins/gain/1.2.3

"#]])
        .stderr_eq(str![]);
    hotshoe(&tree, &args)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
nothing to remove

"#]])
        .stderr_eq(str![]);
}

#[test]
fn what_was_changed_and_replaced_is_kept_and_told() {
    let tree = packaged();
    hotshoe(&tree, &INSTALL).assert().code(0);
    let tree = tree.file("plugins/gain/1.2.3/plugin.json", "{}");
    let args = [&INSTALL[..], &["--replace"]].concat();
    hotshoe(&tree, &args).assert().code(0);
    let args = ["prune", "--root", "plugins"];
    hotshoe(&tree, &args)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
nothing to remove
  kept, for its files were changed: gain 1.2.3 in plugins/.hotshoe/aside/gain-1.2.3-1

"#]])
        .stderr_eq(str![]);
}

#[test]
fn a_plugin_is_uninstalled_unless_something_in_it_was_changed() {
    let tree = packaged();
    hotshoe(&tree, &INSTALL).assert().code(0);
    let tree = tree.file("plugins/gain/1.2.3/presets/mine.txt", "mine");
    let uninstall = ["uninstall", "gain", "--root", "plugins"];
    hotshoe(&tree, &uninstall).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: plugin `gain`: it is not as it was installed: presets/mine.txt was added [installed-changed]
  in plugins/gain/1.2.3
  hint: save what is of use, then do it again with `--force`; `hotshoe verify --installed` lists all

"#]]);
    fs::remove_dir_all(tree.path("plugins/gain/1.2.3/presets")).unwrap();
    hotshoe(&tree, &uninstall)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
removed gain 1.2.3 from plugins/gain/1.2.3

"#]])
        .stderr_eq(str![]);
    hotshoe(&tree, &uninstall).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: `gain` was not installed here by Hotshoe [not-installed]
  in plugins
  hint: Hotshoe installed nothing here: see that it is the right folder; what was copied here is removed by hand

"#]]);
    let args = ["list", "--installed", "--root", "plugins"];
    hotshoe(&tree, &args)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
Hotshoe has installed nothing in plugins

"#]])
        .stderr_eq(str![]);
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
    assert!(!tree.path("plugins").exists());
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
fn what_is_not_installed_is_told_with_what_is() {
    let tree = packaged();
    hotshoe(&tree, &INSTALL).assert().code(0);
    let hint = |args: &[&str]| {
        let error = json(&tree, &[args, &["--root", "plugins"]].concat(), 3)["error"].take();
        assert_eq!(error["code"], "not-installed");
        error["hint"].as_str().unwrap().to_owned()
    };
    snapbox::assert_data_eq!(
        hint(&["uninstall", "gian"]),
        str!["did you mean `gain`? `hotshoe list --installed --root plugins` shows what was"]
    );
    snapbox::assert_data_eq!(
        hint(&["uninstall", "reverb"]),
        str![
            "`hotshoe list --installed --root plugins` shows what was; a folder that was copied here is removed by hand"
        ]
    );
    snapbox::assert_data_eq!(hint(&["uninstall", "gain@2"]), str!["there is 1.2.3"]);
    snapbox::assert_data_eq!(hint(&["rollback", "gain@2"]), str!["there is 1.2.3"]);
    hotshoe(&tree, &["prune", "gian", "--root", "plugins"]).assert().code(0).stderr_eq(str![[r#"
warning[not-installed]: `gian` was not installed here by Hotshoe
  in plugins
  hint: did you mean `gain`? `hotshoe list --installed --root plugins` shows what was

"#]]);
    hotshoe(&tree, &["prune", "gain", "--root", "plugins"]).assert().code(0).stderr_eq(str![""]);
    hotshoe(&tree, &["list", "--installed", "--root", "plugins"]).assert().code(0).stderr_eq(str![]);
}

#[test]
fn a_root_that_is_not_there_is_said() {
    let tree = packaged();
    for args in [&["list", "--installed", "--root", "absent"][..], &["prune", "--root", "absent"]] {
        hotshoe(&tree, args).assert().code(0).stderr_eq(str![[r#"
warning[folder-unreadable]: there is no such folder, so nothing is installed in it
  in absent
  hint: see that it is the right folder

"#]]);
        assert!(!tree.path("absent").exists());
    }
    hotshoe(&tree, &["uninstall", "gain", "--root", "absent"]).assert().code(3).stderr_eq(str![[r#"
error: `gain` was not installed here by Hotshoe [not-installed]
  in absent
  hint: Hotshoe installed nothing here: see that it is the right folder; what was copied here is removed by hand

"#]]);
    hotshoe(&tree, &["install", "gain-1.2.3.tar.gz", "--root", "gain/plugin.json"]).assert().code(3).stderr_eq(str![[
        r#"
error: nothing can be written here [package-write]
  in gain/plugin.json
  because: Not a directory (os error 20)
  hint: a file stands where the folder would be: choose another with `--root`

"#
    ]]);
}

#[test]
fn json_has_what_was_installed() {
    let tree = packaged();
    let installed = json(&tree, &INSTALL, 0)["installed"][0].take();
    assert_eq!(installed["outcome"], "installed");
    assert_eq!((&installed["name"], &installed["version"]), (&"gain".into(), &"1.2.3".into()));
    assert_eq!(installed["path"], "plugins/gain/1.2.3");
    assert_eq!(json(&tree, &INSTALL, 0)["installed"][0]["outcome"], "present");
    let error = json(&tree, &["uninstall", "mute", "--root", "plugins"], 3)["error"].take();
    assert_eq!((&error["code"], &error["stage"]), (&"not-installed".into(), &"package".into()));
}

/// A trust store that demands signatures, in a file.
fn demanding(tree: PluginTree, file: &str) -> PluginTree {
    tree.file(file, r#"{"policy": "required", "keys": []}"#)
}

#[test]
fn a_folder_instead_of_a_host_does_not_pass_its_signatures_by() {
    let refused = "\
error: the archive is not signed [signature-missing]
  in gain-1.2.3.tar.gz
  hint: put the author's `gain-1.2.3.tar.gz.minisig` beside it
";
    let tree = demanding(packaged(), "config/hotshoe/harmonics.trust.json");
    hotshoe(&tree, &INSTALL).assert().code(3).stdout_eq(str![]).stderr_eq(refused);
    let tree = demanding(packaged(), "my.json");
    hotshoe(&tree, &INSTALL).env("HOTSHOE_TRUST", "my.json").assert().code(3).stdout_eq(str![]).stderr_eq(refused);
    hotshoe(&tree, &INSTALL).env("HOTSHOE_TRUST", "none.json").assert().code(3);
    assert!(!tree.path("plugins").exists());
    // Of two hosts, one that does not demand it is enough.
    let tree = demanding(packaged(), "config/hotshoe/harmonics.trust.json");
    let tree = tree.file("config/hotshoe/camera.trust.json", "{}");
    hotshoe(&tree, &INSTALL).assert().code(0);
    let tree = packaged().file("config/hotshoe/harmonics.trust.json", "{");
    hotshoe(&tree, &INSTALL).assert().code(3).stdout_eq(str![]);
}

#[test]
fn what_is_not_verified_is_installed_with_a_warning_or_refused() {
    let tree = packaged();
    let required = [&INSTALL[..], &["--require-signature"]].concat();
    hotshoe(&tree, &required).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: the archive is not signed [signature-missing]
  in gain-1.2.3.tar.gz
  hint: put the author's `gain-1.2.3.tar.gz.minisig` beside it

"#]]);
    hotshoe(&tree, &INSTALL).assert().code(0).stderr_eq(UNSIGNED);
    let object = json(&tree, &INSTALL, 0);
    assert_eq!(object["diagnostics"][0]["code"], "signature-missing");
    assert_eq!(object["signature"], Value::Null);

    let new = ["key", "new", "--output", "anna", "--comment", "Anna", "--no-password"];
    hotshoe(&tree, &new).assert().code(0);
    hotshoe(&tree, &["sign", "gain-1.2.3.tar.gz", "--key", "anna.key"]).assert().code(0);
    hotshoe(&tree, &INSTALL).assert().code(0).stderr_eq(str![[r#"
warning[signature-untrusted]: it is signed by the unknown key [..]: the signature was not verified
  in gain-1.2.3.tar.gz
  hint: [..]hotshoe trust add <key.pub> --host <host>[..]

"#]]);
    hotshoe(&tree, &["trust", "add", "anna.pub", "--host", "harmonics"]).assert().code(0);
    hotshoe(&tree, &required).assert().code(0).stderr_eq(str![]).stdout_eq(str![[r#"
there already: gain 1.2.3 in plugins/gain/1.2.3
  signed by      [..] Anna

"#]]);
    assert_eq!(json(&tree, &INSTALL, 0)["signature"]["name"], "gain");
    let tree = tree.file("gain-1.2.3.tar.gz.minisig", "garbage");
    hotshoe(&tree, &INSTALL).assert().code(3).stdout_eq(str![]);
}
