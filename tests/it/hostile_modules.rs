//! Runtime modules that break their contract in every way that does not overwrite memory: a real one in C,
//! `tests/fixtures/runtimes/hostile`. Nothing of it may harm the host, and everything that was opened is closed.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use hotshoe::error::{Code, Error, Result};
use hotshoe::host::{CandidateState, Host};
use hotshoe::plugin::{Plugin, Unload};
use hotshoe::runtime::{Call, CancelToken, Encoding, Services, Sink};
#[cfg(unix)]
use hotshoe::runtime::{Runtime, module::ModuleRuntime};
use hotshoe_testkit::{PluginTree, file_name};

use crate::runtime_module::{built, root};

/// A folder with the module, and a root with plugins of it.
struct Hostile(PluginTree);

impl Hostile {
    fn new() -> Hostile {
        let folder = root().join("tests/fixtures/runtimes/hostile");
        let source = fs::read_to_string(folder.join("hostile.c")).expect("it is there");
        let module = fs::read(built(&source, &[])).expect("it was built");
        let description = fs::read(folder.join("hostile.runtime.json")).expect("it is there");
        Hostile(
            PluginTree::new()
                .file(&format!("modules/{}", file_name("hotshoe-hostile")), module)
                .file("modules/hostile.runtime.json", description),
        )
    }

    fn module(&self) -> PathBuf {
        self.0.path(&format!("modules/{}", file_name("hotshoe-hostile")))
    }

    /// Adds a plugin, whose file says what is done when it is opened and otherwise.
    fn plugin(self, name: &str, word: &str) -> Hostile {
        let manifest = format!(r#"{{"name": "{name}", "version": "1.0.0", "runtime": "hostile"}}"#);
        let manifest = self.0.file(&format!("root/{name}/plugin.json"), manifest);
        Hostile(manifest.file(&format!("root/{name}/{name}.hostile"), word))
    }

    fn host(&self) -> Host {
        let mut profile = crate::harmonics();
        profile.search_path_variable = "HOTSHOE_TESTS_SET_NO_SUCH_VARIABLE".to_owned();
        profile.add_runtime("hostile", serde_json::Map::new()).expect("it is a name");
        let host = Host::new(profile);
        host.add_search_root(self.0.path("root"));
        host.add_runtime_folder(self.0.path("modules"));
        host
    }

    /// How many plugins are open.
    fn open_now(&self) -> i32 {
        number(&self.module(), "hostile_opened") - number(&self.module(), "hostile_closed")
    }
}

/// A number that a module counts.
#[expect(unsafe_code, reason = "the number is the module's")]
fn number(module: &Path, name: &str) -> i32 {
    // SAFETY: it is mapped already, and this is of that type; nobody writes it at the moment.
    unsafe {
        let library = libloading::Library::new(module).unwrap();
        **library.get::<*const i32>(name).unwrap()
    }
}

/// Has the module call this whenever it is asked for its hook; its `hostile_end_hook` when it is entered and shut down.
#[expect(unsafe_code, reason = "the pointer is the module's")]
fn set_hook(module: &Path, name: &str, hook: extern "C" fn()) {
    // SAFETY: it is mapped already, and this is of that type; nobody else uses it at the moment.
    unsafe {
        let library = libloading::Library::new(module).unwrap();
        **library.get::<*mut extern "C" fn()>(name).unwrap() = hook;
    }
}

/// A plugin that is alive, and its host.
fn alive(word: &str) -> (Hostile, Host, Arc<Plugin>) {
    let hostile = Hostile::new().plugin("evil", word);
    let host = hostile.host();
    let plugin = host.load("evil", None, |_| Ok(())).unwrap_or_else(|error| panic!("{}", error.report()));
    (hostile, host, plugin)
}

fn call(plugin: &Plugin, method: &str, input: &[u8]) -> Result<Vec<Vec<u8>>> {
    let mut outputs: Vec<Vec<u8>> = Vec::new();
    plugin.call(&Call::new(method, Encoding::Raw, input), &mut outputs).map(|()| outputs)
}

fn failure(plugin: &Plugin, method: &str, input: &[u8]) -> Error {
    call(plugin, method, input).expect_err("it must fail")
}

/// Whether a text can be shown as it is, and says where, what and what next in a few lines.
fn assert_plain(report: &str) {
    let is_odd =
        |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{feff}');
    assert!(!report.contains(is_odd), "{report:?}");
    assert!(report.lines().skip(1).all(|line| line.starts_with("  ")), "a line passes for another error: {report}");
    assert!(report.len() < 64 << 10, "{} bytes", report.len());
}

// --- Opening ------------------------------------------------------------------------------------------

#[test]
fn a_plugin_that_was_not_opened_as_it_must_be_is_not_loaded_and_can_be_tried_again() {
    for (word, code) in [
        ("writes_nothing", "runtime-invalid"),
        ("writes_instance", "runtime-invalid"),
        ("misaligned", "runtime-invalid"),
        ("writes_and_fails", "runtime-invalid"),
    ] {
        let hostile = Hostile::new().plugin("evil", word);
        let host = hostile.host();
        let refused = host.load("evil", None, |_| panic!("it is not bound")).unwrap_err();
        assert_eq!(refused.code().as_str(), code, "{word}: {}", refused.report());
        assert_plain(&refused.report());
        assert_eq!(host.state(&host.catalog().candidates()[0]), CandidateState::NotLoaded);
        fs::write(hostile.0.path("root/evil/evil.hostile"), "good").unwrap();
        let plugin = host.load("evil", None, |_| Ok(())).unwrap();
        assert_eq!(host.unload(&plugin).unwrap(), Unload::Released);
    }
}

#[test]
fn a_plugin_that_was_opened_and_is_refused_all_the_same_is_closed() {
    for word in ["fails_and_is_open", "elsewhere", "floods"] {
        let hostile = Hostile::new().plugin("evil", word);
        let host = hostile.host();
        let refused = host.load("evil", None, |_| panic!("it is not bound")).unwrap_err();
        assert_plain(&refused.report());
        assert_eq!(number(&hostile.module(), "hostile_opened"), 1, "{word}");
        assert_eq!(hostile.open_now(), 0, "{word}: {}", refused.report());
        assert!(host.plugins().is_empty());
    }
}

#[test]
fn a_plugin_that_ends_while_it_is_opened_is_not_loaded() {
    let hostile = Hostile::new().plugin("evil", "ends");
    let host = hostile.host();
    let refused = host.load("evil", None, |_| panic!("it is not bound")).unwrap_err();
    assert_eq!(refused.code(), Code::PLUGIN_ENDED);
    assert!(refused.report().contains("before it was alive"), "{}", refused.report());
    assert_plain(&refused.report());
    assert_eq!(hostile.open_now(), 0);
}

#[test]
fn ten_thousand_findings_of_one_plugin_are_cut() {
    let (_hostile, _host, plugin) = alive("finds");
    let found = plugin.diagnostics();
    assert_eq!(found.len(), 100);
    assert!(found.iter().all(|found| found.code == Code::RUNTIME_INVALID && found.message.len() < 500));
    found.iter().for_each(|found| assert_plain(&found.message));
}

/// What a hook of the module's uses.
static HOST: Mutex<Option<Arc<Host>>> = Mutex::new(None);
static ANSWERS: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn answers() -> MutexGuard<'static, Vec<String>> {
    ANSWERS.lock().unwrap()
}

