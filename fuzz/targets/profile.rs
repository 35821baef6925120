//! Host profiles: `<name>.host.json`.
#![no_main]

use hotshoe::profile::HostProfile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| drop(HostProfile::from_json(bytes)));
