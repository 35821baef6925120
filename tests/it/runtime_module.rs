//! Runtimes that come as shared libraries: a real one in C, `tests/fixtures/runtimes/echo`, and what it may do wrong.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use hotshoe::diagnostics::Severity;
use hotshoe::error::{Code, Error, Result};
use hotshoe::manifest::Manifest;
use hotshoe::runtime::module::ModuleRuntime;
use hotshoe::runtime::{Call, Encoding, Ended, Events, Instance, Request, Runtime, Services, Sink};
use hotshoe_testkit::{Library, PluginTree, file_name};
use serde_json::json;

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A module out of C, which includes Hotshoe's header.
pub fn built(source: &str, options: &[&str]) -> PathBuf {
    let include = root().join("include");
    let mut hasher = DefaultHasher::new();
    fs::read(include.join("hotshoe/runtime.h")).expect("it is there").hash(&mut hasher);
    // What was built with another header is not taken.
    let header = format!("-DHEADER={}", hasher.finish());
    let library = Library::c(source).arg(format!("-I{}", include.display())).arg("-pthread").arg(header);
    options.iter().fold(library, |library, option| library.arg(*option)).build()
}

/// A folder with the module `echo`, made with these options, and a plugin for it.
struct Echo(PluginTree);

impl Echo {
    fn new() -> Echo {
        Echo::with(&[])
    }

    fn with(options: &[&str]) -> Echo {
        let source = fs::read_to_string(root().join("tests/fixtures/runtimes/echo/echo.c")).expect("it is there");
        let module = fs::read(built(&source, options)).expect("it was built");
        Echo(
            PluginTree::new()
                .file(&format!("modules/{}", file_name("hotshoe-echo")), module)
                .file("hello/hello.echo", "echo hello"),
        )
    }

    fn file(&self) -> PathBuf {
        self.0.path(&format!("modules/{}", file_name("hotshoe-echo")))
    }

    fn open(&self) -> Result<ModuleRuntime> {
        ModuleRuntime::open("echo", &[self.0.path("modules")])
    }

    fn runtime(&self) -> ModuleRuntime {
        self.open().unwrap_or_else(|error| panic!("{}", error.report()))
    }

    /// The error of opening it.
    fn refused(&self) -> Error {
        self.open().expect_err("it must be refused")
    }

    fn plugin(&self) -> Box<dyn Instance> {
        self.plugin_of(&self.runtime(), &Events::default())
    }

    fn plugin_of(&self, runtime: &ModuleRuntime, events: &Events) -> Box<dyn Instance> {
        let opened = asked(&self.0.path("hello/hello.echo"), |request| runtime.open(request, events));
        opened.unwrap_or_else(|error| panic!("{}", error.report()))
    }
}

