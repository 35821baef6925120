//! Plugins of any runtime: calls, how they are given up, and how plugins end. None is compiled.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use hotshoe::error::{Code, Result};
use hotshoe::plugin::{Plugin, Unload};
use hotshoe::runtime::{Call, CancelToken, Encoding, Services, Sink};

use crate::memory::{self, call};

/// What a call puts out, as it comes.
#[derive(Default)]
struct Heard {
    outputs: Vec<Vec<u8>>,
    progress: Vec<(u64, u64)>,
    status: Option<mpsc::Sender<String>>,
    said: Vec<String>,
    most: usize,
}

impl Sink for Heard {
    fn output(&mut self, output: &[u8]) -> ControlFlow<()> {
        self.outputs.push(output.to_owned());
        if self.outputs.len() == self.most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn progress(&mut self, done: u64, total: u64) {
        self.progress.push((done, total));
    }

    fn status(&mut self, text: &str) {
        self.said.push(text.to_owned());
        if let Some(status) = &self.status {
            status.send(text.to_owned()).unwrap();
        }
    }
}

/// A plugin of which a call is going on, on another thread, until `end` is called with it.
fn while_it_is_called<T>(plugin: &Plugin, call: &Call<'_>, meanwhile: impl FnOnce() -> T) -> (Result<Heard>, T) {
    let (status, started) = mpsc::channel();
    thread::scope(|scope| {
        let calling = scope.spawn(move || {
            let mut heard = Heard { status: Some(status), ..Heard::default() };
            plugin.call(call, &mut heard).map(|()| heard)
        });
        started.recv().unwrap();
        let answer = meanwhile();
        (calling.join().unwrap(), answer)
    })
}

#[test]
fn a_call_gives_its_outputs_and_what_is_said_of_it_until_no_more_is_wanted() {
    let tree = memory::tree(&[("gain", r#"{"says": "loud"}"#)]);
    let (host, _) = memory::host(&tree);
    let plugin = host.load("gain", None, |_| Ok(())).unwrap();
    assert_eq!(call(&plugin, "say").unwrap(), "loud");
    assert_eq!(call(&plugin, "echo").unwrap(), "input");
    let mut heard = Heard { most: 3, ..Heard::default() };
    plugin.call(&Call::new("count", Encoding::Json, b""), &mut heard).unwrap();
    assert_eq!(heard.outputs, [b"0", b"1", b"2"]);
    assert_eq!((heard.progress, heard.said), (vec![(0, 3), (1, 3), (2, 3)], vec!["enough".to_owned()]));
    let error = call(&plugin, "sing").unwrap_err();
    assert_eq!((error.code(), error.plugin_name()), (Code::CALL_FAILED, Some("gain")));
    assert_eq!(plugin.describe().unwrap()["methods"][0], "say");
    assert!(plugin.health().is_ok());
}

#[test]
fn what_a_runtime_cannot_do_is_said_and_the_plugin_lives_on() {
    let tree = memory::tree(&[("gain", r#"{"does": "sick"}"#)]);
    let (host, _) = memory::host(&tree);
    let plugin = host.load("gain", None, |_| Ok(())).unwrap();
    assert_eq!(plugin.interface("gain.v1", 1).unwrap_err().code(), Code::RUNTIME_UNSUPPORTED);
    assert_eq!(plugin.entry().unwrap_err().code(), Code::RUNTIME_UNSUPPORTED);
    assert_eq!(plugin.health().unwrap_err().message(), "it is not well");
    assert_eq!(call(&plugin, "ask-host").unwrap_err().code(), Code::CALL_FAILED);
    assert_eq!(host.unload(&plugin).unwrap(), Unload::Unmapped);
}

#[test]
fn a_call_ends_when_it_is_cancelled_by_another_thread_or_late() {
    let tree = memory::tree(&[("gain", "{}")]);
    let (host, _) = memory::host(&tree);
    let plugin = host.load("gain", None, |_| Ok(())).unwrap();
    let token = CancelToken::default();
    let waiting = Call::new("wait", Encoding::Raw, b"").cancelled_by(&token);
    let (ended, ()) = while_it_is_called(&plugin, &waiting, || token.fire());
    assert_eq!(ended.err().unwrap().code(), Code::CALL_CANCELLED);
    let began = Instant::now();
    let late = Call::new("wait", Encoding::Raw, b"").within(Duration::from_millis(30));
    assert_eq!(plugin.call(&late, &mut Vec::new()).unwrap_err().code(), Code::CALL_DEADLINE);
    assert!(began.elapsed() >= Duration::from_millis(30));
    // What was given up before it began is not begun.
    assert_eq!(plugin.call(&late, &mut Heard::default()).unwrap_err().code(), Code::CALL_DEADLINE);
    let fired = Call::new("say", Encoding::Raw, b"").cancelled_by(&token);
    assert_eq!(plugin.call(&fired, &mut Vec::new()).unwrap_err().code(), Code::CALL_CANCELLED);
}

#[test]
fn a_plugin_is_neither_unloaded_nor_reloaded_while_it_is_called() {
    let tree = memory::tree(&[("gain", "{}")]);
    let (host, memory) = memory::host(&tree);
    let plugin = host.load("gain", None, |_| Ok(())).unwrap();
    let token = CancelToken::default();
    let waiting = Call::new("wait", Encoding::Raw, b"").cancelled_by(&token);
    let (ended, ()) = while_it_is_called(&plugin, &waiting, || {
        assert_eq!(host.unload(&plugin).unwrap(), Unload::Busy(vec!["a call of it is going on".to_owned()]));
        assert_eq!(host.reload(&plugin, |_| Ok(())).unwrap_err().code(), Code::PLUGIN_IN_USE);
        assert_eq!(host.replace(&plugin, |_| Ok(())).unwrap_err().code(), Code::PLUGIN_IN_USE);
        assert!(plugin.is_loaded() && memory.open_now() == 1);
        assert_eq!(call(&plugin, "echo").unwrap(), "input", "it can be called meanwhile");
        token.fire();
    });
    assert!(ended.is_err());
    assert_eq!(host.unload(&plugin).unwrap(), Unload::Unmapped);
    assert_eq!(call(&plugin, "echo").unwrap_err().code(), Code::PLUGIN_UNLOADED);
    assert_eq!(memory.open_now(), 0);
}

#[test]
fn a_call_takes_a_stream_of_inputs_until_it_is_finished() {
    let tree = memory::tree(&[("gain", "{}")]);
    let (host, _) = memory::host(&tree);
    let plugin = host.load("gain", None, |_| Ok(())).unwrap();
    let mut join = Call::new("join", Encoding::Raw, b"");
    join.streams = true;
    let (heard, ()) = while_it_is_called(&plugin, &join, || {
        plugin.send(join.id(), b"a").unwrap();
        plugin.send(join.id(), b"b").unwrap();
        plugin.finish(join.id()).unwrap();
    });
    assert_eq!(heard.unwrap().outputs, [b"ab"]);
}

#[test]
fn a_plugin_calls_what_its_host_offers() {
    struct Twice;
    impl Services for Twice {
        fn call(&self, call: &Call<'_>, sink: &mut dyn Sink) -> Result<()> {
            let _ = sink.output(call.input).is_continue() && sink.output(call.input).is_continue();
            Ok(())
        }
    }
    let tree = memory::tree(&[("gain", "{}")]);
    let (host, _) = memory::host(&tree);
    let plugin = host.load("gain", None, |plugin| plugin.offer(Arc::new(Twice))).unwrap();
    assert_eq!(call(&plugin, "ask-host").unwrap(), "inputinput");
}

#[test]
fn a_plugin_that_ends_by_itself_says_so_until_it_is_unloaded_or_reloaded() {
    let tree = memory::tree(&[("gain", r#"{"does": "exited"}"#)]);
    let (host, memory) = memory::host(&tree);
    let plugin = host.load("gain", None, |_| Ok(())).unwrap();
    assert_eq!(plugin.why_ended(), None);
    assert_eq!(call(&plugin, "die").unwrap_err().code(), Code::PLUGIN_ENDED);
    assert!(plugin.why_ended().unwrap().contains("its process is gone"));
    let error = plugin.health().unwrap_err();
    assert_eq!((error.code(), error.plugin_name()), (Code::PLUGIN_ENDED, Some("gain")));
    let fresh = host.reload(&plugin, |_| Ok(())).unwrap();
    assert!(fresh.why_ended().is_none() && fresh.health().is_ok());
    assert_eq!(call(&fresh, "die").unwrap_err().code(), Code::PLUGIN_ENDED);
    assert_eq!(host.unload(&fresh).unwrap(), Unload::Exited("code 3".to_owned()));
    assert_eq!(memory.open_now(), 0);
}

#[test]
fn how_a_plugin_ended_is_said_as_its_runtime_says_it() {
    let resident = Unload::Resident(vec!["it likes it here".to_owned()]);
    let ends = [("{}", Unload::Unmapped), (r#"{"does": "resident"}"#, resident)];
    for (does, ended) in ends.into_iter().chain([(r#"{"does": "released"}"#, Unload::Released)]) {
        let tree = memory::tree(&[("gain", does)]);
        let (host, _) = memory::host(&tree);
        let plugin = host.load("gain", None, |_| Ok(())).unwrap();
        assert_eq!(host.unload(&plugin).unwrap(), ended);
        assert!(!plugin.is_loaded() && host.plugins().is_empty());
    }
}

#[test]
fn a_plugin_that_does_not_open_or_close_is_not_alive_and_the_next_try_is_a_new_one() {
    let tree = memory::tree(&[("gain", r#"{"does": "open-fails"}"#)]);
    let (host, memory) = memory::host(&tree);
    let error = host.load("gain", None, |_| Ok(())).unwrap_err();
    assert_eq!((error.code(), error.plugin_name()), (Code::LOAD_FAILED, Some("gain")));
    let tree = tree.file(&memory::artifact("gain"), r#"{"does": "open-panics"}"#);
    assert!(catch_unwind(AssertUnwindSafe(|| host.load("gain", None, |_| Ok(())))).is_err());
    for does in ["close-fails", "close-panics"] {
        let tree = tree.path(&memory::artifact("gain"));
        std::fs::write(tree, format!(r#"{{"does": "{does}"}}"#)).unwrap();
        let plugin = host.load("gain", None, |_| Ok(())).unwrap();
        let ended = catch_unwind(AssertUnwindSafe(|| host.unload(&plugin)));
        assert!(ended.is_err() || ended.is_ok_and(|ended| ended.unwrap_err().code() == Code::LOAD_FAILED));
        assert!(!plugin.is_loaded() && host.plugins().is_empty() && memory.open_now() == 0);
        assert_eq!(host.unload(&plugin).unwrap_err().code(), Code::PLUGIN_UNLOADED);
    }
}

#[test]
fn a_panic_in_bind_or_in_a_call_leaves_the_plugin_as_it_should_be() {
    let tree = memory::tree(&[("gain", "{}")]);
    let (host, memory) = memory::host(&tree);
    let panics = |_: &Arc<Plugin>| -> Result<()> { panic!("in the host") };
    assert!(catch_unwind(AssertUnwindSafe(|| host.load("gain", None, panics))).is_err());
    assert!(host.plugins().is_empty() && memory.open_now() == 0);
    let plugin = host.load("gain", None, |_| Ok(())).unwrap();
    assert!(catch_unwind(AssertUnwindSafe(|| call(&plugin, "panic"))).is_err());
    assert_eq!(call(&plugin, "echo").unwrap(), "input");
    assert_eq!(host.unload(&plugin).unwrap(), Unload::Unmapped, "the call that panicked is over");
}

#[test]
fn a_runtime_that_the_host_does_not_have_is_refused_by_its_name() {
    let tree = memory::tree(&[]).file("gain/plugin.json", r#"{"name": "gain", "runtime": "lua", "library": "a.lua"}"#);
    let tree = tree.file("gain/a.lua", "");
    let (host, _) = memory::host(&tree);
    let error = host.load_path(&tree.path("gain"), |_| Ok(())).unwrap_err();
    assert!(error.message().contains("`lua`"), "{}", error.report());
}