#[test]
fn a_module_that_calls_its_host_while_it_opens_or_is_called_harms_nothing() {
    extern "C" fn hook() {
        let host = HOST.lock().unwrap().clone().expect("it was set");
        let other = host.load("good", None, |_| Ok(()));
        let own = host.load("evil", None, |_| Ok(()));
        let unloaded = host.named("evil").first().map(|plugin| host.unload(plugin).map(|answer| answer.to_string()));
        let said = |result: Result<Arc<Plugin>>| {
            result.map_or_else(|error| error.code().to_string(), |plugin| plugin.name().to_owned())
        };
        answers().push(format!("{} {} {unloaded:?}", said(other), said(own)));
        host.unload_all();
    }
    let hostile = Hostile::new().plugin("evil", "hooks").plugin("good", "good");
    let host = Arc::new(hostile.host());
    let good = host.load("good", None, |_| Ok(())).unwrap();
    host.unload(&good).unwrap();
    set_hook(&hostile.module(), "hostile_hook", hook);
    *HOST.lock().unwrap() = Some(host.clone());
    let plugin = host.load("evil", None, |_| Ok(())).unwrap();
    assert_eq!(answers().drain(..).collect::<Vec<_>>(), ["good plugin-busy None"]);
    call(&plugin, "hook", b"").unwrap();
    let [answer] = answers().drain(..).collect::<Vec<_>>().try_into().expect("it is one");
    assert!(answer.starts_with("good evil Some(Ok(\"") && answer.contains("call of it is going on"), "{answer}");
    assert!(plugin.is_loaded());
    *HOST.lock().unwrap() = None;
    host.unload(&plugin).unwrap();
    assert_eq!(hostile.open_now(), 0);
}

