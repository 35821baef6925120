//! JSON to bytes and back.

use serde_json::{Value, json};

use super::made::{SCALARS, same};
use crate::failure::{Failed, Failure};
use crate::message::tool_service;

fn there_and_back(input: &Value) -> Value {
    let method = same();
    let bytes = method.encode(input.to_string().as_bytes()).unwrap();
    serde_json::from_slice(&method.decode(&bytes).unwrap()).unwrap()
}

fn refused(input: &str) -> (String, String) {
    match same().encode(input.as_bytes()).unwrap_err() {
        Failure::Failed(failed) => {
            let Failed { code, message, hint } = *failed;
            assert_eq!(code, "process-input");
            (message.into_owned(), hint.into_owned())
        }
        other => panic!("{other}"),
    }
}

#[test]
fn every_scalar_comes_back_as_it_was() {
    let samples = json!({
        "double": [1.5, -2.25e300, "NaN", "Infinity", "-Infinity"],
        "float": [0.1, -3.5, "NaN", "-Infinity"],
        "int32": [i32::MIN, i32::MAX], "sint32": [i32::MIN, i32::MAX], "sfixed32": [i32::MIN, i32::MAX],
        "uint32": [1, u32::MAX], "fixed32": [1, u32::MAX],
        "int64": ["-9223372036854775808", "9223372036854775807"], "sint64": ["-9223372036854775808"],
        "sfixed64": ["9223372036854775807"], "uint64": ["18446744073709551615"], "fixed64": ["18446744073709551615"],
        "bool": [true], "string": ["ä\u{0}\"\\\u{1f980}", "x"], "bytes": ["AAH/", "/+8="],
    });
    for (name, _) in SCALARS {
        for sample in samples[name].as_array().unwrap() {
            let (single, many) = (format!("a_{name}"), format!("many_{name}"));
            let output = there_and_back(&json!({&*single: sample, &*many: [sample, sample]}));
            assert_eq!(output[single], *sample, "{name}");
            assert_eq!(output[many], json!([sample, sample]), "{name}");
        }
    }
}

#[test]
fn all_else_comes_back_too() {
    let input = json!({
        "by_name": {"b": {"a_int32": 1}, "a": {}}, "by_number": {"-5": "x", "10": "y"}, "by_flag": {"true": 0.5},
        "right": 0, "color": "COLOR_BLUE", "inner": {"inner": {"a_string": "deep"}}, "inners": [{}, {"left": ""}],
        "a_timestamp": "2026-01-31T12:00:00.250Z", "a_duration": "-1.500s", "a_struct": {"k": [1.0, null, {"x": true}]},
        "a_value": null, "a_any": {"@type": "type.googleapis.com/test.Everything", "a_int32": 3},
        "a_fieldmask": "a,bC.d", "a_int64value": "7", "a_doublevalue": "NaN", "a_empty": {},
    });
    let output = there_and_back(&input);
    let pointers = [
        "/by_number",
        "/by_flag",
        "/right",
        "/color",
        "/inner/inner/a_string",
        "/inners/1/left",
        "/a_timestamp",
        "/a_duration",
        "/a_struct",
        "/a_value",
        "/a_any/@type",
        "/a_any/a_int32",
        "/a_fieldmask",
        "/a_int64value",
        "/a_doublevalue",
        "/a_empty",
        "/by_name/b/a_int32",
    ];
    for pointer in pointers {
        assert_eq!(output.pointer(pointer), input.pointer(pointer), "{pointer}");
        assert!(output.pointer(pointer).is_some(), "{pointer}");
    }
}

#[test]
fn an_any_of_a_well_known_type_and_an_unknown_enum_number_come_back() {
    let input = json!({"a_any": {"@type": "x/google.protobuf.Duration", "value": "1s"}, "color": 99});
    let output = there_and_back(&input);
    assert_eq!((&output["a_any"], &output["color"]), (&input["a_any"], &input["color"]));
}

