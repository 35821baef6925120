//! A plugin of the contract in Rust: one type, and one line.

use std::ffi::c_void;
use std::fs;
use std::path::Path;

use hotshoe::error::Code;
use hotshoe::host::Host;
use hotshoe::profile::HostProfile;

use crate::project::Project;

/// The name is that of the package, as that of the plugin is.
const MANIFEST: &str =
    r#"{"name": "rust-contract", "entry": "hotshoe_descriptor", "interfaces": ["org.example.filter/1"]}"#;

const SOURCE: &str = r#"
use std::ffi::{c_double, c_void};
use hotshoe_abi::plugin::{HostRef, Interface, Plugin};

struct Gain(f64);

#[repr(C)]
struct Filter {
    size: usize,
    filter: extern "C" fn(*const c_void, c_double) -> c_double,
}

extern "C" fn filter(gain: *const c_void, input: c_double) -> c_double {
    unsafe { &*gain.cast::<Gain>() }.0 * input
}

static FILTER: Filter = Filter { size: size_of::<Filter>(), filter };

impl Plugin for Gain {
    type Error = String;
    const INTERFACES: &'static [Interface] = &[Interface::new(c"org.example.filter/1", &FILTER)];

    fn init(host: HostRef) -> Result<Gain, String> {
        if host.interface(c"org.example.nothing/1").is_some() {
            return Err("nothing was offered".to_owned());
        }
        let folder = host.folder().to_str().map_err(|error| error.to_string())?;
        match std::fs::read_to_string(format!("{folder}/gain.txt")).map_err(|error| error.to_string())?.trim() {
            "panic" => panic!("as it was told"),
            text => text.parse().map(Gain).map_err(|_| format!("`{text}` is no gain")),
        }
    }
}

hotshoe_abi::hotshoe_plugin!(Gain);
"#;

fn host() -> (Host, tempfile::TempDir) {
    let root = tempfile::tempdir().unwrap();
    let host = Host::new(HostProfile::named("contract-test").unwrap());
    host.add_search_root(root.path());
    (host, root)
}

#[test]
fn a_type_is_the_plugin_of_a_cdylib() {
    let abi = Path::new(env!("CARGO_MANIFEST_DIR")).join("../hotshoe-abi").canonicalize().unwrap();
    let lib =
        format!("[lib]\ncrate-type = [\"cdylib\"]\n\n[dependencies]\nhotshoe-abi = {{ path = '{}' }}\n", abi.display());
    let project = Project::new("rust-contract", &lib);
    project.script(
        "hotshoe_build::link_args()?;
        hotshoe_build::Plugin::cc(\"in_c\").host(\"rack\").contract().interface(\"org.example.filter/1\")
            .sources(\"c/*.c\").build()?;",
    );
    project.write("src/lib.rs", SOURCE);
    project.write("c/plugin.c", include_str!("../../../../tests/cmake/contract/plugin.c"));
    project.build();
    let built = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("debug").join("librust_contract.so");

    // The one in C has its headers from the crate, and its name, version and interfaces from the call.
    let in_c = Host::new(HostProfile::named("contract-test").unwrap());
    in_c.add_search_root(project.staged(""));
    let plugin = in_c.load("in_c", None, |_| Ok(())).unwrap();
    assert_eq!(plugin.manifest().interfaces[0].as_str(), "org.example.filter/1");
    let table = plugin.interface("org.example.filter", 1).unwrap().unwrap();
    assert_eq!(filtered(table, plugin.instance().unwrap(), 21.0), 42.0);
    in_c.unload(&plugin).unwrap();

    let (host, root) = host();
    let folder = root.path().join("rust-contract");
    fs::create_dir(&folder).unwrap();
    fs::copy(built, folder.join("librust-contract.so")).unwrap();
    fs::write(folder.join("plugin.json"), MANIFEST).unwrap();
    for (text, why) in [("loud", "`loud` is no gain"), ("panic", "it panicked")] {
        fs::write(folder.join("gain.txt"), text).unwrap();
        let error = host.load("rust-contract", None, |_| Ok(())).unwrap_err();
        assert_eq!(error.code(), Code::INIT_FAILED);
        assert!(error.to_string().contains(why), "{error}");
    }
    fs::write(folder.join("gain.txt"), "2").unwrap();
    let plugin = host.load("rust-contract", None, |_| Ok(())).unwrap();
    let (table, instance) = (plugin.interface("org.example.filter", 1).unwrap().unwrap(), plugin.instance().unwrap());
    assert!(plugin.interface("org.example.filter", 2).unwrap().is_none());
    assert_eq!(filtered(table, instance, 21.0), 42.0);
    host.unload(&plugin).unwrap();
    assert!(!plugin.is_loaded());
}

#[expect(unsafe_code, reason = "a host calls the functions of a plugin's tables")]
fn filtered(table: *const c_void, instance: *const c_void, input: f64) -> f64 {
    #[repr(C)]
    struct Filter {
        size: usize,
        filter: extern "C" fn(*const c_void, f64) -> f64,
    }
    // SAFETY: the plugin is loaded, and its table of this name is such a one.
    let table = unsafe { &*table.cast::<Filter>() };
    assert_eq!(table.size, size_of::<Filter>());
    (table.filter)(instance, input)
}
