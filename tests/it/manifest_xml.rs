//! Plugins in Python: what their `pluginDescription.xml` says, and what a catalog makes of it.

use std::path::Path;

use hotshoe::catalog::{Candidate, Catalog};
use hotshoe::diagnostics::{Diagnostic, Severity};
use hotshoe::error::{Code, Error};
use hotshoe::manifest::{LARGEST_FILE, Manifest};
use hotshoe_testkit::PluginTree;

use crate::harmonics;

const GOOD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<PluginDescription>
  <Name>FMURuntime</Name>
  <Version>0.1.0</Version>
  <Module>fmu_runtime</Module>
  <Class>FMURuntimePlugin</Class>
  <Capabilities>
    <Capability>backend:fmu</Capability>
    <Capability>runtime:fmu</Capability>
  </Capabilities>
</PluginDescription>
"#;

#[track_caller]
fn read(text: impl AsRef<[u8]>) -> (Manifest, Vec<Diagnostic>) {
    Manifest::from_xml(text.as_ref()).unwrap_or_else(|error| panic!("{}", error.report()))
}

#[track_caller]
fn refused(text: impl AsRef<[u8]>, code: Code) -> Error {
    let error = Manifest::from_xml(text.as_ref()).expect_err("it is refused");
    assert_eq!(error.code(), code, "{}", error.report());
    assert!(error.hint_text().is_some_and(|hint| !hint.is_empty()), "{}", error.report());
    error
}

/// Reads it with a warning, and says what it is.
#[track_caller]
fn warns(text: &str, code: Code, says: &str) -> Manifest {
    let (manifest, diagnostics) = read(text);
    let [warning] = diagnostics.as_slice() else { panic!("wanted one, found {diagnostics:?}") };
    assert_eq!((warning.severity, warning.code), (Severity::Warning, code));
    assert!(warning.message.contains(says) && warning.hint.is_some(), "{warning}");
    manifest
}

#[test]
fn every_element_is_read() {
    let (manifest, diagnostics) = read(GOOD);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(manifest.name.as_deref(), Some("FMURuntime"));
    assert_eq!(manifest.version.as_ref().unwrap().to_string(), "0.1.0");
    assert_eq!((manifest.runtime(), manifest.entry.as_deref()), ("python", Some("FMURuntimePlugin")));
    assert_eq!(manifest.library.as_deref(), Some(Path::new("fmu_runtime.py")));
    let tags: Vec<&str> = manifest.capabilities.iter().map(|capability| capability.as_str()).collect();
    assert_eq!(tags, ["backend:fmu", "runtime:fmu"]);
    assert!(manifest.other.is_empty());
}

#[test]
fn white_space_comments_and_cdata_do_not_change_what_is_said() {
    let text = GOOD
        .replace("FMURuntime<", "\n    FMU<!-- comment -->Runtime\n  <")
        .replace("0.1.0", "<![CDATA[0.1.0]]>")
        .replace("fmu_runtime", "fmu&#95;runtime")
        .replace('\n', "\r\n");
    assert_eq!(read(&text), read(GOOD));
}

#[test]
fn billion_laughs_are_not_told() {
    let laughs: String =
        (1..10).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))).collect();
    let text = format!("<!DOCTYPE x [<!ENTITY l0 \"ha\">{laughs}]>{}", &GOOD[39..].replace("FMURuntime<", "&l9;<"));
    let error = refused(&text, Code::MANIFEST_SYNTAX);
    assert!(error.message().contains("document type"), "{}", error.report());
    let error = refused(GOOD.replace("FMURuntime<", "&l9;<"), Code::MANIFEST_SYNTAX);
    assert!(error.message().contains("`&l9;` is not defined (line 3, column 9)"), "{}", error.report());
}

#[test]
fn external_entities_and_document_types_are_not_fetched() {
    for declaration in [
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE x SYSTEM \"http://localhost/x.dtd\">",
        "<!-- first --> <!DOCTYPE x>",
    ] {
        let error =
            refused(format!("{declaration}{}", &GOOD[39..].replace("FMURuntime<", "&e;<")), Code::MANIFEST_SYNTAX);
        assert!(error.message().contains("document type"), "{}", error.report());
    }
}

