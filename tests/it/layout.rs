//! What archives hold: one plugin, at the top or in a folder, or a distribution with `Plugins` and `Lib`.

use std::fs;
use std::path::Path;

use hotshoe::catalog::Catalog;
use hotshoe::error::{Code, Error, Result};
use hotshoe::package::{self, Format, Install, Installed, Outcome, Root, unwatched};
use hotshoe_testkit::PluginTree;

use crate::harmonics;

const XML: &str = "<PluginDescription><Name>FMURuntime</Name><Version>0.1.0</Version><Module>fmu_runtime</Module>
    <Class>FMURuntimePlugin</Class><Capabilities><Capability>runtime:fmu</Capability></Capabilities></PluginDescription>";
const MODELS: &str = r#"<LibraryDescription fmfVersion="0.1" name="std" version="1.0.0"/>"#;

/// A distribution with two plugins, a library of models, and a file for whoever unpacks it by hand.
const DISTRIBUTION: [(&str, &str); 8] = [
    ("bundle/README.md", "read me"),
    ("bundle/Plugins/fmu/pluginDescription.xml", XML),
    ("bundle/Plugins/fmu/fmu_runtime.py", "class FMURuntimePlugin: pass"),
    ("bundle/Plugins/fmu/helper/__init__.py", ""),
    ("bundle/Plugins/gain/plugin.json", r#"{"version": "1.2.3"}"#),
    ("bundle/Plugins/gain/libgain.so", "code"),
    ("bundle/Lib/std/libraryDescription.xml", MODELS),
    ("bundle/Lib/std/components/Add/elementDescription.xml", "<Element/>"),
];

/// Installs an archive of these files that is called `archive-0.1.0.tar.gz`.
fn install(tree: &PluginTree, files: &[(&str, &str)]) -> Result<Installed> {
    install_as(tree, "archive-0.1.0.tar.gz", files)
}

fn install_as(tree: &PluginTree, archive: &str, files: &[(&str, &str)]) -> Result<Installed> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, content.as_bytes()).unwrap();
    }
    fs::write(tree.path(archive), builder.into_inner().unwrap()).unwrap();
    Ok(package::install(&tree.path(archive), &tree.path("root"))?.plugins[0].0.clone())
}

/// The files under a folder, with `/`, sorted.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut unread = vec![folder.to_owned()];
    while let Some(next) = unread.pop() {
        for entry in fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
            match entry.is_dir() {
                true => unread.push(entry),
                false => found.push(entry.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/")),
            }
        }
    }
    found.sort();
    found
}

#[track_caller]
fn installs(wanted: &[&str], archive: &[(&str, &str)]) -> PluginTree {
    let tree = PluginTree::new();
    install(&tree, archive).unwrap_or_else(|error| panic!("{}", error.report()));
    let receipts = |path: &String| !path.ends_with("/.hotshoe-receipt.json");
    assert_eq!(files(&tree.path("root")).into_iter().filter(receipts).collect::<Vec<_>>(), wanted);
    tree
}

/// Says no with this code and these words, and leaves nothing in the root.
#[track_caller]
fn refused(code: Code, says: &str, archive: &[(&str, &str)]) -> Error {
    let tree = PluginTree::new();
    let error = install(&tree, archive).expect_err("it is not installed");
    let report = error.report();
    assert_eq!(error.code(), code, "{report}");
    assert!(report.contains(says), "wanted `{says}`: {report}");
    assert!(report.contains("archive-0.1.0.tar.gz") && !report.contains("/.hotshoe-"), "{report}");
    assert!(error.hint_text().is_some_and(|hint| !hint.is_empty()), "{report}");
    assert!(!tree.path("root").exists(), "something is left behind");
    error
}

/// The distribution with some of its files replaced, and others added.
fn changed<'a>(change: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let keeps = |(path, _): &&(&str, &str)| !change.iter().any(|(changed, _)| changed == path);
    DISTRIBUTION.iter().filter(keeps).chain(change).copied().collect()
}