#[cfg(unix)]
#[test]
fn a_module_that_opens_a_runtime_as_soon_as_it_is_entered_or_when_it_is_shut_down_waits_for_nothing() {
    static FOLDER: Mutex<Option<PathBuf>> = Mutex::new(None);
    static SAID: Mutex<Vec<Code>> = Mutex::new(Vec::new());
    extern "C" fn hook() {
        let folder = FOLDER.lock().unwrap().clone().expect("it was set");
        for name in ["hostile", "other"] {
            let code = match ModuleRuntime::open(name, std::slice::from_ref(&folder)) {
                Ok(_) => panic!("its own lock is held"),
                Err(error) => error.code(),
            };
            SAID.lock().unwrap().push(code);
        }
    }
    let hostile = Hostile::new();
    let other = hostile.0.path(&format!("modules/{}", file_name("hotshoe-other")));
    fs::copy(hostile.module(), other).unwrap();
    *FOLDER.lock().unwrap() = Some(hostile.0.path("modules"));
    // It is mapped by this, and not entered.
    let _mapped = keep_mapped(&hostile.module());
    set_hook(&hostile.module(), "hostile_end_hook", hook);
    let runtime = ModuleRuntime::open("hostile", &[hostile.0.path("modules")]).unwrap();
    assert_eq!(SAID.lock().unwrap().drain(..).collect::<Vec<_>>(), [Code::PLUGIN_BUSY; 2]);
    drop(runtime);
    assert_eq!(SAID.lock().unwrap().drain(..).collect::<Vec<_>>(), [Code::PLUGIN_BUSY; 2]);
    ModuleRuntime::open("hostile", &[hostile.0.path("modules")]).expect("it is as before");
}

#[cfg(unix)]
#[expect(unsafe_code, reason = "it has no constructors")]
fn keep_mapped(module: &Path) -> libloading::Library {
    // SAFETY: nothing of it runs.
    unsafe { libloading::Library::new(module).unwrap() }
}

#[cfg(unix)]
#[test]
fn a_folder_of_modules_counts_as_it_really_is() {
    use std::os::unix::fs::{PermissionsExt, chown};

    let hostile = Hostile::new();
    let way = hostile.0.path("other/../modules/./");
    assert_eq!(
        ModuleRuntime::open("hostile", std::slice::from_ref(&way)).unwrap_err().code(),
        Code::RUNTIME_MISSING,
        "no `other`"
    );
    fs::create_dir(hostile.0.path("other")).unwrap();
    ModuleRuntime::open("hostile", std::slice::from_ref(&way)).unwrap();
    fs::set_permissions(hostile.0.path("other"), fs::Permissions::from_mode(0o777)).unwrap();
    let untrusted = |folder: &Path| {
        let refused = ModuleRuntime::open("hostile", &[folder.to_owned()]).unwrap_err();
        assert_eq!(refused.code(), Code::RUNTIME_UNTRUSTED, "{}", refused.report());
    };
    untrusted(&way);
    fs::remove_dir(hostile.0.path("other")).unwrap();
    // Up from where a link leads to, and not from where it lies.
    let module = fs::read(hostile.module()).unwrap();
    let file = file_name("hotshoe-hostile");
    let elsewhere = PluginTree::new().file("open/x/y", "").file(&format!("open/modules/{file}"), module);
    fs::set_permissions(elsewhere.path("open"), fs::Permissions::from_mode(0o777)).unwrap();
    std::os::unix::fs::symlink(elsewhere.path("open/x"), hostile.0.path("other")).unwrap();
    untrusted(&way);
    if chown(hostile.0.path("modules"), Some(12345), None).is_ok() {
        untrusted(&hostile.0.path("modules"));
    }
}

