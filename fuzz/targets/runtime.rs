//! What describes a runtime: `<name>.runtime.json`.
#![no_main]

use hotshoe::diagnostics::Diagnostic;
use hotshoe::manifest::Kind;
use hotshoe::platform::System;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| match Kind::from_json(bytes) {
    Ok((kind, findings)) => {
        let names = System::ALL.into_iter().flat_map(|system| kind.file_names(system));
        assert!(names.into_iter().all(|name| !name.is_empty() && !name.contains(['/', '\\'])));
        assert!(kind.name().len() <= 32 && kind.called().len() <= 32);
        assert!(kind.description().is_none_or(is_line));
        findings.iter().for_each(check);
    }
    Err(error) => check(&error.into()),
});

/// What is said of it is short, and holds nothing that would move a terminal's cursor.
fn check(found: &Diagnostic) {
    let shown = found.to_string();
    assert!(shown.len() < 20_000 && shown.split('\n').all(is_line), "{shown:?}");
}

fn is_line(text: &str) -> bool {
    !text.chars().any(char::is_control)
}
