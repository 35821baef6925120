//! Manifests: `plugin.json`.
#![no_main]

use hotshoe::manifest::{Manifest, check_name};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok((manifest, _)) = Manifest::from_json(bytes, Some("harmonics_version")) {
        assert!(manifest.name.is_none_or(|name| check_name(&name).is_ok()));
    }
});