#[test]
fn a_plugin_is_reloaded_as_one_of_another_runtime_and_back() {
    let hostile = Hostile::new();
    let native = r#"{"name": "gain", "version": "1.0.0"}"#;
    let other = r#"{"name": "gain", "version": "1.0.0", "runtime": "hostile"}"#;
    let library = fs::read(crate::native::saying(1, &[])).unwrap();
    let tree = hostile.0.file("root/gain/plugin.json", native).file("root/gain/gain.hostile", "fails_and_is_open");
    let hostile = Hostile(tree.file(&format!("root/gain/{}", file_name("gain")), library));
    let host = hostile.host();
    let says = |text: &str| fs::write(hostile.0.path("root/gain/plugin.json"), text).unwrap();
    let old = host.load("gain", None, |_| Ok(())).unwrap();
    says(other);
    assert_eq!(host.reload(&old, |_| Ok(())).unwrap_err().code().as_str(), "hostile-open");
    assert!(crate::native::said(old.entry().unwrap()) == 1 && hostile.open_now() == 0);
    fs::write(hostile.0.path("root/gain/gain.hostile"), "good").unwrap();
    let new = host.reload(&old, |_| Ok(())).unwrap();
    assert!(!old.is_loaded() && new.runtime() == "hostile" && host.plugins().len() == 1);
    says(native);
    let again = host.replace(&new, |_| Ok(())).unwrap();
    assert_eq!((crate::native::said(again.entry().unwrap()), hostile.open_now(), host.plugins().len()), (1, 0, 1));
    assert_eq!(host.unload(&again).unwrap(), Unload::Unmapped);
}

// --- Modules and their files ---------------------------------------------------------------------------

#[cfg(unix)]
#[test]
fn a_module_under_two_names_is_one_module_and_has_the_name_that_it_says() {
    let hostile = Hostile::new();
    let folder = hostile.0.path("modules");
    let open = |name: &str| ModuleRuntime::open(name, std::slice::from_ref(&folder));
    for (name, is_hard) in [("soft", false), ("hard", true)] {
        let other = folder.join(file_name(&format!("hotshoe-{name}")));
        match is_hard {
            true => fs::hard_link(hostile.module(), other).unwrap(),
            false => std::os::unix::fs::symlink(hostile.module(), other).unwrap(),
        }
        // Before and after it was opened as what it is.
        for _ in 0..2 {
            let refused = open(name).unwrap_err();
            assert_eq!(refused.code(), Code::RUNTIME_INVALID);
            let why = format!("it calls itself `hostile`, and not `{name}`");
            assert!(refused.report().contains(&why), "{}", refused.report());
            assert_eq!(open("hostile").unwrap().name(), "hostile");
        }
    }
    assert_eq!(number(&hostile.module(), "hostile_entered"), 1);
}

