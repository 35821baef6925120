//! `hotshoe key new`

use std::fs;

use hotshoe_testkit::PluginTree;
use snapbox::str;

use crate::{hotshoe, json};

#[test]
fn a_pair_of_keys_is_made_with_a_password_from_the_environment() {
    let tree = PluginTree::new();
    hotshoe(&tree, &["key", "new", "--output", "keys/gain", "--comment", "Gain, releases"])
        .env("HOTSHOE_KEY_PASSWORD", "secret")
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
made the key [..]
  secret         keys/gain.key
  public         keys/gain.pub
Keep the secret one, and a copy of it: without it no later version can be signed.

"#]])
        .stderr_eq(str![]);
    let public = fs::read_to_string(tree.path("keys/gain.pub")).unwrap();
    assert!(public.starts_with("untrusted comment: Gain, releases\nRW"), "{public}");
    let secret = fs::read_to_string(tree.path("keys/gain.key")).unwrap();
    assert!(secret.contains("\nRWRTY0Iy"), "it is locked");
}

#[test]
fn without_a_password_there_is_none_only_on_request() {
    let tree = PluginTree::new();
    for password in [None, Some("")] {
        let command = hotshoe(&tree, &["key", "new"]);
        let command = password.iter().fold(command, |command, text| command.env("HOTSHOE_KEY_PASSWORD", text));
        command.assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: there is no password for the key [key-invalid]
  hint: set HOTSHOE_KEY_PASSWORD, run it on a terminal, or give --no-password

"#]]);
    }
    assert!(!tree.path("hotshoe.key").exists());
    hotshoe(&tree, &["key", "new", "--no-password"]).assert().code(0);
    let secret = fs::read_to_string(tree.path("hotshoe.key")).unwrap();
    assert!(secret.contains("\nRWQAAEIy"), "it is not locked");
}

#[test]
fn a_key_is_never_replaced() {
    let tree = PluginTree::new().file("gain.key", "something");
    hotshoe(&tree, &["key", "new", "--no-password", "--output", "gain.key"])
        .assert()
        .code(3)
        .stdout_eq(str![])
        .stderr_eq(str![[r#"
error: the key cannot be written [key-write]
  in gain.key
  because: entity already exists
  hint: give another name: a key is never replaced

"#]]);
    assert_eq!(fs::read_to_string(tree.path("gain.key")).unwrap(), "something");
    assert!(!tree.path("gain.pub").exists());
}

#[test]
fn json_has_the_public_key() {
    let tree = PluginTree::new();
    let key = json(&tree, &["key", "new", "--no-password", "--output", "gain"], 0)["key"].take();
    assert_eq!((&key["secret"], &key["public"]), (&"gain.key".into(), &"gain.pub".into()));
    let public = fs::read_to_string(tree.path("gain.pub")).unwrap();
    assert_eq!(public.lines().nth(1), key["key"].as_str());
    assert_eq!(key["id"].as_str().map(str::len), Some(16));
}

#[test]
fn it_explains_itself() {
    let help = |args: &[&str]| hotshoe(&PluginTree::new(), args).arg("--help").assert().code(0).stderr_eq(str![]);
    help(&["key"]).stdout_eq(str![[r#"
Make keys to sign archives with

Usage: hotshoe key [OPTIONS] <COMMAND>

Commands:
  new   Make a pair of keys: <FILE>.key, which signs and stays secret, and <FILE>.pub, which is for
        everybody
  help  Print this message or the help of the given subcommand(s)

Options:
      --json  Print one JSON object instead of text
  -h, --help  Print help

"#]]);
    help(&["key", "new"]).stdout_eq(str![[r#"
Make a pair of keys: <FILE>.key, which signs and stays secret, and <FILE>.pub, which is for
everybody

Usage: hotshoe key new [OPTIONS]

Options:
      --output <FILE>   What the two files are called, without their suffixes [default: hotshoe]
      --comment <TEXT>  Whose key it is, for those who trust it; the file's name without this
      --no-password     Make a secret key that everybody who reads its file can sign with
      --json            Print one JSON object instead of text
  -h, --help            Print help

A password protects the secret key. It is asked for on a terminal; else HOTSHOE_KEY_PASSWORD holds
it.

Examples:
  hotshoe key new --output ~/keys/my_plugin --comment 'My Plugin, releases'
  hotshoe key new --no-password

"#]]);
}
