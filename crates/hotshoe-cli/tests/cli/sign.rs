//! `hotshoe sign`

use std::fs;
use std::process::Command;

use hotshoe_testkit::{PluginTree, require, skip};
use snapbox::str;

use crate::package::is_root;
use crate::{gain, hotshoe, json};

const SIGN: [&str; 4] = ["sign", "gain-1.2.3.tar.gz", "--key", "anna.key"];

/// The archive of `gain`, and the keys of its author.
pub fn packaged() -> PluginTree {
    let tree = gain();
    hotshoe(&tree, &["package", "gain"]).assert().code(0);
    hotshoe(&tree, &["key", "new", "--no-password", "--output", "anna"]).assert().code(0);
    tree
}

#[test]
fn an_archive_is_signed_as_what_it_is() {
    let tree = packaged();
    hotshoe(&tree, &SIGN)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
signed gain-1.2.3.tar.gz
  key            [..]
  plugin         gain 1.2.3
  for            linux-[..]
  file           gain-1.2.3.tar.gz
  signature      gain-1.2.3.tar.gz.minisig

"#]])
        .stderr_eq(str![]);
    let signature = fs::read_to_string(tree.path("gain-1.2.3.tar.gz.minisig")).unwrap();
    let says = "\ntrusted comment: hotshoe\tname:gain\tversion:1.2.3\tos:linux\tarch:";
    assert!(signature.contains(says) && signature.contains("\tfile:gain-1.2.3.tar.gz\n"), "{signature}");
}

/// `setpriv` makes the tool another user, to whom the key does not belong.
#[test]
fn a_key_that_may_not_be_read_is_not_taken_for_none() {
    if !require("setpriv") {
        return;
    }
    if !is_root() {
        skip("only root can become another user");
        return;
    }
    let tree = packaged();
    fs::copy(env!("CARGO_BIN_EXE_hotshoe"), tree.path("hotshoe")).unwrap();
    let script = "chmod a+rx . hotshoe && exec setpriv --reuid 65534 --regid 65534 --clear-groups \
                  ./hotshoe sign gain-1.2.3.tar.gz --key anna.key";
    let output = Command::new("sh").args(["-c", script]).current_dir(tree.root()).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    snapbox::assert_data_eq!(
        String::from_utf8(output.stderr).unwrap(),
        str![[r#"
error: the key cannot be read [key-invalid]
  in anna.key
  because: Permission denied (os error 13)
  hint: see that you may read it: a secret key is for its owner alone

"#]]
    );
}

#[test]
fn the_key_may_come_from_the_environment() {
    let tree = packaged();
    let sign = |text: &str| hotshoe(&tree, &["sign", "gain-1.2.3.tar.gz"]).env("HOTSHOE_KEY", text).assert();
    let text = fs::read_to_string(tree.path("anna.key")).unwrap();
    sign(&text).code(0);
    sign(text.lines().nth(1).unwrap()).code(0);
    sign("").code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: there is no key to sign with [key-invalid]
  hint: give --key with a file that `hotshoe key new` wrote, or set HOTSHOE_KEY to its text or its path

"#]]);
    // What is no key could be another secret: it is not repeated.
    sign("hunter2").code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: it is no key, where a secret key is wanted [key-invalid]
  in HOTSHOE_KEY
  hint: `hotshoe key new` writes the secret key into a file `.key` and the public key into one `.pub`

"#]]);
    sign(&fs::read_to_string(tree.path("anna.pub")).unwrap()).code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: it is a public key, where a secret key is wanted [key-invalid]
  in HOTSHOE_KEY
  hint: `hotshoe key new` writes the secret key into a file `.key` and the public key into one `.pub`

"#]]);
}

#[test]
fn a_locked_key_wants_its_password() {
    let tree = packaged();
    hotshoe(&tree, &["key", "new", "--output", "bert"]).env("HOTSHOE_KEY_PASSWORD", "secret").assert().code(0);
    let sign = || hotshoe(&tree, &["sign", "gain-1.2.3.tar.gz", "--key", "bert.key"]);
    sign().env("HOTSHOE_KEY_PASSWORD", "secret").assert().code(0);
    sign().env("HOTSHOE_KEY_PASSWORD", "Secret").assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: the secret key cannot be unlocked [key-invalid]
  in bert.key
  because: Wrong password for that key
  hint: check the password

"#]]);
    sign().assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: there is no password for the key [key-invalid]
  in bert.key
  hint: set HOTSHOE_KEY_PASSWORD, or run it on a terminal

"#]]);
}

#[test]
fn what_is_no_archive_or_no_key_is_called_so() {
    let tree = packaged();
    hotshoe(&tree, &["sign", "gain/plugin.json", "--key", "anna.key"]).assert().code(3).stdout_eq(str![]).stderr_eq(
        str![[r#"
error: the file is no archive [archive-unreadable]
  in gain/plugin.json
  hint: give a .tar.gz, a .tar.zst, a .zip or a .tar; if it should be one, fetch it again

"#]],
    );
    hotshoe(&tree, &["sign", "absent.tar.gz", "--key", "anna.key"]).assert().code(3).stdout_eq(str![]).stderr_eq(str![
        [r#"
error: the archive cannot be read [archive-unreadable]
  in absent.tar.gz
  because: No such file or directory (os error 2)
  hint: check that the file exists and that you may read it

"#]
    ]);
    hotshoe(&tree, &["sign", "gain-1.2.3.tar.gz", "--key", "anna.pub"]).assert().code(3).stdout_eq(str![]).stderr_eq(
        str![[r#"
error: it is a public key, where a secret key is wanted [key-invalid]
  in anna.pub
  hint: `hotshoe key new` writes the secret key into a file `.key` and the public key into one `.pub`

"#]],
    );
    assert!(!tree.path("gain-1.2.3.tar.gz.minisig").exists());
}

#[test]
fn json_has_what_was_signed() {
    let tree = packaged();
    let signed = json(&tree, &SIGN, 0)["signed"].take();
    assert_eq!((&signed["name"], &signed["version"]), (&"gain".into(), &"1.2.3".into()));
    assert_eq!(
        (&signed["file"], &signed["signature"]),
        (&"gain-1.2.3.tar.gz".into(), &"gain-1.2.3.tar.gz.minisig".into())
    );
    assert!(signed["platforms"][0].as_str().unwrap().starts_with("linux-"));
    assert_eq!(signed["key"].as_str().map(str::len), Some(16));
}

#[test]
fn it_explains_itself() {
    let help = |args: &[&str]| hotshoe(&PluginTree::new(), args).arg("--help").assert().code(0).stderr_eq(str![]);
    help(&["sign"]).stdout_eq(str![[r#"
Sign an archive: write <archive>.minisig beside it

Usage: hotshoe sign [OPTIONS] <ARCHIVE>

Arguments:
  <ARCHIVE>  The archive

Options:
      --key <FILE>               The secret key; without it, HOTSHOE_KEY holds the key's text, or
                                 the path of its file
      --runtime-folder <FOLDER>  Also look here for what describes a runtime, <name>.runtime.json,
                                 beside the folder of those installed
      --json                     Print one JSON object instead of text
  -h, --help                     Print help

The key's password is asked for on a terminal; else HOTSHOE_KEY_PASSWORD holds it.

Examples:
  hotshoe sign my_plugin-1.2.3.tar.gz --key ~/keys/my_plugin.key
  HOTSHOE_KEY="$SECRET" hotshoe sign my_plugin-1.2.3.tar.gz

"#]]);
}
