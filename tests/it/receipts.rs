//! A host that asks for receipts loads what was installed and nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use hotshoe::catalog::Catalog;
use hotshoe::diagnostics::Diagnostic;
use hotshoe::error::{Code, Result};
use hotshoe::host::Host;
use hotshoe::package;
use hotshoe::profile::{HostProfile, ReceiptPolicy};
use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree};

use crate::harmonics;

/// A library of `gain`, called as this system calls libraries with a version.
const CODEC: &str = match (cfg!(windows), cfg!(target_os = "macos")) {
    (true, _) => "codecs/codec-1.dll",
    (_, true) => "codecs/libcodec.1.2.dylib",
    _ => "codecs/libcodec.so.1.2",
};

/// `gain` as an install leaves it: with a library that it opens when it needs it, in a folder of its own.
struct Shop {
    tree: PluginTree,
    installed: PathBuf,
}

impl Shop {
    fn new() -> Shop {
        let library = Library::c(GOOD_C_PLUGIN).build();
        let codec = fs::read(Library::c("int codec(void) { return 1; }\n").build()).unwrap();
        let tree = PluginTree::new().plugin("gain", r#"{"name": "gain", "version": "1.0.0"}"#, &library);
        let tree = tree.file(&format!("gain/{CODEC}"), codec).file("gain/presets/soft.txt", "soft");
        let archive = package::make(&tree.path("gain"), &tree.path("dist"), None).unwrap().archive;
        let installed = package::install(&archive, &tree.path("plugins")).unwrap().plugins.remove(0).0.path;
        Shop { tree, installed }
    }

    fn codec(&self) -> PathBuf {
        self.installed.join(CODEC)
    }

    fn host(&self) -> Host {
        let host = Host::new(strict());
        host.add_search_root(self.tree.path("plugins"));
        host
    }

    /// What a host says, and what a checked catalog says: both must be the same.
    fn loaded(&self) -> Result<()> {
        let host = self.host();
        let loaded = host.load("gain", None, |_| Ok(())).and_then(|plugin| host.unload(&plugin)).map(drop);
        let mut catalog = Catalog::scan(&strict(), &[self.tree.path("plugins")].into_iter().collect());
        catalog.check_libraries(&strict());
        let refusal = catalog.candidates()[0].refusal().map(|refusal| refusal.code);
        assert_eq!(refusal, loaded.as_ref().err().map(|error| error.code()), "the catalog says the same");
        loaded
    }
}

fn strict() -> HostProfile {
    let mut profile = harmonics();
    profile.search_path_variable = "HOTSHOE_TESTS_SET_NO_SUCH_VARIABLE".to_owned();
    profile.policies.receipt = ReceiptPolicy::Required;
    profile
}

/// Fails if what is asked waits for anything.
#[cfg(unix)]
fn at_once<T: Send + 'static>(ask: impl FnOnce() -> T + Send + 'static) -> T {
    let (answer, answered) = std::sync::mpsc::channel();
    std::thread::spawn(move || answer.send(ask()));
    answered.recv_timeout(std::time::Duration::from_secs(20)).expect("nobody is waited for")
}

#[test]
fn a_plugin_whose_helper_library_is_not_the_installed_one_is_not_loaded() {
    let shop = Shop::new();
    shop.loaded().unwrap();
    let plugin = shop.host().load("gain", None, |_| Ok(())).unwrap();
    let good = fs::read(shop.codec()).unwrap();
    let mut edited = good.clone();
    *edited.last_mut().unwrap() ^= 1;
    fs::write(shop.codec(), &edited).unwrap();
    let error = shop.loaded().unwrap_err();
    assert_eq!((error.code(), error.path()), (Code::LIBRARY_CHANGED, Some(shop.codec().as_path())));
    drop(plugin);

    // What is no library is the user's to change.
    fs::write(shop.codec(), &good).unwrap();
    fs::write(shop.installed.join("presets/soft.txt"), "softer").unwrap();
    shop.loaded().unwrap();
}

#[test]
fn a_plugin_whose_helper_library_is_gone_or_is_none_any_more_is_not_loaded() {
    type Replace = fn(&Path);
    let replacements: [(&str, Replace); 4] = [
        ("gone", |_| {}),
        ("a text", |place| fs::write(place, "INPUT(libcodec.so.2)").unwrap()),
        ("a folder", |place| fs::create_dir(place).unwrap()),
        #[cfg(unix)]
        ("a link that leads nowhere", |place| std::os::unix::fs::symlink("/nowhere", place).unwrap()),
        #[cfg(not(unix))]
        ("empty", |place| fs::write(place, "").unwrap()),
    ];
    for (what, replace) in replacements {
        let shop = Shop::new();
        fs::remove_file(shop.codec()).unwrap();
        replace(&shop.codec());
        let error = shop.loaded().expect_err(what);
        assert_eq!((error.code(), error.path()), (Code::LIBRARY_CHANGED, Some(shop.codec().as_path())), "{what}");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_an_installed_file_keeps_no_host_waiting() {
    for file in [CODEC, "presets/soft.txt"] {
        let shop = Shop::new();
        let place = shop.installed.join(file);
        fs::remove_file(&place).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&place).status().unwrap().success());
        let loaded = at_once(move || shop.loaded().map_err(|error| error.code()));
        assert_eq!(loaded, if file == CODEC { Err(Code::LIBRARY_CHANGED) } else { Ok(()) }, "{file}");
    }
}

