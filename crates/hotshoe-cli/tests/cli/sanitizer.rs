//! Plugins that were compiled with a sanitizer.

use hotshoe_testkit::{GOOD_C_PLUGIN, Library, require};

use crate::check::{CHECK, with_library};
use crate::json;

#[test]
fn a_plugin_with_a_sanitizer_gets_a_warning() {
    if !require("gcc") {
        return;
    }
    for (option, name) in [("-fsanitize=address", "AddressSanitizer"), ("-fsanitize=thread", "ThreadSanitizer")] {
        let tree = with_library(&Library::c(GOOD_C_PLUGIN).compiler("gcc").arg(option));
        let found = json(&tree, &CHECK, 0)["diagnostics"][0].take();
        assert_eq!(found["code"], "library-sanitizer", "{found:#}");
        assert!(found["message"].as_str().unwrap().contains(name), "{found:#}");
        assert!(found["hint"].as_str().unwrap().contains("LD_PRELOAD=lib"), "{found:#}");
    }
    let harmless = with_library(&Library::c(GOOD_C_PLUGIN).compiler("gcc").arg("-fsanitize=undefined"));
    assert_eq!(json(&harmless, &CHECK, 0)["diagnostics"].as_array().map_or(0, Vec::len), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_plugin_with_a_sanitizer_is_taken_by_a_host_that_has_it() {
    use crate::check::LOAD;
    use crate::hotshoe;
    if !require("gcc") {
        return;
    }
    let tree = with_library(&Library::c(GOOD_C_PLUGIN).compiler("gcc").arg("-fsanitize=address"));
    let refused = json(&tree, &LOAD, 1);
    let codes: Vec<&str> =
        refused["diagnostics"].as_array().unwrap().iter().map(|found| found["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["library-sanitizer", "library-sanitizer"], "the warning, and the refusal: {refused:#}");
    let runtime = std::process::Command::new("gcc").arg("-print-file-name=libasan.so").output().unwrap();
    let runtime = String::from_utf8(runtime.stdout).unwrap();
    let sanitized = hotshoe(&tree, &LOAD).env("LD_PRELOAD", runtime.trim()).env("ASAN_OPTIONS", "detect_leaks=0");
    sanitized.assert().code(0);
    let late = || hotshoe(&tree, &LOAD).env("ASAN_OPTIONS", "detect_leaks=0:verify_asan_link_order=0");
    late().assert().code(0);
    // As a program has it that another compiler made: two sanitizers of one kind end it.
    let other = Library::c("void __asan_init(void) {}\n").build();
    late().env("LD_PRELOAD", other).assert().code(1);
}