#[test]
fn fields_have_the_names_of_the_file_and_those_of_javascript_are_taken() {
    let call = tool_service::types().unwrap().method("Call").unwrap();
    let bytes = call.encode(br#"{"argsJson": "{}"}"#).unwrap();
    assert_eq!(bytes, b"\x0a\x02{}");
    assert_eq!(call.encode(br#"{"args_json": "{}"}"#).unwrap(), bytes);
    assert_eq!(call.decode(b"\x0a\x01x").unwrap(), br#"{"result_json":"x","error":""}"#);
}

#[test]
fn what_can_be_absent_is_absent_and_all_else_is_there() {
    let output = there_and_back(&json!({}));
    assert_eq!((&output["a_int64"], &output["many_bool"], &output["by_name"]), (&json!("0"), &json!([]), &json!({})));
    assert_eq!(output["color"], "COLOR_UNSET");
    assert_eq!((output.get("left"), output.get("inner"), output.get("a_any")), (None, None, None));
}

#[test]
fn no_input_is_an_empty_one() {
    let method = same();
    for input in ["", " \n", "{}"] {
        assert_eq!(method.encode(input.as_bytes()).unwrap(), b"", "{input:?}");
    }
}

#[test]
fn a_wrong_input_is_told_by_its_field() {
    for (input, message) in [
        (r#"{"a_int32": "x"}"#, "`a_int32` should be a whole number of 32 bits, and is the text `x`"),
        (
            r#"{"inner": {"inners": [{}, {"a_bool": 1}]}}"#,
            "`inner.inners[1].a_bool` should be true or false, and is `1`",
        ),
        (
            r#"{"many_uint32": [1, -1]}"#,
            "`many_uint32[1]` should be a whole number of 32 bits that is not negative, and is `-1`",
        ),
        (r#"{"by_name": {"k": {"a_string": []}}}"#, "`by_name[\"k\"].a_string` should be a text, and is a list"),
        (
            r#"{"by_number": {"k": "v"}}"#,
            "the key of `by_number[\"k\"]` should be a whole number of 64 bits, or a text with one",
        ),
        (r#"{"many_bool": true}"#, "`many_bool` should be a list, and is true"),
        (r#"{"by_name": []}"#, "`by_name` should be an object, and is a list"),
        (
            r#"{"a_timestamp": "yesterday"}"#,
            "`a_timestamp` should be a time such as \"2026-01-31T12:00:00Z\", and is the text `yesterday`",
        ),
        (
            r#"{"a_int64value": true}"#,
            "`a_int64value` should be a whole number of 64 bits, or a text with one, and is true",
        ),
        (r#"{"a_any": {"@type": "x/y.Z"}}"#, "`a_any` is wrong: message 'y.Z' not found"),
        ("[]", "the input should be an object, and is a list"),
        (r#"{"left": "a", "right": 1}"#, "the input is wrong: multiple fields provided for oneof 'side'"),
    ] {
        assert_eq!(refused(input).0, message, "{input}");
    }
    assert!(refused("{\n").0.starts_with("the input is no JSON: "));
    assert!(refused("{} {}").0.starts_with("the input is no JSON: trailing characters"));
    assert!(refused(r#"{"a_int64": 92233720368547758070}"#).0.starts_with("`a_int64` should be"));
}

#[test]
fn a_name_that_is_not_there_gets_the_one_that_was_meant() {
    let (message, hint) = refused(r#"{"inner": {"a_strnig": 1}}"#);
    assert_eq!(message, "`test.Everything` has no field `inner.a_strnig`");
    assert_eq!(hint, "Did you mean `a_string`?");
    let (message, hint) = refused(r#"{"color": "RED"}"#);
    assert_eq!(message, "`color` is `RED`, which `test.Color` does not have");
    assert_eq!(hint, "It has `COLOR_UNSET`, `COLOR_RED`, `COLOR_BLUE`.");
    let call = tool_service::types().unwrap().method("GetVersion").unwrap();
    assert_eq!(call.encode(br#"{"x": 1}"#).unwrap_err().code(), Some("process-input"));
}