// Windows has no search paths in libraries.
#[cfg(unix)]
#[test]
fn an_installed_plugin_finds_its_libraries_in_other_folders_of_its_own() {
    let inner = Library::c("int inner(void) { return 1; }\n").file_name("libinner.so").arg("-Wl,-soname,libinner.so");
    let source = "int inner(void);\nvoid harmonics_register(int *x) { *x = inner(); }\n";
    let library = Library::c(source).arg(inner.build().display().to_string()).arg("-Wl,-rpath,$ORIGIN/../deps").build();
    let manifest = r#"{"name": "gain", "version": "1.0.0", "library": "lib/libgain.so"}"#;
    let tree = PluginTree::new()
        .file("gain/plugin.json", manifest)
        .file("gain/lib/libgain.so", fs::read(library).unwrap())
        .file("gain/deps/libinner.so", fs::read(inner.build()).unwrap());
    let archive = package::make(&tree.path("gain"), &tree.path("dist"), None).unwrap().archive;
    let installed = package::install(&archive, &tree.path("plugins")).unwrap().plugins.remove(0).0.path;
    let shop = Shop { tree, installed };
    shop.loaded().unwrap();
    fs::remove_file(shop.installed.join("deps/libinner.so")).unwrap();
    assert_eq!(shop.host().load("gain", None, |_| Ok(())).unwrap_err().code(), Code::LIBRARY_CHANGED);
}

#[test]
fn a_plugin_that_was_not_installed_is_refused_by_a_checked_catalog_too() {
    let library = Library::c(GOOD_C_PLUGIN).build();
    let tree = PluginTree::new().plugin("gain", r#"{"name": "gain", "version": "1.0.0"}"#, &library);
    let refusal = |policy| {
        let mut profile = strict();
        profile.policies.receipt = policy;
        let mut catalog = Catalog::scan(&profile, &[tree.root().to_owned()].into_iter().collect());
        catalog.check_libraries(&profile);
        catalog.candidates()[0].refusal().map(|refusal| refusal.code)
    };
    assert_eq!(refusal(ReceiptPolicy::Required), Some(Code::RECEIPT_MISSING));
    assert_eq!(refusal(ReceiptPolicy::IfPresent), None);
    assert_eq!(refusal(ReceiptPolicy::Off), None);
}

#[test]
fn a_receipt_of_a_later_version_is_told_and_a_misspelt_key_in_one_is_an_error() {
    let shop = Shop::new();
    let file = shop.installed.join(".hotshoe-receipt.json");
    let written = fs::read_to_string(&file).unwrap();
    let root = package::Root::new(shop.tree.path("plugins"));

    fs::write(&file, written.replacen('{', r#"{"channel": "beta", "comment": 5,"#, 1)).unwrap();
    shop.loaded().unwrap();
    let unknown = |key: &str| format!("the key `{key}` is unknown, and means nothing here");
    let (host, told) = (shop.host(), Arc::<Mutex<Vec<Diagnostic>>>::default());
    let kept = told.clone();
    host.set_log(Some(Arc::new(move |found: &Diagnostic| kept.lock().unwrap().push(found.clone()))));
    let plugin = host.load("gain", None, |_| Ok(())).unwrap();
    let found = plugin.diagnostics();
    assert_eq!(*told.lock().unwrap(), found, "who loads it is told, too");
    let said: Vec<&str> = found.iter().map(|found| found.message.as_str()).collect();
    assert_eq!(said, [unknown("channel"), unknown("comment")]);
    assert!(found.iter().all(|found| found.code == Code::RECEIPT_UNKNOWN_KEY));
    assert!(found.iter().all(|found| found.path.as_deref() == Some(&*file)), "{found:?}");
    drop((host, plugin));

    let (installed, damaged) = root.installed().unwrap();
    let said: Vec<&str> = installed[0].diagnostics.iter().map(|found| found.message.as_str()).collect();
    assert_eq!(said, [unknown("channel"), unknown("comment")]);
    assert!(installed[0].diagnostics.iter().all(|found| found.code == Code::RECEIPT_UNKNOWN_KEY));
    assert!(installed[0].diagnostics.iter().all(|found| found.path.as_deref() == Some(&*file)), "{installed:?}");
    assert!(damaged.is_empty());
    let (verified, differences) = root.verify(None).unwrap().remove(0);
    assert!(differences.is_empty() && verified.diagnostics == installed[0].diagnostics, "{verified:?}");

    for misspelt in [r#"{"signedBy": null,"#, r#"{"signed_bye": null,"#, r#"{"Version": "1.0.0","#] {
        fs::write(&file, written.replacen('{', misspelt, 1)).unwrap();
        let error = shop.loaded().unwrap_err();
        assert_eq!(error.code(), Code::RECEIPT_INVALID);
        assert!(error.report().contains("is nearly"), "{}", error.report());
    }
}
