//! `hotshoe verify`

use std::fs;

use hotshoe_testkit::PluginTree;
use snapbox::str;

use crate::sign::packaged;
use crate::{hotshoe, json};

const VERIFY: [&str; 4] = ["verify", "gain-1.2.3.tar.gz", "--key", "anna.pub"];

fn signed() -> PluginTree {
    let tree = packaged();
    hotshoe(&tree, &["sign", "gain-1.2.3.tar.gz", "--key", "anna.key"]).assert().code(0);
    tree
}

#[test]
fn it_says_who_signed_and_what() {
    let tree = signed();
    hotshoe(&tree, &VERIFY)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
yes: gain-1.2.3.tar.gz is signed by a key that is trusted
  key            [..] anna
  plugin         gain 1.2.3
  for            linux-[..]
  file           gain-1.2.3.tar.gz

"#]])
        .stderr_eq(str![]);
    let key = fs::read_to_string(tree.path("anna.pub")).unwrap();
    let key = key.lines().nth(1).unwrap();
    hotshoe(&tree, &["verify", "gain-1.2.3.tar.gz", "--key", key]).assert().code(0);
}

#[test]
fn a_stranger_is_not_trusted() {
    let tree = signed();
    hotshoe(&tree, &["key", "new", "--no-password", "--output", "bert"]).assert().code(0);
    let args = ["verify", "gain-1.2.3.tar.gz", "--key", "bert.pub"];
    hotshoe(&tree, &args)
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
no: gain-1.2.3.tar.gz cannot be trusted

"#]])
        .stderr_eq(str![[r#"
error[signature-untrusted]: it is signed by the key [..], which is not trusted
  in gain-1.2.3.tar.gz
  hint: give the author's public key with --key, or trust it for a host with `hotshoe trust add`, and name the host

"#]]);
    // One of several keys is enough.
    hotshoe(&tree, &["verify", "gain-1.2.3.tar.gz", "--key", "bert.pub", "--key", "anna.pub"]).assert().code(0);
    let args = ["verify", "gain-1.2.3.tar.gz", "--host", "harmonics"];
    hotshoe(&tree, &args)
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
no: gain-1.2.3.tar.gz cannot be trusted

"#]])
        .stderr_eq(str![[r#"
error[signature-untrusted]: it is signed by the key [..], which is not trusted
  in gain-1.2.3.tar.gz
  hint: get the author's public key from a place you trust, then: hotshoe trust add <key.pub> --host harmonics

"#]]);
}

#[test]
fn what_nobody_signed_is_not_trusted_whatever_the_policy() {
    let tree = packaged();
    hotshoe(&tree, &VERIFY)
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
no: gain-1.2.3.tar.gz cannot be trusted

"#]])
        .stderr_eq(str![[r#"
error[signature-missing]: the archive is not signed
  in gain-1.2.3.tar.gz
  hint: put the author's `gain-1.2.3.tar.gz.minisig` beside it

"#]]);
    for policy in ["off", "if-present", "required"] {
        hotshoe(&tree, &["trust", "policy", policy, "--host", "harmonics"]).assert().code(0);
        hotshoe(&tree, &["verify", "gain-1.2.3.tar.gz", "--host", "harmonics"]).assert().code(1);
    }
}

#[test]
fn what_was_changed_or_renamed_is_not_trusted() {
    let tree = signed();
    for suffix in ["", ".minisig"] {
        let (old, new) = (format!("gain-1.2.3.tar.gz{suffix}"), format!("gain-2.0.0.tar.gz{suffix}"));
        fs::copy(tree.path(&old), tree.path(&new)).unwrap();
    }
    let args = ["verify", "gain-2.0.0.tar.gz", "--key", "anna.pub"];
    hotshoe(&tree, &args)
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
no: gain-2.0.0.tar.gz cannot be trusted

"#]])
        .stderr_eq(str![[r#"
error[signature-invalid]: the signature is of a file called `gain-1.2.3.tar.gz`, not of `gain-2.0.0.tar.gz`
  in gain-2.0.0.tar.gz.minisig
  hint: if you renamed the archive, give it its name back; if not, do not install it

"#]]);
    let mut bytes = fs::read(tree.path("gain-1.2.3.tar.gz")).unwrap();
    bytes[20] ^= 1;
    let tree = tree.file("gain-1.2.3.tar.gz", bytes);
    hotshoe(&tree, &VERIFY)
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
no: gain-1.2.3.tar.gz cannot be trusted

"#]])
        .stderr_eq(str![[r#"
error[signature-invalid]: the signature is not of this archive: Signature verification failed
  in gain-1.2.3.tar.gz.minisig
  hint: one of them was changed: fetch the archive and its signature again, from the author

"#]]);
}

#[test]
fn without_a_key_or_an_archive_nothing_can_be_said() {
    let tree = signed();
    hotshoe(&tree, &["verify", "gain-1.2.3.tar.gz"]).assert().code(2).stdout_eq(str![]).stderr_eq(str![[r#"
error: the following required arguments were not provided:
  <--key <FILE|KEY>|--host <NAME|FILE>|--trust <FILE>|--root <DIR>>

Usage: hotshoe verify <--key <FILE|KEY>|--host <NAME|FILE>|--trust <FILE>|--root <DIR>> <ARCHIVE|NAME>

For more information, try '--help'.

"#]]);
    let absent = |args: &[&str]| hotshoe(&tree, args).assert().code(3).stdout_eq(str![]);
    absent(&["verify", "absent.tar.gz", "--key", "anna.pub"]).stderr_eq(str![[r#"
error: the archive cannot be read [archive-unreadable]
  in absent.tar.gz
  because: No such file or directory (os error 2)
  hint: check that the file exists and that you may read it

"#]]);
    absent(&["verify", "gain-1.2.3.tar.gz", "--key", "absent.pub"]).stderr_eq(str![[r#"
error: the key cannot be read [key-invalid]
  in absent.pub
  because: No such file or directory (os error 2)
  hint: give a file that `hotshoe key new` wrote

"#]]);
    absent(&["verify", "gain-1.2.3.tar.gz", "--trust", "absent.json"]).stderr_eq(str![[r#"
error: the trust store cannot be read [key-invalid]
  in absent.json
  because: No such file or directory (os error 2)
  hint: `hotshoe trust add` makes one

"#]]);
}

#[test]
fn json_has_the_signature_or_why_there_is_none() {
    let tree = signed();
    let answer = json(&tree, &VERIFY, 0);
    assert_eq!(answer["verified"], true);
    let signature = &answer["signature"];
    assert_eq!((&signature["name"], &signature["version"]), (&"gain".into(), &"1.2.3".into()));
    assert_eq!((&signature["key_comment"], &signature["file"]), (&"anna".into(), &"gain-1.2.3.tar.gz".into()));
    fs::remove_file(tree.path("gain-1.2.3.tar.gz.minisig")).unwrap();
    let answer = json(&tree, &VERIFY, 1);
    assert_eq!(answer["verified"], false);
    assert_eq!(answer["diagnostics"][0]["code"], "signature-missing");
}

#[test]
fn it_explains_itself() {
    let help = |args: &[&str]| hotshoe(&PluginTree::new(), args).arg("--help").assert().code(0).stderr_eq(str![]);
    help(&["verify"]).stdout_eq(str![[r#"
Say whether an archive is signed by a key that is trusted, or whether what is installed is as it was

Usage: hotshoe verify [OPTIONS] <--key <FILE|KEY>|--host <NAME|FILE>|--trust <FILE>|--root <DIR>> [ARCHIVE|NAME]

Arguments:
  [ARCHIVE|NAME]  The archive, with its signature beside it; with --installed, a plugin's name, or
                  nothing for all

Options:
      --installed                Compare what was installed with its receipts
      --key <FILE|KEY>           Trust this key: a .pub file, or its second line; may be given more
                                 than once
      --host <NAME|FILE>         Trust the keys that this host trusts, or look where `hotshoe
                                 install --host` puts plugins: its name, or its <name>.host.json
      --trust <FILE>             Trust the keys in this trust store
      --root <DIR>               The folder where plugins are installed
      --runtime-folder <FOLDER>  Also look here for what describes a runtime, <name>.runtime.json,
                                 beside the folder of those installed
      --json                     Print one JSON object instead of text
  -h, --help                     Print help

Examples:
  hotshoe verify my_plugin-1.2.3.tar.gz --key my_plugin.pub
  hotshoe verify my_plugin-1.2.3.tar.gz --host harmonics
  hotshoe verify --installed --root ~/plugins

"#]]);
}
