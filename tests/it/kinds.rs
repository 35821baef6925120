//! What the plugins of a runtime look like, as `<name>.runtime.json` says.

use hotshoe::catalog::{Candidate, Catalog, SearchPath};
use hotshoe::diagnostics::Severity;
use hotshoe::error::Code;
use hotshoe::manifest::{ArtifactType, EntrySpelling, Kind, Kinds, Manifest};
use hotshoe::platform::System;
use hotshoe_testkit::PluginTree;

use super::harmonics;
use super::manifest::schema;

const ECHO: &str = r#"{"name": "echo", "artifact": "file", "called": "script", "entry": "path",
    "file_names": ["{name}.echo", "*.echo"], "description": "Says what it is told"}"#;

/// A tree with the runtime `echo`, and plugins of it.
fn echo(plugins: &[(&str, &str)]) -> (PluginTree, Kinds) {
    let tree = plugins.iter().fold(PluginTree::new().file("runtimes/echo.runtime.json", ECHO), |tree, (path, text)| {
        tree.file(&format!("root/{path}"), text)
    });
    let kinds = Kinds::built_in().with_folders([tree.path("runtimes")]);
    (tree, kinds)
}

fn scan(tree: &PluginTree, kinds: &Kinds) -> Catalog {
    Catalog::scan_with(&harmonics(), kinds, &SearchPath::parse(tree.path("root").as_os_str()))
}