/// Asks for the plugin that is this file.
fn asked<T>(artifact: &Path, ask: impl FnOnce(&Request<'_>) -> T) -> T {
    let folder = artifact.parent().expect("it has a folder");
    let mut profile = crate::harmonics();
    profile.add_runtime_json("echo", r#"{"volume": 11}"#).expect("these are settings");
    let (manifest, _) = Manifest::from_json(br#"{"echo": {"loud": true}, "other": 1}"#, None).expect("it is right");
    ask(&Request {
        artifact,
        folder,
        entry: Some("main"),
        manifest: &manifest,
        profile: &profile,
        prober: None,
        offers: &Arc::default(),
        beside: false,
    })
}

/// What came of a call, and what is done when its status comes.
#[derive(Default)]
struct Got<'a> {
    outputs: Vec<Vec<u8>>,
    others: Vec<String>,
    on_status: Option<Box<dyn FnMut() + Send + 'a>>,
}

impl Sink for Got<'_> {
    fn output(&mut self, output: &[u8]) -> ControlFlow<()> {
        self.outputs.push(output.to_vec());
        ControlFlow::Continue(())
    }

    fn progress(&mut self, done: u64, total: u64) {
        self.others.push(format!("{done} of {total}"));
    }

    fn status(&mut self, text: &str) {
        self.others.push(text.to_owned());
        if let Some(on_status) = &mut self.on_status {
            on_status();
        }
    }
}

fn call<'a>(method: &'a str, input: &'a [u8]) -> Call<'a> {
    Call::new(method, Encoding::Raw, input)
}

/// What a call of a plugin puts out.
fn output(plugin: &dyn Instance, method: &str) -> Result<Vec<Vec<u8>>> {
    let mut got = Got::default();
    plugin.call(&call(method, b"in"), &mut got).map(|()| got.outputs)
}

/// The error of a call of a plugin.
fn failure(plugin: &dyn Instance, method: &str) -> Error {
    output(plugin, method).expect_err("it must fail")
}

// --- What a module is for ----------------------------------------------------------------------------

#[test]
fn a_plugin_of_a_module_is_checked_opened_called_and_closed() {
    let echo = Echo::new();
    let runtime = echo.runtime();
    assert_eq!(runtime.name(), "echo");
    asked(&echo.0.path("hello/hello.echo"), |request| runtime.check(request)).unwrap();

    let plugin = echo.plugin_of(&runtime, &Events::default());
    assert_eq!(output(&*plugin, "echo").unwrap(), [b"in"]);
    assert_eq!(output(&*plugin, "say").unwrap(), [b"echo hello"]);
    let told = String::from_utf8(output(&*plugin, "told").unwrap().concat()).unwrap();
    assert_eq!(
        told, r#"main {"volume":11} harmonics 1.2.0 {"loud":true}"#,
        "entry, settings, host, version and manifest"
    );
    assert_eq!(plugin.describe().unwrap(), json!({"methods": ["echo", "say"]}));
    plugin.health().unwrap();
    assert!(plugin.symbol("text").unwrap().is_some() && plugin.symbol("other").unwrap().is_none());
    assert!(plugin.interface("org.example.text", 2).unwrap().is_some());
    assert!(plugin.interface("org.example.text", 1).unwrap().is_none(), "it has no such revision");
    assert_eq!(plugin.close().unwrap(), Ended::Exited("exit code 0".to_owned()));
}

#[test]
fn the_module_in_the_book_works() {
    let blocks = crate::docs::blocks("c file");
    let (_, source) = blocks.iter().find(|(_, text)| text.contains("hotshoe_runtime_module(")).expect("it is there");
    let module = fs::read(built(source, &["-fvisibility=hidden"])).expect("it was built");
    let tree = PluginTree::new().file(&format!("modules/{}", file_name("hotshoe-upper")), module).file("plugin", "");
    let runtime = ModuleRuntime::open("upper", &[tree.path("modules")]).unwrap();
    let missing = asked(&tree.path("missing"), |request| runtime.open(request, &Events::default())).unwrap_err();
    assert_eq!(missing.code().as_str(), "upper-unreadable");
    let plugin = asked(&tree.path("plugin"), |request| runtime.open(request, &Events::default())).unwrap();
    assert_eq!(output(&*plugin, "any").unwrap().concat(), b"IN");
    assert_eq!(plugin.health().unwrap_err().code(), Code::RUNTIME_UNSUPPORTED);
    assert_eq!(plugin.close().unwrap(), Ended::Released);
}

#[test]
fn several_results_come_in_their_order_with_progress_and_status() {
    let plugin = Echo::new().plugin();
    let mut got = Got::default();
    plugin.call(&call("count", b""), &mut got).unwrap();
    assert_eq!(got.outputs, [b"1", b"2", b"3"]);
    assert_eq!(got.others, ["0 of 3", "1 of 3", "2 of 3", "counted"]);
}

#[test]
fn what_fails_comes_with_the_modules_own_code_message_and_hint() {
    let echo = Echo::new();
    let failed = failure(&*echo.plugin(), "fail");
    assert_eq!(
        failed.report(),
        "it is `broken` [echo-broken]\n  because:   File \"x\", line 1\n  hint: mend it",
        "the first failure counts, and what follows its first line is a cause"
    );
    assert_eq!(failure(&*echo.plugin(), "exited").code(), Code::PLUGIN_EXITED, "a code that all runtimes share");

    let echo = Echo(PluginTree::new().file("bad.echo", "no").file("long.echo", format!("echo {}", "x".repeat(100))));
    let runtime = Echo::new();
    let runtime = runtime.runtime();
    let bad = asked(&echo.0.path("bad.echo"), |request| runtime.check(request)).unwrap_err();
    assert_eq!(bad.code().as_str(), "echo-syntax");
    let bad = asked(&echo.0.path("bad.echo"), |request| runtime.open(request, &Events::default()));
    assert_eq!(bad.expect_err("it is no plugin").code().as_str(), "echo-syntax");

    let long = asked(&echo.0.path("long.echo"), |request| runtime.open(request, &Events::default())).unwrap();
    let found = long.diagnostics();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].code.as_str(), found[0].severity), ("echo-long", Severity::Warning));
    assert_eq!(long.health().unwrap_err().message(), "it is too long to be well");
}

