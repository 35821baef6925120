//! The plugins found on a search path.

mod order;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use hotshoe::capability::Capability;
use hotshoe::catalog::{Candidate, Catalog, SearchPath};
use hotshoe::error::Code;
use hotshoe::host::Host;
use hotshoe::profile::{FolderKind, HostProfile, ManifestPolicy};
use hotshoe::version;
use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree};

use crate::harmonics;

fn scan(root: &Path) -> Catalog {
    Catalog::scan(&harmonics(), &[root].iter().collect())
}

fn found(catalog: &Catalog) -> Vec<String> {
    catalog.candidates().iter().map(ToString::to_string).collect()
}

fn codes(catalog: &Catalog) -> Vec<&str> {
    catalog.diagnostics().iter().map(|diagnostic| diagnostic.code.as_str()).collect()
}

/// A tree with plugins that have a version each: `gain 1.0.0`. Their libraries are never looked into.
fn tree(plugins: &[(&str, &str, &str)]) -> PluginTree {
    let mut tree = PluginTree::new();
    for (folder, name, version) in plugins {
        let manifest = format!(r#"{{"name": "{name}", "version": "{version}"}}"#);
        tree = tree.file(&format!("{folder}/plugin.json"), manifest).file(&format!("{folder}/lib{name}.so"), "");
    }
    tree
}

#[test]
fn folders_versions_and_bare_libraries_are_found_sorted_by_folder_name() {
    let tree = tree(&[("zeta", "zeta", "1.0.0"), ("gain/1.0.0", "gain", "1.0.0"), ("gain/2.0.0", "gain", "2.0.0")])
        .file("libbare.so", std::fs::read(Library::c(GOOD_C_PLUGIN).build()).unwrap())
        .file("unlisted/libunlisted.so", "")
        .file("by_version/3.1/libby_version.so", "")
        .file("not_a_plugin/readme.txt", "")
        .file("readme.txt", "")
        .file(".hidden/plugin.json", "{}");
    let catalog = scan(tree.root());
    assert_eq!(found(&catalog), ["by_version 3.1.0", "gain 1.0.0", "gain 2.0.0", "bare", "unlisted", "zeta 1.0.0"]);
    assert!(catalog.diagnostics().is_empty(), "{:?}", catalog.diagnostics());
}

#[test]
fn the_highest_version_wins_and_a_requirement_picks() {
    let tree =
        tree(&[("gain/1.9.0", "gain", "1.9.0"), ("gain/1.10.0", "gain", "1.10.0"), ("gain-2", "gain", "2.0.0-rc.1")]);
    let catalog = scan(tree.root());
    let pick = |requirement: Option<&str>| {
        let requirement = requirement.map(|text| version::requirement(text).unwrap());
        catalog.find("gain", requirement.as_ref()).map(ToString::to_string)
    };
    assert_eq!(pick(None).unwrap(), "gain 2.0.0-rc.1");
    assert_eq!(pick(Some("1")).unwrap(), "gain 1.10.0");
    assert_eq!(pick(Some("=1.9")).unwrap(), "gain 1.9.0");
    let error = pick(Some("3")).unwrap_err();
    assert_eq!(error.code(), Code::PLUGIN_NOT_FOUND);
    assert!(error.report().contains("gain 1.10.0"), "it says what there is: {}", error.report());
}

#[test]
fn a_version_that_the_host_cannot_take_gives_way_to_one_that_it_can() {
    let tree = tree(&[("gain/1.0.0", "gain", "1.0.0")])
        .file("gain/2.0.0/plugin.json", r#"{"name": "gain", "version": "2.0.0", "harmonics_version": "2"}"#)
        .file("gain/2.0.0/libgain.so", "");
    let catalog = scan(tree.root());
    assert_eq!(catalog.find("gain", None).unwrap().to_string(), "gain 1.0.0");
    let refusal = catalog.candidates()[1].refusal().unwrap();
    assert_eq!(refusal.code, Code::HOST_INCOMPATIBLE);
    let error = catalog.find("gain", Some(&version::requirement("2").unwrap())).unwrap_err();
    assert!(error.report().contains("asks for harmonics"), "the reason is told: {}", error.report());
}

#[test]
fn the_first_root_on_the_path_wins_over_the_same_version_in_a_later_one() {
    let (first, second) = (tree(&[("gain", "gain", "1.0.0")]), tree(&[("gain", "gain", "1.0.0")]));
    let catalog = Catalog::scan(&harmonics(), &[first.root(), second.root()].iter().collect());
    let used = catalog.find("gain", None).unwrap();
    assert!(used.path().starts_with(first.root().canonicalize().unwrap()));
    assert!(catalog.newest().iter().all(|newest| std::ptr::eq(*newest, used)));
    assert_eq!(codes(&catalog), ["plugin-duplicate"]);
}

#[test]
fn what_to_go_on_with_comes_by_version_and_then_by_the_search_path() {
    let first = tree(&[("gain/1.9.0", "gain", "1.9.0"), ("gain/2.0.0", "gain", "2.0.0")]);
    let second = tree(&[("gain/1.10.0", "gain", "1.10.0"), ("gain/2.0.0", "gain", "2.0.0"), ("mute", "mute", "3.0.0")])
        .file("gain/3.0.0/plugin.json", r#"{"name": "gain", "version": "3.0.0", "harmonics_version": "9"}"#)
        .file("gain/3.0.0/libgain.so", "");
    let roots = [first.root(), second.root()].map(|root| root.canonicalize().unwrap());
    let catalog = Catalog::scan(&harmonics(), &roots.iter().collect());
    let ranked = |requirement: Option<&str>| {
        let requirement = requirement.map(|text| version::requirement(text).unwrap());
        let ranked = catalog.ranked("gain", requirement.as_ref());
        let place = |path: &Path| roots.iter().position(|root| path.starts_with(root)).unwrap() + 1;
        ranked.iter().map(|candidate| format!("{candidate} in {}", place(candidate.path()))).collect::<Vec<_>>()
    };
    assert_eq!(ranked(None), ["gain 2.0.0 in 1", "gain 2.0.0 in 2", "gain 1.10.0 in 2", "gain 1.9.0 in 1"]);
    assert_eq!(ranked(Some("1")), ["gain 1.10.0 in 2", "gain 1.9.0 in 1"]);
    assert!(catalog.ranked("absent", None).is_empty());
}

#[test]
fn a_search_path_is_split_at_the_platforms_separator_and_empty_parts_mean_nothing() {
    let text: OsString = if cfg!(windows) { ";C:\\a;;C:\\b;".into() } else { ":/a::/b:".into() };
    assert_eq!(SearchPath::parse(&text).roots().len(), 2);
}

#[test]
fn a_root_that_is_missing_is_a_warning_and_the_others_are_searched() {
    let tree = tree(&[("gain", "gain", "1.0.0")]);
    let missing = tree.path("missing");
    let catalog = Catalog::scan(&harmonics(), &[missing.as_path(), tree.root()].iter().collect());
    assert_eq!(found(&catalog), ["gain 1.0.0"]);
    assert_eq!(codes(&catalog), ["folder-unreadable"]);
}

#[cfg(unix)]
#[test]
fn links_that_lead_back_up_are_named_and_not_followed() {
    use std::os::unix::fs::symlink;
    let tree = tree(&[("gain", "gain", "1.0.0")]).file("versions/x", "");
    symlink(tree.root(), tree.path("loop")).unwrap();
    symlink("..", tree.path("versions/up")).unwrap();
    symlink("itself", tree.path("itself")).unwrap();
    symlink("gain", tree.path("other_name_for_gain")).unwrap();
    let catalog = scan(tree.root());
    assert_eq!(found(&catalog), ["gain 1.0.0"], "once, however many ways lead to it");
    assert_eq!(codes(&catalog), ["folder-unreadable", "folder-loop", "folder-loop"]);
}

#[test]
fn names_that_differ_in_case_only_are_named() {
    let tree = tree(&[("gain", "gain", "1.0.0"), ("other", "Gain", "1.0.0")]);
    assert!(codes(&scan(tree.root())).contains(&"name-case"));
}

#[test]
fn a_bare_library_says_what_it_is_by_the_manifest_inside_it() {
    let source = r#"__attribute__((used, section(".hotshoe"))) static const char manifest[] =
        "{\"name\": \"inner\", \"version\": \"3.2.1\", \"capabilities\": [\"layer:inner\"]}";
        void harmonics_register(void *registry) { (void)registry; }"#;
    let tree = PluginTree::new().file("libouter.so", std::fs::read(Library::c(source).build()).unwrap());
    let catalog = scan(tree.root());
    assert_eq!(found(&catalog), ["inner 3.2.1"]);
    assert_eq!(catalog.with_capability(&Capability::new("layer:inner").unwrap()).len(), 1);
}

#[test]
fn a_folder_with_several_libraries_must_say_which() {
    let tree = PluginTree::new().file("gain/liba.so", "").file("gain/libb.so", "");
    let catalog = scan(tree.root());
    assert!(catalog.candidates().is_empty());
    assert_eq!(codes(&catalog), ["library-ambiguous"]);
    let tree = tree.file("gain/plugin.json", r#"{"library": "libb.so"}"#);
    assert!(scan(tree.root()).candidates()[0].library().ends_with("libb.so"));
}

#[test]
fn a_host_can_require_manifests() {
    let tree = tree(&[("gain", "gain", "1.0.0")]).file("unlisted/libunlisted.so", "");
    let mut profile = harmonics();
    profile.policies.manifest = ManifestPolicy::Required;
    let catalog = Catalog::scan(&profile, &[tree.root()].iter().collect());
    assert_eq!(catalog.newest().len(), 1);
    assert_eq!(catalog.candidates()[1].refusal().unwrap().code, Code::MANIFEST_MISSING);
}

/// A plugin folder as CMake's `VERSION` makes it, whose manifest asks for a later host.
#[cfg(unix)]
fn versioned_library(manifest: &str) -> PluginTree {
    use std::os::unix::fs::symlink;
    let tree = PluginTree::new().file("gain/plugin.json", manifest).file("gain/lib/libgain.so.1.2.3", "");
    symlink("libgain.so.1.2.3", tree.path("gain/lib/libgain.so.1")).unwrap();
    symlink("lib/libgain.so.1", tree.path("gain/libgain.so")).unwrap();
    symlink("gain", tree.path("link_to_folder")).unwrap();
    symlink("gain/lib/libgain.so.1", tree.path("link_to_library.so")).unwrap();
    std::fs::hard_link(tree.path("gain/lib/libgain.so.1.2.3"), tree.path("gain/hard_link.so")).unwrap();
    tree
}

#[cfg(unix)]
const WAYS_TO_GAIN: [&str; 10] = [
    "gain",
    "link_to_folder",
    "gain/libgain.so",
    "gain/lib/libgain.so.1",
    "gain/lib/libgain.so.1.2.3",
    "link_to_folder/libgain.so",
    "gain/lib/../libgain.so",
    "gain/./libgain.so",
    "gain/hard_link.so",
    "link_to_library.so",
];

#[cfg(unix)]
#[test]
fn a_plugin_is_refused_whatever_path_leads_to_it() {
    let newer = r#"{"name": "gain", "version": "1.2.3", "harmonics_version": ">=9"}"#;
    let named = r#"{"name": "gain", "harmonics_version": ">=9", "library": "lib/libgain.so.1.2.3"}"#;
    for tree in [versioned_library(newer), versioned_library(named)] {
        for way in WAYS_TO_GAIN {
            let (candidate, _) = Candidate::at(&tree.path(way), &harmonics()).unwrap();
            let refusal = candidate.refusal().unwrap_or_else(|| panic!("{way} passes by the manifest"));
            assert_eq!(refusal.code, Code::HOST_INCOMPATIBLE, "{way}");
        }
    }
}

#[cfg(unix)]
#[test]
fn whatever_path_leads_to_a_plugin_it_is_the_same_one() {
    let tree = versioned_library(r#"{"name": "gain", "version": "1.2.3"}"#);
    let by_name = scan(tree.root()).find("gain", None).unwrap().clone();
    for way in WAYS_TO_GAIN {
        let (candidate, _) = Candidate::at(&tree.path(way), &harmonics()).unwrap();
        assert_eq!((candidate.path(), candidate.library()), (by_name.path(), by_name.library()), "{way}");
    }
}

#[cfg(unix)]
#[test]
fn a_plugin_that_is_loaded_by_name_and_by_path_is_loaded_once() {
    use std::os::unix::fs::symlink;
    let library = Library::c(GOOD_C_PLUGIN).build();
    let tree = PluginTree::new()
        .file("gain/plugin.json", r#"{"name": "gain", "version": "1.2.3"}"#)
        .file("gain/libgain.so.1.2.3", std::fs::read(&library).unwrap())
        .file("mute/libmute.so.1", std::fs::read(&library).unwrap());
    symlink("libgain.so.1.2.3", tree.path("gain/libgain.so")).unwrap();
    symlink("libmute.so.1", tree.path("mute/libmute.so")).unwrap();
    let host = crate::host_on(tree.root());
    for (name, ways) in [
        ("gain", ["gain", "gain/libgain.so", "gain/libgain.so.1.2.3"]),
        ("mute", ["mute", "mute/libmute.so", "mute/libmute.so.1"]),
    ] {
        let by_name = host.load(name, None, |_| Ok(())).unwrap();
        for way in ways {
            let by_path = host.load_path(&tree.path(way), |_| panic!("{way} comes to life a second time")).unwrap();
            assert!(std::sync::Arc::ptr_eq(&by_name, &by_path), "{way}");
        }
    }
}

#[cfg(unix)]
#[test]
fn two_manifests_that_share_a_library_are_two_plugins() {
    let tree = PluginTree::new().file("store.bin", "").file("a/plugin.json", "{}").file("b/plugin.json", "{}");
    std::os::unix::fs::symlink("../store.bin", tree.path("a/liba.so")).unwrap();
    std::fs::hard_link(tree.path("store.bin"), tree.path("b/libb.so")).unwrap();
    assert_eq!(found(&scan(tree.root())), ["a", "b"]);
    for name in ["a", "b"] {
        let (candidate, _) = Candidate::at(&tree.path(&format!("{name}/lib{name}.so")), &harmonics()).unwrap();
        assert_eq!(candidate.name(), name);
    }
}

#[test]
fn a_library_far_below_its_manifest_is_known_by_its_path() {
    let tree = PluginTree::new()
        .file("gain/plugin.json", r#"{"harmonics_version": ">=9", "library": "a/b/c/d/e/libgain.so"}"#)
        .file("gain/a/b/c/d/e/libgain.so", "")
        .file("broken/plugin.json", "{")
        .file("broken/lib/libbroken.so", "");
    let (candidate, _) = Candidate::at(&tree.path("gain/a/b/c/d/e/libgain.so"), &harmonics()).unwrap();
    assert_eq!(candidate.refusal().unwrap().code, Code::HOST_INCOMPATIBLE);
    let error = Candidate::at(&tree.path("broken/lib/libbroken.so"), &harmonics()).unwrap_err();
    assert_eq!(error.code(), Code::MANIFEST_SYNTAX);
}

#[test]
fn a_manifest_that_leads_to_no_library_is_not_passed_by_through_one() {
    let tree = PluginTree::new()
        .file("gain/plugin.json", r#"{"name": "gain", "library": "libgone.so"}"#)
        .file("gain/libgain.so", "");
    let (candidate, _) = Candidate::at(&tree.path("gain/libgain.so"), &harmonics()).unwrap();
    assert_eq!(candidate.refusal().unwrap().code, Code::LIBRARY_MISSING);
}

#[cfg(unix)]
#[test]
fn a_link_gives_a_plugin_its_own_name_and_not_that_of_what_it_leads_to() {
    use std::os::unix::fs::symlink;
    let library = std::fs::read(Library::c(GOOD_C_PLUGIN).build()).unwrap();
    let store = PluginTree::new()
        .file("libgain.so.1.2.3", &library)
        .file("9f3c-build/libreverb.so", &library)
        .file("7a1e-build/plugin.json", "{}")
        .file("7a1e-build/libecho.so", &library)
        .file("releases/2.0.0/libmute.so", &library);
    let tree = PluginTree::new().file("mute/readme.txt", "");
    let links = [
        ("libgain.so.1.2.3", "libgain.so"),
        ("9f3c-build", "reverb"),
        ("7a1e-build", "echo"),
        ("releases/2.0.0", "mute/current"),
    ];
    for (target, name) in links {
        symlink(store.path(target), tree.path(name)).unwrap();
    }
    let catalog = scan(tree.root());
    assert_eq!(found(&catalog), ["echo", "gain", "mute 2.0.0", "reverb"]);
    assert!(catalog.diagnostics().is_empty(), "{:?}", catalog.diagnostics());
    for name in ["reverb", "echo"] {
        let (candidate, _) = Candidate::at(&tree.path(name), &harmonics()).unwrap();
        assert_eq!(candidate.name(), name);
        assert_eq!(candidate.library(), catalog.find(name, None).unwrap().library());
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_told_as_such() {
    use std::os::unix::fs::symlink;
    let tree = PluginTree::new().file("x/plugin.json", r#"{"library": "libx.so"}"#);
    symlink("gone.so", tree.path("libgone.so")).unwrap();
    symlink("/nowhere/README", tree.path("README")).unwrap();
    symlink("user@host.1234", tree.path(".#libgood.c")).unwrap();
    symlink("/nowhere/libx.so", tree.path("x/libx.so")).unwrap();
    let catalog = scan(tree.root());
    let messages: Vec<&str> = catalog.diagnostics().iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    assert_eq!(
        messages,
        ["this is a link to `/nowhere/README`, which is not there", "this is a link to `gone.so`, which is not there",]
    );
    let refusal = catalog.candidates()[0].refusal().unwrap();
    assert_eq!(refusal.message, "its library `libx.so` is a link to `/nowhere/libx.so`, which is not there");
}

#[cfg(unix)]
#[test]
fn one_library_under_several_names_is_not_ambiguous() {
    use std::os::unix::fs::symlink;
    let tree = PluginTree::new().file("effects/plugin.json", "{}").file("effects/libgain.1.2.so", "");
    symlink("libgain.1.2.so", tree.path("effects/libgain.1.so")).unwrap();
    symlink("libgain.1.so", tree.path("effects/libgain.so")).unwrap();
    assert!(scan(tree.root()).candidates()[0].library().ends_with("libgain.so"));
}

#[test]
fn what_archives_made_on_macos_add_hides_no_plugin_and_is_none() {
    let double = b"\0\x05\x16\x07\0\x02\0\0Mac OS X        ";
    let library = std::fs::read(Library::c(GOOD_C_PLUGIN).build()).unwrap();
    let tree = PluginTree::new()
        .file("x/plugin.json", r#"{"name": "x", "version": "1.0.0"}"#)
        .file("x/libcore.so", &library)
        .file("x/._libcore.so", double)
        .file("x/.libx.so.swp", "")
        .file("x/.libold.so", "")
        .file("y/libother.so", &library)
        .file("y/._libother.so", double)
        .file("._libgain.so", double)
        .file("__MACOSX/plugin.json", "{}")
        .file("__MACOSX/x/._libcore.so", double)
        .file("z/__MACOSX/plugin.json", "{}");
    let catalog = scan(tree.root());
    assert_eq!(found(&catalog), ["x 1.0.0", "y"]);
    assert!(catalog.candidates().iter().all(|candidate| candidate.refusal().is_none()));
    assert!(catalog.diagnostics().is_empty(), "{:?}", catalog.diagnostics());
}

/// What is called a library and is none that this machine could load, each with the code that says so.
#[cfg(target_os = "linux")]
fn unloadable() -> [(&'static str, Vec<u8>, Code); 5] {
    let good = std::fs::read(Library::c(GOOD_C_PLUGIN).build()).unwrap();
    let mut foreign = good.clone();
    foreign[18] = if cfg!(target_arch = "aarch64") { 0x3e } else { 0xb7 };
    let other_host = std::fs::read(Library::c("void other_register(void) {}").build()).unwrap();
    [
        ("for another processor", foreign, Code::LIBRARY_WRONG_ARCHITECTURE),
        ("cut off", good[..good.len() / 2].to_vec(), Code::LIBRARY_TRUNCATED),
        ("a text", b"INPUT(libm.so.6)".to_vec(), Code::LIBRARY_FORMAT),
        ("empty", Vec::new(), Code::LIBRARY_FORMAT),
        ("of another host", other_host, Code::ENTRY_MISSING),
    ]
}

#[cfg(target_os = "linux")]
#[test]
fn a_library_that_cannot_be_loaded_does_not_hide_a_good_one_in_a_later_root() {
    let good = PluginTree::new().file("libgain.so", std::fs::read(Library::c(GOOD_C_PLUGIN).build()).unwrap());
    for (what, bytes, code) in unloadable() {
        for place in ["libgain.so", "gain/libgain.so"] {
            let bad = PluginTree::new().file(place, &bytes);
            let catalog = Catalog::scan(&harmonics(), &[bad.root(), good.root()].iter().collect());
            let used = catalog.find("gain", None).unwrap();
            assert!(used.path().starts_with(good.root().canonicalize().unwrap()), "{what} in {place}");
            let refusal = catalog.candidates()[0].refusal().expect("the bytes show it");
            assert_eq!(refusal.code, code, "{what} in {place}");
            assert!(codes(&catalog).is_empty(), "what is refused is no duplicate: {:?}", catalog.diagnostics());
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_checked_catalog_uses_only_what_can_be_loaded() {
    let good = std::fs::read(Library::c(GOOD_C_PLUGIN).build()).unwrap();
    for (what, bytes, code) in unloadable() {
        let first = tree(&[("gain/2.0.0", "gain", "2.0.0")])
            .file("gain/2.0.0/libgain.so", &bytes)
            .file("needs_gain/plugin.json", r#"{"name": "needs_gain", "dependencies": {"gain": ">=2"}}"#)
            .file("needs_gain/libneeds_gain.so", &good)
            .file("gain/1.0.0/plugin.json", r#"{"name": "gain", "version": "1.0.0"}"#)
            .file("gain/1.0.0/libgain.so", &bytes);
        let second = tree(&[("gain", "gain", "1.0.0")]).file("gain/libgain.so", &good);
        let mut catalog = Catalog::scan(&harmonics(), &[first.root(), second.root()].iter().collect());
        assert_eq!(codes(&catalog), ["plugin-duplicate"], "the manifests say no more");
        catalog.check_libraries(&harmonics());
        let used = catalog.find("gain", None).unwrap();
        assert!(used.path().starts_with(second.root().canonicalize().unwrap()), "{what}");
        assert!(codes(&catalog).is_empty(), "the one that is left is no duplicate: {:?}", catalog.diagnostics());
        let refusals: Vec<Code> = catalog.candidates().iter().filter_map(|c| Some(c.refusal()?.code)).collect();
        assert_eq!(refusals, [code, code, Code::PLUGIN_DEPENDENCY], "{what}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_checked_catalog_refuses_what_needs_a_library_that_is_not_there() {
    let needed = Library::c("int helper(void) { return 1; }").arg("-Wl,-soname,libabsent.so").build();
    let source = "int helper(void); void harmonics_register(void *registry) { (void)registry; helper(); }";
    let library = Library::c(source).arg(needed.display().to_string()).build();
    let tree = PluginTree::new().plugin("gain", "{}", &library).file("libbare.so", std::fs::read(&library).unwrap());
    let mut catalog = scan(tree.root());
    assert_eq!(catalog.newest().len(), 2, "the process may have it by then");
    catalog.check_libraries(&harmonics());
    let refusals: Vec<Code> = catalog.candidates().iter().filter_map(|c| Some(c.refusal()?.code)).collect();
    assert_eq!(refusals, [Code::DEPENDENCY_MISSING; 2]);
    let mut provider = harmonics();
    provider.set_provides(vec!["libabsent.so".to_owned()]).unwrap();
    let mut catalog = scan(tree.root());
    catalog.check_libraries(&provider);
    assert_eq!(catalog.newest().len(), 2, "the host has it");
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_host_provides_is_its_own_whatever_of_that_name_lies_about() {
    let needed = Library::c("int helper(void) { return 1; }").arg("-Wl,-soname,libcore.so.1").build();
    let source = "int helper(void); void harmonics_register(void *registry) { (void)registry; helper(); }";
    let library = Library::c(source).arg(needed.display().to_string()).arg("-Wl,-rpath,$ORIGIN").build();
    let tree = PluginTree::new().plugin("gain", "{}", &library).file("gain/libcore.so.1", "GROUP ( libcore.so.1.4 )");
    let refused = |provides: &[&str]| {
        let mut profile = harmonics();
        profile.set_provides(provides.iter().map(|name| (*name).to_owned()).collect()).unwrap();
        let mut catalog = Catalog::scan(&profile, &[tree.root()].iter().collect());
        catalog.check_libraries(&profile);
        catalog.candidates()[0].refusal().map(|refusal| refusal.code)
    };
    assert_eq!(refused(&[]), Some(Code::DEPENDENCY_MISSING), "a text is found, and the loader fails with it");
    assert_eq!(refused(&["libcore.so.1"]), None);
    assert_eq!(refused(&["libcore.so.*"]), None);
    for other in ["libcore.so", "libcore.so.12", "core.so.1", "LIBCORE.so.1"] {
        assert_eq!(refused(&[other]), Some(Code::DEPENDENCY_MISSING), "{other} is another name");
    }
}

/// What finding `gain` along a search path says, in full.
fn why_no_gain(search_path: &SearchPath) -> String {
    Catalog::scan(&harmonics(), search_path).find("gain", None).unwrap_err().report()
}

#[test]
fn a_plugin_that_is_not_found_says_where_it_should_be() {
    let mut profile = harmonics();
    profile.search_path_variable = "HOTSHOE_TESTS_SET_NO_SUCH_VARIABLE".to_owned();
    let report = why_no_gain(&SearchPath::from_environment(&profile));
    assert!(report.contains("set `HOTSHOE_TESTS_SET_NO_SUCH_VARIABLE`"), "the variable is not set: {report}");
    let report = why_no_gain(&SearchPath::parse("".as_ref()));
    assert!(report.contains("the search path names no folder"), "{report}");

    let tree = PluginTree::new().file("empty/readme.txt", "");
    let report = why_no_gain(&[tree.path("typo")].iter().collect());
    assert!(report.contains("this folder cannot be read") && report.contains("/typo"), "the root is missing: {report}");
    let report = why_no_gain(&[tree.root()].iter().collect());
    assert!(report.contains("hold no plugin"), "{report}");
}

#[test]
fn a_plugin_whose_folder_is_there_says_what_is_wrong_with_it() {
    let with = |path: &str, bytes: &str| tree(&[("other", "other", "1.0.0")]).file(path, bytes);
    let cases = [
        (with("gain/plugin.json", "{"), "not well-formed JSON", "gain/plugin.json"),
        (with("gain/1.2.3/plugin.json", r#"{"name": 7}"#), "`name`", "gain/1.2.3/plugin.json"),
        (with("gain/liba.so", "").file("gain/libb.so", ""), "could be any of `liba.so`, `libb.so`", "gain"),
        (
            with("gain/plugin.json", r#"{"name": "reverb"}"#).file("gain/libreverb.so", ""),
            "the plugin in it `reverb`",
            "gain",
        ),
        (with("gain/pluginDescription.xml", "<"), "cannot be read as XML", "gain/pluginDescription.xml"),
    ];
    for (tree, why, place) in cases {
        let report = why_no_gain(&[tree.root()].iter().collect());
        assert!(report.contains(why) && report.contains(&format!("{place}\n")), "{report}");
    }
}

#[test]
fn a_plugin_whose_manifest_is_broken_stands_in_the_catalog_with_the_reason() {
    let tree = tree(&[("gain/1.0.0", "gain", "1.0.0"), ("reverb", "reverb", "1.0.0")])
        .file("gain/2.0.0/plugin.json", "{")
        .file("gain/2.0.0/libgain.so", "")
        .file("Reverb/plugin.json", r#"{"name": "mute", "version": 1, "library": "/etc/passwd"}"#)
        .file("user/plugin.json", r#"{"name": "user", "version": "1.0.0", "dependencies": {"mute": "*"}}"#)
        .file("user/libuser.so", "")
        .file("CON/plugin.json", "{");
    let catalog = scan(tree.root());
    assert_eq!(found(&catalog), ["Reverb", "gain 1.0.0", "gain", "reverb 1.0.0", "user 1.0.0"]);
    let broken = [&catalog.candidates()[0], &catalog.candidates()[2]];
    for (candidate, (folder, code)) in
        broken.into_iter().zip([("Reverb", Code::MANIFEST_FIELD), ("gain/2.0.0", Code::MANIFEST_SYNTAX)])
    {
        assert_eq!((candidate.version(), candidate.manifest()), (None, &Default::default()));
        assert!(candidate.path().ends_with(folder) && candidate.library().as_os_str().is_empty(), "{candidate:?}");
        let refusal = candidate.refusal().unwrap();
        assert_eq!((refusal.code, refusal.plugin.as_deref()), (code, Some(candidate.name())));
        assert!(refusal.path.as_ref().unwrap().ends_with(format!("{folder}/plugin.json")) && refusal.hint.is_some());
    }
    // It is compared with no other: no `name-case`, no `plugin-duplicate`. No plugin may be called `CON`.
    let noticed: Vec<_> = catalog.diagnostics().iter().map(|found| (found.code, found.plugin.as_deref())).collect();
    assert_eq!(noticed, [(Code::MANIFEST_SYNTAX, None)], "{:?}", catalog.diagnostics());

    let names = |candidates: Vec<&Candidate>| candidates.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(catalog.newest()), ["gain 1.0.0", "reverb 1.0.0"]);
    assert_eq!(names(catalog.ranked("gain", None)), ["gain 1.0.0"]);
    for name in ["Reverb", "mute", "user"] {
        assert_eq!(catalog.find(name, None).unwrap_err().code(), Code::PLUGIN_NOT_FOUND, "{name}");
    }
    assert!(catalog.find("Reverb", None).unwrap_err().report().contains("does not lead to a file"));
    assert!(!catalog.find("absent", None).unwrap_err().report().contains("Reverb"), "what is broken is not offered");
}

#[test]
fn what_is_wrong_with_a_broken_manifest_is_told_once() {
    let tree = tree(&[]).file("gain/plugin.json", "{");
    let host = Host::new(harmonics());
    let catalog = scan(tree.root());
    let told = host.load_catalog(&catalog, |_| Ok(())).diagnostics;
    assert_eq!(told.iter().map(|found| found.code).collect::<Vec<_>>(), [Code::MANIFEST_SYNTAX]);
    assert_eq!(told[0].plugin.as_deref(), Some("gain"));
}

#[cfg(unix)]
#[test]
fn a_broken_plugin_that_is_reached_twice_is_one() {
    let tree = PluginTree::new().file("store/plugin.json", "{").file("root/readme.txt", "");
    for name in ["gain", "gain-1.0"] {
        std::os::unix::fs::symlink(tree.path("store"), tree.path("root").join(name)).unwrap();
    }
    let catalog = scan(&tree.path("root"));
    assert_eq!((found(&catalog), codes(&catalog)), (vec!["gain".to_owned()], vec![]));
}

#[test]
fn a_root_that_is_spelt_as_a_shell_would_is_told_so() {
    let hint = |root: &str| {
        let catalog = Catalog::scan(&harmonics(), &[root].iter().collect());
        catalog.diagnostics()[0].hint.clone().unwrap()
    };
    assert!(hint("~/plugins").contains('~'));
    for root in ["$HOME/plugins", "%APPDATA%/plugins"] {
        assert!(hint(root).contains("variable"), "{root}");
    }
    for root in ["\"/opt/plugins\"", "'/opt/plugins'"] {
        assert!(hint(root).contains("quotes"), "{root}");
    }
    for root in ["/opt/plugins ", "/opt/plugins\n"] {
        assert!(hint(root).contains("white space"), "{root:?}");
    }
    assert!(hint("file").contains("URL"));
    assert!(hint(&"0".repeat(5000)).contains("no folder can be called so"));
    if cfg!(unix) {
        assert!(hint("/opt/plugins;/opt/more").contains("separated by `:`"));
    }
}

#[test]
fn a_library_in_a_folder_of_a_folder_is_called_as_it_is_and_not_as_the_folder() {
    let library = std::fs::read(Library::c(GOOD_C_PLUGIN).build()).unwrap();
    let tree = PluginTree::new()
        .file("gain/lib/libgain.so", &library)
        .file("effects/reverb-2/libreverb.so", &library)
        .file("effects/echo/plugin.json", r#"{"name": "echo"}"#)
        .file("effects/echo/libecho.so", &library)
        .file("mute/1.2/libsilence.so", &library);
    let catalog = scan(tree.root());
    assert_eq!(found(&catalog), ["echo", "reverb", "gain", "mute 1.2.0"]);
    assert!(catalog.diagnostics().is_empty(), "{:?}", catalog.diagnostics());
}

#[test]
fn many_libraries_in_a_folder_are_told_in_a_line() {
    let tree = (0..300).fold(PluginTree::new(), |tree, number| tree.file(&format!("flat/libq{number:03}.so"), ""));
    let message = scan(tree.root()).diagnostics()[0].message.clone();
    assert_eq!(
        message,
        "it could be any of `libq000.so`, `libq001.so`, `libq002.so`, `libq003.so`, `libq004.so` and 295 more"
    );
}

#[test]
fn many_plugins_are_found_in_the_order_in_which_few_are() {
    let mut tree = PluginTree::new();
    for number in 100..400 {
        let manifest = match number % 3 {
            0 => "{".to_owned(),
            1 => format!(r#"{{"name": "gain{number}", "version": "1.0"}}"#),
            _ => r#"{"name": "same", "version": "1.0.0"}"#.to_owned(),
        };
        let library = if number % 3 == 1 { format!("libgain{number}.so") } else { "libsame.so".to_owned() };
        tree = tree.file(&format!("gain{number}/plugin.json"), manifest).file(&format!("gain{number}/{library}"), "");
    }
    let catalog = scan(tree.root());
    // Sixty folders are looked through by one thread.
    let few: Vec<Catalog> = (0..5)
        .map(|part| {
            let few = PluginTree::new();
            for number in 100 + part * 60..160 + part * 60 {
                let folder = format!("gain{number}");
                std::fs::rename(tree.root().join(&folder), few.root().join(&folder)).unwrap();
            }
            scan(few.root())
        })
        .collect();
    let folders = |catalog: &Catalog| -> Vec<_> {
        catalog.candidates().iter().map(|found| found.path().file_name().unwrap().to_owned()).collect()
    };
    assert_eq!(folders(&catalog), few.iter().flat_map(folders).collect::<Vec<_>>());
    // What stands twice is known of the whole only, and said last.
    let is_own = |code: &&str| *code != "plugin-duplicate";
    let (codes, few_codes) = (codes(&catalog), few.iter().flat_map(codes).filter(is_own).collect::<Vec<_>>());
    assert_eq!(few_codes.len(), 200, "100 short versions, 100 misnamed");
    assert_eq!(codes[..200], few_codes);
    assert!(codes[200..].iter().all(|code| *code == "plugin-duplicate"));
}

#[test]
fn a_folder_that_need_not_be_there_is_missed_by_nobody_until_it_is_there() {
    let tree = tree(&[("gain", "gain", "1.0.0")]);
    let mut search_path = SearchPath::default();
    search_path.push_optional(tree.path("later"));
    search_path.push(tree.root());
    search_path.push_optional(tree.path("gain/.."));
    search_path.push(tree.path("needed"));
    let catalog = Catalog::scan(&harmonics(), &search_path);
    assert_eq!(found(&catalog), ["gain 1.0.0"]);
    let unreadable: Vec<_> = catalog.diagnostics().iter().map(|found| (found.code, found.path.clone())).collect();
    assert_eq!(unreadable, [(Code::FOLDER_UNREADABLE, Some(tree.path("needed")))], "and the others are not told");

    let tree = tree.file("later/reverb/plugin.json", "{").file("file", "");
    let catalog = Catalog::scan(&harmonics(), &[tree.path("later")].iter().collect());
    assert_eq!(found(&catalog), ["reverb"], "it is looked through");
    let mut no_folder = SearchPath::default();
    no_folder.push_optional(tree.path("file"));
    assert_eq!(codes(&Catalog::scan(&harmonics(), &no_folder)), ["folder-unreadable"], "a file is no folder");
}

#[test]
fn a_host_takes_no_plugin_of_a_runtime_that_its_profile_does_not_list() {
    let tree = tree(&[("gain", "gain", "1.0.0")]);
    let refusal = |runtimes: &str| {
        let profile = format!(r#"{{"name": "harmonics", "runtimes": {runtimes}}}"#);
        let profile = HostProfile::from_json(profile.as_bytes()).unwrap();
        let catalog = Catalog::scan(&profile, &[tree.root()].iter().collect());
        catalog.candidates()[0].refusal().map(|refusal| refusal.message.clone())
    };
    assert_eq!(refusal(r#"{"process": {}, "native": {}}"#), None);
    let refused = "it needs the runtime `native`, and harmonics takes `process` only".to_owned();
    assert_eq!(refusal(r#"{"process": {}}"#), Some(refused));
}

#[test]
fn a_host_looks_in_its_own_folders_behind_all_that_its_user_names() {
    let folders = r#"{"name": "synth", "search_path_variable": "HOTSHOE_TESTS_SET_NO_SUCH_VARIABLE",
                      "folders": {"system": "synth-c", "program": "../synth-a", "user": "synth-b"}}"#;
    let profile = HostProfile::from_json(folders.as_bytes()).unwrap();
    let host = Host::new(profile);
    host.add_optional_search_root("/first");
    host.add_search_root("/second");
    let roots = host.search_path().roots().to_vec();
    assert_eq!(roots[..2], ["/first", "/second"].map(PathBuf::from));
    let named = |name: &str| {
        let is_named = |root: &PathBuf| root.ends_with(name) && root.is_absolute();
        (roots.iter().position(is_named), roots.iter().filter(|root| is_named(root)).count())
    };
    let ((program, programs), (user, users), (system, systems)) =
        (named("synth-a"), named("synth-b"), named("synth-c"));
    assert_eq!((program, programs, user, users), (Some(2), 1, Some(3), 1), "{roots:?}");
    assert!(system == Some(4) && systems == roots.len() - 4 && systems > 0, "{roots:?}");
    let report = host.load("gain", None, |_| Ok(())).unwrap_err().report();
    assert!(report.contains("/second") && !report.contains("synth-"), "{report}");

    let mut profile = HostProfile::named("synth").unwrap();
    profile.search_path_variable = "HOTSHOE_TESTS_SET_NO_SUCH_VARIABLE".to_owned();
    profile.folders.set(FolderKind::User, Some("no-such-synth/plugins")).unwrap();
    let report = Host::new(profile).load("gain", None, |_| Ok(())).unwrap_err().report();
    assert!(report.contains("no-such-synth/plugins`: install plugins for it, or set"), "{report}");
}
