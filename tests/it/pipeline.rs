//! Passes run by stage, and plugins execute step by step; what a bad one does stays its own.

#![expect(unsafe_code, reason = "a symbol of a plugin is called")]

use std::ffi::{c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use hotshoe::context::{Context, Schema, Slot, Value};
use hotshoe::error::{Code, Error, Result};
use hotshoe::host::Host;
use hotshoe::pipeline::{FailurePolicy, PassOutcome, Pipeline, Progress, RunReport, Stepper};
use hotshoe::plugin::{Plugin, Unload};
use hotshoe::runtime::{Call, Services, Sink};
use hotshoe_testkit::{Library, PluginTree};
use serde_json::json;

use crate::{harmonics, host_on, memory};

/// The plugin of `tests/fixtures/pipeline`, under another name and with these passes.
fn library(name: &str, passes: &str, defines: &[&str]) -> PathBuf {
    let include = Path::new(env!("CARGO_MANIFEST_DIR")).join("include");
    let plugin = Library::c(include_str!("../fixtures/pipeline/plugin.c")).arg(format!("-I{}", include.display()));
    let plugin = plugin.arg(format!("-DNAME=\"{name}\"")).arg(format!("-DPASSES={passes}"));
    defines.iter().fold(plugin, |plugin, define| plugin.arg(format!("-D{define}"))).build()
}

fn with_plugin(tree: PluginTree, name: &str, passes: &str, defines: &[&str]) -> PluginTree {
    let manifest = json!({"name": name, "version": "1.0.0", "entry": "hotshoe_descriptor"}).to_string();
    tree.plugin(name, &manifest, &library(name, passes, defines))
}

/// A host with one such plugin, which is loaded.
fn one(passes: &str, defines: &[&str]) -> (PluginTree, Host, Arc<Plugin>) {
    let tree = with_plugin(PluginTree::new(), "snake", passes, defines);
    let host = host_on(tree.root());
    let plugin = host.load("snake", None, |_| Ok(())).unwrap_or_else(|error| panic!("{}", error.report()));
    (tree, host, plugin)
}

fn context() -> Context {
    Context::new(&Schema::new())
}

fn staged(stages: &[&str]) -> Pipeline {
    let mut pipeline = Pipeline::new();
    pipeline.set_stages(stages.iter().map(|stage| (*stage).to_owned()).collect()).unwrap();
    pipeline
}

fn run(host: &Host, pipeline: &Pipeline) -> RunReport {
    host.run(pipeline, &mut context()).unwrap()
}

/// `stage:plugin/pass`, in the order in which they ran.
fn order(report: &RunReport) -> Vec<String> {
    let text =
        |pass: &hotshoe::pipeline::PassReport| format!("{}:{}/{}", &*pass.stage, pass.plugin.name(), &*pass.name);
    report.passes.iter().map(text).collect()
}

fn outcomes(report: &RunReport) -> Vec<&'static str> {
    let word = |outcome: &PassOutcome| match outcome {
        PassOutcome::Done => "done",
        PassOutcome::ReturnedOther => "other",
        PassOutcome::Failed(_) => "failed",
        PassOutcome::Cancelled => "cancelled",
        PassOutcome::NotRun => "not-run",
    };
    report.passes.iter().map(|pass| word(&pass.outcome)).collect()
}

/// Memory plugins, each with its passes as name, stage and what it does.
fn in_memory(plugins: &[(&str, serde_json::Value)]) -> PluginTree {
    let texts: Vec<_> = plugins.iter().map(|(name, passes)| (*name, json!({"passes": passes}).to_string())).collect();
    let texts: Vec<_> = texts.iter().map(|(name, text)| (*name, text.as_str())).collect();
    memory::tree(&texts)
}

