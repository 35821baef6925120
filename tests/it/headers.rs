//! The C header is what the code says.

#[test]
fn the_checked_in_header_is_the_generated_one() {
    let generated = std::fs::read_to_string(env!("HOTSHOE_GENERATED_HEADER")).unwrap();
    let checked_in = include_str!("../../include/hotshoe/host.h");
    assert!(
        generated == checked_in,
        "include/hotshoe/host.h is not what src/capi says: run tools/headers.sh and commit it"
    );
}