#[test]
fn those_built_in_are_described_as_all_others_are() {
    let names: Vec<&str> = Kinds::built_in().all().map(|kind| kind.name().to_owned().leak() as &str).collect();
    assert_eq!(names, ["native", "process", "python"]);
    for name in names {
        let path = format!("{}/src/manifest/kinds/{name}.runtime.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        schema("runtime").validate(&serde_json::from_str(&text).unwrap()).unwrap();
        let (kind, findings) = Kind::from_json(text.as_bytes()).unwrap();
        assert!(findings.is_empty() && Kinds::built_in().find(name) == Some(&kind), "{name}");
    }
}

#[test]
fn the_libraries_of_every_system_have_their_usual_names() {
    let native = Kinds::built_in().find("native").unwrap().clone();
    for system in System::ALL {
        let usual = native.file_names(system).iter().filter(|name| !name.contains('*'));
        let usual: Vec<String> = usual.map(|name| name.replace("{name}", "gain")).collect();
        assert_eq!(usual, system.library_names("gain"), "{system}");
    }
}

#[test]
fn every_field_is_read() {
    let (kind, findings) = Kind::from_json(ECHO.as_bytes()).unwrap();
    assert!(findings.is_empty(), "{findings:?}");
    assert_eq!((kind.name(), kind.called(), kind.artifact()), ("echo", "script", ArtifactType::File));
    assert_eq!((kind.entry(), kind.description()), (EntrySpelling::Path, Some("Says what it is told")));
    assert!(!kind.is_platform_bound() && kind.file().is_none());
    assert_eq!(kind.file_names(System::Windows), ["{name}.echo", "*.echo"]);
    let (kind, _) = Kind::from_json(br#"{"name": "x", "artifact": "executable"}"#).unwrap();
    assert_eq!((kind.called(), kind.artifact_key(), kind.is_platform_bound()), ("program", "executable", true));
}

#[test]
fn the_schema_and_the_reader_agree() {
    let long = "n".repeat(33);
    let cases = [
        (r#"{"name": "lua", "artifact": "file"}"#.to_owned(), true),
        (r#"{"$schema": "x", "name": "lua-5", "artifact": "library", "platform_bound": false}"#.to_owned(), true),
        (r#"{"name": "lua", "artifact": "file", "file_names": {"linux": ["*.lua"]}}"#.to_owned(), true),
        (r#"{"name": "lua", "artifact": "file", "later": 1}"#.to_owned(), true),
        ("{}".to_owned(), false),
        ("[]".to_owned(), false),
        (r#"["lua", "file"]"#.to_owned(), false),
        (r#"{"name": "lua"}"#.to_owned(), false),
        (r#"{"name": "../../x", "artifact": "file"}"#.to_owned(), false),
        (r#"{"name": "Lua", "artifact": "file"}"#.to_owned(), false),
        (r#"{"name": "", "artifact": "file"}"#.to_owned(), false),
        (format!(r#"{{"name": "{long}", "artifact": "file"}}"#), false),
        (r#"{"name": "lua", "artifact": "folder"}"#.to_owned(), false),
        (r#"{"name": "lua", "artifact": "file", "called": "Script!"}"#.to_owned(), false),
        (r#"{"name": "lua", "artifact": "file", "description": "a\u001b[2Jb"}"#.to_owned(), false),
        (r#"{"name": "lua", "artifact": "file", "entry": "class"}"#.to_owned(), false),
        (r#"{"name": "lua", "artifact": "file", "platform_bound": "no"}"#.to_owned(), false),
        (r#"{"name": "lua", "artifact": "file", "file_names": "x"}"#.to_owned(), false),
        (r#"{"name": "lua", "artifact": "file", "file_names": ["a/b"]}"#.to_owned(), false),
        (r#"{"name": "lua", "artifact": "file", "file_names": ["../{name}"]}"#.to_owned(), false),
        (r#"{"name": "lua", "artifact": "file", "file_names": ["{name}*"]}"#.to_owned(), false),
        (r#"{"name": "lua", "artifact": "file", "file_names": ["{version}"]}"#.to_owned(), false),
        (r#"{"name": "lua", "artifact": "file", "file_names": [""]}"#.to_owned(), false),
        (r#"{"name": "lua", "artifact": "file", "file_names": {"beos": []}}"#.to_owned(), false),
        (r#"{"name": "lua", "artifact": "file", "file_names": [["a"]]}"#.to_owned(), false),
        (r#"{"name": "lua", "artifact": "file", "file_names": [1]}"#.to_owned(), false),
        (r#"{"name": "lua", "artifact": "file", "file_names": null}"#.to_owned(), false),
        (r#"{"name": "lua", "artifact": "file", "called": null}"#.to_owned(), false),
        (r#"{"name": "lua", "artifact": 7}"#.to_owned(), false),
        (r#"{"name": "lua", "artifact": "file", "entry": null}"#.to_owned(), false),
    ];
    for (text, valid) in cases {
        assert_eq!(Kind::from_json(text.as_bytes()).is_ok(), valid, "the reader, {text}");
        assert_eq!(schema("runtime").is_valid(&serde_json::from_str(&text).unwrap()), valid, "the schema, {text}");
    }
}

#[test]
fn an_unknown_key_is_a_finding_and_a_slip_is_an_error() {
    let (_, findings) = Kind::from_json(br#"{"name": "lua", "artifact": "file", "colour": "red"}"#).unwrap();
    assert_eq!((findings.len(), findings[0].code, findings[0].severity), (1, Code::RUNTIME_KIND, Severity::Warning));
    let error = Kind::from_json(br#"{"name": "lua", "artifact": "file", "filenames": []}"#).unwrap_err();
    assert!(error.message().contains("`file_names`"), "{error}");
}

#[test]
fn a_description_that_cannot_be_used_is_said_and_hides_no_other() {
    let large = format!(r#"{{"name": "large", "artifact": "file", "x": "{}"}}"#, "x".repeat(65 << 10));
    let tree = PluginTree::new()
        .file("runtimes/echo.runtime.json", ECHO)
        .file("runtimes/empty.runtime.json", "")
        .file("runtimes/large.runtime.json", large)
        .file("runtimes/other.runtime.json", ECHO)
        .file("runtimes/native.runtime.json", r#"{"name": "native", "artifact": "file"}"#)
        .file("runtimes/deep.runtime.json", "[".repeat(60_000))
        .file("runtimes/folder.runtime.json/x", "")
        .file("runtimes/libhotshoe-echo.so", "")
        .file("second/echo.runtime.json", r#"{"name": "echo", "artifact": "library"}"#);
    let kinds = Kinds::built_in().with_folders([tree.path("runtimes"), tree.path("second"), tree.path("none")]);
    assert!(kinds.diagnostics().is_empty(), "nothing is read before it is needed");
    assert!(kinds.find("native").unwrap().file().is_none(), "one that is built in stays as it is");
    assert!(kinds.diagnostics().is_empty(), "nothing is read for those built in");
    assert_eq!(kinds.find("echo").unwrap().file(), Some(tree.path("runtimes/echo.runtime.json").as_path()));
    assert_eq!(kinds.all().count(), 4);
    let about = |name: &str| {
        let path = tree.path(name);
        kinds.diagnostics().iter().filter(move |found| found.path.as_ref() == Some(&path)).count()
    };
    for bad in ["empty", "large", "other", "deep", "folder"] {
        assert_eq!(about(&format!("runtimes/{bad}.runtime.json")), 1, "{bad}: {:?}", kinds.diagnostics());
    }
    assert_eq!(about("second/echo.runtime.json"), 1, "the second one is noted");
    assert_eq!(kinds.diagnostics().len(), 6, "{:?}", kinds.diagnostics());
    assert!(kinds.diagnostics().iter().all(|found| found.code == Code::RUNTIME_KIND));
}

#[test]
fn what_is_wrong_with_a_description_is_said_in_its_own_words() {
    let cases = [
        (r#"{"name": "x", "artifact": "file", "file_names": 5}"#, "`file_names` is a number, not a list or an object"),
        (r#"{"name": "x", "artifact": "file", "file_names": [5]}"#, "`file_names`: invalid type"),
        (r#"{"name": "x", "artifact": "file", "file_names": {"beos": []}}"#, "`file_names`: unknown field `beos`"),
        (r#"{"name": "x", "artifact": ["file"]}"#, "`artifact` is a list, not a string"),
        (r#"{"name": "x", "name": "x", "artifact": "file"}"#, "the key `name` stands twice"),
        (
            r#"{"name": "x", "artifact": "file", "file_names": {"linux": [], "linux": []}}"#,
            "the key `linux` stands twice",
        ),
    ];
    for (text, why) in cases {
        let report = Kind::from_json(text.as_bytes()).unwrap_err().report();
        assert!(report.contains(why), "{text}: {report}");
    }
    let bom = [b"\xef\xbb\xbf".as_slice(), ECHO.as_bytes()].concat();
    for bytes in [bom.as_slice(), b"{\"name\": \"\xff\", \"artifact\": \"file\"}"] {
        assert_eq!(Kind::from_json(bytes).unwrap_err().code(), Code::RUNTIME_KIND);
    }
}

#[test]
fn of_more_descriptions_than_are_read_it_is_said_which_are_left_out() {
    let named = |number: usize| format!("r{number:04}");
    let tree = (0..1000).fold(PluginTree::new(), |tree, number| {
        let name = named(number);
        tree.file(&format!("{name}.runtime.json"), format!(r#"{{"name": "{name}", "artifact": "file"}}"#))
    });
    let kinds = Kinds::built_in().with_folders([tree.root().to_owned()]);
    assert!(kinds.find(&named(0)).is_some() && kinds.find(&named(255)).is_some() && kinds.find(&named(256)).is_none());
    let [found] = kinds.diagnostics() else { panic!("{:?}", kinds.diagnostics()) };
    assert!(found.message.contains("the last 744 are not read"), "{}", found.message);
    assert_eq!(found.path.as_deref(), Some(tree.root()));
}

#[test]
fn a_manifest_is_no_artifact_unless_it_is_named() {
    let any = r#"{"name": "any", "artifact": "file", "file_names": ["*"]}"#;
    let tree = PluginTree::new()
        .file("runtimes/any.runtime.json", any)
        .file("root/empty/plugin.json", r#"{"runtime": "any"}"#)
        .file("root/one/plugin.json", r#"{"runtime": "any"}"#)
        .file("root/one/data", "")
        .file("root/named/plugin.json", r#"{"runtime": "any", "library": "plugin.json"}"#);
    let catalog = scan(&tree, &Kinds::built_in().with_folders([tree.path("runtimes")]));
    let artifact = |name: &str| {
        let found = catalog.candidates().iter().find(|candidate| candidate.name() == name).unwrap();
        found.artifact().file_name().map(|name| name.to_string_lossy().into_owned())
    };
    assert_eq!((artifact("empty"), artifact("one")), (None, Some("data".to_owned())));
    assert_eq!(artifact("named").as_deref(), Some("plugin.json"));
}

#[test]
fn a_plugin_of_a_runtime_that_the_host_does_not_take_is_found_and_refused() {
    let (tree, kinds) = echo(&[("hello/plugin.json", r#"{"runtime": "echo"}"#), ("hello/hello.echo", "hello\n")]);
    for known in [&kinds, &Kinds::built_in()] {
        let catalog = scan(&tree, known);
        let [candidate] = catalog.candidates() else { panic!("{catalog:?}") };
        assert_eq!((candidate.name(), candidate.runtime()), ("hello", "echo"));
        assert_eq!(candidate.refusal().unwrap().code, Code::MANIFEST_RUNTIME);
    }
    let artifact = scan(&tree, &kinds).candidates()[0].artifact().to_owned();
    assert_eq!(artifact, tree.path("root/hello/hello.echo").canonicalize().unwrap());
}

#[test]
fn a_host_that_takes_a_runtime_takes_its_plugins_if_it_is_known() {
    let (tree, kinds) = echo(&[
        ("hello/plugin.json", r#"{"runtime": "echo", "entry": "say.hello"}"#),
        ("hello/hello.echo", "hello\n"),
        ("wrong/plugin.json", r#"{"runtime": "echo", "entry": "say hello"}"#),
        ("wrong/wrong.echo", ""),
    ]);
    let mut profile = harmonics();
    profile.add_runtime("echo", serde_json::Map::new()).unwrap();
    let refusals = |kinds: &Kinds| -> Vec<Option<Code>> {
        let mut catalog = Catalog::scan_with(&profile, kinds, &SearchPath::parse(tree.path("root").as_os_str()));
        catalog.check_libraries(&profile);
        catalog.candidates().iter().map(|candidate| candidate.refusal().map(|refusal| refusal.code)).collect()
    };
    assert_eq!(refusals(&kinds), [None, Some(Code::MANIFEST_FIELD)]);
    assert_eq!(refusals(&Kinds::built_in()), [Some(Code::MANIFEST_RUNTIME); 2]);
}

#[test]
fn a_kind_that_a_program_brings_counts_before_files_and_after_what_is_built_in() {
    let (_tree, kinds) = echo(&[]);
    let brought = |text: &str| Kind::from_json(text.as_bytes()).unwrap().0;
    let echo = brought(r#"{"name": "echo", "artifact": "file", "called": "record"}"#);
    let native = brought(r#"{"name": "native", "artifact": "file", "called": "stone"}"#);
    let kinds = kinds.with_kinds([echo.clone(), native]);
    assert_eq!(kinds.find("echo"), Some(&echo));
    assert!(echo.file().is_none(), "no file says so");
    assert_eq!(kinds.find("native").unwrap().called(), "library");
    let names = |kinds: &Kinds| kinds.all().map(|kind| kind.name().to_owned()).collect::<Vec<_>>();
    assert_eq!(names(&kinds), ["native", "process", "python", "echo"], "each once");
    assert!(kinds.diagnostics().is_empty(), "the file beside it is no second one: {:?}", kinds.diagnostics());
    assert_eq!(names(&kinds.with_folders([])), names(&kinds));
}

#[test]
fn what_is_wrong_with_a_description_is_told_in_plain_and_short_words() {
    for value in ["\u{1b}[31mred".to_owned(), "\u{202e}x".to_owned(), "x".repeat(50_000)] {
        for key in ["artifact", "entry"] {
            let mut text = serde_json::json!({"name": "lua", "artifact": "file"});
            text[key] = value.clone().into();
            let report = Kind::from_json(text.to_string().as_bytes()).unwrap_err().report();
            assert!(report.len() < 5000 && !report.contains(['\u{1b}', '\u{202e}']), "{report:?}");
        }
    }
}

#[test]
fn the_only_file_of_its_kind_is_the_artifact() {
    let (tree, kinds) = echo(&[
        ("one/plugin.json", r#"{"runtime": "echo"}"#),
        ("one/main.echo", ""),
        ("one/libone.so", ""),
        ("two/plugin.json", r#"{"runtime": "echo"}"#),
        ("two/a.echo", ""),
        ("two/b.echo", ""),
        ("named/plugin.json", r#"{"runtime": "echo", "library": "b.echo"}"#),
        ("named/a.echo", ""),
        ("named/b.echo", ""),
        ("lost/plugin.json", r#"{"runtime": "echo", "library": "lost.echo"}"#),
    ]);
    let catalog = scan(&tree, &kinds);
    let artifact = |name: &str| {
        let found = catalog.candidates().iter().find(|candidate| candidate.name() == name).unwrap();
        found.artifact().file_name().map(|name| name.to_string_lossy().into_owned())
    };
    assert_eq!(artifact("one").as_deref(), Some("main.echo"));
    assert_eq!((artifact("two"), artifact("lost")), (None, None));
    assert_eq!(artifact("named").as_deref(), Some("b.echo"));
    let lost = catalog.candidates().iter().find(|candidate| candidate.name() == "lost").unwrap();
    let refusal = lost.refusal().unwrap();
    assert_eq!(refusal.code, Code::LIBRARY_MISSING);
    assert!(refusal.message.contains("its script `lost.echo`"), "{}", refusal.message);
}

#[test]
fn a_program_is_named_by_its_own_key_and_is_no_library() {
    let manifest = r#"{"runtime": "process", "executable": "bin/serve"}"#;
    let tree = PluginTree::new().file("root/serve/plugin.json", manifest).file("root/serve/bin/serve", "#!/bin/sh\n");
    let (candidate, _) = Candidate::at(&tree.path("root/serve"), &harmonics()).unwrap();
    assert!(candidate.artifact().ends_with("bin/serve"));
    assert!(candidate.library().as_os_str().is_empty());
    let shown = serde_json::to_value(&candidate).unwrap();
    assert_eq!((&shown["runtime"], &shown["library"]), (&"process".into(), &"".into()));
    assert!(shown["artifact"].as_str().unwrap().ends_with("serve"));
    for hostile in ["../x", "/bin/sh", "a/../../b", "C:\\x", ""] {
        let text = serde_json::json!({"runtime": "process", "executable": hostile}).to_string();
        let error = Manifest::from_json(text.as_bytes(), None).unwrap_err();
        assert!(error.message().starts_with("`executable`"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn a_program_that_nobody_may_run_is_refused_when_libraries_are_checked() {
    use std::os::unix::fs::PermissionsExt;

    let manifest = r#"{"runtime": "process", "executable": "serve"}"#;
    let tree = PluginTree::new().file("root/serve/plugin.json", manifest).file("root/serve/serve", "#!/bin/sh\n");
    let mut profile = harmonics();
    profile.add_runtime("process", serde_json::Map::new()).unwrap();
    let checked = |mode| {
        let program = tree.path("root/serve/serve");
        std::fs::set_permissions(program, std::fs::Permissions::from_mode(mode)).unwrap();
        let (candidate, _) = Candidate::at(&tree.path("root/serve"), &profile).unwrap();
        assert!(candidate.refusal().is_none(), "a catalog looks at names only");
        candidate.check_library(&profile).map_err(|error| error.code())
    };
    assert_eq!((checked(0o644), checked(0o755)), (Err(Code::LIBRARY_UNREADABLE), Ok(())));
}

#[test]
fn a_file_that_is_named_by_the_key_of_another_kind_is_a_finding() {
    let tree = PluginTree::new()
        .file("root/gain/plugin.json", r#"{"executable": "bin/gain"}"#)
        .file(&format!("root/gain/{}", hotshoe_testkit::file_name("gain")), "")
        .file("root/serve/plugin.json", r#"{"runtime": "process", "executable": "serve", "library": "serve"}"#)
        .file("root/serve/serve", "#!/bin/sh\n");
    for (name, key, runtime) in [("gain", "executable", "native"), ("serve", "library", "process")] {
        let (candidate, found) = Candidate::at(&tree.path(&format!("root/{name}")), &harmonics()).unwrap();
        assert!(candidate.artifact().ends_with(hotshoe_testkit::file_name("gain")) || name == "serve");
        let [found] = &found[..] else { panic!("{found:?}") };
        assert_eq!((found.code, found.severity), (Code::MANIFEST_FIELD, Severity::Warning));
        assert_eq!(found.message, format!("`{key}` means nothing for the runtime `{runtime}`"));
        assert!(found.hint.is_some() && found.path.as_ref().is_some_and(|path| path.ends_with("plugin.json")));
    }
}

#[test]
fn json_of_a_native_plugin_says_the_same_as_ever_and_its_runtime() {
    let tree = PluginTree::new().file("root/gain/plugin.json", "{}").file("root/gain/libgain.so", "");
    let (candidate, _) = Candidate::at(&tree.path("root/gain"), &harmonics()).unwrap();
    let shown = serde_json::to_value(&candidate).unwrap();
    assert_eq!(shown["runtime"], "native");
    assert_eq!((&shown["library"], shown["artifact"].is_string()), (&shown["artifact"], true));
    assert!(shown["manifest"].get("executable").is_none());
}

#[test]
fn an_entry_is_spelt_as_the_runtime_has_it() {
    let is_fine = |runtime: &str, entry: &str| {
        let text = serde_json::json!({"runtime": runtime, "entry": entry}).to_string();
        Manifest::from_json(text.as_bytes(), None).is_ok()
    };
    assert!(is_fine("native", "gain_register") && !is_fine("native", "Gehäuse") && !is_fine("native", "a.b"));
    assert!(is_fine("python", "Gehäuse") && !is_fine("python", "a.b"));
    assert!(!is_fine("process", "main"));
    assert!(is_fine("echo", "a.b:c") && !is_fine("echo", "a\nb") && !is_fine("echo", ""));
    assert!(!is_fine("echo", &"x".repeat(256)));
}

#[test]
fn a_runtime_of_a_hostile_name_is_unknown_and_no_file_is_looked_for() {
    let long = "x".repeat(5000);
    for name in ["../../x", "/bin/sh", "", "a\u{202e}b", "Echo", &long] {
        let manifest = serde_json::json!({"runtime": name, "library": "x.echo"}).to_string();
        let (tree, kinds) = echo(&[("evil/plugin.json", &manifest), ("evil/x.echo", "")]);
        let catalog = scan(&tree, &kinds);
        let [candidate] = catalog.candidates() else { panic!("{name}: {catalog:?}") };
        let refusal = candidate.refusal().unwrap();
        assert_eq!(refusal.code, Code::MANIFEST_RUNTIME, "{name}");
        assert!(refusal.message.chars().count() < 200 && !refusal.message.contains('\u{202e}'), "{}", refusal.message);
        assert!(candidate.kind().is_none());
    }
}
