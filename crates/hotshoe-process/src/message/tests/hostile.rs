//! Bytes that no good plugin sends: each is an error in words, and takes little memory.

use prost::Message as _;
use prost_reflect::prost_types::field_descriptor_proto::Type;
use prost_reflect::prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto};

use super::made::{entry, everything, file, message, repeated, same, scalar, service, typed, types};
use crate::failure::Failure;
use crate::message::{LARGEST_JSON, MESSAGE, MOST_BYTES, MOST_VALUES, Resolver, Types, tool_service};

fn refused(files: &[FileDescriptorProto], words: &str) {
    let failure = types(files).unwrap_err();
    assert_eq!(failure.code(), Some("process-descriptors"));
    assert!(failure.to_string().contains(words), "{failure}");
    assert!(failure.to_string().len() < 1000);
}

fn no_answer(bytes: &[u8]) -> Failure {
    same().decode(bytes).unwrap_err()
}

/// A field with a length before its content, around `content`.
fn wrapped(number: u32, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![];
    prost::encoding::encode_key(number, prost::encoding::WireType::LengthDelimited, &mut bytes);
    prost::encoding::encode_varint(content.len() as u64, &mut bytes);
    bytes.extend_from_slice(content);
    bytes
}

#[test]
fn an_answer_that_ends_too_early_is_told() {
    let bytes = same().encode(br#"{"inner": {"a_string": "abc", "by_name": {"a": {}}}, "a_double": 1}"#).unwrap();
    let whole = (1..bytes.len()).filter(|end| same().decode(&bytes[..*end]).is_ok()).count();
    assert!(whole <= 1, "only between two fields it may end");
    assert_eq!(no_answer(&bytes[..bytes.len() - 1]).code(), Some("process-protocol-noise"));
}

#[test]
fn lengths_that_cannot_be_are_refused_before_anything_is_stored() {
    for bytes in
        [&b"\x72\xff\xff\xff\xff\x0f"[..], b"\x72\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01a", b"\x72\x7fa", b"\xff"]
    {
        assert_eq!(no_answer(bytes).code(), Some("process-protocol-noise"), "{bytes:?}");
    }
}

#[test]
fn ten_thousand_levels_are_too_deep() {
    let nested = |number, levels| (0..levels).fold(vec![], |inner: Vec<u8>, _| wrapped(number, &inner));
    assert!(no_answer(&nested(47, 10_000)).to_string().contains("recursion"));
    assert!(same().decode(&nested(47, 50)).is_ok());
    let groups = [[0xfb, 0x07].repeat(10_000), [0xfc, 0x07].repeat(10_000)].concat();
    assert_eq!(no_answer(&groups).code(), Some("process-protocol-noise"));
    let json = format!("{}{}", "{\"inner\":".repeat(10_000), "}".repeat(10_000));
    assert!(same().encode(json.as_bytes()).unwrap_err().to_string().contains("recursion"));
}

#[test]
fn messages_of_any_type_in_each_other_are_too_deep_as_well() {
    let any = |inner: Vec<u8>| [wrapped(1, b"/google.protobuf.Any"), wrapped(2, &inner)].concat();
    let nested = |levels| wrapped(55, &(0..levels).fold(vec![], |inner, _| any(inner)));
    assert!(same().decode(&nested(50)).is_ok());
    assert!(no_answer(&nested(10_000)).to_string().contains("100 deep"));
    let unknown = wrapped(55, &wrapped(1, b"x/y.Z\x1b[2J"));
    assert_eq!(
        no_answer(&unknown).to_string(),
        "process-descriptors: the answer has a message of the type `y.Z\\u{1b}[2J`, which is not known"
    );
}

#[test]
fn text_that_is_no_utf_8_is_told() {
    assert!(no_answer(b"\x72\x02\xff\xfe").to_string().contains("UTF-8"));
    let failure = same().encode(b"{\"a_string\": \"\xff\"}").unwrap_err();
    assert_eq!(failure.code(), Some("process-input"));
}

#[test]
fn times_that_cannot_be_are_told() {
    for (seconds, nanoseconds) in
        [(i64::MIN, 0), (i64::MAX, i32::MAX), (0, i32::MIN), (253_402_300_799, i32::MAX), (-62_135_596_800, i32::MIN)]
    {
        let mut time = vec![];
        prost::encoding::int64::encode(1, &seconds, &mut time);
        prost::encoding::int32::encode(2, &nanoseconds, &mut time);
        for number in [51, 52] {
            let _ = same().decode(&wrapped(number, &time));
        }
    }
    let mut time = vec![];
    prost::encoding::int64::encode(1, &i64::MAX, &mut time);
    assert!(no_answer(&wrapped(51, &time)).to_string().contains("Timestamp"));
}

#[test]
fn few_bytes_cannot_become_very_much_json() {
    let field = |number: i32| scalar(&format!("{}{number}", "n".repeat(300)), number, Type::Int32);
    let wide = message("Wide", (1..1000).map(field).collect());
    let list = message("List", vec![repeated(typed("all", 1, Type::Message, ".a.Wide"))]);
    let mut wide = file("a.proto", "a", vec![wide, list]);
    wide.service = vec![service("S", &[("Get", "List", "List")])];
    let get = types(&[wide]).unwrap().method("Get").unwrap();
    let bytes = [0x0a, 0x00].repeat(1000);
    let failure = get.decode_within(&bytes, 1 << 20).unwrap_err();
    assert_eq!(failure.code(), Some("call-too-large"));
    assert_eq!(get.decode_within(b"", LARGEST_JSON).unwrap(), br#"{"all":[]}"#);
    let many = wrapped(48, b"\x18\x01").repeat(MOST_VALUES / MESSAGE);
    assert_eq!(no_answer(&many).code(), Some("call-too-large"));
    let many = wrapped(33, &vec![1; 5_000_000]);
    assert_eq!(no_answer(&many).code(), Some("call-too-large"));
}

#[test]
fn files_that_import_each_other_are_refused() {
    let importing =
        |name: &str, of: &str| FileDescriptorProto { dependency: vec![of.into()], ..file(name, "", vec![]) };
    refused(&[importing("a", "b"), importing("b", "a")], "imports itself");
    refused(&[importing("a", "a")], "imports itself");
    let mut chain: Vec<_> = (0..900).map(|i| importing(&format!("f{i:04}"), &format!("f{:04}", i + 1))).collect();
    chain.iter_mut().for_each(|file| file.public_dependency = vec![0]);
    types(&chain).unwrap();
    let twice = FileDescriptorProto { dependency: vec!["b".into(); 1001], ..file("a", "", vec![]) };
    refused(&[twice], "imports more than");
    let all =
        |i: usize| FileDescriptorProto { dependency: vec!["b".into(); 1000], ..file(&format!("f{i}"), "", vec![]) };
    refused(&(0..21).map(all).collect::<Vec<_>>(), "more than 20000 imports");
    let public = |i: usize| FileDescriptorProto { public_dependency: vec![0; 600], ..importing(&format!("f{i}"), "b") };
    refused(&[public(0), public(1)], "public imports");
}

#[test]
fn a_chain_of_imports_without_end_ends() {
    let mut resolver = Resolver::new();
    let importing = |i: usize| FileDescriptorProto {
        dependency: (0..3).map(|j| format!("{i}-{j}")).collect(),
        ..file(&format!("f{i}"), "", vec![])
    };
    let failure = (0..).find_map(|i| {
        resolver.ask();
        resolver.add(&importing(i).encode_to_vec()).err()
    });
    assert!(failure.unwrap().to_string().contains("more than 1000 files"));
}

#[test]
fn two_files_of_one_name_must_be_the_same() {
    refused(&[everything(), file("test.proto", "other", vec![])], "two different files");
    refused(&[everything(), FileDescriptorProto { name: Some("copy.proto".into()), ..everything() }], "test.");
    types(&[file("google/protobuf/any.proto", "evil", vec![message("Any", vec![])]), everything()]).unwrap();
}

#[test]
fn names_that_are_none_are_refused() {
    for name in ["", "a b", "1a", "a.b", "ä", "a\u{1b}[2J", &"n".repeat(1 << 20)] {
        refused(&[file("a.proto", "", vec![message(name, vec![])])], "");
        refused(&[file("a.proto", "", vec![message("M", vec![scalar(name, 1, Type::Bool)])])], "");
    }
    for package in ["a..b", ".", "a b", &"n".repeat(1 << 20), &"n.".repeat(1 << 18), &"n.".repeat(40)] {
        refused(&[file("a.proto", package, vec![])], "");
    }
    refused(&[file(&"n".repeat(1 << 20), "", vec![])], "a file is called");
}

#[test]
fn fields_that_no_compiler_would_write_are_refused() {
    let with = |fields: Vec<FieldDescriptorProto>| [file("a.proto", "", vec![message("M", fields)])];
    for number in [i32::MIN, -1, 0, 536_870_912, i32::MAX] {
        refused(&with(vec![scalar("a", number, Type::Bool)]), "number");
    }
    refused(&with(vec![FieldDescriptorProto { oneof_index: Some(1), ..scalar("a", 1, Type::Bool) }]), "oneof");
    refused(&with(vec![scalar("a", 1, Type::Bool), scalar("a", 2, Type::Bool)]), "a");
    refused(&with(vec![scalar("a", 1, Type::Bool), scalar("b", 1, Type::Bool)]), "1");
    refused(&with(vec![typed("a", 1, Type::Message, ".No")]), "No");
    refused(
        &with(vec![FieldDescriptorProto { r#type: Some(99), ..scalar("a", 1, Type::Bool) }, scalar("", 1, Type::Bool)]),
        "",
    );
}

#[test]
fn maps_that_are_none_are_refused() {
    let with = |entry: DescriptorProto| {
        let map = message("M", vec![repeated(typed("map", 1, Type::Message, ".M.E"))]);
        [file("a.proto", "", vec![DescriptorProto { nested_type: vec![entry], ..map }])]
    };
    types(&with(entry("E", Type::String, scalar("value", 2, Type::Bool)))).unwrap();
    for key in [Type::Double, Type::Float, Type::Bytes] {
        refused(&with(entry("E", key, scalar("value", 2, Type::Bool))), "no entry of a map");
    }
    refused(&with(entry("E", Type::String, scalar("value", 3, Type::Bool))), "no entry of a map");
    refused(&with(entry("E", Type::String, repeated(scalar("value", 2, Type::Bool)))), "no entry of a map");
    refused(&with(entry("E", Type::String, typed("value", 2, Type::Message, ".M.E"))), "no entry of a map");
    let mut single = with(entry("E", Type::String, scalar("value", 2, Type::Bool)));
    single[0].message_type[0].field.push(typed("single", 2, Type::Message, ".M.E"));
    refused(&single, "and no map");
}

#[test]
fn declarations_are_bounded_in_depth_number_and_size() {
    let deep = |levels| {
        (0..levels)
            .fold(message("M", vec![]), |inner, _| DescriptorProto { nested_type: vec![inner], ..message("M", vec![]) })
    };
    refused(&[file("a.proto", "", vec![deep(60)])], "deep");
    types(&[file("a.proto", "", vec![deep(20)])]).unwrap();
    let nested = (0..10_000).fold(vec![], |inner: Vec<u8>, _| wrapped(3, &inner));
    assert!(Resolver::new().add(&wrapped(4, &nested)).unwrap_err().to_string().contains("recursion"));
    let many = (0..20_001).map(|i| message(&format!("M{i}"), vec![])).collect();
    refused(&[file("a.proto", "", many)], "messages");
    let empty_files = [0x0a, 0x00].repeat(1 << 20);
    assert!(Types::from_descriptor_set(&empty_files).unwrap_err().to_string().contains("values"));
    assert!(Types::from_descriptor_set(&vec![0; MOST_BYTES + 1]).unwrap_err().to_string().contains("bytes"));
}

/// What is built of damaged descriptors must not panic, neither while they are built nor when they are used.
#[test]
fn damaged_descriptors_are_refused_or_work() {
    let (whole, mut damage, mut good) = ([everything().encode_to_vec(), tool_service::file()], Damage::new(), 0);
    for round in 0..3000 {
        let bytes = damage.done_to(&whole[round % 2]);
        let mut resolver = Resolver::new();
        let Ok(types) = resolver.add(&bytes).and_then(|()| resolver.build()) else { continue };
        good += 1;
        types.describe();
        for service in types.services() {
            for method in ["Same", "Call", "GetMetadata", "ServeWebPage"] {
                let Ok(method) = types.method(&format!("{service}/{method}")) else { continue };
                types.json_schema(&method.output());
                let _ = method.encode(br#"{"a_int32": 1, "by_number": {"1": "x"}, "left": "l", "query": {"a": "b"}}"#);
                let _ = method.decode(&damage.done_to(&[0; 40]));
                let _ = method.decode(b"\x18\x05\xca\x02\x04\x0a\x00\x12\x00\x0a\x02\x0a\x00");
            }
        }
    }
    assert!(good > 100, "only {good} of them were built");
}

#[test]
fn damaged_answers_are_refused_or_are_good_json() {
    let rich = br#"{"a_double": 1.5, "many_int64": [1, 2], "many_bool": [true], "a_string": "text", "a_bytes": "AAEC",
        "by_name": {"k": {"color": 1}}, "by_number": {"1": "x"}, "by_flag": {"true": 2}, "left": "l", "color": 7,
        "inner": {"inner": {"a_float": 1}}, "a_timestamp": "2026-01-31T12:00:00.5Z", "a_duration": "1.5s",
        "a_struct": {"k": [1, null, {"x": true}]}, "a_value": "v", "a_fieldmask": "aB,c", "a_int64value": "7",
        "a_any": {"@type": "x/google.protobuf.Duration", "value": "2s"}, "a_doublevalue": 1, "a_empty": {}}"#;
    let (method, mut damage, mut good) = (same(), Damage::new(), 0);
    let whole = method.encode(rich).unwrap();
    for _ in 0..5000 {
        let Ok(json) = method.decode(&damage.done_to(&whole)) else { continue };
        good += 1;
        serde_json::from_slice::<serde_json::Value>(&json).expect("good JSON");
    }
    assert!(good > 100, "only {good} of them were read");
}

/// The same damage in each run.
struct Damage(u64);

impl Damage {
    fn new() -> Damage {
        Damage(0x9e37_79b9_7f4a_7c15)
    }

    fn next(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap()
    }

    fn done_to(&mut self, whole: &[u8]) -> Vec<u8> {
        let mut bytes = whole.to_vec();
        for _ in 0..1 + self.next() % 4 {
            let at = self.next() % bytes.len();
            match self.next() % 3 {
                0 => bytes[at] = self.next() as u8,
                1 => bytes[at] ^= 1 << (self.next() % 8),
                _ => bytes[at] = bytes[self.next() % whole.len()],
            }
        }
        bytes
    }
}