#[test]
fn a_call_ends_when_it_is_cancelled_or_its_time_is_over() {
    let echo = Echo::new();
    let plugin = echo.plugin();
    for method in ["poll", "gather"] {
        // Once on another thread, and once on the one that the module calls the sink on.
        for on_this_thread in [false, true] {
            let call = call(method, b"");
            let token = call.cancel.clone();
            let (started, begun) = std::sync::mpsc::channel();
            let on_status: Box<dyn FnMut() + Send> = match on_this_thread {
                true => Box::new(move || token.fire()),
                false => Box::new(move || started.send(()).unwrap()),
            };
            let mut got = Got { on_status: Some(on_status), ..Got::default() };
            let error = thread::scope(|scope| {
                let running = scope.spawn(|| plugin.call(&call, &mut got).unwrap_err());
                if !on_this_thread {
                    begun.recv().unwrap();
                    call.cancel.fire();
                }
                running.join().unwrap()
            });
            assert_eq!(error.code(), Code::CALL_CANCELLED, "{method}");
        }
    }

    let start = Instant::now();
    let late = call("poll", b"").within(Duration::from_millis(20));
    assert_eq!(plugin.call(&late, &mut Got::default()).unwrap_err().code(), Code::CALL_DEADLINE);
    assert!(start.elapsed() >= Duration::from_millis(20));
}

#[test]
fn a_call_that_nobody_wants_any_more_is_not_begun() {
    let plugin = Echo::new().plugin();
    let cancelled = call("count", b"");
    cancelled.cancel.fire();
    let mut got = Got::default();
    assert_eq!(plugin.call(&cancelled, &mut got).unwrap_err().code(), Code::CALL_CANCELLED);
    let late = call("count", b"").within(Duration::ZERO);
    assert_eq!(plugin.call(&late, &mut got).unwrap_err().code(), Code::CALL_DEADLINE);
    assert!(got.outputs.is_empty() && got.others.is_empty());
}

#[test]
fn more_input_is_sent_to_a_call_while_it_runs() {
    let plugin = Echo::new().plugin();
    let (started, begun) = std::sync::mpsc::channel();
    let mut got = Got { on_status: Some(Box::new(move || started.send(()).unwrap())), ..Got::default() };
    let mut call = call("gather", b"");
    call.streams = true;
    thread::scope(|scope| {
        let running = scope.spawn(|| plugin.call(&call, &mut got));
        begun.recv().unwrap();
        plugin.send(call.id(), b"one ").unwrap();
        plugin.send(call.id(), b"two").unwrap();
        plugin.finish(call.id()).unwrap();
        running.join().unwrap().unwrap();
    });
    assert_eq!(got.outputs, [b"one two"]);
    assert_eq!(plugin.send(call.id(), b"three").unwrap_err().code(), Code::CALL_FAILED, "it is over");
}

struct Answers;

impl Services for Answers {
    fn call(&self, call: &Call<'_>, sink: &mut dyn Sink) -> Result<()> {
        assert_eq!((call.method, call.encoding), ("question", Encoding::Raw));
        match call.input {
            b"in" => {
                assert_eq!(sink.output(b"answer"), ControlFlow::Continue(()));
                Ok(())
            }
            _ => Err(Error::new(Code::PLUGIN_NOT_FOUND, "nobody knows")),
        }
    }
}

#[test]
fn a_plugin_calls_what_its_host_offers() {
    let plugin = Echo::new().plugin();
    assert_eq!(failure(&*plugin, "ask_host").code(), Code::RUNTIME_UNSUPPORTED, "nothing is offered yet");
    plugin.offer(Arc::new(Answers)).unwrap();
    assert_eq!(output(&*plugin, "ask_host").unwrap(), [b"answer"]);
    let failed = plugin.call(&call("ask_host", b"what?"), &mut Got::default()).unwrap_err();
    assert!(failed.message().contains("nobody knows"), "{}", failed.report());
}