#[test]
fn a_plugin_in_python_installs_from_a_folder_or_from_the_top() {
    let wanted = ["FMURuntime/0.1.0/fmu_runtime.py", "FMURuntime/0.1.0/pluginDescription.xml"];
    let tree = installs(&wanted, &[("fmu/pluginDescription.xml", XML), ("fmu/fmu_runtime.py", "")]);
    let catalog = Catalog::scan(&harmonics(), &[tree.path("root")].iter().collect());
    assert_eq!(catalog.candidates()[0].to_string(), "FMURuntime 0.1.0");
    assert!(catalog.diagnostics().is_empty(), "{:?}", catalog.diagnostics());
    installs(&wanted, &[("pluginDescription.xml", XML), ("fmu_runtime.py", "")]);
}

#[test]
fn a_plugin_in_python_without_its_module_is_refused() {
    let files = [("fmu/pluginDescription.xml", XML), ("fmu/libFMURuntime.so", "code"), ("fmu/other.py", "")];
    refused(Code::ARCHIVE_REFUSED, "there is no module", &files);
    refused(Code::ARCHIVE_REFUSED, "there is no module", &[("pluginDescription.xml", XML), ("Fmu_runtime.py", "")]);
}

#[test]
fn a_packaged_plugin_in_python_installs() {
    let tree = PluginTree::new().file("fmu/pluginDescription.xml", XML).file("fmu/fmu_runtime.py", "x = 1\n");
    for format in Format::ALL {
        let made = crate::make::make_as(format, &tree.path("fmu"), &tree.path("dist")).unwrap();
        assert!(made.archive.ends_with(format!("FMURuntime-0.1.0.{}", format.as_str())));
        assert_eq!(made.entries, ["FMURuntime/", "FMURuntime/fmu_runtime.py", "FMURuntime/pluginDescription.xml"]);
        let installed = &package::install(&made.archive, &tree.path(format.as_str())).unwrap().plugins[0].0;
        assert!(installed.path.ends_with("FMURuntime/0.1.0"));
        assert_eq!(fs::read_to_string(installed.path.join("fmu_runtime.py")).unwrap(), "x = 1\n");
    }
    fs::remove_file(tree.path("fmu/fmu_runtime.py")).unwrap();
    let tree = tree.file("fmu/libFMURuntime.so", "");
    let error = package::make(&tree.path("fmu"), &tree.path("dist"), None).unwrap_err();
    assert_eq!(error.code(), Code::LIBRARY_MISSING);
    assert!(error.message().contains("no module"), "{}", error.report());
}

#[test]
fn a_name_for_people_installs_under_the_folders_name_or_the_archives() {
    let xml = XML.replace("FMURuntime<", "FMU: Runtime<");
    let wanted = ["fmu/0.1.0/fmu_runtime.py", "fmu/0.1.0/pluginDescription.xml"];
    installs(&wanted, &[("fmu/pluginDescription.xml", &xml), ("fmu/fmu_runtime.py", "")]);
    let wanted = ["archive/0.1.0/fmu_runtime.py", "archive/0.1.0/pluginDescription.xml"];
    let top = [("pluginDescription.xml", xml.as_str()), ("fmu_runtime.py", "")];
    installs(&wanted, &top);
    for archive in ["archive.tar.gz", "archive-0.2.0.tar.gz", "con-0.1.0.tar.gz", "-0.1.0.zip"] {
        let tree = PluginTree::new();
        let error = install_as(&tree, archive, &top).unwrap_err();
        assert_eq!(error.code(), Code::ARCHIVE_REFUSED, "{archive}: {}", error.report());
        assert!(!tree.path("root").exists());
    }
}

#[test]
fn a_distribution_installs_each_part_flat_on_its_shelf() {
    let wanted = [
        "Lib/std/components/Add/elementDescription.xml",
        "Lib/std/libraryDescription.xml",
        "Plugins/FMURuntime/fmu_runtime.py",
        "Plugins/FMURuntime/helper/__init__.py",
        "Plugins/FMURuntime/pluginDescription.xml",
        "Plugins/gain/libgain.so",
        "Plugins/gain/plugin.json",
    ];
    let tree = installs(&wanted, &DISTRIBUTION);
    let catalog = Catalog::scan(&harmonics(), &[tree.path("root/Plugins")].iter().collect());
    let found: Vec<String> = catalog.candidates().iter().map(ToString::to_string).collect();
    assert_eq!(found, ["FMURuntime 0.1.0", "gain 1.2.3"]);

    let without_top: Vec<_> =
        DISTRIBUTION.iter().map(|(path, content)| (path.strip_prefix("bundle/").unwrap(), *content)).collect();
    installs(&wanted, &without_top);
    installs(&wanted[2..], &without_top[1..6]);
    let from_finder = changed(&[("__MACOSX/bundle/._README.md", "x"), ("bundle/Plugins/.DS_Store", "x")]);
    installs(&wanted, &from_finder);
}

