//! What describes a runtime: `<name>.runtime.json`.
#![no_main]

use hotshoe::manifest::Kind;
use hotshoe::platform::System;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok((kind, _)) = Kind::from_json(bytes) {
        let names = System::ALL.into_iter().flat_map(|system| kind.file_names(system));
        assert!(names.into_iter().all(|name| !name.is_empty() && !name.contains(['/', '\\'])));
        assert!(kind.name().len() <= 32 && kind.called().len() <= 32);
    }
});