#[test]
fn an_end_that_nobody_asked_for_is_told_once() {
    let echo = Echo::new();
    let events = Events::default();
    let plugin = echo.plugin_of(&echo.runtime(), &events);
    plugin.offer(Arc::new(Answers)).unwrap();
    output(&*plugin, "end").unwrap();
    assert_eq!(events.why_ended().unwrap(), "killed by signal 9");
    let ended = failure(&*plugin, "echo");
    assert_eq!(ended.code(), Code::PLUGIN_ENDED);
    assert!(ended.message().contains("killed by signal 9"), "{}", ended.report());
    assert_eq!(plugin.health().unwrap_err().code(), Code::PLUGIN_ENDED);
    assert_eq!(plugin.describe().unwrap_err().code(), Code::PLUGIN_ENDED);
    plugin.close().unwrap();
}

#[test]
fn a_module_may_log_where_nobody_listens() {
    output(&*Echo::new().plugin(), "log").unwrap();
}

#[test]
fn eight_threads_call_one_plugin() {
    let plugin = Echo::new().plugin();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for at in 0..500_u32 {
                    let mut got = Got::default();
                    plugin.call(&call("echo", &at.to_le_bytes()), &mut got).unwrap();
                    assert_eq!(got.outputs, [at.to_le_bytes()]);
                    plugin.health().unwrap();
                }
            });
        }
    });
}

#[test]
fn a_module_is_mapped_once_stays_and_is_shut_down_with_the_last_who_uses_it() {
    let echo = Echo::new();
    let shutdowns = || shutdowns(&echo.file());
    let (first, second) = (echo.runtime(), echo.runtime());
    drop(first);
    assert_eq!(shutdowns(), 0);
    let plugin = echo.plugin_of(&second, &Events::default());
    drop(second);
    assert_eq!(shutdowns(), 0, "a plugin lives");
    plugin.close().unwrap();
    assert_eq!(shutdowns(), 1);
    assert!(crate::is_mapped(&echo.file()));

    echo.plugin().close().unwrap();
    assert_eq!(shutdowns(), 2, "who comes later may use it, and it ends with the last of those");
}

/// How often a module that is mapped was shut down.
#[expect(unsafe_code, reason = "the number is the module's")]
pub fn shutdowns(module: &Path) -> i32 {
    // SAFETY: it is mapped already, and this is of that type; nobody writes it at the moment.
    unsafe {
        let library = libloading::Library::new(module).unwrap();
        **library.get::<*const i32>("echo_shutdowns").unwrap()
    }
}

// --- Where modules may be ----------------------------------------------------------------------------

#[test]
fn a_runtime_without_a_module_is_missing_with_the_folders_that_were_searched() {
    let echo = Echo::new();
    let missing = ModuleRuntime::open("lua", &[echo.0.path("modules")]).unwrap_err();
    assert_eq!(missing.code(), Code::RUNTIME_MISSING);
    let hint = missing.hint_text().unwrap();
    assert!(hint.contains(&file_name("hotshoe-lua")) && hint.contains("modules"), "{hint}");
    assert!(hint.contains("hotshoe/runtimes"), "the installed ones are looked for, too: {hint}");
}

#[test]
fn the_name_of_a_runtime_leads_nowhere() {
    let echo = Echo::new();
    for name in ["../modules/echo", "/echo", "", "echo\0", "ECHO", "."] {
        let refused = ModuleRuntime::open(name, &[echo.0.path("modules")]).unwrap_err();
        assert_eq!(refused.code(), Code::PROFILE_INVALID, "{name:?}");
    }
    let relative = ModuleRuntime::open("echo", &["modules".into()]).unwrap_err();
    assert_eq!(relative.code(), Code::ARGUMENT_INVALID);
}

