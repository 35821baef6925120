//! A runtime that Hotshoe does not know, `tests/fixtures/runtimes/echo`, all the way: from a plugin's folder by an
//! archive into a root, and through a host.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use hotshoe::catalog::Candidate;
use hotshoe::diagnostics::Diagnostic;
use hotshoe::error::{Code, Result};
use hotshoe::host::Host;
use hotshoe::manifest::{Kind, Kinds};
use hotshoe::package::{self, Install, MakeOptions, Outcome, Root, unwatched};
use hotshoe::plugin::{Plugin, Unload};
use hotshoe::profile::{HostProfile, ReceiptPolicy};
use hotshoe::runtime::module::ModuleRuntime;
use hotshoe::runtime::{Call, CancelToken, Encoding, Sink};
use hotshoe_testkit::{PluginTree, file_name};

use crate::runtime_module::{built, root, shutdowns};

const MANIFEST: &str = r#"{"name": "hello", "version": "1.0.0", "runtime": "echo", "entry": "main"}"#;

/// The module and its description in a folder, and a plugin in a root.
struct Echo(PluginTree);

impl Echo {
    fn new() -> Echo {
        Echo::with(&[])
    }

    fn with(options: &[&str]) -> Echo {
        let fixture =
            |file: &str| fs::read(root().join("tests/fixtures/runtimes/echo").join(file)).expect("it is there");
        let source = String::from_utf8(fixture("echo.c")).expect("it is text");
        let module = fs::read(built(&source, options)).expect("it was built");
        Echo(
            PluginTree::new()
                .file(&format!("modules/{}", file_name("hotshoe-echo")), module)
                .file("modules/echo.runtime.json", fixture("echo.runtime.json"))
                .file("root/hello/plugin.json", MANIFEST)
                .file("root/hello/hello.echo", "echo hello"),
        )
    }

    fn module(&self) -> PathBuf {
        self.0.path(&format!("modules/{}", file_name("hotshoe-echo")))
    }

    fn kinds(&self) -> Kinds {
        Kinds::built_in().with_folders([self.0.path("modules")])
    }

    /// A host that takes the runtime and looks for plugins in a folder.
    fn host_on(&self, folder: &str) -> Host {
        self.host_with(folder, |_| ())
    }

    fn host_with(&self, folder: &str, set: impl FnOnce(&mut HostProfile)) -> Host {
        let mut profile = crate::harmonics();
        set(&mut profile);
        profile.search_path_variable = "HOTSHOE_TESTS_SET_NO_SUCH_VARIABLE".to_owned();
        profile.add_runtime_json("echo", r#"{"volume": 11}"#).expect("these are settings");
        let host = Host::new(profile);
        host.add_search_root(self.0.path(folder));
        host.add_runtime_folder(self.0.path("modules"));
        host
    }

    fn loaded(&self) -> (Host, Arc<Plugin>) {
        let host = self.host_on("root");
        let plugin = host.load("hello", None, |_| Ok(())).unwrap_or_else(|error| panic!("{}", error.report()));
        (host, plugin)
    }

    /// Why a host does not load the plugin.
    fn refusal(&self, host: &Host) -> Code {
        host.load_path(&self.0.path("root/hello"), |_| Ok(())).expect_err("it must be refused").code()
    }
}

/// What a method puts out.
fn call(plugin: &Plugin, method: &str) -> Result<String> {
    let mut outputs: Vec<Vec<u8>> = Vec::new();
    plugin.call(&Call::new(method, Encoding::Raw, b"in"), &mut outputs)?;
    Ok(String::from_utf8(outputs.concat()).expect("it is text"))
}

/// Says when a call is at work.
struct Begun(mpsc::Sender<()>);

impl Sink for Begun {
    fn output(&mut self, _: &[u8]) -> std::ops::ControlFlow<()> {
        std::ops::ControlFlow::Continue(())
    }

