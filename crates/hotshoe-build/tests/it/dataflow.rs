//! Passes and steps on a context, of plugins in C, C++ and Rust: a host in Rust observes the same of each, and the same as the
//! hosts in C and C++ of `tests/c/dataflow.c` and `tests/cpp/dataflow.cpp`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use hotshoe::context::{Context, Flags, Schema, Slot, Type, Value, wire};
use hotshoe::host::Host;
use hotshoe::pipeline::{FailurePolicy, PassOutcome, Pipeline, Stepper};
use hotshoe::plugin::Plugin;
use hotshoe::profile::HostProfile;
use hotshoe_testkit::{Library, PluginTree};

use crate::project::Project;

const FIELDS: [(&str, Type); 5] =
    [("input", Type::F64), ("gain", Type::F64), ("output", Type::F64), ("count", Type::I64), ("on", Type::Bool)];

fn include() -> String {
    format!("-I{}", Path::new(env!("CARGO_MANIFEST_DIR")).join("../../include").display())
}

fn in_rust() -> PathBuf {
    let abi = Path::new(env!("CARGO_MANIFEST_DIR")).join("../hotshoe-abi").canonicalize().unwrap();
    let lib =
        format!("[lib]\ncrate-type = [\"cdylib\"]\n\n[dependencies]\nhotshoe-abi = {{ path = '{}' }}\n", abi.display());
    let project = Project::new("dataflow-in-rust", &lib);
    project.script("hotshoe_build::link_args()?;");
    project.write("src/lib.rs", include_str!("../../../hotshoe-abi/examples/dataflow_rust.rs"));
    project.build();
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("debug").join("libdataflow_in_rust.so")
}

#[test]
fn a_host_observes_the_same_of_plugins_in_c_cpp_and_rust() {
    let in_c = Library::c(include_str!("../../../../tests/fixtures/contract/dataflow.c")).arg(include());
    let in_cpp = Library::cpp(include_str!("../../../../tests/fixtures/contract/dataflow.cpp"));
    let in_cpp = in_cpp.arg(include()).arg("-std=c++17").arg("-fvisibility=hidden");
    let plugins = [("dataflow_c", in_c.build()), ("dataflow_cpp", in_cpp.build()), ("dataflow_rust", in_rust())];
    for (name, library) in plugins {
        let manifest = format!(r#"{{"name": "{name}", "version": "1.0.0", "entry": "hotshoe_descriptor"}}"#);
        let tree = PluginTree::new().plugin(name, &manifest, &library);
        let host = Host::new(HostProfile::named("contract-test").unwrap());
        host.add_search_root(tree.root());
        let plugin = host.load(name, None, |_| Ok(())).unwrap_or_else(|error| panic!("{}", error.report()));
        let observed = run(&host) + &steps(&plugin);
        assert_eq!(observed, include_str!("../../../../tests/fixtures/contract/dataflow.txt"), "{name}");
        host.unload(&plugin).unwrap();
        assert!(!plugin.is_loaded(), "{name}");
    }
}

fn context() -> Context {
    let mut schema = Schema::new();
    for (name, kind) in FIELDS {
        schema.add(name, kind, Flags::default()).unwrap();
    }
    let mut context = Context::new(&schema);
    context.set_f64(context.slot("input").unwrap(), 21.0).unwrap();
    context.set_f64(context.slot("gain").unwrap(), 2.0).unwrap();
    context.set(Slot::MODEL, "lens").unwrap();
    context
}

fn state(context: &Context, when: &str) -> String {
    let slot = |name| context.slot(name).unwrap();
    let (output, count) = (context.get_f64(slot("output")).unwrap(), context.get_i64(slot("count")).unwrap());
    format!("{when}: output {output:.0} count {count} on {}\n", u8::from(context.get_bool(slot("on")).unwrap()))
}

fn run(host: &Host) -> String {
    let (mut pipeline, mut context, mut observed) = (Pipeline::new(), context(), String::new());
    pipeline.set_stages(vec!["lower".to_owned(), "codegen".to_owned()]).unwrap();
    pipeline.on_failure = FailurePolicy::Skip;
    for pass in host.run(&pipeline, &mut context).unwrap().passes {
        let outcome = match pass.outcome {
            PassOutcome::Done => "done",
            PassOutcome::Failed(why) if why.report().to_string().contains("it refuses") => "failed, it refuses",
            _ => "something else",
        };
        writeln!(observed, "{}/{}: {outcome}", &*pass.stage, &*pass.name).unwrap();
    }
    observed += &state(&context, "run");
    observed += "artifacts: ";
    for byte in wire::encode(&context.get(Slot::ARTIFACTS).unwrap()).unwrap() {
        write!(observed, "{byte:02x}").unwrap();
    }
    observed += "\nfound:";
    for found in context.diagnostics() {
        write!(observed, " {}", &*found.code).unwrap();
    }
    observed + "\n"
}

fn steps(plugin: &std::sync::Arc<Plugin>) -> String {
    let (mut stepper, mut context) = (Stepper::new(plugin.lease().unwrap()).unwrap(), context());
    stepper.init(&mut context).unwrap();
    let mut observed = state(&context, "init");
    for time in 1..=3 {
        context.set_f64(Slot::TIME_S, f64::from(time)).unwrap();
        stepper.step(&mut context).unwrap();
    }
    observed += &state(&context, "steps");
    stepper.reset(&mut context).unwrap();
    observed += &state(&context, "reset");
    stepper.call("set", Some(&Value::from(5.0)), &mut context).unwrap();
    stepper.step(&mut context).unwrap();
    observed += &state(&context, "set");
    let mut fails = |what, method| {
        let code = stepper.call(method, None, &mut context).unwrap_err().code();
        writeln!(observed, "{what}: {code}").unwrap();
    };
    fails("other", "unset");
    fails("without argument", "set");
    stepper.shutdown(&mut context).unwrap();
    writeln!(observed, "shutdown: {}", stepper.step(&mut context).unwrap_err().code()).unwrap();
    observed
}
