//! `hotshoe trust`

use std::fs;

use hotshoe_testkit::PluginTree;
use snapbox::str;

use crate::sign::packaged;
use crate::{hotshoe, json};

const HOST: [&str; 2] = ["--host", "harmonics"];
const VERIFY: [&str; 4] = ["verify", "gain-1.2.3.tar.gz", "--host", "harmonics"];

#[test]
fn a_key_is_trusted_and_no_longer() {
    let tree = packaged();
    hotshoe(&tree, &["sign", "gain-1.2.3.tar.gz", "--key", "anna.key"]).assert().code(0);
    hotshoe(&tree, &["trust", "list"])
        .args(HOST)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
policy if-present: what is not signed is installed, unless its plugin has a key of its own
no key is trusted
  in             [..]/config/hotshoe/harmonics.trust.json

"#]])
        .stderr_eq(str![]);
    assert!(!tree.path("config").exists(), "looking writes nothing");

    let add = ["trust", "add", "anna.pub", "--plugin", "gain", "--comment", "Anna of Gain"];
    hotshoe(&tree, &add)
        .args(HOST)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
trusted: [..]  gain  Anna of Gain
  in             [..]/config/hotshoe/harmonics.trust.json

"#]])
        .stderr_eq(str![]);
    assert!(tree.path("config/hotshoe/harmonics.trust.json").is_file());
    hotshoe(&tree, &["trust", "list"])
        .args(HOST)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
policy if-present: what is not signed is installed, unless its plugin has a key of its own
[..]  gain  Anna of Gain
  in             [..]/config/hotshoe/harmonics.trust.json

"#]])
        .stderr_eq(str![]);
    hotshoe(&tree, &VERIFY).assert().code(0);
    // Another host trusts its own keys.
    hotshoe(&tree, &["verify", "gain-1.2.3.tar.gz", "--host", "synarius"]).assert().code(1);

    let id = json(&tree, &["trust", "list", HOST[0], HOST[1]], 0)["keys"][0]["id"].take();
    let remove = ["trust", "remove", id.as_str().unwrap()];
    hotshoe(&tree, &remove)
        .args(HOST)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
removed: [..]
  in             [..]/config/hotshoe/harmonics.trust.json

"#]])
        .stderr_eq(str![]);
    hotshoe(&tree, &VERIFY).assert().code(1);
}

