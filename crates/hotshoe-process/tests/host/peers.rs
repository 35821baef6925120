//! The module, plugins that are real ones, and a host for them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use hotshoe::diagnostics::Diagnostic;
use hotshoe::error::Result;
use hotshoe::host::Host;
use hotshoe::plugin::Plugin;
use hotshoe::profile::HostProfile;
use hotshoe::runtime::{Call, Encoding};
use hotshoe_testkit::{PluginTree, file_name};
use serde_json::Value;

/// The profile of a host of the registry's plugins.
pub const REGISTRY: &str = r#"{"cookie": {"key": "ORI_PLUGIN", "value": "ori-agent-v1"},
    "port_variable": "ORI_PLUGIN_GRPC_PORT", "start_timeout": 20}"#;

/// The module and its keeper, in a folder as they are installed.
pub fn modules() -> &'static Path {
    static MODULES: OnceLock<PathBuf> = OnceLock::new();
    MODULES.get_or_init(|| {
        let keeper = PathBuf::from(env!("CARGO_BIN_EXE_hotshoe-keeper"));
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("modules-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("it can be made");
        let built = keeper.parent().expect("it has a folder").join(file_name("hotshoe_process"));
        // Built with this test, under the name that cargo gives it.
        let built =
            if built.is_file() { built } else { keeper.with_file_name("deps").join(file_name("hotshoe_process")) };
        fs::copy(&built, folder.join(file_name("hotshoe-process"))).expect("the module was built");
        fs::copy(&keeper, folder.join("hotshoe-keeper")).expect("the keeper was built");
        folder
    })
}

/// A program of `tests/process/go`, built once.
pub fn go(program: &str) -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("go");
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/process/go");
        let mut build = Command::new("go");
        build
            .args(["build", "-trimpath", "-buildvcs=false", "-o"])
            .arg(format!("{}/", folder.display()))
            .args(["./peer", "./direct"]);
        fs::create_dir_all(&folder).expect("it can be made");
        let built = build.current_dir(sources).status().expect("go is installed: run tools/setup.sh test");
        assert!(built.success(), "the peers cannot be built");
        folder
    });
    Box::leak(folder.join(program).into_boxed_path())
}

/// A folder of plugins, a host for them, and what it was told.
pub struct Rig {
    pub tree: PluginTree,
    pub host: Host,
    pub log: Arc<Mutex<Vec<Diagnostic>>>,
}

impl Rig {
    /// One plugin called `plugin`, whose manifest says this for the runtime, in a host whose profile says that.
    pub fn new(program: &Path, settings: &str, manifest: &str) -> Rig {
        let text = format!(
            r#"{{"name": "plugin", "version": "1.0.0", "runtime": "process", "executable": "bin/{}", "process": {manifest}}}"#,
            program.file_name().expect("it has a name").display(),
        );
        let tree = PluginTree::new().file("root/plugin/plugin.json", text).file("root/plugin/bin/.keep", "");
        let place = tree.path("root/plugin/bin").join(program.file_name().expect("it has a name"));
        // A link would be another one's file; hard links and copies are the plugin's own.
        if fs::hard_link(program, &place).is_err() {
            fs::copy(program, &place).expect("there is room");
        }
        let mut profile = HostProfile::named("harmonics").expect("it is a name");
        profile.search_path_variable = "HOTSHOE_TESTS_SET_NO_SUCH_VARIABLE".to_owned();
        profile.add_runtime_json("process", settings).expect("these are settings");
        let host = Host::new(profile);
        host.add_search_root(tree.path("root"));
        host.add_runtime_folder(modules().to_owned());
        let log: Arc<Mutex<Vec<Diagnostic>>> = Arc::default();
        let its = log.clone();
        host.set_log(Some(Arc::new(move |found: &Diagnostic| its.lock().unwrap().push(found.clone()))));
        Rig { tree, host, log }
    }

    pub fn load(&self) -> Result<Arc<Plugin>> {
        self.host.load("plugin", None, |_| Ok(()))
    }

    /// The plugin; if it cannot be loaded, the test ends with why, and what was logged.
    pub fn loaded_or_told(&self) -> Arc<Plugin> {
        self.load().unwrap_or_else(|error| panic!("{}\n{:#?}", error.report(), self.log()))
    }

    /// Waits until a line of the log has this part.
    #[track_caller]
    pub fn log_has(&self, part: &str) {
        let until = Instant::now() + Duration::from_secs(5);
        while !self.log().iter().any(|line| line.contains(part)) {
            assert!(Instant::now() < until, "no `{part}` in {:#?}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().iter().map(|found| found.message.clone()).collect()
    }
}

/// The outputs of a call with JSON.
pub fn outputs(plugin: &Plugin, method: &str, input: &str) -> Result<Vec<Value>> {
    let mut outputs: Vec<Vec<u8>> = Vec::new();
    plugin.call(&Call::new(method, Encoding::Json, input.as_bytes()), &mut outputs)?;
    Ok(outputs.iter().map(|output| serde_json::from_slice(output).expect("it is JSON")).collect())
}

/// The one output of a call.
pub fn call(plugin: &Plugin, method: &str, input: &str) -> Result<Value> {
    let outputs = outputs(plugin, method, input)?;
    let [output] = outputs.as_slice() else { panic!("{outputs:?}") };
    Ok(output.clone())
}
