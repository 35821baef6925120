//! The book: its pages are there, its links lead somewhere, and its examples are real.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use hotshoe::interface::InterfaceId;
use hotshoe::manifest::{Kind, Manifest};
use hotshoe::profile::HostProfile;
use hotshoe_testkit::PluginTree;

const PAGES: [&str; 22] = [
    "profile",
    "manifest",
    "catalog",
    "inspect",
    "runtime",
    "process",
    "plugin",
    "context",
    "contract",
    "interface",
    "capability",
    "pipeline",
    "package",
    "signature",
    "host",
    "cmake",
    "build-script",
    "release",
    "templates",
    "tool",
    "synarius",
    "diagnostics",
];

fn root() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every page, as its path and its text.
fn pages() -> Vec<(String, String)> {
    let words = PAGES.iter().chain(&["README"]).map(|word| format!("docs/{word}.md"));
    words.chain(interface_pages()).map(|path| (path.clone(), read(&path))).collect()
}

/// The pages of single interfaces.
fn interface_pages() -> Vec<String> {
    let files = fs::read_dir(root().join("docs/interface")).unwrap().map(|file| file.unwrap().file_name());
    let names = files.filter_map(|name| name.into_string().ok());
    names.filter(|name| name.ends_with(".md")).map(|name| format!("docs/interface/{name}")).collect()
}

#[test]
fn the_page_of_an_interface_is_called_by_its_id() {
    for page in interface_pages() {
        let text = read(&page);
        let id = text.strip_prefix("# ").and_then(|text| text.lines().next()).unwrap_or_default();
        let id = InterfaceId::new(id).unwrap_or_else(|error| panic!("{page}: {}", error.report()));
        let called = format!("docs/interface/{}-{}", id.name(), id.revision());
        assert_eq!(page, format!("{called}.md"));
        // What crosses a process boundary is named by the page, and has the id as its package.
        if let Ok(proto) = fs::read_to_string(root().join(format!("{called}.proto"))) {
            let package = format!("package {}.v{};", id.name().replace('-', "_"), id.revision());
            assert!(proto.contains(&package) && proto.contains("\nservice "), "{called}.proto: {package}");
            assert!(text.contains(&format!("({}-{}.proto)", id.name(), id.revision())), "{page} does not name it");
        }
    }
}

/// The fenced blocks of a kind, such as `json plugin`, with the page each is on.
pub(crate) fn blocks(kind: &str) -> Vec<(String, String)> {
    let fence = format!("\n```{kind}\n");
    let of_page = |(page, text): (String, String)| {
        let rest = text.split(fence.as_str()).skip(1).map(|rest| rest.split("\n```").next().unwrap_or_default());
        rest.map(|block| (page.clone(), format!("{block}\n"))).collect::<Vec<_>>()
    };
    let blocks: Vec<(String, String)> = pages().into_iter().flat_map(of_page).collect();
    assert!(!blocks.is_empty(), "no page has a block `{kind}`");
    blocks
}

#[test]
fn the_contents_name_every_page() {
    let contents = read("docs/README.md");
    for word in PAGES {
        assert!(contents.contains(&format!("\n| [{word}]({word}.md) |")), "docs/README.md lacks {word}");
    }
}

/// Each statement of the document is about something that it sets as a literal.
#[test]
fn the_page_of_synarius_leaves_out_nothing_that_its_document_names() {
    let document = read("../shared/spec/synarius-plugin-api.rst.txt");
    let page = read("docs/synarius.md");
    // The document's angle brackets did not survive, and left empty literals; of the rest, what is a name counts.
    let document = document.replace("````", "");
    let literals: Vec<&str> =
        document.split("``").skip(1).step_by(2).filter(|literal| !literal.contains(' ')).collect();
    assert!(literals.contains(&"runtime:emulation") && literals.len() > 40, "{literals:?}");
    // The reference host's own names, and the examples' module.
    let elsewhere = ["synarius_core.plugins", "my_backend", "plugin"];
    for literal in literals.into_iter().filter(|literal| !elsewhere.contains(literal)) {
        assert!(page.contains(literal), "docs/synarius.md says nothing about `{literal}`");
    }
}

