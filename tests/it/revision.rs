//! A plugin and a host that were built with each published revision of the contract go on working. Their sources are beside
//! them in `tests/fixtures/contract/revision-<number>`, and `make-revision.sh` has made them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use hotshoe::plugin::Unload;
use hotshoe::runtime::Offer;
use hotshoe_testkit::{PluginTree, require_system};

use crate::contract::{MANIFEST, library, library_in_cpp, load, use_filter};
use crate::host_on;
use crate::interface::LIMIT;

/// What is kept of each revision; nothing where it does not run.
fn kept() -> Vec<PathBuf> {
    let runs = cfg!(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"));
    if !require_system(runs, "what is kept of a revision was built for x86-64 Linux with glibc") {
        return Vec::new();
    }
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/contract");
    let published = 1..=hotshoe_abi::plugin::REVISION;
    published.map(|revision| fixtures.join(format!("revision-{revision}"))).collect()
}

#[test]
fn a_plugin_of_each_revision_works_in_the_host_of_today() {
    for folder in kept() {
        let tree = PluginTree::new().plugin("gain", MANIFEST, &folder.join("libgain.so"));
        let host = host_on(tree.root());
        host.offer_interface("org.example.limit/1", Offer::with_instance(&LIMIT, Arc::new(40.0))).unwrap();
        let plugin = load(&host);
        let folder = tree.path("gain").canonicalize().unwrap();
        assert_eq!(use_filter(&plugin), (40.0, folder.to_str().unwrap().to_owned()));
        assert!(plugin.interface("org.example.filter", 2).unwrap().is_none());
        let reloaded = host.reload(&plugin, |_| Ok(())).unwrap();
        assert_eq!(use_filter(&reloaded).0, 40.0);
        assert!(matches!(host.unload(&reloaded).unwrap(), Unload::Unmapped));
    }
}

#[test]
fn a_host_of_each_revision_runs_the_plugins_of_today() {
    for folder in kept() {
        let own = folder.join("libgain.so");
        for plugin in [library(&[]), library_in_cpp(&[]), own] {
            let output = Command::new(folder.join("host")).arg(&plugin).output().unwrap();
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{}: {errors}", plugin.display());
            assert_eq!(text, format!("gain 1.2.3: 40 in {}\n", plugin.parent().unwrap().display()));
        }
    }
}
