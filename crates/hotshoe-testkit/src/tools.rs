//! Whether a tool is there, and what a test does when it is not.

use std::env;
use std::io::Write;
use std::path::Path;

/// Whether a program can be found on `PATH`.
pub fn is_installed(tool: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    let file = format!("{tool}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&path).any(|folder| Path::new(&folder).join(&file).is_file())
}

/// Asks for a tool at the beginning of a test; on `false` the test returns.
///
/// A missing tool prints `SKIPPED <test>: <tool> is not installed`.
///
/// ```no_run
/// if !hotshoe_testkit::require("aarch64-linux-gnu-gcc") {
///     return;
/// }
/// ```
///
/// # Panics
///
/// If the tool is missing and `CI` or `HOTSHOE_REQUIRE_TOOLS` is set: there, a test that does not
/// run is a defect.
pub fn require(tool: &str) -> bool {
    if is_installed(tool) {
        return true;
    }
    let required = env::var_os("CI").is_some() || env::var_os("HOTSHOE_REQUIRE_TOOLS").is_some();
    assert!(!required, "{tool} is not installed");
    skip(&format!("{tool} is not installed"));
    false
}

/// Asks for a system at the beginning of a test; on `false` the test returns.
///
/// On any other it prints `SKIPPED <test>: not on <system>: <why>`, for a test that a system leaves out should be
/// seen there.
///
/// ```no_run
/// if !hotshoe_testkit::require_system(cfg!(unix), "Windows replaces no file that is mapped") {
///     return;
/// }
/// ```
pub fn require_system(is_this: bool, why: &str) -> bool {
    if !is_this {
        skip(&format!("not on {}: {why}", env::consts::OS));
    }
    is_this
}

/// Says that a test cannot run on this system, also where what tests print is kept back; `tools/test.sh`
/// counts these lines.
pub fn skip(why: &str) {
    let thread = std::thread::current();
    // The macros are what the test runner keeps back; it may have printed dots in this line.
    let line = format!("\nSKIPPED {}: {why}\n", thread.name().unwrap_or("a test"));
    std::io::stderr().write_all(line.as_bytes()).expect("there is somewhere to say it");
}
