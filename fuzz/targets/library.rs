//! Libraries: ELF, PE and Mach-O.
#![no_main]

use hotshoe::inspect::Inspection;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(inspection) = hotshoe_fuzz::in_a_file(bytes, Inspection::of) {
        inspection.findings();
        inspection.residency_reasons();
        inspection.exports_symbol("harmonics_register");
    }
});
