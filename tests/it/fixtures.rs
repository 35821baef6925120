//! One folder for each thing that can be wrong with a plugin, in `tests/fixtures/plugins/`.
//!
//! Each holds what the broken plugin is made of, and `expect.json`: the code of the finding, words of
//! it, whether the plugin loads all the same, and how its library is made.

use std::fs;
use std::path::{Path, PathBuf};

use hotshoe::diagnostics::Diagnostic;
use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree, require};
use serde::Deserialize;

use crate::host_on;

#[derive(Deserialize)]
struct Expect {
    code: String,
    says: String,
    loads: bool,
    /// The compiler, if it is not the usual one.
    compiler: Option<String>,
    /// The library is these bytes.
    bytes: Option<String>,
    /// The library is linked to one of this name, which then is not there.
    needs: Option<String>,
    /// The library ends after so many bytes.
    ends_after: Option<usize>,
}

#[test]
fn a_broken_plugin_is_named_with_its_reason_and_nine_good_ones_beside_it_load() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/plugins");
    let mut cases: Vec<PathBuf> =
        fs::read_dir(folder).expect("the fixtures are there").map(|case| case.expect("readable").path()).collect();
    cases.sort();
    assert!(cases.len() > 30, "the fixtures are gone");
    let wrong: Vec<String> = cases.iter().filter_map(|case| judge(case).err()).collect();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn judge(case: &Path) -> Result<(), String> {
    let expect = fs::read(case.join("expect.json")).expect("every case says what to expect");
    let expect: Expect = serde_json::from_slice(&expect).expect("expect.json is valid");
    if expect.compiler.as_deref().is_some_and(|compiler| !require(compiler)) {
        return Ok(());
    }
    let tree = lay_out(case, &expect);
    let host = host_on(tree.root());
    let report = host.load_all(|_| Ok(()));

    let name = case.file_name().unwrap_or_default().to_string_lossy();
    let good = report.plugins.iter().filter(|plugin| plugin.name().starts_with("good")).count();
    if good != 9 {
        return Err(format!("{name}: {good} of the nine good plugins loaded"));
    }
    if (report.plugins.len() == 10) != expect.loads {
        return Err(format!("{name}: loads is to be {}, found {:?}", expect.loads, report.plugins));
    }
    let right = |found: &Diagnostic| {
        let at = found.path.as_ref().is_some_and(|path| path.to_string_lossy().contains("broken"));
        found.code.as_str() == expect.code && found.to_string().contains(&expect.says) && at && found.hint.is_some()
    };
    if report.diagnostics.iter().filter(|found| right(found)).count() != 1 {
        let found: Vec<String> = report.diagnostics.iter().map(ToString::to_string).collect();
        return Err(format!(
            "{name}: wanted one {} that says `{}`, found:\n{}",
            expect.code,
            expect.says,
            found.join("\n")
        ));
    }
    Ok(())
}

/// Nine good plugins, and the case's own in the folder `broken`.
fn lay_out(case: &Path, expect: &Expect) -> PluginTree {
    let good = Library::c(GOOD_C_PLUGIN).build();
    let mut tree = PluginTree::new();
    for number in 1..=9 {
        let manifest = format!(r#"{{"name": "good{number}", "version": "1.0.{number}"}}"#);
        tree = tree.plugin(&format!("good{number}"), &manifest, &good);
    }
    let manifest = fs::read(case.join("plugin.json")).expect("every case has a manifest");
    let mut library = match &expect.bytes {
        Some(bytes) => bytes.clone().into_bytes(),
        None => fs::read(build(case, expect)).expect("it was built"),
    };
    library.truncate(expect.ends_after.unwrap_or(usize::MAX));
    tree.file("broken/plugin.json", manifest).file("broken/libbroken.so", library)
}

fn build(case: &Path, expect: &Expect) -> PathBuf {
    let library = match (fs::read_to_string(case.join("plugin.c")), fs::read_to_string(case.join("plugin.cpp"))) {
        (Ok(source), _) => Library::c(&source),
        (_, Ok(source)) => Library::cpp(&source),
        _ => Library::c(GOOD_C_PLUGIN),
    };
    let library = match &expect.compiler {
        Some(compiler) => library.compiler(compiler),
        None => library,
    };
    match &expect.needs {
        Some(needed) => {
            let absent =
                Library::c("int absent(void) { return 0; }\n").file_name(needed).arg(format!("-Wl,-soname,{needed}"));
            library.arg("-Wl,--no-as-needed").arg(absent.build().display().to_string()).build()
        }
        None => library.build(),
    }
}

#[test]
fn a_missing_dependency_is_named_with_the_folders_that_were_searched() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/plugins/library-missing-dependency");
    let expect: Expect = serde_json::from_slice(&fs::read(case.join("expect.json")).unwrap()).unwrap();
    let tree = lay_out(&case, &expect);
    let error = host_on(tree.root()).load("broken", None, |_| Ok(())).unwrap_err();
    assert_eq!(error.code().as_str(), "dependency-missing");
    let report = error.report();
    assert!(report.contains("libhotshoe_absent.so") && report.contains("/usr/lib"), "{report}");
}