#[test]
fn passes_run_in_the_hosts_stages_and_by_name_over_all_plugins() {
    let tree = with_plugin(PluginTree::new(), "viper", r#"{"b", "lower"}, {"a", "parse"}, {"same", "parse"}"#, &[]);
    let tree = with_plugin(tree, "adder", r#"{"c", "lower"}, {"any", NULL}, {"same", "parse"}, {"z", "other"}"#, &[]);
    let mut profile = harmonics();
    profile.set_stages(vec!["parse".to_owned(), "lower".to_owned()]).unwrap();
    let host = Host::new(profile);
    host.add_search_root(tree.root());
    for name in ["viper", "adder"] {
        host.load(name, None, |_| Ok(())).unwrap();
    }
    let report = run(&host, &Pipeline::new());
    let expected = ["parse:viper/a", "parse:adder/any", "parse:viper/same", "parse:adder/same", "lower:adder/any"];
    assert_eq!(order(&report), [&expected[..], &["lower:viper/b", "lower:adder/c"]].concat());
    assert!(report.passes.iter().all(|pass| matches!(pass.outcome, PassOutcome::Done)));
    assert!(report.check().is_ok());
    let [odd] = &report.diagnostics[..] else { panic!("{:?}", report.diagnostics) };
    assert_eq!((odd.code, odd.plugin.as_deref()), (Code::PASS_STAGE, Some("adder")));
    assert!(odd.message.contains("`z`") && odd.message.contains("`other`"), "{odd}");
    // By call; nobody is told of what was left out on purpose.
    let report = run(&host, &staged(&["lower", "other"]));
    assert_eq!(order(&report)[..2], ["lower:adder/any", "lower:viper/b"]);
    assert_eq!((report.passes.len(), report.diagnostics.len()), (5, 0));
    // And the plugins, in the order in which they are given.
    let mut chosen = staged(&["parse"]);
    chosen.set_plugins(vec![host.named("adder")[0].clone(), host.named("viper")[0].clone()]);
    assert_eq!(order(&run(&host, &chosen))[2..], ["parse:adder/same", "parse:viper/same"]);
    assert_eq!(Pipeline::new().set_stages(vec!["x".into(), "x".into()]).unwrap_err().code(), Code::PROFILE_INVALID);
}

#[test]
fn a_pass_works_on_the_context_that_the_host_made() {
    let (_tree, host, _) = one(r#"{"counts-1", "lower"}, {"counts-2", "parse"}"#, &[]);
    let mut context = context();
    context.set_f64(Slot::TIME_S, 40.0).unwrap();
    host.run(&staged(&["parse", "lower"]), &mut context).unwrap();
    assert_eq!(context.get_f64(Slot::TIME_S).unwrap(), 42.0);
}

#[test]
fn the_first_failing_pass_ends_the_run_or_is_skipped() {
    let (_tree, host, _) = one(r#"{"a", NULL}, {"fails", NULL}, {"silent", NULL}, {"z", NULL}"#, &[]);
    let (mut pipeline, mut context) = (Pipeline::new(), context());
    let report = host.run(&pipeline, &mut context).unwrap();
    assert_eq!(outcomes(&report), ["done", "failed", "not-run", "not-run"]);
    let error = report.check().unwrap_err();
    assert_eq!((error.code(), error.plugin_name()), (Code::PASS_FAILED, Some("snake")));
    assert_eq!(error.message(), "the pass `fails` failed");
    let causes: Vec<_> = error.causes().collect();
    assert!(causes[0].contains("the model has") && !causes[0].contains('\n'), "the plugin's words: {causes:?}");
    assert_eq!(error.hint_text(), Some("break it"));
    let [told] = context.diagnostics() else { panic!("{:?}", context.diagnostics()) };
    assert_eq!(&*told.code, "pass-failed");
    assert_eq!(told.pass.as_deref().map(|pass| pass.to_owned()).as_deref(), Some("fails"));
    pipeline.on_failure = FailurePolicy::Skip;
    let report = run(&host, &pipeline);
    assert_eq!(outcomes(&report), ["done", "failed", "failed", "done"]);
    assert!(report.check().is_ok() && report.diagnostics.len() == 2);
}

#[test]
fn what_a_pass_returns_beside_the_context_is_told_or_an_error() {
    let passes = r#"{"returns-context", NULL}, {"returns-null", NULL}, {"returns-other", NULL}, {"z", NULL}"#;
    let (_tree, host, _) = one(passes, &[]);
    let (mut pipeline, mut context) = (Pipeline::new(), context());
    let report = host.run(&pipeline, &mut context).unwrap();
    assert_eq!(outcomes(&report), ["done", "done", "other", "done"]);
    assert_eq!(report.diagnostics[0].code, Code::PASS_RETURN);
    assert_eq!(&*context.diagnostics()[0].code, "pass-return");
    pipeline.strict = true;
    let report = run(&host, &pipeline);
    assert_eq!(outcomes(&report), ["done", "done", "failed", "not-run"]);
    assert_eq!(report.check().unwrap_err().code(), Code::PASS_RETURN);
}

#[test]
fn passes_of_any_runtime_run_and_a_panic_is_a_failure() {
    let tree = in_memory(&[
        ("calm", json!([["b", null, ""], ["d", null, "returns-other"]])),
        ("wild", json!([["a", null, "panics"], ["c", null, "fails"]])),
    ]);
    let (host, _) = memory::host(&tree);
    host.load_all(|_| Ok(()));
    let mut pipeline = Pipeline::new();
    pipeline.on_failure = FailurePolicy::Skip;
    let report = run(&host, &pipeline);
    assert_eq!(outcomes(&report), ["failed", "done", "failed", "other"]);
    assert!(host.unload_all().into_iter().all(|(_, ended)| ended.unwrap() == Unload::Unmapped), "nobody holds them");
}

#[test]
fn a_pass_that_comes_late_runs_the_next_time() {
    let (_tree, host, _) = one(r#"{"grows", NULL}"#, &[]);
    assert_eq!(order(&run(&host, &Pipeline::new())), ["compile:snake/grows"]);
    assert_eq!(order(&run(&host, &Pipeline::new())), ["compile:snake/grows", "compile:snake/late"]);
}

#[test]
fn what_cannot_be_a_pass_ends_the_run_before_it_begins() {
    for (passes, defines) in
        [(r#"{"", NULL}"#, &[][..]), (r#"{"a\x1b", NULL}"#, &[]), (r#"{"a", NULL}"#, &["TOO_MANY"])]
    {
        let (_tree, host, _) = one(passes, defines);
        let report = run(&host, &Pipeline::new());
        assert_eq!(report.check().unwrap_err().code(), Code::CONTRACT_BROKEN, "{passes}");
        assert!(report.passes.is_empty());
    }
}

#[test]
fn a_run_tells_how_far_it_is_and_how_long_each_pass_took_and_is_given_up_by_any_thread() {
    let (_tree, host, _) = one(r#"{"a", NULL}, {"waits", NULL}, {"z", NULL}"#, &[]);
    let told = Arc::new(Mutex::new(Vec::new()));
    let mut pipeline = Pipeline::new();
    let (token, heard) = (pipeline.cancel.clone(), told.clone());
    pipeline.on_progress = Some(Arc::new(move |at: &Progress<'_>| {
        heard.lock().unwrap().push((at.pass, at.passes, at.name.to_owned(), at.done, at.total));
        if at.done == 1 {
            let token = token.clone();
            thread::spawn(move || {
                thread::sleep(Duration::from_millis(20));
                token.fire();
            });
        }
    }));
    let report = run(&host, &pipeline);
    assert_eq!(outcomes(&report), ["done", "cancelled", "not-run"]);
    assert_eq!(report.check().unwrap_err().code(), Code::CALL_CANCELLED);
    assert!(report.passes[1].nanoseconds >= 20_000_000 && report.passes[2].nanoseconds == 0);
    let step = |pass, name: &str, done, total| (pass, 3, name.to_owned(), done, total);
    assert_eq!(*told.lock().unwrap(), [step(0, "a", 0, 0), step(1, "waits", 0, 0), step(1, "waits", 1, 2)]);
    assert_eq!(outcomes(&run(&host, &pipeline)), ["not-run"; 3], "a token is fired for ever");
}

/// Does something of the host's while a pass runs.
struct Meanwhile<F>(F);

impl<F: Fn() -> Result<()> + Send + Sync> Services for Meanwhile<F> {
    fn call(&self, _: &Call<'_>, _: &mut dyn Sink) -> Result<()> {
        (self.0)()
    }
}

#[test]
fn a_pass_cannot_unload_its_own_plugin_and_what_it_loads_is_for_the_next_run() {
    let tree = in_memory(&[("own", json!([["asks", null, "ask-host"]])), ("other", json!([["b", null, ""]]))]);
    let host = Arc::new(memory::host(&tree).0);
    let own = host.load("own", None, |_| Ok(())).unwrap();
    let (weak, plugin) = (Arc::downgrade(&host), own.clone());
    own.offer(Arc::new(Meanwhile(move || {
        let host = weak.upgrade().expect("it is running");
        match host.unload(&plugin)? {
            Unload::Busy(users) if users[0].contains("lease") => {}
            other => return Err(Error::new(Code::CALL_FAILED, format!("it was {other}"))),
        }
        assert_eq!(host.reload(&plugin, |_| Ok(())).unwrap_err().code(), Code::PLUGIN_IN_USE);
        host.load("other", None, |_| Ok(())).map(|_| ())
    })))
    .unwrap();
    let report = run(&host, &Pipeline::new());
    report.check().unwrap_or_else(|error| panic!("{}", error.report()));
    assert_eq!(order(&report), ["compile:own/asks"]);
    assert_eq!(order(&run(&host, &Pipeline::new())), ["compile:own/asks", "compile:other/b"]);
    assert_eq!(host.unload(&own).unwrap(), Unload::Unmapped);
}

#[test]
fn a_run_is_told_which_capabilities_are_taken() {
    let manifest = |name: &str| memory::manifest(name, json!({"version": "1.0.0", "capabilities": ["backend:python"]}));
    let tree = ["snake", "viper"].iter().fold(PluginTree::new(), |tree, name| {
        tree.file(&format!("{name}/plugin.json"), manifest(name)).file(&memory::artifact(name), "{}")
    });
    let (host, _) = memory::host(&tree);
    host.load_all(|_| Ok(()));
    let mut context = context();
    let report = host.run(&Pipeline::new(), &mut context).unwrap();
    assert_eq!(report.diagnostics[0].code, Code::CAPABILITY_TAKEN);
    assert!(context.diagnostics()[0].message.contains("viper") && context.diagnostics()[0].message.contains("snake"));
}

#[test]
fn plugins_are_unloaded_and_reloaded_while_pipelines_run_and_never_pulled_away() {
    let (_tree, host, mut plugin) = one(r#"{"counts", NULL}"#, &[]);
    let (done, runs) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let (mut own, mut expected) = (context(), 0.0);
                while !done.load(Ordering::Relaxed) {
                    match host.run(&Pipeline::new(), &mut own) {
                        Ok(report) => {
                            report.check().unwrap_or_else(|error| panic!("{}", error.report()));
                            expected += report.passes.len() as f64;
                            runs.fetch_add(1, Ordering::Relaxed);
                        }
                        Err(error) => assert_eq!(error.code(), Code::PLUGIN_BUSY, "{}", error.report()),
                    }
                    assert_eq!(own.get_f64(Slot::TIME_S).unwrap(), expected, "each has a context of its own");
                    thread::sleep(Duration::from_millis(1));
                }
            });
        }
        let mut changes = 0;
        while changes < 30 || runs.load(Ordering::Relaxed) < 500 {
            if changes % 2 == 0 {
                match host.reload(&plugin, |_| Ok(())) {
                    Ok(new) => (plugin, changes) = (new, changes + 1),
                    Err(error) => assert_eq!(error.code(), Code::PLUGIN_IN_USE, "{}", error.report()),
                }
            } else if !matches!(host.unload(&plugin).unwrap(), Unload::Busy(_)) {
                (plugin, changes) = (host.load("snake", None, |_| Ok(())).unwrap(), changes + 1);
            }
            thread::yield_now();
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(host.unload(&plugin).unwrap(), Unload::Unmapped);
    let mut gone = Pipeline::new();
    gone.set_plugins(vec![plugin]);
    assert_eq!(host.run(&gone, &mut context()).unwrap_err().code(), Code::PLUGIN_UNLOADED);
}

fn runs_alive(plugin: &Plugin) -> i32 {
    let count = plugin.symbol("runs_alive").unwrap();
    // SAFETY: the plugin is loaded, and this is such a function.
    unsafe { std::mem::transmute::<*const c_void, extern "C" fn() -> c_int>(count)() }
}

#[test]
fn a_stepper_begins_once_steps_and_ends() {
    let (_tree, host, plugin) = one(r#"{"a", NULL}"#, &[]);
    let (mut stepper, mut context) = (Stepper::new(plugin.lease().unwrap()).unwrap(), context());
    for error in [stepper.step(&mut context), stepper.reset(&mut context), stepper.shutdown(&mut context)] {
        assert_eq!(error.unwrap_err().code(), Code::STEPPER_ORDER, "it has not begun");
    }
    assert_eq!(stepper.call("set", None, &mut context).unwrap_err().code(), Code::STEPPER_ORDER);
    stepper.init(&mut context).unwrap();
    assert_eq!(stepper.init(&mut context).unwrap_err().code(), Code::STEPPER_ORDER, "it has begun");
    for tick in 1..=3 {
        stepper.step(&mut context).unwrap();
        assert_eq!(context.get_f64(Slot::TIME_S).unwrap(), f64::from(tick));
    }
    stepper.call("set", Some(&Value::F64(9.0)), &mut context).unwrap();
    stepper.step(&mut context).unwrap();
    assert_eq!(context.get_f64(Slot::TIME_S).unwrap(), 10.0);
    let error = stepper.call("set", Some(&Value::Null), &mut context).unwrap_err();
    assert_eq!((error.code(), error.causes().next().as_deref()), (Code::STEP_FAILED, Some("that is no f64")));
    assert_eq!(stepper.call("step_fmu", None, &mut context).unwrap_err().code(), Code::RUNTIME_UNSUPPORTED);
    assert_eq!(stepper.call("a\0b", None, &mut context).unwrap_err().code(), Code::RUNTIME_UNSUPPORTED);
    stepper.reset(&mut context).unwrap();
    stepper.step(&mut context).unwrap();
    assert_eq!(context.get_f64(Slot::TIME_S).unwrap(), 1.0);
    assert!(matches!(host.unload(&plugin).unwrap(), Unload::Busy(_)));
    stepper.shutdown(&mut context).unwrap();
    assert_eq!(runs_alive(&plugin), 0);
    stepper.init(&mut context).unwrap();
    let other = Stepper::new(plugin.lease().unwrap()).unwrap();
    assert_eq!(runs_alive(&plugin), 1);
    drop((stepper, other));
    assert_eq!(runs_alive(&plugin), 0, "what is dropped is shut down");
    assert_eq!(host.unload(&plugin).unwrap(), Unload::Unmapped);
}

#[test]
fn what_a_stepper_lacks_or_fails_at_is_told() {
    let (_tree, _host, plugin) = one(r#"{"a", NULL}"#, &["NO_STEPPER"]);
    assert_eq!(Stepper::new(plugin.lease().unwrap()).unwrap_err().code(), Code::RUNTIME_UNSUPPORTED);
    let (_tree, _host, plugin) = one(r#"{"a", NULL}"#, &["INIT_FAILS"]);
    let mut stepper = Stepper::new(plugin.lease().unwrap()).unwrap();
    for _ in 0..2 {
        let error = stepper.init(&mut context()).unwrap_err();
        assert_eq!((error.code(), error.causes().next().as_deref()), (Code::STEP_FAILED, Some("no licence")));
    }
    // A table that ends before its last functions.
    let (_tree, _host, plugin) = one(r#"{"a", NULL}"#, &["SHORT"]);
    let mut stepper = Stepper::new(plugin.lease().unwrap()).unwrap();
    stepper.init(&mut context()).unwrap();
    stepper.step(&mut context()).unwrap();
    stepper.reset(&mut context()).unwrap();
    assert_eq!(stepper.call("set", None, &mut context()).unwrap_err().code(), Code::RUNTIME_UNSUPPORTED);
    stepper.shutdown(&mut context()).unwrap();
}
