//! A runtime without code or compiler: its artifacts are JSON texts that say what an instance does.
//!
//! A host is tested with it on every system. What such a plugin looks like comes with the runtime.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use hotshoe::context::Text;
use hotshoe::diagnostics::Severity;
use hotshoe::error::{Code, Error, Result};
use hotshoe::host::Host;
use hotshoe::manifest::{Kind, Kinds};
use hotshoe::plugin::Plugin;
use hotshoe::profile::HostProfile;
use hotshoe::runtime::{Call, Encoding, Ended, Events, Hook, Instance, Pass, Request, Runtime, Services, Sink};
use hotshoe_testkit::PluginTree;
use serde::Deserialize;
use serde_json::{Map, json};

use crate::harmonics;

/// What an artifact says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// What `say` puts out.
    says: String,
    /// `refused`, `open-fails`, `open-panics`, `close-fails`, `close-panics`, `resident`, `exited`, `released`,
    /// `ends-when-closed`, `sick`.
    does: String,
    /// Why it cannot be opened beside an older one.
    not_beside: Vec<String>,
    /// Its passes: name, stage, and what it does: nothing, `fails`, `panics`, `returns-other`, `ask-host`.
    passes: Vec<(String, Option<String>, String)>,
}

/// The runtime, and what it counts.
#[derive(Debug, Default)]
pub struct Memory {
    pub open: AtomicUsize,
    pub opened: AtomicUsize,
}

impl Memory {
    pub fn open_now(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }
}

/// The runtime as a host takes it.
#[derive(Debug)]
struct Shared(Arc<Memory>);

#[derive(Debug)]
pub struct Thing {
    memory: Arc<Memory>,
    behaviour: Behaviour,
    events: Events,
    services: Mutex<Option<Offered>>,
    inputs: Mutex<BTreeMap<u64, Stream>>,
    came: Condvar,
}

#[derive(Debug, Default)]
struct Stream {
    inputs: Vec<Vec<u8>>,
    finished: bool,
}

struct Offered(Arc<dyn Services>);

impl std::fmt::Debug for Offered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Offered")
    }
}

fn behaviour(artifact: &Path) -> Result<Behaviour> {
    let unreadable = |error| Error::new(Code::LIBRARY_UNREADABLE, "it cannot be read").because(error).at(artifact);
    let text = fs::read_to_string(artifact).map_err(unreadable)?;
    serde_json::from_str(&text).map_err(|error| Error::new(Code::LIBRARY_FORMAT, "it says nothing").because(error))
}

impl Runtime for Shared {
    fn name(&self) -> &str {
        "memory"
    }

    fn check(&self, request: &Request<'_>) -> Result<()> {
        match behaviour(request.artifact)?.does.as_str() {
            "refused" => Err(Error::new(Code::LIBRARY_FORMAT, "it is refused")),
            _ => Ok(()),
        }
    }

    fn open(&self, request: &Request<'_>, events: &Events) -> Result<Box<dyn Instance>> {
        self.check(request)?;
        let behaviour = behaviour(request.artifact)?;
        match behaviour.does.as_str() {
            "open-fails" => return Err(Error::new(Code::LOAD_FAILED, "it does not open")),
            "open-panics" => panic!("in the runtime"),
            _ => {}
        }
        self.0.open.fetch_add(1, Ordering::SeqCst);
        self.0.opened.fetch_add(1, Ordering::SeqCst);
        Ok(Box::new(Thing {
            memory: self.0.clone(),
            behaviour,
            events: events.clone(),
            services: Mutex::default(),
            inputs: Mutex::default(),
            came: Condvar::new(),
        }))
    }
}

impl Instance for Thing {
    fn call(&self, call: &Call<'_>, sink: &mut dyn Sink) -> Result<()> {
        match call.method {
            "say" | "echo" => {
                let output = if call.method == "say" { self.behaviour.says.as_bytes() } else { call.input };
                let _ = sink.output(output);
            }
            "count" => {
                for number in 0..u64::MAX {
                    sink.progress(number, 3);
                    if sink.output(number.to_string().as_bytes()).is_break() {
                        sink.status("enough");
                        break;
                    }
                }
            }
            "wait" => {
                sink.status("waiting");
                while call.check().is_ok() {
                    call.cancel.wait(Duration::from_millis(5));
                }
                return call.check();
            }
            "join" => {
                let mut inputs = self.inputs.lock().unwrap();
                inputs.entry(call.id()).or_default();
                sink.status("listening");
                while !inputs[&call.id()].finished {
                    inputs = self.came.wait(inputs).unwrap();
                }
                let joined = inputs.remove(&call.id()).unwrap_or_default().inputs.concat();
                drop(inputs);
                let _ = sink.output(&joined);
            }
            "ask-host" => {
                let services = self.services.lock().unwrap().as_ref().map(|offered| offered.0.clone());
                let Some(services) = services else { return Err(Error::new(Code::CALL_FAILED, "nothing is offered")) };
                return services.call(&Call::new("host", Encoding::Raw, call.input), sink);
            }
            "log" => self.events.log(Severity::Warning, "it is\twarm here"),
            "die" => {
                self.events.ended("its process is gone\n");
                return Err(Error::new(Code::PLUGIN_ENDED, "it ended meanwhile"));
            }
            "panic" => panic!("in a call"),
            _ => return Err(Error::new(Code::CALL_FAILED, "it has no such method")),
        }
        Ok(())
    }

