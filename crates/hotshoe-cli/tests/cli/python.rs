//! What every verb says to a plugin in Python.

use std::fs;

use hotshoe_testkit::PluginTree;
use snapbox::str;

use crate::{hotshoe, json};

const XML: &str = "<PluginDescription>
  <Name>FMURuntime</Name>
  <Version>0.1.0</Version>
  <Module>fmu_runtime</Module>
  <Class>FMURuntimePlugin</Class>
  <Capabilities>
    <Capability>runtime:fmu</Capability>
  </Capabilities>
</PluginDescription>
";

fn fmu() -> PluginTree {
    PluginTree::new().file("Plugins/fmu/pluginDescription.xml", XML).file("Plugins/fmu/fmu_runtime.py", "import sys\n")
}

#[test]
fn list_shows_it_with_the_reason_why_it_is_not_used() {
    let args = ["list", "--host", "synarius", "--path", "Plugins"];
    hotshoe(&fmu(), &args)
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
✗ FMURuntime           0.1.0      [..]/Plugins/fmu  runtime:fmu

"#]])
        .stderr_eq(str![[r#"
error[manifest-runtime]: plugin `FMURuntime`: it needs the runtime `python`, and synarius takes `native` only
  in [..]/Plugins/fmu
  hint: write `"runtimes": {"native": {}, "python": {}}` into the host's profile, if it is to take it

"#]]);
    let plugin = json(&fmu(), &args, 1)["plugins"][0].take();
    assert_eq!((&plugin["name"], &plugin["manifest"]["runtime"]), (&"FMURuntime".into(), &"python".into()));
    assert_eq!(
        (&plugin["manifest"]["entry"], &plugin["refusal"]["code"]),
        (&"FMURuntimePlugin".into(), &"manifest-runtime".into())
    );
}

#[test]
fn check_says_no_with_the_reason() {
    for plugin in ["Plugins/fmu", "Plugins/fmu/fmu_runtime.py"] {
        let args = ["check", plugin, "--host", "synarius"];
        hotshoe(&fmu(), &args)
            .assert()
            .code(1)
            .stdout_eq(str![[r#"
no: synarius does not take FMURuntime 0.1.0

"#]])
            .stderr_eq(str![[r#"
error[manifest-runtime]: plugin `FMURuntime`: it needs the runtime `python`, and synarius takes `native` only
  in [..]/Plugins/fmu
  hint: write `"runtimes": {"native": {}, "python": {}}` into the host's profile, if it is to take it

"#]]);
    }
}

#[test]
fn check_names_a_module_that_is_not_there_and_the_place_of_what_is_wrong() {
    let tree = fmu();
    fs::remove_file(tree.path("Plugins/fmu/fmu_runtime.py")).unwrap();
    let args = ["check", "Plugins/fmu", "--host", "synarius"];
    hotshoe(&tree, &args)
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
no: synarius does not take FMURuntime 0.1.0

"#]])
        .stderr_eq(str![[r#"
error[library-missing]: plugin `FMURuntime`: its module `fmu_runtime.py` is not there
  in [..]/Plugins/fmu/fmu_runtime.py
  hint: put it into the plugin's folder, as the manifest names it

"#]]);
    let tree = tree.file("Plugins/fmu/pluginDescription.xml", XML.replace("fmu_runtime", "../fmu_runtime"));
    hotshoe(&tree, &args)
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
no: synarius does not take Plugins/fmu

"#]])
        .stderr_eq(str![[r#"
error[manifest-field]: `<Module>` at line 4, column 3 is `../fmu_runtime`, which is not a Python identifier
  in [..]/Plugins/fmu/pluginDescription.xml
  hint: write the module's name, without folders and without `.py`

"#]]);
    let tree = tree.file("Plugins/fmu/pluginDescription.xml", XML.replace("</Name>", "</Nam>"));
    hotshoe(&tree, &args)
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
no: synarius does not take Plugins/fmu

"#]])
        .stderr_eq(str![[r#"
error[manifest-syntax]: the manifest cannot be read as XML: `</Nam>` stands where `</Name>` should (line 2, column 19)
  in [..]/Plugins/fmu/pluginDescription.xml
  hint: write well-formed XML in UTF-8, without a document type

"#]]);
}

#[test]
fn inspect_leads_to_check() {
    let args = ["inspect", "Plugins/fmu/fmu_runtime.py"];
    hotshoe(&fmu(), &args).assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error: the file is not a shared library but a text file [library-format]
  in Plugins/fmu/fmu_runtime.py
  hint: a Python module is nothing to inspect: use `hotshoe check` with its folder

"#]]);
}

#[test]
fn it_is_packaged_and_installed() {
    let tree = fmu();
    hotshoe(&tree, &["package", "Plugins/fmu", "--host", "synarius", "--host-version", "1.0.0"])
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
made ./FMURuntime-0.1.0.tar.gz, [..] bytes
  FMURuntime/
  FMURuntime/fmu_runtime.py
  FMURuntime/pluginDescription.xml

"#]])
        .stderr_eq(str![]);
    hotshoe(&tree, &["install", "FMURuntime-0.1.0.tar.gz", "--root", "root"])
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
installed FMURuntime 0.1.0 into root/FMURuntime/0.1.0

"#]])
        .stderr_eq(str![[r#"
warning[signature-missing]: it is not signed: nothing says who made it
  in FMURuntime-0.1.0.tar.gz
  hint: use it only if you trust where it came from; `hotshoe install --require-signature` takes nothing that was not verified

"#]]);
    assert_eq!(fs::read_to_string(tree.path("root/FMURuntime/0.1.0/fmu_runtime.py")).unwrap(), "import sys\n");
}

#[test]
fn a_distribution_is_installed_part_by_part() {
    let tree = fmu().file("Lib/std/libraryDescription.xml", r#"<LibraryDescription name="std" version="1.0.0"/>"#);
    let packed = std::process::Command::new("tar")
        .args(["czf", "bundle.tar.gz", "Plugins", "Lib"])
        .current_dir(tree.root())
        .status();
    assert!(packed.unwrap().success());
    let args = ["install", "bundle.tar.gz", "--root", "root"];
    hotshoe(&tree, &args)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
installed FMURuntime 0.1.0 into root/Plugins/FMURuntime
installed std 1.0.0 into root/Lib/std

"#]])
        .stderr_eq(str![[r#"
warning[signature-missing]: it is not signed: nothing says who made it
  in bundle.tar.gz
  hint: use it only if you trust where it came from; `hotshoe install --require-signature` takes nothing that was not verified

"#]]);
    hotshoe(&tree, &args)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
there already: FMURuntime 0.1.0 in root/Plugins/FMURuntime
there already: std 1.0.0 in root/Lib/std

"#]])
        .stderr_eq(str![[r#"
warning[signature-missing]: it is not signed: nothing says who made it
  in bundle.tar.gz
  hint: use it only if you trust where it came from; `hotshoe install --require-signature` takes nothing that was not verified

"#]]);
}