#[test]
fn eighty_thousand_attributes_are_refused_at_once() {
    let attributes: String = (0..80_000).map(|number| format!(" a{number}=''")).collect();
    let error = refused(GOOD.replace("<Name>", &format!("<Name{attributes}>")), Code::MANIFEST_SYNTAX);
    assert!(error.message().contains("more than 200 attributes"), "{}", error.report());
    let some: String = (0..198).map(|number| format!(" a{number}=''")).collect();
    assert_eq!(read(GOOD.replace("<Name>", &format!("<Name{some}>"))), read(GOOD));
}

#[test]
fn a_hundred_thousand_namespaces_are_refused_at_once() {
    let namespaces: String = (0..100_000).map(|number| format!("<n xmlns:n{number} = \"n\"/>")).collect();
    let error = refused(GOOD.replace("<Name>", &format!("{namespaces}<Name>")), Code::MANIFEST_SYNTAX);
    assert!(error.message().contains("more than 200 attributes"), "{}", error.report());
}

#[test]
fn equals_signs_that_are_no_attributes_are_not_counted() {
    let text = GOOD.replace("<Name>", &format!("<!-- {} --><Name>", "=".repeat(10_000)));
    assert_eq!(read(text), read(GOOD));
}

#[test]
fn deep_nesting_and_endless_elements_are_refused_and_not_followed() {
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    for elements in [deep, "<a/>".repeat(100_000), "<Capability/>".repeat(100_000)] {
        let error = refused(GOOD.replace("<Name>", &format!("{elements}<Name>")), Code::MANIFEST_SYNTAX);
        assert!(error.message().contains("more than 2000 elements"), "{}", error.report());
    }
}

#[test]
fn a_wrongly_declared_encoding_is_refused() {
    for encoding in ["ISO-8859-1", "UTF-16", "windows-1252", "", "utf-7"] {
        refused(GOOD.replace("UTF-8", encoding), Code::MANIFEST_ENCODING);
        refused(
            GOOD.replace("<?xml version=\"1.0\"", "<?xml\tversion='1.0'").replace("UTF-8", encoding),
            Code::MANIFEST_ENCODING,
        );
    }
    for encoding in ["utf-8", "utf8", "us-ascii"] {
        assert_eq!(read(GOOD.replace("UTF-8", encoding)), read(GOOD));
    }
    refused(GOOD.replace("UTF-8", "us-ascii").replace("FMURuntime<", "Größe<"), Code::MANIFEST_ENCODING);
    assert_eq!(read(&GOOD[39..]), read(GOOD), "without a declaration");
}

#[test]
fn utf_16_and_bad_utf_8_are_refused_and_a_byte_order_mark_is_noted() {
    let utf_16: Vec<u8> = GOOD.encode_utf16().flat_map(u16::to_le_bytes).collect();
    refused(&utf_16, Code::MANIFEST_ENCODING);
    refused([b"\xff\xfe".as_slice(), &utf_16].concat(), Code::MANIFEST_ENCODING);
    refused([&GOOD.as_bytes()[..60], b"\xff", &GOOD.as_bytes()[60..]].concat(), Code::MANIFEST_ENCODING);
    let (manifest, diagnostics) = read(format!("\u{feff}{GOOD}"));
    assert_eq!(manifest, read(GOOD).0);
    let [note] = diagnostics.as_slice() else { panic!("{diagnostics:?}") };
    assert_eq!((note.severity, note.code), (Severity::Note, Code::MANIFEST_ENCODING));
}

#[test]
fn an_element_that_stands_twice_is_refused_with_its_place() {
    for name in ["Name", "Version", "Module", "Class", "Capabilities"] {
        let twice = GOOD.replace("</PluginDescription>", &format!("<{name}>x</{name}></PluginDescription>"));
        let error = refused(twice, Code::MANIFEST_DUPLICATE_KEY);
        let says = format!("`<{name}>` stands a second time, at line 11, column 1");
        assert!(error.message().contains(&says), "{}", error.report());
    }
}

