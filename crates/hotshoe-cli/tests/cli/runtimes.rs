//! What the tool says of plugins of a runtime that it has only the description of.

use hotshoe_testkit::PluginTree;
#[cfg(unix)]
use hotshoe_testkit::{Library, file_name};
use snapbox::str;

use crate::{hotshoe, json};

fn echo() -> PluginTree {
    let kind = r#"{"name": "echo", "artifact": "file", "called": "script", "file_names": ["{name}.echo"]}"#;
    PluginTree::new()
        .file("runtimes/echo.runtime.json", kind)
        .file("root/hello/plugin.json", r#"{"name": "hello", "version": "1.0.0", "runtime": "echo"}"#)
        .file("root/hello/hello.echo", "hello\n")
}

const RUNTIMES: [&str; 3] = ["runtimes", "--runtime-folder", "runtimes"];

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "the names of files are those of Linux")]
fn they_are_listed_with_what_their_plugins_are() {
    hotshoe(&echo(), &RUNTIMES).assert().code(0).stderr_eq(str![]).stdout_eq(str![[r#"
native       library    built in
  what           A shared library that is mapped into the host's process
  artifact       library for one platform: the manifest's `library`, else lib{name}.so, {name}.so, *.so
  entry          symbol
process      program    built in
  what           A program that runs in a process of its own
  artifact       executable for one platform: the manifest's `executable`, else {name}
  entry          none
python       module     built in
  what           A class in a module of Python
  artifact       file for any platform: the manifest's `library`, else {name}.py
  entry          identifier
echo         script     runtimes/echo.runtime.json
  artifact       file for any platform: the manifest's `library`, else {name}.echo
  entry          none

"#]]);
}

#[test]
fn json_says_where_a_runtime_is_described() {
    let listed = json(&echo(), &RUNTIMES, 0);
    assert_eq!(listed["format"], 1);
    let names: Vec<&str> =
        listed["runtimes"].as_array().unwrap().iter().map(|runtime| runtime["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["native", "process", "python", "echo"]);
    let (native, echo) = (&listed["runtimes"][0], &listed["runtimes"][3]);
    assert_eq!(
        (&native["artifact"], &native["artifact_key"], &native["file"]),
        (&"library".into(), &"library".into(), &().into())
    );
    assert_eq!(
        (&echo["artifact"], &echo["called"], &echo["platform_bound"]),
        (&"file".into(), &"script".into(), &false.into())
    );
    assert!(echo["file"].as_str().unwrap().ends_with("echo.runtime.json"));
}

#[test]
fn a_description_that_cannot_be_used_is_a_no() {
    let tree = echo().file("runtimes/bad.runtime.json", "{}");
    hotshoe(&tree, &RUNTIMES).assert().code(1).stderr_eq(str![[r#"
error[runtime-kind]: the description of a runtime is not valid: missing field `name` at line 1 column 2
  in runtimes/bad.runtime.json
  hint: compare it with schema/runtime.schema.json

"#]]);
}

#[test]
fn a_plugin_of_such_a_runtime_is_listed_checked_and_packaged() {
    let tree = echo();
    let list = ["list", "--host", "harmonics", "--path", "root", "--runtime-folder", "runtimes"];
    let plugin = json(&tree, &list, 1)["plugins"][0].take();
    assert_eq!((&plugin["runtime"], &plugin["refusal"]["code"]), (&"echo".into(), &"manifest-runtime".into()));
    assert!(plugin["artifact"].as_str().unwrap().ends_with("hello.echo"));
    let check = ["check", "root/hello", "--host", "harmonics", "--runtime-folder", "runtimes"];
    assert_eq!(json(&tree, &check, 1)["diagnostics"][0]["code"], "manifest-runtime");
    let package = ["package", "root/hello", "--output", "dist", "--runtime-folder", "runtimes"];
    let made = json(&tree, &package, 0);
    assert_eq!(made["package"]["entries"], serde_json::json!(["hello/", "hello/plugin.json", "hello/hello.echo"]));
    let unknown = ["package", "root/hello", "--output", "dist"];
    assert_eq!(json(&tree, &unknown, 3)["error"]["code"], "library-missing");
}

/// A host that takes the runtime.
const CAMERA: &str = r#"{"name": "camera", "runtimes": {"native": {}, "echo": {}}}"#;

#[test]
fn a_plugin_of_such_a_runtime_is_accepted_packaged_installed_and_listed() {
    let tree = echo().file("camera.host.json", CAMERA);
    let check = ["check", "root/hello", "--host", "camera.host.json", "--runtime-folder", "runtimes"];
    assert_eq!(json(&tree, &check, 0)["accepted"], true);
    json(&tree, &["package", "root/hello", "--output", ".", "--runtime-folder", "runtimes"], 0);

    let install = ["install", "hello-1.0.0.tar.gz", "--root", "plugins", "--host", "camera.host.json"];
    assert_eq!(json(&tree, &install, 3)["error"]["code"], "archive-refused");
    let install = [&install[..], &["--runtime-folder", "runtimes"]].concat();
    let installed = json(&tree, &install, 0);
    assert_eq!(
        (&installed["installed"][0]["name"], &installed["installed"][0]["outcome"]),
        (&"hello".into(), &"installed".into())
    );
    let refusals: Vec<_> = installed["diagnostics"].as_array().unwrap().iter().map(|found| &found["code"]).collect();
    assert_eq!(refusals, ["signature-missing"], "the host would take it");

    let list = ["list", "--host", "camera.host.json", "--path", "plugins", "--runtime-folder", "runtimes"];
    let plugin = json(&tree, &list, 0)["plugins"][0].take();
    assert_eq!(
        (&plugin["name"], &plugin["runtime"], &plugin["refusal"]),
        (&"hello".into(), &"echo".into(), &().into())
    );
}

#[test]
fn an_archive_of_such_a_plugin_is_signed_and_verified() {
    let tree = echo();
    json(&tree, &["package", "root/hello", "--output", ".", "--runtime-folder", "runtimes"], 0);
    json(&tree, &["key", "new", "--no-password", "--output", "anna"], 0);
    let sign = ["sign", "hello-1.0.0.tar.gz", "--key", "anna.key"];
    assert_eq!(json(&tree, &sign, 3)["error"]["code"], "archive-refused");
    let known = ["--runtime-folder", "runtimes"];
    let signed = json(&tree, &[&sign[..], &known].concat(), 0);
    assert_eq!((&signed["signed"]["name"], &signed["signed"]["platforms"]), (&"hello".into(), &serde_json::json!([])));
    let verify = ["verify", "hello-1.0.0.tar.gz", "--key", "anna.pub"];
    assert_eq!(json(&tree, &verify, 1)["verified"], false, "nobody knows which file it needs");
    assert_eq!(json(&tree, &[&verify[..], &known].concat(), 0)["verified"], true);
}

#[test]
#[cfg(unix)]
fn check_loads_a_plugin_with_the_module_in_the_folder() {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/runtimes/echo/echo.c");
    let source = std::fs::read_to_string(fixtures).unwrap();
    let include = concat!("-I", env!("CARGO_MANIFEST_DIR"), "/../../include");
    let module = std::fs::read(Library::c(&source).arg(include).arg("-pthread").build()).unwrap();
    let module_file = format!("runtimes/{}", file_name("hotshoe-echo"));
    let tree = echo().file("camera.host.json", CAMERA).file("root/hello/hello.echo", "echo hello");
    let check = ["check", "root/hello", "--host", "camera.host.json", "--load", "--runtime-folder", "runtimes"];
    assert_eq!(json(&tree, &check, 1)["diagnostics"][0]["code"], "runtime-missing");
    let tree = tree.file(&module_file, module);
    assert_eq!(json(&tree, &check, 0)["unload"], "exited: exit code 0");
    let tree = tree.file("root/hello/hello.echo", "hello");
    assert_eq!(json(&tree, &check, 1)["diagnostics"][0]["code"], "echo-syntax");
}