#[cfg(unix)]
#[test]
fn a_module_that_others_could_change_is_untrusted() {
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let untrusted = |echo: &Echo, why: &str| {
        let refused = echo.refused();
        assert_eq!(refused.code(), Code::RUNTIME_UNTRUSTED, "{why}: {}", refused.report());
    };

    for mode in [0o664, 0o646, 0o666] {
        let echo = Echo::new();
        set(&echo.file(), mode);
        untrusted(&echo, "the file");
    }
    for folder in ["modules", ""] {
        for mode in [0o775, 0o757, 0o777] {
            let echo = Echo::new();
            set(&echo.0.path(folder), mode);
            untrusted(&echo, "a folder above it");
        }
    }
    // As /tmp: what is ours in it nobody renames, but anybody may add the next module.
    let echo = Echo::new();
    set(echo.0.root(), 0o1777);
    echo.runtime();
    let echo = Echo::new();
    set(&echo.0.path("modules"), 0o1777);
    untrusted(&echo, "a sticky folder of modules");

    // A link is as good as what it leads to and the folder that it lies in.
    let (echo, place) = (Echo::new(), PluginTree::new().file("modules/x", ""));
    symlink(echo.file(), place.path(&format!("modules/{}", file_name("hotshoe-echo")))).unwrap();
    let place = Echo(place);
    place.runtime();
    set(&place.0.path("modules"), 0o777);
    untrusted(&place, "where the link lies");
    set(&place.0.path("modules"), 0o755);
    set(&echo.0.path("modules"), 0o777);
    untrusted(&place, "where the link leads to");

    if nix_user() == 0 {
        let echo = Echo::new();
        chown(echo.file(), Some(12345), None).unwrap();
        untrusted(&echo, "somebody else's file");
    }
}

/// The user that owns what is made here.
#[cfg(unix)]
fn nix_user() -> u32 {
    use std::os::unix::fs::MetadataExt;
    PluginTree::new().root().metadata().unwrap().uid()
}

// --- Modules that break the contract ------------------------------------------------------------------

#[test]
fn a_module_that_cannot_be_right_is_invalid_and_says_why() {
    let cases: &[(&[&str], &str)] = &[
        (&["-DREVISION=1"], "it is of revision 1, and not of 0"),
        (&["-DREVISION=0xffffffff"], "of revision 4294967295"),
        (&["-DSIZE=0"], "its size of 0 bytes cannot be right"),
        (&["-DSIZE=8"], "its size of 8 bytes cannot be right"),
        (&["-DSIZE=((size_t)-1)"], "cannot be right"),
        (&["-DSIZE=100000"], "its size of 100000 bytes cannot be right"),
        (&["-DSIZE=16"], "its name `` cannot be the name of a runtime"),
        (&["-DSIZE=28"], "it cannot open anything"),
        (&["-DMODULE_NAME=NULL"], "its name `` cannot be the name of a runtime"),
        (&["-DMODULE_NAME=\"../echo\""], "its name `../echo` cannot be"),
        (&["-DMODULE_NAME=\"other\""], "it calls itself `other`, and not `echo`"),
        (&["-DNO_OPEN"], "it cannot open anything"),
        (&["-DREFUSES"], "it is NULL"),
        (&["-DNO_ENTRY"], "hotshoe_runtime_module"),
    ];
    for (options, why) in cases {
        let echo = Echo::with(options);
        for _ in 0..2 {
            let refused = echo.refused();
            assert_eq!(refused.code(), Code::RUNTIME_INVALID, "{options:?}");
            assert!(refused.report().contains(why), "{options:?}: {}", refused.report());
        }
    }
    let echo = Echo(PluginTree::new().file(&format!("modules/{}", file_name("hotshoe-echo")), "no library"));
    assert_eq!(echo.refused().code(), Code::RUNTIME_INVALID);
}

#[test]
fn an_instance_that_cannot_be_right_is_not_opened() {
    for options in [&["-DNO_INSTANCE_TABLE"], &["-DINSTANCE_SIZE=3"], &["-DINSTANCE_SIZE=20"]] {
        let echo = Echo::with(options);
        let runtime = echo.runtime();
        let opened = asked(&echo.0.path("hello/hello.echo"), |request| runtime.open(request, &Events::default()));
        assert_eq!(opened.expect_err("it must be refused").code(), Code::RUNTIME_INVALID, "{options:?}");
    }
    let plugin = Echo::with(&["-DENDED=99"]).plugin();
    assert_eq!(plugin.close().unwrap_err().code(), Code::RUNTIME_INVALID);
}