#[test]
fn a_description_that_is_cut_anywhere_is_refused() {
    let whole = GOOD.trim_end();
    for end in 0..whole.len() {
        refused(&whole[..end], Code::MANIFEST_SYNTAX);
    }
    assert_eq!(read(whole), read(GOOD));
    let error = refused(&whole[..100], Code::MANIFEST_SYNTAX);
    assert!(error.message().contains("ends too early, at line 4"), "{}", error.report());
}

#[test]
fn what_is_not_well_formed_is_refused_with_its_place() {
    let cases = [
        (GOOD.replace("</Name>", "</Nam>"), "`</Nam>` stands where `</Name>` should (line 3, column 19)"),
        (GOOD.replace("FMURuntime<", "\u{1}<"), "(line 3, column 9)"),
        (GOOD.replace("FMURuntime<", "&#0;<"), "(line 3, column 9)"),
        (GOOD.replace("<Name>", "<Name a='1' a='2'>"), "line 3, column"),
        (format!("{GOOD}<PluginDescription/>"), "(line 12, column 1)"),
        (format!(" {GOOD}"), "(line 1, column 2)"),
        (String::new(), "it is empty"),
        (" \n".to_owned(), "it is empty"),
        ("not XML".to_owned(), "(line 1, column 1)"),
        ("<!-- nothing -->".to_owned(), "(line 1, column 1)"),
    ];
    for (text, says) in cases {
        let error = refused(&text, Code::MANIFEST_SYNTAX);
        assert!(error.message().contains(says), "wanted `{says}`: {}", error.report());
    }
}

#[test]
fn another_root_or_another_namespace_is_refused() {
    refused("<LibraryDescription/>", Code::MANIFEST_FIELD);
    refused("<plugindescription/>", Code::MANIFEST_FIELD);
    let namespace = GOOD.replace("<PluginDescription>", "<PluginDescription xmlns='urn:other'>");
    let error = refused(namespace, Code::MANIFEST_FIELD);
    assert!(error.message().contains("`urn:other`"), "{}", error.report());
}

#[test]
fn what_a_plugin_is_loaded_by_must_be_there() {
    for (name, content) in [("Name", "FMURuntime"), ("Module", "fmu_runtime"), ("Class", "FMURuntimePlugin")] {
        let element = format!("<{name}>{content}</{name}>");
        let error = refused(GOOD.replace(&element, ""), Code::MANIFEST_FIELD);
        assert_eq!(error.message(), format!("there is no `<{name}>`"));
        for empty in [format!("<{name}/>"), format!("<{name}> \n</{name}>"), format!("<{name}><!-- x --></{name}>")] {
            let error = refused(GOOD.replace(&element, &empty), Code::MANIFEST_FIELD);
            assert!(error.message().contains("is empty at line"), "{}", error.report());
        }
        let error = refused(GOOD.replace(content, "<b>x</b>"), Code::MANIFEST_FIELD);
        assert!(error.message().contains("holds elements"), "{}", error.report());
    }
}

#[test]
fn a_module_is_an_identifier_and_never_a_path() {
    for module in
        ["../x", "/x", "a/b", "a\\b", "C:x", "a.b", "x.py", "1x", "my-module", "a b", "\u{202e}x", &"x".repeat(101)]
    {
        let error = refused(GOOD.replace("fmu_runtime", module), Code::MANIFEST_FIELD);
        assert!(error.message().contains("`<Module>` at line 5, column 3"), "{}", error.report());
    }
    refused(GOOD.replace("FMURuntimePlugin", "FMURuntime()"), Code::MANIFEST_FIELD);
    assert_eq!(read(GOOD.replace("fmu_runtime", "größe_2")).0.library.as_deref(), Some(Path::new("größe_2.py")));
}

#[test]
fn a_name_for_people_leaves_the_plugin_its_folders_name() {
    for name in ["FMU: Runtime", "a/b", "..", "CON", "ends with a dot.", "\u{202e}gpj"] {
        let text = GOOD.replace("FMURuntime<", &format!("{name}<"));
        let manifest = warns(&text, Code::MANIFEST_FIELD, "`<Name>` at line 3, column 3");
        assert_eq!((manifest.name, &manifest.other["pluginDescription"]["Name"]), (None, &name.into()));
    }
    assert_eq!(read(GOOD.replace("FMURuntime<", "FMU Runtime 2<")).0.name.as_deref(), Some("FMU Runtime 2"));
}

