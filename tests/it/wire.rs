//! The wire form of values: what goes out comes in again, and what is hostile is refused.

use hotshoe::context::{Buffer, Element, HostObject, Layout, List, Value, wire};
use hotshoe::error::Code;
use proptest::prelude::*;

use crate::value::any_value;

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn refused(hex: &str) -> Code {
    wire::decode(&bytes(hex)).unwrap_err().code()
}

proptest! {
    #[test]
    fn what_goes_out_comes_in_again(value in any_value()) {
        let sent = wire::encode(&value).unwrap();
        prop_assert_eq!(wire::decode(&sent).unwrap(), value);
        // Whatever breaks off is refused.
        for end in 0..sent.len() {
            prop_assert_eq!(wire::decode(&sent[..end]).unwrap_err().code(), Code::WIRE_INVALID);
        }
    }

    #[test]
    fn any_bytes_are_a_value_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(value) = wire::decode(&bytes) {
            prop_assert_eq!(wire::decode(&wire::encode(&value).unwrap()).unwrap(), value);
        }
    }
}

/// Written down from the two RFCs, so that others read it.
#[test]
fn the_form_is_that_of_the_standards() {
    let encoded = |value: &Value| wire::encode(value).unwrap();
    assert_eq!(encoded(&Value::Null), bytes("f6"));
    assert_eq!(encoded(&(-0.0).into()), bytes("fb 8000000000000000"));
    assert_eq!(encoded(&i64::MIN.into()), bytes("3b 7fffffffffffffff"));
    let row = Buffer::new(&[2], &[1_u16, 258]).unwrap();
    assert_eq!(encoded(&row.into()), bytes("d845 44 0100 0201"));
    let matrix = Buffer::new(&[1, 2], &[1.0_f32, 2.0]).unwrap();
    assert_eq!(encoded(&matrix.into()), bytes("d828 82 82 01 02 d855 48 0000803f 00000040"));
    let complex = Buffer::zeros(Element::C64, &[1]).unwrap();
    complex.write_bytes(&[1.0_f32.to_ne_bytes(), 2.0_f32.to_ne_bytes()].concat()).unwrap();
    assert_eq!(encoded(&complex.into()), bytes("d9a7f9 d855 48 0000803f 00000040"));
    let bools = Buffer::zeros(Element::Bool, &[2]).unwrap();
    bools.write_bytes(&[1, 0]).unwrap();
    assert_eq!(encoded(&bools.into()), bytes("d829 82 f5 f4"));
}

#[test]
fn other_forms_of_the_standards_are_read() {
    let decoded = |hex: &str| wire::decode(&bytes(hex)).unwrap();
    assert_eq!(decoded("f9 3c00"), 1.0.into());
    assert_eq!(decoded("fa 3fc00000"), 1.5.into());
    assert_eq!(decoded("7f 61 61 61 62 ff"), "ab".into());
    assert_eq!(decoded("5f 41 01 41 02 ff"), Value::bytes([1, 2]));
    assert_eq!(decoded("9f 01 ff"), decoded("81 01"));
    assert_eq!(decoded("bf 61 61 01 ff"), decoded("a1 61 61 01"));
    let numbers = |hex| decoded(hex).as_buffer().unwrap().numbers::<u16>().unwrap();
    assert_eq!(numbers("d841 44 0001 0102"), [1, 258], "the greatest byte first");
    // RFC 8746, 3.1.2: two rows of three, column by column.
    let columns = decoded("d9 0410 82 82 02 03 d841 4c 0002 0004 0004 0010 0008 0100");
    let columns = columns.as_buffer().unwrap();
    assert_eq!(columns.shape(), [2, 3]);
    assert_eq!(columns.numbers::<u16>().unwrap(), [2, 4, 8, 4, 16, 256]);
}

#[test]
fn what_is_no_value_is_refused() {
    for hex in [
        "",
        "f7",                         // undefined
        "1b ffffffffffffffff",        // more than an i64
        "3b ffffffffffffffff",        // less than one
        "a1 01 01",                   // a name that is no text
        "a2 61 61 01 61 61 02",       // a name that is there twice
        "61 ff",                      // no UTF-8
        "01 01",                      // something behind it
        "c0 61 61",                   // a tag that no value has
        "d845 43 010203",             // half an element
        "d845 61 61",                 // a typed array of text
        "d828 82 81 03 d840 42 0102", // another shape
        "d828 81 81 03",              // no elements
        "d828 82 81 00 d840 42 0102", // nothing, and something in it
        "d828 82 82 1b ffffffffffffffff 02 d840 42 0102",
        "d829 82 f5 01",       // no bools alone
        "d9a7f9 d840 42 0102", // complex numbers of bytes
        "9b ffffffffffffffff", // a list of more than there is
        "5b ffffffffffffffff",
        "ff",
        "1c",
    ] {
        assert_eq!(refused(hex), Code::WIRE_INVALID, "{hex}");
    }
    let dimensions = format!("d828 82 98 21 {} d840 41 01", "01".repeat(33));
    assert_eq!(refused(&dimensions), Code::WIRE_INVALID);
}

#[test]
fn what_is_too_deep_or_too_large_is_refused_as_it_is_read() {
    assert_eq!(refused(&"81".repeat(1_000_000)), Code::VALUE_TOO_DEEP);
    assert_eq!(refused(&"9f".repeat(1_000_000)), Code::VALUE_TOO_DEEP);
    assert_eq!(refused(&"a160".repeat(1_000_000)), Code::VALUE_TOO_DEEP);
    assert!(wire::decode(&bytes(&format!("{}80", "81".repeat(Value::DEEPEST as usize - 1)))).is_ok());
    let mut many = bytes("9f");
    many.resize(Value::MOST_PARTS as usize + 1, 0x01);
    assert_eq!(wire::decode(&many).unwrap_err().code(), Code::VALUE_TOO_LARGE);
    // One byte, looked at more often than there is memory.
    let one = Buffer::new(&[1], &[7_u8]).unwrap();
    let often = one.view(Element::U8, 0, &Layout { strides: Some(&[0]), ..Layout::of(&[1 << 50]) }).unwrap();
    assert_eq!(wire::encode(&often.into()).unwrap_err().code(), Code::VALUE_TOO_LARGE);
    let mut list = List::new();
    let text = Value::from("x".repeat(1 << 20));
    (0..300).for_each(|_| list.push(text.clone()).unwrap());
    assert_eq!(wire::encode(&list.into()).unwrap_err().code(), Code::VALUE_TOO_LARGE);
}

#[test]
fn an_object_goes_nowhere() {
    struct Model;
    impl HostObject for Model {
        fn type_name(&self) -> &str {
            "org.example.Model"
        }
    }
    let error = wire::encode(&Value::object(Model)).unwrap_err();
    assert_eq!(error.code(), Code::WIRE_UNSUPPORTED);
    assert!(error.message().contains("org.example.Model"));
}
