//! The wire form of values: what is read can be sent, and is the same when it is read again.
#![no_main]

use hotshoe::context::wire;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(value) = wire::decode(bytes) {
        let sent = wire::encode(&value).expect("what was read holds no object, and fits");
        assert_eq!(wire::decode(&sent).expect("what was sent is read"), value);
    }
});