#[test]
fn a_short_version_is_completed_and_one_without_an_order_counts_as_none() {
    let manifest = warns(&GOOD.replace("0.1.0", "0.1"), Code::MANIFEST_VERSION_SHORT, "at line 4, column 3");
    assert_eq!(manifest.version.unwrap().to_string(), "0.1.0");
    for opaque in ["r17", "2026 spring", "1.0.0.0", "1.0/../.."] {
        let manifest = warns(&GOOD.replace("0.1.0", opaque), Code::VERSION_INVALID, "at line 4, column 3");
        assert_eq!((manifest.version, &manifest.other["pluginDescription"]["Version"]), (None, &opaque.into()));
    }
    for missing in ["<Version></Version>", ""] {
        let text = GOOD.replace("<Version>0.1.0</Version>", missing);
        assert_eq!(warns(&text, Code::MANIFEST_FIELD, "no `<Version>`").version, None);
    }
}

#[test]
fn a_capability_that_cannot_be_one_is_left_out() {
    let manifest = warns(&GOOD.replace("backend:fmu", "two words"), Code::MANIFEST_FIELD, "at line 8, column 5");
    assert_eq!(manifest.capabilities.len(), 1);
    warns(&GOOD.replace("runtime:fmu", ""), Code::MANIFEST_FIELD, "at line 9, column 5");
    let text = GOOD.replace("backend:fmu", "a b").replace("runtime:fmu", "");
    let manifest = warns(&text, Code::MANIFEST_FIELD, "2 `<Capability>` are left out, the first at line 8, column 5");
    assert!(manifest.capabilities.is_empty());
    let without = GOOD.replace("<Capability>", "<Feature>").replace("</Capability>", "</Feature>");
    assert!(warns(&without, Code::MANIFEST_FIELD, "no `<Capability>`").capabilities.is_empty());
}

#[test]
fn other_elements_are_kept() {
    let text =
        GOOD.replace("<Name>", "<Author> Ann </Author><x:Name xmlns:x='urn:x'>X</x:Name><runtime>r</runtime><Name>");
    let text = text.replace("<Class>", "<Needs>\n<Python>3.11</Python> <!-- or newer --> </Needs><Class>");
    let (manifest, diagnostics) = read(text);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let other = &manifest.other["pluginDescription"];
    assert_eq!((&other["Author"], &other["Name"]), (&"Ann".into(), &"X".into()));
    assert_eq!(other["Needs"], "<Python>3.11</Python> <!-- or newer -->");
    assert_eq!(serde_json::to_value(&manifest).unwrap()["runtime"], "python");
}

#[test]
fn a_hostile_text_does_not_flood_the_message() {
    let long = format!("{}\u{85}", "x".repeat(100_000));
    let broken = [
        (GOOD.replace("</Name>", &format!("</{}>", "x".repeat(100_000))), Code::MANIFEST_SYNTAX),
        (GOOD.replace("FMURuntime<", &format!("&{};<", "x".repeat(100_000))), Code::MANIFEST_SYNTAX),
        (GOOD.replace("<Name>", &format!("<{0}:Name>", "x".repeat(50_000))), Code::MANIFEST_SYNTAX),
        (GOOD.replace("<Name>", "<Name \u{7f}>"), Code::MANIFEST_SYNTAX),
        (GOOD.replace("fmu_runtime", &long), Code::MANIFEST_FIELD),
        (GOOD.replace("UTF-8", &long), Code::MANIFEST_ENCODING),
        (format!("<{0} xmlns='{0}'/>", "x".repeat(100_000)), Code::MANIFEST_FIELD),
    ];
    for (text, code) in broken {
        let report = refused(text, code).report();
        assert!(report.len() < 700 && !report.chars().any(|c| c.is_control() && c != '\n'), "{report}");
    }
    for (old, new) in [("FMURuntime<", "a/\u{85}<"), ("0.1.0", "\u{85}v"), ("backend:fmu", "a b")] {
        let (_, diagnostics) = read(GOOD.replace(old, &new.replace('\u{85}', &long)));
        let shown = diagnostics[0].to_string();
        assert!(shown.len() < 700 && !shown.contains('\u{85}'), "{shown}");
    }
}

