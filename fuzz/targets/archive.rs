//! Archives: what is listed is within the bounds that the documentation names.
#![no_main]

use hotshoe::error::Code;
use hotshoe::package;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut bytes = bytes.to_owned();
    mend_checksums(&mut bytes);
    match hotshoe_fuzz::in_a_file(&bytes, package::list) {
        Ok(contents) => {
            let size: u64 = contents.iter().map(|content| content.size).sum();
            assert!(contents.len() <= package::MOST_ENTRIES && size <= package::LARGEST_CONTENT);
            assert!(contents.iter().all(|content| is_safe(&content.path)));
        }
        Err(error) => {
            let codes = [Code::ARCHIVE_REFUSED, Code::ARCHIVE_UNREADABLE];
            assert!(codes.contains(&error.code()), "{}", error.report());
            assert!(error.hint_text().is_some(), "{}", error.report());
        }
    }
});

/// Without it, hardly any change of a tar's header would be seen.
fn mend_checksums(bytes: &mut [u8]) {
    for block in bytes.chunks_exact_mut(512).filter(|block| &block[257..262] == b"ustar") {
        let sum: u32 = block[..148].iter().chain(&block[156..]).map(|byte| u32::from(*byte)).sum::<u32>() + 256;
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    }
}

fn is_safe(path: &str) -> bool {
    path.split('/').all(|part| !["", ".", ".."].contains(&part)) && !path.contains(['\\', ':', '\0'])
}