#[test]
fn a_key_that_is_not_there_cannot_be_removed() {
    let remove = |id| hotshoe(&packaged(), &["trust", "remove", id, "--host", "harmonics"]).assert();
    remove("E7620F1842B4E81F").code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: no trusted key has the id E7620F1842B4E81F [key-invalid]
  hint: hotshoe trust list --host harmonics shows those that are

"#]]);
    remove("gain").code(2).stdout_eq(str![]).stderr_eq(str![[r#"
error: invalid value 'gain' for '<ID>': `gain` is not the id of a key

For more information, try '--help'.

"#]]);
}

#[test]
fn a_plugin_with_a_key_of_its_own_wants_it() {
    let tree = packaged();
    hotshoe(&tree, &["key", "new", "--no-password", "--output", "bert"]).assert().code(0);
    hotshoe(&tree, &["sign", "gain-1.2.3.tar.gz", "--key", "bert.key"]).assert().code(0);
    hotshoe(&tree, &["trust", "add", "anna.pub", "--plugin", "gain"]).args(HOST).assert().code(0);
    hotshoe(&tree, &["trust", "add", "bert.pub"]).args(HOST).assert().code(0);
    hotshoe(&tree, &VERIFY).assert().code(1).stdout_eq(str![[r#"
no: gain-1.2.3.tar.gz cannot be trusted

"#]]).stderr_eq(str![[r#"
error[signature-untrusted]: plugin `gain`: the key [..], which signed it, is not this plugin's, which is `[..]` (anna)
  in gain-1.2.3.tar.gz
  hint: if its author told you of this key, and you trust them: hotshoe trust remove [..] --host harmonics, then hotshoe trust add [..] --plugin gain --host harmonics

"#]]);
}

#[test]
fn the_policy_is_set_and_a_wrong_one_is_a_wrong_command_line() {
    let tree = packaged();
    let policy = |policy| hotshoe(&tree, &["trust", "policy", policy, "--trust", "my.json"]).assert();
    policy("required")
        .code(0)
        .stdout_eq(str![[r#"
set: policy required: what is not signed is refused
  in             my.json

"#]])
        .stderr_eq(str![]);
    policy("sometimes").code(2).stdout_eq(str![]).stderr_eq(str![[r#"
error: invalid value 'sometimes' for '<POLICY>': it is none of off, if-present and required

For more information, try '--help'.

"#]]);
    assert_eq!(
        fs::read_to_string(tree.path("my.json")).unwrap(),
        "{\n  \"policy\": \"required\",\n  \"keys\": []\n}\n"
    );
}

#[test]
fn the_environment_names_another_store_which_must_be_there_to_verify_with() {
    let tree = packaged();
    hotshoe(&tree, &["sign", "gain-1.2.3.tar.gz", "--key", "anna.key"]).assert().code(0);
    let with_store = |args: &[&str]| hotshoe(&tree, args).env("HOTSHOE_TRUST", "my.json").assert();
    with_store(&VERIFY).code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: the trust store cannot be read [key-invalid]
  in my.json
  because: No such file or directory (os error 2)
  hint: `hotshoe trust add` makes one

"#]]);
    with_store(&["trust", "add", "anna.pub", "--host", "harmonics"]).code(0);
    with_store(&VERIFY).code(0);
    assert!(tree.path("my.json").is_file() && !tree.path("config").exists());
}

#[test]
fn a_damaged_store_is_an_error_and_stays_as_it_is() {
    let tree = packaged().file("my.json", r#"{"policy": "required", "keys": [], "keys": []}"#);
    let before = fs::read(tree.path("my.json")).unwrap();
    for args in [&["trust", "list"][..], &["trust", "add", "anna.pub"], &["verify", "gain-1.2.3.tar.gz"]] {
        hotshoe(&tree, args).args(["--trust", "my.json"]).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: the trust store cannot be read [key-invalid]
  in my.json
  because: duplicate field `keys` at line 1 column 41
  hint: mend it; or move it away, and trust the keys again with `hotshoe trust add`

"#]]);
    }
    assert_eq!(fs::read(tree.path("my.json")).unwrap(), before);
}

#[test]
fn json_has_the_store() {
    let tree = packaged();
    let answer = json(&tree, &["trust", "add", "anna.pub", "--plugin", "gain", "--trust", "my.json"], 0);
    assert_eq!((&answer["policy"], &answer["path"]), (&"if-present".into(), &"my.json".into()));
    let key = &answer["keys"][0];
    assert_eq!((&key["comment"], &key["plugins"]), (&"anna".into(), &serde_json::json!(["gain"])));
    let public = fs::read_to_string(tree.path("anna.pub")).unwrap();
    assert_eq!(public.lines().nth(1), key["key"].as_str());
}

#[test]
fn it_explains_itself() {
    let help = |args: &[&str]| hotshoe(&PluginTree::new(), args).arg("--help").assert().code(0).stderr_eq(str![]);
    help(&["trust"]).stdout_eq(str![[r#"
Say which keys a host trusts

Usage: hotshoe trust [OPTIONS] <COMMAND>

Commands:
  add     Trust a key: for every plugin, or for those that are named
  list    List the trusted keys, and the policy
  remove  Trust a key no longer
  policy  Say what is done with archives that nobody signed
  help    Print this message or the help of the given subcommand(s)

Options:
      --json  Print one JSON object instead of text
  -h, --help  Print help

"#]]);
    help(&["trust", "add"]).stdout_eq(str![[r#"
Trust a key: for every plugin, or for those that are named

Usage: hotshoe trust add [OPTIONS] <--host <NAME|FILE>|--trust <FILE>> <FILE|KEY>

Arguments:
  <FILE|KEY>  The public key: a .pub file, or its second line

Options:
      --plugin <NAME>     A plugin that must be signed by this key, or by another that names it; may
                          be given more than once
      --comment <TEXT>    Whose key it is, instead of what its file says
      --host <NAME|FILE>  The host's trust store: its name, or its <name>.host.json
      --trust <FILE>      The trust store's file
      --json              Print one JSON object instead of text
  -h, --help              Print help

Examples:
  hotshoe trust add my_plugin.pub --host harmonics --plugin my_plugin
  hotshoe trust add RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3 --host harmonics

"#]]);
    help(&["trust", "list"]).stdout_eq(str![[r#"
List the trusted keys, and the policy

Usage: hotshoe trust list [OPTIONS] <--host <NAME|FILE>|--trust <FILE>>

Options:
      --host <NAME|FILE>  The host's trust store: its name, or its <name>.host.json
      --trust <FILE>      The trust store's file
      --json              Print one JSON object instead of text
  -h, --help              Print help

Example:
  hotshoe trust list --host harmonics

"#]]);
    help(&["trust", "remove"]).stdout_eq(str![[r#"
Trust a key no longer

Usage: hotshoe trust remove [OPTIONS] <--host <NAME|FILE>|--trust <FILE>> <ID>

Arguments:
  <ID>  The key's id, as `hotshoe trust list` shows it

Options:
      --host <NAME|FILE>  The host's trust store: its name, or its <name>.host.json
      --trust <FILE>      The trust store's file
      --json              Print one JSON object instead of text
  -h, --help              Print help

Example:
  hotshoe trust remove E7620F1842B4E81F --host harmonics

"#]]);
    help(&["trust", "policy"]).stdout_eq(str![[r#"
Say what is done with archives that nobody signed

Usage: hotshoe trust policy [OPTIONS] <--host <NAME|FILE>|--trust <FILE>> <POLICY>

Arguments:
  <POLICY>  One of off, if-present and required

Options:
      --host <NAME|FILE>  The host's trust store: its name, or its <name>.host.json
      --trust <FILE>      The trust store's file
      --json              Print one JSON object instead of text
  -h, --help              Print help

Policies:
  off         signatures are not looked at
  if-present  what is not signed is installed, unless its plugin has a key of its own
  required    what is not signed is refused

Example:
  hotshoe trust policy required --host harmonics

"#]]);
}