#[test]
fn a_distribution_with_one_bad_part_is_refused_whole_and_the_part_named() {
    let cases = [
        (Code::MANIFEST_SYNTAX, "Plugins/fmu", ("bundle/Plugins/fmu/pluginDescription.xml", "<PluginDescription>")),
        (Code::MANIFEST_FIELD, "Plugins/gain", ("bundle/Plugins/gain/plugin.json", r#"{"name": "a/b"}"#)),
        (
            Code::MANIFEST_SYNTAX,
            "Lib/std",
            ("bundle/Lib/std/libraryDescription.xml", "<!DOCTYPE x><LibraryDescription/>"),
        ),
        (Code::MANIFEST_FIELD, "Lib/std", ("bundle/Lib/std/libraryDescription.xml", "<PluginDescription/>")),
        (Code::ARCHIVE_REFUSED, "Plugins/empty", ("bundle/Plugins/empty/readme.txt", "")),
        (Code::ARCHIVE_REFUSED, "Plugins/.hidden", ("bundle/Plugins/.hidden/lib.hidden.so", "")),
        (Code::ARCHIVE_REFUSED, "Plugins/mute", ("bundle/Plugins/mute/plugin.json", "{}")),
        (Code::ARCHIVE_REFUSED, "Plugins/fmu2", ("bundle/Plugins/fmu2/pluginDescription.xml", XML)),
        (Code::ARCHIVE_REFUSED, "Lib/other", ("bundle/Lib/other/readme.txt", "")),
    ];
    for (code, part, file) in cases {
        refused(code, &format!("`{part}` in it cannot be installed"), &changed(&[file]));
    }
}

#[test]
fn a_distribution_holds_nothing_but_its_shelves() {
    for folder in ["bundle/docs/x", "bundle/plugins2/x", "bundle/library/gain/libgain.so"] {
        let name = folder.split('/').nth(1).unwrap();
        refused(Code::ARCHIVE_REFUSED, &format!("`{name}` has no place"), &changed(&[(folder, "")]));
    }
    refused(Code::ARCHIVE_REFUSED, "no plugin in its `Plugins`", &[("bundle/Plugins/readme.txt", "")]);
    refused(Code::ARCHIVE_REFUSED, "no library", &DISTRIBUTION[6..]);
    refused(Code::ARCHIVE_REFUSED, "no library", &[("bundle/plugins/gain/libgain.so", "")]);
}

#[test]
fn of_a_distribution_names_that_are_equal_but_for_case_are_refused() {
    let xml = XML.replace("FMURuntime<", "fmuruntime<");
    let twice =
        [("bundle/Plugins/other/pluginDescription.xml", xml.as_str()), ("bundle/Plugins/other/fmu_runtime.py", "")];
    refused(Code::ARCHIVE_REFUSED, "differ in case only", &changed(&twice));
    installs(
        &["Lib/gain/libraryDescription.xml", "Plugins/gain/libgain.so"],
        &[("b/Plugins/gain/libgain.so", ""), ("b/Lib/gain/libraryDescription.xml", "<LibraryDescription/>")],
    );
}

#[test]
fn a_distribution_of_which_one_part_is_installed_installs_none_of_it() {
    let tree = PluginTree::new().file("root/Plugins/gain/mine", "");
    let error = install(&tree, &DISTRIBUTION).unwrap_err();
    assert_eq!(error.code(), Code::ALREADY_INSTALLED, "{}", error.report());
    assert_eq!(files(&tree.path("root")), ["Plugins/gain/mine"]);
}

/// What became of each part of the archive that was installed last.
fn again(tree: &PluginTree, replace: bool) -> Result<Vec<Outcome>> {
    let archive = tree.path("archive-0.1.0.tar.gz");
    let done = Install::of(&archive).replace(replace).into_root(&Root::new(tree.path("root")), &mut unwatched)?.plugins;
    Ok(done.into_iter().map(|(_, outcome)| outcome).collect())
}

#[test]
fn a_distribution_that_was_stopped_half_way_is_completed_by_the_next_install() {
    let tree = PluginTree::new();
    install(&tree, &DISTRIBUTION).unwrap();
    assert_eq!(again(&tree, false).unwrap(), [Outcome::Present; 3]);
    assert_eq!(again(&tree, true).unwrap(), [Outcome::Present; 3]);
    fs::remove_dir_all(tree.path("root/Plugins/gain")).unwrap();
    assert_eq!(again(&tree, false).unwrap(), [Outcome::Present, Outcome::Installed, Outcome::Present]);
    let tree = tree.file("root/Plugins/gain/libgain.so", "edited");
    assert_eq!(again(&tree, false).unwrap_err().code(), Code::INSTALLED_CHANGED);
    assert_eq!(again(&tree, true).unwrap(), [Outcome::Present, Outcome::Replaced, Outcome::Present]);
    assert_eq!(fs::read_to_string(tree.path("root/Plugins/gain/libgain.so")).unwrap(), "code");
}

#[test]
fn a_newer_distribution_takes_the_place_of_the_one_before() {
    let tree = PluginTree::new();
    install(&tree, &DISTRIBUTION).unwrap();
    let rebuilt = changed(&[("bundle/Plugins/gain/libgain.so", "another build of the same version")]);
    assert_eq!(install(&tree, &rebuilt).unwrap_err().code(), Code::ALREADY_INSTALLED);
    install(&tree, &changed(&[("bundle/Plugins/gain/plugin.json", r#"{"version": "1.2.4"}"#)])).unwrap();
    assert_eq!(again(&tree, false).unwrap(), [Outcome::Present; 3]);
    let xml = XML.replace("0.1.0", "0.2.0");
    let models = MODELS.replace("1.0.0", "1.1.0");
    let newer = changed(&[
        ("bundle/Plugins/gain/plugin.json", r#"{"version": "1.3.0"}"#),
        ("bundle/Plugins/fmu/pluginDescription.xml", &xml),
        ("bundle/Lib/std/libraryDescription.xml", &models),
    ]);
    install(&tree, &newer).unwrap();
    assert!(fs::read_to_string(tree.path("root/Plugins/FMURuntime/pluginDescription.xml")).unwrap().contains("0.2.0"));
    let (installed, _) = Root::new(tree.path("root")).installed().unwrap();
    let shown: Vec<String> = installed.iter().filter(|found| found.in_use).map(ToString::to_string).collect();
    assert_eq!(shown, ["FMURuntime 0.2.0", "gain 1.3.0", "std 1.1.0"]);
    let removed = Root::new(tree.path("root")).uninstall("gain", None, false, &mut unwatched).unwrap();
    assert!(removed.iter().any(|found| found.in_use) && !tree.path("root/Plugins/gain").exists());
}

#[test]
fn a_plugin_may_have_folders_that_are_called_like_shelves() {
    let manifest = r#"{"name": "gain", "version": "1.0.0"}"#;
    let wanted = ["gain/1.0.0/Lib/x", "gain/1.0.0/Plugins/x/y", "gain/1.0.0/libgain.so", "gain/1.0.0/plugin.json"];
    let files = |top: &str| wanted.map(|path| path.replace("gain/1.0.0/", top));
    for top in ["gain/", "Plugins/", ""] {
        let paths = files(top);
        let content = |path: &str| if path.ends_with("plugin.json") { manifest } else { "" };
        let entries: Vec<_> = paths.iter().map(|path| (path.as_str(), content(path))).collect();
        installs(&wanted, &entries);
    }
}

#[test]
fn a_plugin_in_python_that_would_not_be_found_is_not_installed() {
    let tree = PluginTree::new().file("root/FMURuntime/pluginDescription.xml", XML);
    let error = install(&tree, &[("fmu/pluginDescription.xml", XML), ("fmu/fmu_runtime.py", "")]).unwrap_err();
    assert_eq!(error.code(), Code::ALREADY_INSTALLED);
    assert!(error.hint_text().unwrap().contains("called after its version"), "{}", error.report());
}