#[cfg(unix)]
#[test]
fn what_lies_in_the_place_of_a_module_and_is_none_is_refused_and_not_waited_for() {
    let file = file_name("hotshoe-hostile");
    let opened = |tree: &PluginTree| ModuleRuntime::open("hostile", &[tree.path("modules")]).unwrap_err();
    let folder = PluginTree::new().file(&format!("modules/{file}/x"), "");
    let pipe = PluginTree::new().file("modules/x", "");
    nix::unistd::mkfifo(&pipe.path(&format!("modules/{file}")), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let broken = PluginTree::new().file("modules/x", "");
    std::os::unix::fs::symlink("nowhere", broken.path(&format!("modules/{file}"))).unwrap();
    let round = PluginTree::new().file("modules/x", "");
    std::os::unix::fs::symlink(&file, round.path(&format!("modules/{file}"))).unwrap();
    for tree in [&folder, &pipe, &broken, &round] {
        let refused = opened(tree);
        assert_eq!(refused.code(), Code::RUNTIME_MISSING, "{}", refused.report());
        assert!(refused.hint_text().is_some(), "{}", refused.report());
    }
    for text in ["", "\x7fELF", "#!/bin/sh\n"] {
        let tree = PluginTree::new().file(&format!("modules/{file}"), text);
        let refused = opened(&tree);
        assert_eq!(refused.code(), Code::RUNTIME_INVALID, "{}", refused.report());
        assert_plain(&refused.report());
    }
}

// --- Calls --------------------------------------------------------------------------------------------

#[test]
fn whatever_number_a_call_returns_it_is_an_outcome() {
    let (_hostile, host, plugin) = alive("good");
    for (number, code) in [
        ("1", Code::RUNTIME_INVALID),
        ("2", Code::RUNTIME_UNSUPPORTED),
        ("3", Code::CALL_CANCELLED),
        ("4", Code::CALL_DEADLINE),
        ("5", Code::CALL_FAILED),
        ("6", Code::RUNTIME_INVALID),
        ("7", Code::RUNTIME_INVALID),
        ("-1", Code::RUNTIME_INVALID),
        ("2147483647", Code::RUNTIME_INVALID),
        ("-2147483648", Code::RUNTIME_INVALID),
    ] {
        let failed = failure(&plugin, &format!("return {number}"), b"");
        assert_eq!(failed.code(), code, "{number}: {}", failed.report());
        assert!(failed.hint_text().is_some() || number.len() == 1 && "345".contains(number), "{}", failed.report());
    }
    host.unload(&plugin).unwrap();
}

#[test]
fn a_code_is_a_modules_own_and_short_or_is_replaced() {
    let (_hostile, _host, plugin) = alive("good");
    let longest = format!("hostile-{}", "x".repeat(56));
    for code in ["hostile-x", "hostile-5--", &longest] {
        assert_eq!(failure(&plugin, "code", code.as_bytes()).code().as_str(), code);
    }
    let longer = format!("{longest}x").into_bytes();
    let million = [b"hostile-".as_slice(), &vec![b'x'; 1_000_000]].concat();
    for code in [
        b"" as &[u8],
        b"h",
        b"hostile",
        b"hostile-",
        b"plugin-busy",
        b"echo-broken",
        b"hostile-X",
        b"hostile-x\n",
        b"hostile-\xff",
        b"hostile-a\0b",
        b"hostile-\x1b[31m",
        "hostile-é\u{202e}".as_bytes(),
        &longer,
        &million,
    ] {
        let failed = failure(&plugin, "code", code);
        assert_eq!(failed.code(), Code::RUNTIME_INVALID);
        assert!(failed.message().starts_with("it fails") && failed.message().len() < 400, "{}", failed.message());
        assert_plain(&failed.report());
    }
}

#[test]
fn a_text_of_a_module_stays_on_its_line_whatever_is_in_it() {
    let (_hostile, _host, plugin) = alive("good");
    let bidi = "\u{202e}".repeat(500_000);
    let texts: &[&[u8]] = &[
        b"",
        b"\n\n\n",
        b"a\0b",
        b"\xff\xfe\xc0\x80",
        b"a\r\nerror: no [x]\nhint: run rm",
        "a\u{2028}b\u{85}c\u{feff}\u{200b}\u{2066}\u{e0041}".as_bytes(),
        b"\x1b]0;title\x07\x9b31m",
        &[b'\n'; 100_000],
        &b"\x1b\n".repeat(50_000),
        bidi.as_bytes(),
    ];
    for text in texts {
        for method in ["message", "hint"] {
            let failed = failure(&plugin, method, text);
            assert_eq!(failed.code().as_str(), "hostile-said");
            assert!(!failed.message().is_empty() && !failed.message().contains('\n'));
            assert_plain(&failed.report());
        }
        call(&plugin, "progress", text).unwrap();
    }
    assert_eq!(failure(&plugin, "null_texts", b"").message(), "the runtime `hostile` gave no reason");
}

#[test]
fn odd_outputs_are_taken_as_they_are_or_refused() {
    let (_hostile, _host, plugin) = alive("good");
    assert_eq!(call(&plugin, "zero", b"").unwrap(), [b"", b""]);
    assert_eq!(call(&plugin, "nothing", b"").unwrap(), Vec::<Vec<u8>>::new());
    assert_eq!(failure(&plugin, "gibibyte", b"").code(), Code::RUNTIME_INVALID);
    call(&plugin, "keep", b"").unwrap();
    assert_eq!(call(&plugin, "use_kept", b"").unwrap(), Vec::<Vec<u8>>::new());
    call(&plugin, "other_keys", b"").unwrap();
    assert_eq!(plugin.why_ended(), None);
}

#[test]
fn a_call_that_does_not_heed_its_cancelling_has_no_result() {
    struct Begun(CancelToken, usize);
    impl Sink for Begun {
        fn output(&mut self, _: &[u8]) -> ControlFlow<()> {
            self.1 += 1;
            ControlFlow::Continue(())
        }
        fn status(&mut self, _: &str) {
            let token = self.0.clone();
            thread::spawn(move || token.fire());
        }
    }
    let (_hostile, host, plugin) = alive("good");
    let token = CancelToken::default();
    let call = Call::new("unheeding", Encoding::Raw, b"").cancelled_by(&token);
    let mut begun = Begun(token.clone(), 0);
    assert_eq!(plugin.call(&call, &mut begun).unwrap_err().code(), Code::CALL_CANCELLED);
    assert_eq!(begun.1, 0);
    host.unload(&plugin).unwrap();
}

#[test]
fn what_an_end_says_is_cut_and_counts_once() {
    let (_hostile, host, plugin) = alive("good");
    let reason = b"\x1b[31m\nerror: gone \xff".repeat(10_000);
    let _ = call(&plugin, "end", &reason);
    let why = plugin.why_ended().unwrap();
    assert!(why.chars().count() < 20_000, "{}", why.len());
    assert_plain(&why);
    let refused = failure(&plugin, "nothing", b"");
    assert_eq!(refused.code(), Code::PLUGIN_ENDED);
    assert_plain(&refused.report());
    assert_eq!(host.state(&host.catalog().candidates()[0]), CandidateState::Ended);
    host.unload(&plugin).unwrap();
}

// --- The other functions --------------------------------------------------------------------------------

#[test]
fn a_description_is_an_object_of_a_size_that_can_be_read_or_an_error() {
    let (_hostile, _host, plugin) = alive("describe_parts");
    assert_eq!(plugin.describe().unwrap(), serde_json::json!({"a": 1}));
    for word in ["describe_nothing", "describe_number", "describe_odd", "describe_deep"] {
        let (_hostile, _host, plugin) = alive(word);
        let failed = plugin.describe().expect_err(word);
        assert_eq!(failed.code(), Code::RUNTIME_INVALID, "{word}: {}", failed.report());
        assert!(failed.hint_text().is_some() && failed.report().contains("evil"), "{}", failed.report());
    }
    let (_hostile, _host, plugin) = alive("describe_large");
    assert_eq!(plugin.describe().unwrap_err().code(), Code::RUNTIME_INVALID, "nobody cancelled it");
}

#[test]
fn an_address_that_comes_with_a_failure_is_none() {
    let (_hostile, host, plugin) = alive("good");
    assert_eq!(plugin.symbol("x").unwrap_err().code().as_str(), "hostile-symbol");
    assert_eq!(plugin.interface("x", 0).unwrap_err().code(), Code::RUNTIME_UNSUPPORTED);
    assert_eq!(plugin.send(12345, b"x").unwrap_err().code(), Code::CALL_FAILED);
    assert_eq!(plugin.finish(u64::MAX).unwrap_err().code(), Code::CALL_FAILED);
    drop(host);
    assert!(!plugin.is_loaded(), "nothing was lent");
}

#[test]
fn a_module_that_calls_its_host_in_the_wrong_way_is_told_so() {
    struct Answers;
    impl Services for Answers {
        fn call(&self, _: &Call<'_>, sink: &mut dyn Sink) -> Result<()> {
            match sink.output(b"answer") {
                ControlFlow::Continue(()) => Ok(()),
                ControlFlow::Break(()) => Err(Error::new(Code::CALL_CANCELLED, "nobody takes it")),
            }
        }
    }
    let (_hostile, _host, plugin) = alive("good");
    plugin.offer(Arc::new(Answers)).unwrap();
    for (how, outcome) in [
        ("null_call", "6"),
        ("short_call", "6"),
        ("other_revision", "6"),
        ("long_method", "6"),
        ("odd_method", "6"),
        ("odd_encoding", "2"),
        ("huge_input", "6"),
        ("null_sink", "6"),
        ("odd_sink", "6"),
        ("past", "4"),
        ("no_output", "3"),
    ] {
        assert_eq!(call(&plugin, &format!("services_{how}"), b"").unwrap(), [outcome.as_bytes()], "{how}");
    }
    call(&plugin, "services_other_key", b"").unwrap();
}

// --- The end --------------------------------------------------------------------------------------------

#[test]
fn a_plugin_ends_however_its_close_went() {
    for (word, ended) in [
        ("close_fails", Err("hostile-close")),
        ("close_odd", Err("runtime-invalid")),
        ("close_number", Err("runtime-invalid")),
        ("close_ends", Ok(Unload::Released)),
    ] {
        let (hostile, host, plugin) = alive(word);
        let answer = host.unload(&plugin);
        assert_eq!(
            answer.as_ref().map_err(|error| error.code().as_str()),
            ended.as_ref().map_err(|code| *code),
            "{word}"
        );
        assert!(!plugin.is_loaded() && host.plugins().is_empty(), "{word}");
        assert_eq!(hostile.open_now(), 0);
        let again = host.load("evil", None, |_| Ok(())).unwrap();
        assert!(again.is_loaded());
    }
    let (_hostile, host, plugin) = alive("close_loud");
    let answer = host.unload(&plugin).unwrap().to_string();
    assert!(answer.len() < 10_000, "{}", answer.len());
    assert_plain(&answer);
}