fn scan(root: &Path) -> Catalog {
    Catalog::scan(&harmonics(), &[root].iter().collect())
}

#[test]
fn a_catalog_lists_plugins_in_python_with_the_reason_why_they_are_not_loaded() {
    let tree = PluginTree::new()
        .file("Plugins/fmu/pluginDescription.xml", GOOD)
        .file("Plugins/fmu/fmu_runtime.py", "")
        .file("Plugins/human/pluginDescription.xml", GOOD.replace("FMURuntime<", "FMU: Runtime<"))
        .file("Plugins/human/fmu_runtime.py", "")
        .file("Plugins/gain/plugin.json", r#"{"name": "gain", "version": "1.0.0"}"#)
        .file("Plugins/gain/libgain.so", "")
        .file("Plugins/broken/pluginDescription.xml", "<PluginDescription>");
    let catalog = scan(&tree.path("Plugins"));
    let found: Vec<String> = catalog.candidates().iter().map(ToString::to_string).collect();
    assert_eq!(found, ["broken", "FMURuntime 0.1.0", "gain 1.0.0", "human 0.1.0"]);
    let refusals: Vec<Option<Code>> = catalog.candidates().iter().map(|c| c.refusal().map(|r| r.code)).collect();
    let needs_python = Some(Code::MANIFEST_RUNTIME);
    assert_eq!(refusals, [Some(Code::MANIFEST_SYNTAX), needs_python, None, needs_python]);
    let broken = catalog.candidates()[0].refusal().unwrap();
    assert!(broken.path.as_ref().unwrap().ends_with("broken/pluginDescription.xml"));
    let refusal = catalog.candidates()[1].refusal().unwrap();
    assert!(refusal.message.contains("`python`") && refusal.hint.is_some(), "{refusal}");
    let codes: Vec<Code> = catalog.diagnostics().iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(codes, [Code::MANIFEST_FIELD], "the name that is for people");
    assert_eq!(catalog.newest().len(), 1, "gain is used whatever stands beside it");
}

#[test]
fn a_module_that_is_not_there_is_named() {
    let tree = PluginTree::new().file("fmu/pluginDescription.xml", GOOD).file("fmu/libFMURuntime.so", "");
    let catalog = scan(tree.root());
    let refusal = catalog.candidates()[0].refusal().unwrap();
    assert_eq!(refusal.code, Code::LIBRARY_MISSING);
    assert!(refusal.message.contains("its module `fmu_runtime.py` is not there"), "{refusal}");
}

#[test]
fn a_module_leads_to_its_plugin() {
    let tree = PluginTree::new().file("fmu/pluginDescription.xml", GOOD).file("fmu/fmu_runtime.py", "");
    let (candidate, _) = Candidate::at(&tree.path("fmu/fmu_runtime.py"), &harmonics()).unwrap();
    assert_eq!(
        (candidate.name(), candidate.path()),
        ("FMURuntime", tree.path("fmu").canonicalize().unwrap().as_path())
    );
}

#[test]
fn of_two_manifests_plugin_json_counts() {
    let tree =
        PluginTree::new().file("fmu/pluginDescription.xml", "broken").file("fmu/plugin.json", r#"{"name": "gain"}"#);
    let (manifest, diagnostics) = Manifest::in_folder(&tree.path("fmu"), None).unwrap().unwrap();
    assert_eq!(manifest.name.as_deref(), Some("gain"));
    let [note] = diagnostics.as_slice() else { panic!("{diagnostics:?}") };
    assert_eq!((note.severity, note.code), (Severity::Note, Code::MANIFEST_IGNORED));
}

#[test]
fn a_description_of_a_gigabyte_is_refused_before_it_is_read() {
    let tree = PluginTree::new().file("fmu/pluginDescription.xml", GOOD);
    let path = tree.path("fmu/pluginDescription.xml");
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(LARGEST_FILE + 1).unwrap();
    let error = Manifest::in_folder(&tree.path("fmu"), None).unwrap_err();
    assert_eq!((error.code(), error.path()), (Code::MANIFEST_TOO_LARGE, Some(path.as_path())));
}