#[test]
fn links_lead_somewhere() {
    let mut texts = pages();
    texts.extend(["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].map(|path| (path.to_owned(), read(path))));
    for (page, text) in texts {
        let prose = prose(&text);
        let targets = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.contains("://")) {
            let file = target.split('#').next().unwrap_or_default();
            let beside = root().join(&page);
            let path = if file.is_empty() { beside } else { beside.parent().expect("it has a folder").join(file) };
            assert!(path.exists(), "{page} links to {target}, which is not there");
        }
    }
}

#[test]
fn manifests_profiles_and_runtimes_in_the_book_are_valid() {
    for (page, text) in blocks("json plugin") {
        let (_, findings) = Manifest::from_json(text.as_bytes(), Some("harmonics_version"))
            .unwrap_or_else(|error| panic!("{page}: {}\n{text}", error.report()));
        assert!(findings.is_empty(), "{page}: {findings:?}");
        super::manifest::schema("plugin").validate(&serde_json::from_str(&text).unwrap()).unwrap();
    }
    for (page, text) in blocks("json host") {
        HostProfile::from_json(text.as_bytes()).unwrap_or_else(|error| panic!("{page}: {}\n{text}", error.report()));
        super::manifest::schema("host").validate(&serde_json::from_str(&text).unwrap()).unwrap();
    }
    for (page, text) in blocks("json runtime") {
        let (_, findings) =
            Kind::from_json(text.as_bytes()).unwrap_or_else(|error| panic!("{page}: {}\n{text}", error.report()));
        assert!(findings.is_empty(), "{page}: {findings:?}");
        super::manifest::schema("runtime").validate(&serde_json::from_str(&text).unwrap()).unwrap();
    }
}

#[test]
fn programs_in_the_book_compile() {
    for (kind, compiler, standard) in [("c file", "cc", "-std=c11"), ("cpp file", "c++", "-std=c++17")] {
        for (page, text) in blocks(kind) {
            let name = if compiler == "cc" { "example.c" } else { "example.cpp" };
            let tree = PluginTree::new().file(name, text);
            let output = Command::new(compiler)
                .args(["-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror", standard])
                .args(["-Iinclude", "-Iexamples/harmonics/include"])
                .arg(tree.path(name))
                .current_dir(root())
                .output()
                .expect("a compiler is there, as for every test with a plugin");
            assert!(output.status.success(), "{page}:\n{}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

#[test]
fn functions_and_codes_in_the_book_are_those_of_the_code() {
    let headers = fs::read_dir(root().join("include/hotshoe/host")).unwrap();
    let headers: String = headers.map(|header| fs::read_to_string(header.unwrap().path()).unwrap()).collect();
    let known = [headers, read("cmake/HotshoeAddPlugin.cmake"), read("include/hotshoe/plugin.h")].concat();
    for (page, text) in pages() {
        let text = prose(&text);
        for function in quoted(&text).filter(|word| word.starts_with("hotshoe_") && !word.contains("::")) {
            let name = function.split('(').next().unwrap_or_default();
            assert!(known.contains(&format!("{name}(")), "{page} names {name}, which is not there");
        }
        let errors = text.split("\n## Errors\n").nth(1).unwrap_or_default();
        for row in errors.lines().filter(|line| line.starts_with("| `")) {
            for code in quoted(row.split(" | ").next().unwrap_or_default()) {
                let of_others = ["build", "cli"].map(|name| read(&format!("crates/hotshoe-{name}/src/codes.rs")));
                let is_known = hotshoe::codes().any(|known| known.as_str() == code)
                    || of_others.iter().any(|text| text.contains(&format!("name: \"{code}\"")))
                    || code.starts_with("process-") && codes_of_process().iter().any(|known| known == code);
                assert!(is_known, "{page} names the code {code}, which is not there");
            }
        }
    }
}

/// The codes that the runtime `process` says of its own, and those that it shares with others.
fn codes_of_process() -> Vec<String> {
    let declared = read("crates/hotshoe-process/src/failure.rs");
    let constants = declared.lines().filter(|line| line.trim_start().starts_with("pub const "));
    let codes: Vec<String> = constants.filter_map(|line| line.split('"').nth(1)).map(str::to_owned).collect();
    assert!(codes.len() > 10, "{codes:?}");
    codes
}

#[test]
fn the_page_of_process_has_each_of_its_codes_and_settings() {
    let page = read("docs/process.md");
    for code in codes_of_process() {
        assert!(page.contains(&format!("\n| `{code}` |")), "docs/process.md lacks the code {code}");
    }
    let settings = read("crates/hotshoe-process/src/settings.rs");
    let profile = settings.split("struct OfProfile {").nth(1).and_then(|rest| rest.split('}').next());
    let keys = profile.expect("it is there").lines().filter_map(|line| line.trim().split_once(':'));
    for (key, _) in keys {
        assert!(page.contains(&format!("\n| `{key}` |")), "docs/process.md lacks the setting {key}");
    }
    let manifest = settings.split("struct OfManifest {").nth(1).and_then(|rest| rest.split('}').next());
    for (key, _) in manifest.expect("it is there").lines().filter_map(|line| line.trim().split_once(':')) {
        assert!(page.contains(&format!("`{key}`")), "docs/process.md lacks {key} of a manifest");
    }
}

/// What stands outside of fenced blocks.
fn prose(text: &str) -> String {
    text.split("\n```").step_by(2).collect()
}

/// What stands in backticks on one line.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2))
}

#[test]
fn the_tools_page_has_every_command_of_the_tool() {
    let page = read("docs/tool.md");
    let commands = fs::read_dir(root().join("crates/hotshoe-cli/src/commands")).expect("they are there");
    for command in commands.map(|file| file.expect("readable").path()) {
        let verb = Path::new(&command).file_stem().unwrap_or_default().to_string_lossy().replace('_', "-");
        // `probe` is for hosts, and told in docs/runtime.md.
        if !["mod", "probe"].contains(&verb.as_str()) {
            assert!(
                page.contains(&format!("\n    hotshoe {verb} ")) && page.contains(&format!("\n| `{verb}` |")),
                "{verb}"
            );
        }
    }
}