    fn status(&mut self, _: &str) {
        self.0.send(()).expect("the test waits for it");
    }
}

#[test]
fn a_plugin_is_packaged_installed_found_loaded_called_and_unloaded() {
    let echo = Echo::new();
    let (kinds, plugins) = (echo.kinds(), Root::new(echo.0.path("plugins")));
    let mut options = MakeOptions::default();
    options.kinds = Some(kinds.clone());
    let made = package::make_with(&options, &echo.0.path("root/hello"), &echo.0.path("dist"), &mut unwatched).unwrap();
    assert!(made.entries.contains(&"hello/hello.echo".to_owned()), "{:?}", made.entries);

    let unknown = Kinds::built_in();
    let refused = Install::of(&made.archive).kinds(&unknown).into_root(&plugins, &mut unwatched).unwrap_err();
    assert_eq!(refused.code(), Code::ARCHIVE_REFUSED, "nobody knows which file it needs");
    for outcome in [Outcome::Installed, Outcome::Present] {
        let done = Install::of(&made.archive).kinds(&kinds).into_root(&plugins, &mut unwatched).unwrap();
        assert_eq!(done.plugins[0].1, outcome);
    }

    let host = echo.host_on("plugins");
    let catalog = host.catalog();
    let [found] = catalog.candidates() else { panic!("{catalog:?}") };
    assert!(found.refusal().is_none(), "{:?}", found.refusal());
    assert_eq!((found.name(), found.runtime()), ("hello", "echo"));
    assert!(found.artifact().ends_with("hello/1.0.0/hello.echo"), "{}", found.artifact().display());
    assert_eq!(found.library(), found.artifact(), "it stands where a library would");
    assert!(!crate::is_mapped(&echo.module()), "a catalog opens no module");

    let plugin =
        host.load("hello", None, |plugin| call(plugin, "say").map(|said| assert_eq!(said, "echo hello"))).unwrap();
    assert_eq!((plugin.runtime(), plugin.artifact()), ("echo", found.artifact()));
    assert_eq!(call(&plugin, "told").unwrap(), r#"main {"volume":11} harmonics 1.2.0 {}"#);
    assert!(Arc::ptr_eq(&plugin, &host.load("hello", None, |_| panic!("it is bound")).unwrap()));
    plugin.health().unwrap();
    assert_eq!(plugin.entry().unwrap_err().code(), Code::RUNTIME_UNSUPPORTED);
    assert_eq!(host.unload(&plugin).unwrap(), Unload::Exited("exit code 0".to_owned()));
    assert!(!plugin.is_loaded() && host.plugins().is_empty());
    assert_eq!(call(&plugin, "say").unwrap_err().code(), Code::PLUGIN_UNLOADED);
    drop(host);
    assert_eq!(shutdowns(&echo.module()), 1);
}

#[test]
fn a_runtime_that_is_linked_in_and_described_needs_no_file() {
    let echo = Echo::new();
    let linked = || Arc::new(ModuleRuntime::open("echo", &[echo.0.path("modules")]).unwrap());
    let mut profile = crate::harmonics();
    profile.search_path_variable = "HOTSHOE_TESTS_SET_NO_SUCH_VARIABLE".to_owned();
    profile.add_runtime_json("echo", "{}").unwrap();
    let host = Host::new(profile);
    host.add_search_root(echo.0.path("root"));
    host.add_runtime(linked());
    assert_eq!(echo.refusal(&host), Code::MANIFEST_RUNTIME, "nobody says which file a plugin is");

    let kind = |text: &str| Kind::from_json(text.as_bytes()).unwrap().0;
    let other = kind(r#"{"name": "lua", "artifact": "file"}"#);
    assert_eq!(host.add_described_runtime(linked(), other).unwrap_err().code(), Code::RUNTIME_KIND);
    let wrong = kind(r#"{"name": "echo", "artifact": "file", "file_names": ["{name}.none"], "entry": "path"}"#);
    host.add_described_runtime(linked(), wrong).unwrap();
    assert_eq!(echo.refusal(&host), Code::LIBRARY_MISSING);
    let right = kind(r#"{"name": "echo", "artifact": "file", "file_names": ["{name}.echo"], "entry": "path"}"#);
    host.add_described_runtime(linked(), right).unwrap();
    let plugin = host.load("hello", None, |_| Ok(())).unwrap();
    assert_eq!(call(&plugin, "say").unwrap(), "echo hello");
    assert!(host.catalog().find("hello", None).is_ok());
}

#[test]
fn a_plugin_that_its_runtime_lets_go_of_is_released() {
    let (host, plugin) = Echo::with(&["-DENDED=HOTSHOE_RUNTIME_ENDED_RELEASED"]).loaded();
    assert_eq!(host.unload(&plugin).unwrap(), Unload::Released);
}

#[test]
fn a_call_is_cancelled_late_or_fails_and_the_plugin_lives_on() {
    let (host, plugin) = Echo::new().loaded();
    let late = Call::new("poll", Encoding::Raw, b"").within(Duration::from_millis(20));
    let error = plugin.call(&late, &mut Vec::new()).unwrap_err();
    assert_eq!(error.code(), Code::CALL_DEADLINE);

    let failed = call(&plugin, "fail").unwrap_err();
    assert_eq!((failed.code().as_str(), failed.hint_text()), ("echo-broken", Some("mend it")));
    assert!(failed.report().contains("hello"), "it says which plugin it was: {}", failed.report());

    let token = CancelToken::default();
    let endless = Call::new("gather", Encoding::Raw, b"").cancelled_by(&token);
    let (started, begun) = mpsc::channel();
    thread::scope(|scope| {
        let running = scope.spawn(|| plugin.call(&endless, &mut Begun(started)).map_err(|error| error.code()));
        begun.recv().unwrap();
        let busy = host.unload(&plugin).unwrap();
        assert!(matches!(busy, Unload::Busy(_)), "{busy}");
        token.fire();
        assert_eq!(running.join().unwrap(), Err(Code::CALL_CANCELLED));
    });
    assert_eq!(call(&plugin, "echo").unwrap(), "in");
    host.unload(&plugin).unwrap();
}

#[test]
fn a_plugin_that_ended_by_itself_says_why_and_can_be_loaded_again() {
    let echo = Echo::new();
    let (host, plugin) = echo.loaded();
    call(&plugin, "end").unwrap();
    assert_eq!(plugin.why_ended().unwrap(), "killed by signal 9");
    assert_eq!(plugin.health().unwrap_err().code(), Code::PLUGIN_ENDED);
    assert_eq!(call(&plugin, "echo").unwrap_err().code(), Code::PLUGIN_ENDED);
    host.unload(&plugin).unwrap();
    let again = host.load("hello", None, |_| Ok(())).unwrap();
    assert_eq!(call(&again, "echo").unwrap(), "in");
}

#[test]
fn a_plugin_is_reloaded_and_one_that_is_no_better_leaves_the_old_one() {
    let echo = Echo::new();
    let (host, plugin) = echo.loaded();
    fs::write(echo.0.path("root/hello/hello.echo"), "no plugin").unwrap();
    let failed = host.reload(&plugin, |_| Ok(())).unwrap_err();
    assert_eq!(failed.code().as_str(), "echo-syntax");
    assert_eq!(call(&plugin, "say").unwrap(), "echo hello");
    fs::write(echo.0.path("root/hello/hello.echo"), "echo again").unwrap();
    host.reload(&plugin, |_| Ok(())).unwrap();
    let [new] = host.plugins().try_into().expect("there is one");
    assert_eq!(call(&new, "say").unwrap(), "echo again");
}

#[test]
fn a_freed_host_closes_what_has_lent_nothing_and_shuts_the_module_down() {
    let echo = Echo::new();
    let (host, plugin) = echo.loaded();
    assert!(plugin.symbol("nothing").is_err());
    assert_eq!(shutdowns(&echo.module()), 0);
    drop(host);
    assert!(!plugin.is_loaded());
    assert_eq!(shutdowns(&echo.module()), 1);

    // Whoever asked for a symbol may have kept it.
    let echo = Echo::new();
    let (host, plugin) = echo.loaded();
    plugin.symbol("text").unwrap();
    drop(host);
    assert!(plugin.is_loaded());
    assert_eq!(call(&plugin, "say").unwrap(), "echo hello");
    assert_eq!(shutdowns(&echo.module()), 0);
}

#[test]
fn a_plugin_of_a_module_that_is_not_as_it_was_installed_is_not_loaded() {
    let echo = Echo::new();
    let (kinds, plugins) = (echo.kinds(), Root::new(echo.0.path("plugins")));
    let mut options = MakeOptions::default();
    options.kinds = Some(kinds.clone());
    let made = package::make_with(&options, &echo.0.path("root/hello"), &echo.0.path("dist"), &mut unwatched).unwrap();
    let done = Install::of(&made.archive).kinds(&kinds).into_root(&plugins, &mut unwatched).unwrap();
    let folder = &done.plugins[0].0.path;
    let receipt = folder.join(".hotshoe-receipt.json");
    let written = fs::read_to_string(&receipt).unwrap();
    fs::write(&receipt, written.replacen('{', r#"{"channel": "beta","#, 1)).unwrap();

    let host = echo.host_with("plugins", |profile| profile.policies.receipt = ReceiptPolicy::IfPresent);
    let lines = logged(&host);
    let plugin = host.load("hello", None, |_| Ok(())).unwrap();
    let odd = "warning receipt-unknown-key hello: the key `channel` is unknown, and means nothing here";
    assert!(lines.lock().unwrap().contains(&odd.to_owned()), "{lines:?}");
    fs::write(folder.join("hello.echo"), "echo something else").unwrap();
    assert_eq!(host.reload(&plugin, |_| Ok(())).unwrap_err().code(), Code::LIBRARY_CHANGED);
    host.unload(&plugin).unwrap();
    assert_eq!(host.load("hello", None, |_| Ok(())).unwrap_err().code(), Code::LIBRARY_CHANGED);
}

// --- What it says ----------------------------------------------------------------------------------

/// What a host's log gets, in one line each, from now on.
fn logged(host: &Host) -> Arc<Mutex<Vec<String>>> {
    let lines = Arc::<Mutex<Vec<String>>>::default();
    let kept = lines.clone();
    let keep = move |found: &Diagnostic| {
        let plugin = found.plugin.as_deref().unwrap_or("-");
        kept.lock().unwrap().push(format!("{} {} {plugin}: {}", found.severity, found.code, found.message));
    };
    host.set_log(Some(Arc::new(keep)));
    lines
}

/// Whether a line is what the module says of no plugin: of many modules in one process, the last ones are not told apart.
fn is_of_module(line: &str) -> bool {
    line.starts_with("note runtime-log -: ") && line.contains("`echo`") && line.ends_with(" says: of nobody")
}

#[test]
fn what_a_module_says_is_in_its_hosts_log_and_in_no_others() {
    let (echo, other) = (Echo::new(), Echo::new());
    let (host, another) = (echo.host_on("root"), other.host_on("root"));
    let (lines, unrelated) = (logged(&host), logged(&another));
    another.load("hello", None, |_| Ok(())).unwrap();
    unrelated.lock().unwrap().clear();
    let plugin = host.load("hello", None, |_| Ok(())).unwrap();
    assert_eq!(*lines.lock().unwrap(), ["note runtime-log hello: it is opened"]);
    call(&plugin, "log").unwrap();
    let said = lines.lock().unwrap()[1..].to_vec();
    assert_eq!(said.last().unwrap(), r"warning runtime-log hello: a line\u{a}and another \u{1b}[31m");
    assert!(said.iter().any(|line| is_of_module(line)), "{said:?}");
    let of_plugin = |line: &String| line.contains(" hello: ");
    assert!(!unrelated.lock().unwrap().iter().any(of_plugin), "{unrelated:?}");
    host.set_log(None);
    call(&plugin, "log").unwrap();
    assert_eq!(lines.lock().unwrap().len(), 1 + said.len(), "nobody reads it");
}

#[test]
fn all_hosts_with_a_module_hear_what_it_says_of_no_plugin_and_a_log_that_calls_a_plugin_hears_no_more() {
    let echo = Echo::new();
    let (host, plugin) = echo.loaded();
    let (another, _plugin) = echo.loaded();
    let (lines, calls) = (logged(&another), Arc::new(AtomicUsize::new(0)));
    let (counted, called) = (calls.clone(), plugin.clone());
    host.set_log(Some(Arc::new(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        call(&called, "log").unwrap();
    })));
    call(&plugin, "log").unwrap();
    assert!(calls.load(Ordering::SeqCst) >= 2, "two lines were said");
    assert!(lines.lock().unwrap().iter().any(|line| is_of_module(line)), "{lines:?}");
    host.set_log(None);
}

/// Fails if what is done waits for ever.
fn in_time<T: Send + 'static>(what: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, end) = mpsc::channel();
    thread::spawn(move || done.send(what()));
    end.recv_timeout(Duration::from_secs(60)).expect("it comes to an end")
}

#[test]
fn a_log_may_wait_for_who_wants_the_plugin_that_says_something() {
    let echo = Echo::new();
    let host = Arc::new(echo.host_on("root"));
    let (inside, waited) = (Arc::downgrade(&host), Arc::new(AtomicUsize::new(0)));
    let count = waited.clone();
    host.set_log(Some(Arc::new(move |_| {
        let host = inside.upgrade().unwrap();
        let other = thread::spawn(move || host.load("hello", None, |_| Ok(())).map(|_| ()).map_err(|e| e.code()));
        assert_eq!(other.join().unwrap(), Err(Code::PLUGIN_BUSY));
        count.fetch_add(1, Ordering::SeqCst);
    })));
    let loading = host.clone();
    in_time(move || loading.load("hello", None, |_| Ok(())).map(|_| ())).unwrap();
    assert_eq!(waited.load(Ordering::SeqCst), 1, "when it was opened");
}

#[test]
fn a_log_may_cancel_the_call_whose_cancelling_it_is_told_of() {
    let (host, plugin) = Echo::new().loaded();
    let (token, heard) = (CancelToken::default(), Arc::new(AtomicUsize::new(0)));
    let (again, count) = (token.clone(), heard.clone());
    host.set_log(Some(Arc::new(move |found: &Diagnostic| {
        assert_eq!(found.message, "a call is cancelled");
        again.fire();
        count.fetch_add(1, Ordering::SeqCst);
    })));
    let ended = in_time(move || {
        let endless = Call::new("gather", Encoding::Raw, b"").cancelled_by(&token);
        let (started, begun) = mpsc::channel();
        thread::scope(|scope| {
            let running = scope.spawn(|| plugin.call(&endless, &mut Begun(started)).map_err(|error| error.code()));
            begun.recv().unwrap();
            token.fire();
            running.join().unwrap()
        })
    });
    assert_eq!((ended, heard.load(Ordering::SeqCst)), (Err(Code::CALL_CANCELLED), 1));
}

// --- What is refused --------------------------------------------------------------------------------

#[test]
fn a_runtime_that_the_profile_does_not_list_is_not_opened() {
    let echo = Echo::new();
    let host = crate::host_on(&echo.0.path("root"));
    host.add_runtime_folder(echo.0.path("modules"));
    assert_eq!(echo.refusal(&host), Code::MANIFEST_RUNTIME);
    assert!(!crate::is_mapped(&echo.module()));
}

#[test]
fn a_manifest_leads_to_no_module() {
    // The module that the name would lead to is there.
    for name in ["../../modules/echo", "../modules/echo", "/tmp/x", "echo/../echo", "echo\0"] {
        let manifest =
            serde_json::json!({"name": "hello", "version": "1.0.0", "runtime": name, "library": "hello.echo"});
        let echo = Echo(Echo::new().0.file("root/hello/plugin.json", manifest.to_string()));
        let host = echo.host_on("root");
        assert_eq!(echo.refusal(&host), Code::MANIFEST_RUNTIME, "{name:?}");
        assert!(!crate::is_mapped(&echo.module()), "{name:?}");
    }
}

#[test]
fn a_module_in_a_plugins_folder_or_root_is_not_used() {
    let echo = Echo::new();
    let module = fs::read(echo.module()).unwrap();
    fs::remove_file(echo.module()).unwrap();
    let file = file_name("hotshoe-echo");
    let echo = Echo(echo.0.file(&format!("root/hello/{file}"), &module).file(&format!("root/{file}"), &module));
    assert_eq!(echo.refusal(&echo.host_on("root")), Code::RUNTIME_MISSING);
}

#[cfg(unix)]
#[test]
fn a_module_that_others_may_write_to_is_refused_when_a_plugin_needs_it() {
    use std::os::unix::fs::PermissionsExt;

    let echo = Echo::new();
    let set = |mode| fs::set_permissions(echo.0.path("modules"), fs::Permissions::from_mode(mode)).unwrap();
    let host = echo.host_on("root");
    set(0o777);
    assert_eq!(echo.refusal(&host), Code::RUNTIME_UNTRUSTED);
    assert!(!crate::is_mapped(&echo.module()));
    set(0o755);
    host.load("hello", None, |_| Ok(())).expect("it was mended");
}

#[test]
fn a_file_that_is_no_plugin_is_refused_with_the_modules_words() {
    let echo = Echo(Echo::new().0.file("root/hello/hello.echo", "hello"));
    let host = echo.host_on("root");
    let refused = host.load("hello", None, |_| Ok(())).unwrap_err();
    assert!(refused.report().contains("echo-syntax"), "{}", refused.report());
    let (candidate, _) = Candidate::at_with(&echo.0.path("root/hello"), host.profile(), &echo.kinds()).unwrap();
    assert!(candidate.refusal().is_none(), "without the module nobody can know");
}