#[test]
fn a_function_beyond_the_size_of_its_table_is_not_there() {
    let echo = Echo::with(&[
        "-DSIZE=offsetof(hotshoe_runtime_module_table,check)",
        "-DINSTANCE_SIZE=offsetof(hotshoe_runtime_instance_table,call)",
    ]);
    let runtime = echo.runtime();
    let checked = asked(&echo.0.path("none.echo"), |request| runtime.check(request));
    checked.expect("it would have failed");
    let plugin = echo.plugin_of(&runtime, &Events::default());
    let unsupported = |code: Code| assert_eq!(code, Code::RUNTIME_UNSUPPORTED);
    unsupported(failure(&*plugin, "echo").code());
    unsupported(plugin.symbol("text").unwrap_err().code());
    unsupported(plugin.interface("org.example.text", 2).unwrap_err().code());
    unsupported(plugin.describe().unwrap_err().code());
    unsupported(plugin.health().unwrap_err().code());
    unsupported(plugin.offer(Arc::new(Answers)).unwrap_err().code());
    plugin.close().unwrap();
    drop(runtime);
    assert_eq!(shutdowns(&echo.file()), 0, "it would have been called");
}

#[test]
fn an_answer_after_the_call_is_over_reaches_nobody() {
    let plugin = Echo::new().plugin();
    let mut got = Got::default();
    plugin.call(&call("later", b""), &mut got).unwrap();
    assert_eq!(output(&*plugin, "join").unwrap(), Vec::<Vec<u8>>::new(), "all of it was refused");
    assert!(got.outputs.is_empty() && got.others.is_empty());
}

#[test]
fn a_result_that_comes_too_late_is_no_result() {
    let plugin = Echo::new().plugin();
    let mut got = Got::default();
    let call = call("overdue", b"").within(Duration::from_millis(10));
    assert_eq!(plugin.call(&call, &mut got).unwrap_err().code(), Code::CALL_DEADLINE);
    assert!(got.outputs.is_empty());
}

#[test]
fn odd_answers_become_errors_of_the_module() {
    let plugin = Echo::new().plugin();
    for method in ["silent", "odd", "foreign", "huge", "beside"] {
        assert_eq!(failure(&*plugin, method).code(), Code::RUNTIME_INVALID, "{method}");
    }
    let foreign = failure(&*plugin, "foreign");
    assert!(foreign.message().contains("`plugin-busy`"), "{}", foreign.report());
    assert_eq!(failure(&*plugin, "contrary").code().as_str(), "echo-contrary");

    let json = Call::new("not_utf8", Encoding::Json, b"");
    assert_eq!(plugin.call(&json, &mut Got::default()).unwrap_err().code(), Code::RUNTIME_INVALID);
    assert_eq!(output(&*plugin, "not_utf8").unwrap(), [b"\"\xff\""], "raw bytes may be any");
}

#[test]
fn texts_of_a_module_are_cut_and_escaped() {
    let loud = failure(&*Echo::new().plugin(), "loud");
    let report = loud.report();
    assert_eq!(loud.code(), Code::RUNTIME_INVALID);
    assert!(report.len() < 4000, "{}", report.len());
    assert!(report.contains("\\u{1b}[31m") && report.contains("\\u{202e}"), "{report}");
    assert!(!report.contains('\x1b') && !report.contains('\u{202e}'));
}

#[test]
fn a_sink_that_takes_no_more_ends_the_call() {
    struct Full(u32);
    impl Sink for Full {
        fn output(&mut self, _: &[u8]) -> ControlFlow<()> {
            self.0 += 1;
            ControlFlow::Break(())
        }
    }
    struct Defective;
    impl Sink for Defective {
        fn output(&mut self, _: &[u8]) -> ControlFlow<()> {
            panic!("a defect of the host")
        }
    }
    let plugin = Echo::new().plugin();
    let mut full = Full(0);
    assert_eq!(plugin.call(&call("count", b""), &mut full).unwrap_err().code(), Code::CALL_CANCELLED);
    assert_eq!(full.0, 1);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _ = plugin.call(&call("count", b""), &mut Defective);
    }));
    assert_eq!(panicked.unwrap_err().downcast_ref(), Some(&"a defect of the host"), "it does not go through C");
    assert_eq!(output(&*plugin, "echo").unwrap(), [b"in"], "and the plugin lives on");
}