    fn passes(&self) -> Result<Vec<Pass>> {
        let pass = |(name, stage, _): &(String, Option<String>, String)| Pass {
            name: name.as_str().into(),
            stage: stage.as_deref().map(Text::from),
        };
        Ok(self.behaviour.passes.iter().map(pass).collect())
    }

    fn run_pass(&self, index: usize, hook: &mut Hook<'_>) -> Result<()> {
        match self.behaviour.passes[index].2.as_str() {
            "fails" => Err(Error::new(Code::CALL_FAILED, "it has no mind to")),
            "panics" => panic!("in a pass"),
            "returns-other" => {
                hook.returned_other = true;
                Ok(())
            }
            "ask-host" => self.call(&Call::new("ask-host", Encoding::Raw, b""), &mut Vec::new()),
            _ => Ok(()),
        }
    }

    fn send(&self, call: u64, input: &[u8]) -> Result<()> {
        let mut inputs = self.inputs.lock().unwrap();
        inputs.entry(call).or_default().inputs.push(input.to_owned());
        Ok(())
    }

    fn finish(&self, call: u64) -> Result<()> {
        self.inputs.lock().unwrap().entry(call).or_default().finished = true;
        self.came.notify_all();
        Ok(())
    }

    fn describe(&self) -> Result<serde_json::Value> {
        Ok(serde_json::json!({"methods": ["say", "echo"]}))
    }

    fn health(&self) -> Result<()> {
        match self.behaviour.does.as_str() {
            "sick" => Err(Error::new(Code::CALL_FAILED, "it is not well")),
            _ => Ok(()),
        }
    }

    fn offer(&self, services: Arc<dyn Services>) -> Result<()> {
        *self.services.lock().unwrap() = Some(Offered(services));
        Ok(())
    }

    fn not_beside(&self, fresh: &Request<'_>) -> Vec<String> {
        behaviour(fresh.artifact).map(|fresh| fresh.not_beside).unwrap_or_default()
    }

    fn close(self: Box<Self>) -> Result<Ended> {
        match self.behaviour.does.as_str() {
            "close-fails" => Err(Error::new(Code::LOAD_FAILED, "it does not close")),
            "ends-when-closed" => {
                self.events.ended("it was asked to");
                Ok(Ended::Unmapped)
            }
            "close-panics" => panic!("in the runtime"),
            "resident" => Ok(Ended::Resident(vec!["it likes it here".to_owned()])),
            "exited" => Ok(Ended::Exited("code 3".to_owned())),
            "released" => Ok(Ended::Released),
            _ => Ok(Ended::Unmapped),
        }
    }
}

/// Whatever way it goes.
impl Drop for Thing {
    fn drop(&mut self) {
        self.memory.open.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A tree with one plugin for each name and what its artifact says.
pub fn tree(plugins: &[(&str, &str)]) -> PluginTree {
    plugins.iter().fold(PluginTree::new(), |tree, (name, says)| {
        let capability = json!({"version": "1.0.0", "capabilities": [format!("layer:{name}")]});
        tree.file(&format!("{name}/plugin.json"), manifest(name, capability)).file(&artifact(name), says)
    })
}

/// The manifest of such a plugin, with these keys.
pub fn manifest(name: &str, mut keys: serde_json::Value) -> String {
    keys["name"] = name.into();
    keys["runtime"] = "memory".into();
    keys.to_string()
}

/// Where the artifact of a plugin is in its tree.
pub fn artifact(name: &str) -> String {
    format!("{name}/{name}.memory")
}

fn kind() -> Kind {
    let text = br#"{"name": "memory", "artifact": "file", "file_names": ["{name}.memory"]}"#;
    Kind::from_json(text).expect("it is one").0
}

/// The kinds that such a host knows.
pub fn kinds() -> Kinds {
    Kinds::built_in().with_kinds([kind()])
}

/// A host for it, and what its runtime counts.
pub fn host(tree: &PluginTree) -> (Host, Arc<Memory>) {
    host_with(harmonics(), tree)
}

/// The runtime alone, for a host that describes its plugins otherwise.
#[cfg(unix)]
pub fn runtime() -> Arc<dyn Runtime> {
    Arc::new(Shared(Arc::default()))
}

/// The same with another profile.
pub fn host_with(mut profile: HostProfile, tree: &PluginTree) -> (Host, Arc<Memory>) {
    profile.search_path_variable = "HOTSHOE_TESTS_SET_NO_SUCH_VARIABLE".to_owned();
    profile.add_runtime("memory", Map::new()).expect("it can be called so");
    let (host, memory) = (Host::new(profile), Arc::new(Memory::default()));
    host.add_search_root(tree.root());
    host.add_described_runtime(Arc::new(Shared(memory.clone())), kind()).expect("it is its own");
    (host, memory)
}

/// What a method of it puts out, in one text.
pub fn call(plugin: &Plugin, method: &str) -> Result<String> {
    let mut outputs = Vec::new();
    plugin.call(&Call::new(method, Encoding::Raw, b"input"), &mut outputs)?;
    Ok(String::from_utf8(outputs.concat()).unwrap())
}
