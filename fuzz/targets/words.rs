//! Words of one line: versions, version requirements, platforms, capabilities and names.
#![no_main]

use std::ffi::OsStr;

use hotshoe::capability::Capability;
use hotshoe::catalog::SearchPath;
use hotshoe::platform::Platform;
use hotshoe::{manifest, version};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok((version, _)) = version::parse(text) {
        let again = version::parse(&version.to_string()).expect("what it says can be read");
        assert_eq!(version, again.0);
    }
    if let Ok(requirement) = version::requirement(text) {
        version::requirement(&requirement.to_string()).expect("what it says can be read");
    }
    let _ = (text.parse::<Platform>(), Capability::new(text), manifest::check_name(text));
    SearchPath::parse(OsStr::new(text));
});
