//! What a library would leave behind if it were unmapped.

use super::facts;
use hotshoe::inspect::Inspection;
use hotshoe_testkit::{GOOD_C_PLUGIN, Library, PluginTree, require};

fn c(body: &str, args: &[&str]) -> Inspection {
    let source = format!("#define _GNU_SOURCE\n{body}\nvoid harmonics_register(void *r) {{ start(r); }}");
    facts(&args.iter().fold(Library::c(&source), |library, arg| library.arg(*arg)).build())
}

fn reason(facts: &Inspection) -> String {
    let reasons = facts.must_stay_mapped();
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    reasons.into_iter().next().unwrap_or_default()
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "the imports of other formats are not read")]
fn a_plugin_that_leaves_nothing_behind_may_be_unmapped() {
    assert_eq!(facts(&Library::c(GOOD_C_PLUGIN).build()).must_stay_mapped(), [""; 0]);
    // Functions for the end of the program go with the library that registered them, and threads that are waited for end.
    let tidy = "#include <stdlib.h>\n#include <pthread.h>\nstatic void end(void) {}\n\
        static void *run(void *r) { return r; }\n\
        static void start(void *r) { pthread_t t; atexit(end); pthread_create(&t, 0, run, r); pthread_join(t, 0); }";
    assert_eq!(c(tidy, &["-pthread"]).must_stay_mapped(), [""; 0]);
    let cpp = "#include <thread>\nthread_local std::string last;\n\
        extern \"C\" void harmonics_register(void *) { std::thread t([] { last = \"x\"; }); t.join(); }";
    assert_eq!(facts(&Library::cpp(&format!("#include <string>\n{cpp}")).build()).must_stay_mapped(), [""; 0]);
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "the imports of other formats are not read")]
fn a_plugin_that_used_openmp_must_stay() {
    if !require("gcc") {
        return;
    }
    let source = "int n;\nvoid start(void *r) { (void)r;\n#pragma omp parallel\n{ ++n; }\n}";
    let body = format!("{source}\nvoid harmonics_register(void *r) {{ start(r); }}");
    let direct = facts(&Library::c(&body).compiler("gcc").arg("-fopenmp").build());
    assert!(reason(&direct).contains("`libgomp.so.1`"), "{}", reason(&direct));
    // So must one that has only a library of its own that does.
    let own = Library::c(source).compiler("gcc").arg("-fopenmp").arg("-Wl,-soname,libloops.so");
    let own = own.file_name("libloops.so").build();
    let folder = own.parent().unwrap().display().to_string();
    let plugin = "void start(void *); void harmonics_register(void *r) { start(r); }";
    let plugin = Library::c(plugin).arg(own.display().to_string()).arg(format!("-Wl,-rpath,{folder}")).build();
    let reason = reason(&facts(&plugin));
    assert!(reason.contains("its `libloops.so`") && reason.contains("OpenMP"), "{reason}");
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "the imports of other formats are not read")]
fn a_plugin_that_hands_its_functions_to_others_must_stay() {
    let each = [
        (
            "#include <stdlib.h>\nstatic void end(int s, void *r) {}\nstatic void start(void *r) { on_exit(end, r); }",
            "`on_exit`",
        ),
        (
            "#include <pthread.h>\nstatic void end(void *r) {}\nstatic pthread_key_t key;\n\
          static void start(void *r) { pthread_key_create(&key, end); pthread_setspecific(key, r); }",
            "`pthread_key_create`",
        ),
        (
            "#include <signal.h>\nstatic void on(int s) {}\nstatic void start(void *r) { signal(SIGUSR1, on); }",
            "`signal`",
        ),
        (
            "#include <pthread.h>\nstatic void *run(void *r) { return r; }\n\
          static void start(void *r) { pthread_t t; pthread_create(&t, 0, run, r); pthread_detach(t); }",
            "threads",
        ),
    ];
    for (body, what) in each {
        let reason = reason(&c(body, &["-pthread"]));
        assert!(reason.contains(what), "{what}: {reason}");
    }
    let cpp = "#include <thread>\nextern \"C\" void harmonics_register(void *) { std::thread([] {}).detach(); }";
    assert!(reason(&facts(&Library::cpp(cpp).build())).contains("does not wait"));
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "the imports of other formats are not read")]
fn what_a_plugins_own_library_leaves_behind_counts() {
    let own = "#include <signal.h>\nstatic void on(int s) {}\nvoid watch(void) { signal(SIGUSR1, on); }";
    let own = Library::c(own).arg("-Wl,-soname,libwatch.so").file_name("libwatch.so").build();
    let plugin = "void watch(void); void harmonics_register(void *r) { (void)r; watch(); }";
    let plugin = Library::c(plugin).arg(own.display().to_string()).arg("-Wl,-rpath,$ORIGIN/private").build();
    let tree = PluginTree::new().plugin("gain", "{}", &plugin);
    let tree = tree.file("gain/private/libwatch.so", std::fs::read(own).unwrap());
    assert!(reason(&facts(&tree.library("gain"))).contains("its `libwatch.so` registers"));
}
