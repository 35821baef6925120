//! Names of methods, and what is told of them.

use prost::Message as _;
use prost_reflect::prost_types::FileDescriptorSet;
use serde_json::json;

use super::made::{everything, file, message, service, types};
use crate::failure::{Failure, Result};
use crate::message::{Method, Resolver, Types, tool_service};

fn hint(result: Result<Method>) -> String {
    match result.unwrap_err() {
        Failure::Failed(failed) => {
            assert_eq!(failed.code, "method-unknown");
            failed.hint.into_owned()
        }
        other => panic!("{other}"),
    }
}

fn two_services() -> Types {
    let mut first = file("a.proto", "one.v1", vec![message("M", vec![])]);
    first.service =
        vec![service("Tool", &[("Get", "M", "M"), ("Only", "M", "M")]), service("Other", &[("Get", "M", "M")])];
    let mut infrastructure = file("b.proto", "grpc.health.v1", vec![message("M", vec![])]);
    infrastructure.service = vec![service("Health", &[("Check", "M", "M"), ("Only", "M", "M")])];
    types(&[first, infrastructure]).unwrap()
}

#[test]
fn a_method_is_found_by_each_way_to_write_it() {
    let types = two_services();
    for name in
        ["one.v1.Tool/Only", "/one.v1.Tool/Only", "one.v1.Tool.Only", "Tool/Only", "v1.Tool/Only", "Tool.Only", "Only"]
    {
        assert_eq!(types.method(name).unwrap().path(), "/one.v1.Tool/Only", "{name}");
    }
    assert_eq!(types.method("grpc.health.v1.Health/Check").unwrap().path(), "/grpc.health.v1.Health/Check");
}

#[test]
fn a_name_of_several_methods_or_of_none_is_refused_with_those_there_are() {
    let types = two_services();
    assert_eq!(hint(types.method("Get")), "Say which: `one.v1.Other/Get`, `one.v1.Tool/Get`.");
    assert_eq!(hint(types.method("Onyl")), "Did you mean `Only`?");
    assert_eq!(hint(types.method("one.v1.Tol/Only")), "Did you mean `one.v1.Tool/Only`?");
    for name in ["Check", "ool/Only", "", "/", "/Only/", "Tool/", &"x".repeat(1 << 20)] {
        assert!(!hint(types.method(name)).is_empty(), "{}", &name[..name.len().min(9)]);
    }
}

#[test]
fn a_description_has_what_the_application_offers_and_nothing_else() {
    let described = two_services().describe();
    assert_eq!(described["services"][1]["name"], "one.v1.Tool");
    assert_eq!(described["services"].as_array().unwrap().len(), 2);
    let described = types(&[everything()]).unwrap().describe();
    let fields = described["messages"]["test.Everything"]["fields"].as_array().unwrap();
    let field = |name: &str| fields.iter().find(|field| field["name"] == name).unwrap().clone();
    assert_eq!(field("by_number")["type"], "map<int64, string>");
    assert_eq!(field("left")["oneof"], "side");
    assert_eq!(
        field("inners"),
        json!({"name": "inners", "number": 48, "type": "test.Everything", "repeated": true, "optional": false})
    );
    assert_eq!(described["enums"]["test.Color"], json!(["COLOR_UNSET", "COLOR_RED", "COLOR_BLUE"]));
}

#[test]
fn a_schema_of_a_message_that_has_itself_in_it_ends() {
    let schema = types(&[everything()]).unwrap().json_schema("test.Everything").unwrap();
    assert_eq!(schema["properties"]["inner"], json!({"$ref": "#"}));
    assert_eq!(schema["properties"]["by_name"]["additionalProperties"], json!({"$ref": "#"}));
    assert_eq!(schema["properties"]["color"], json!({"$ref": "#/$defs/test.Color"}));
    assert_eq!(schema["$defs"]["test.Color"]["enum"][1], "COLOR_RED");
    assert_eq!(schema["properties"]["a_timestamp"]["format"], "date-time");
    let tool = tool_service::types().unwrap();
    let schema = tool.json_schema("pluginapi.MetadataResponse").unwrap();
    assert_eq!(schema["properties"]["metadata"]["$ref"], "#/$defs/pluginapi.PluginMetadata");
    assert_eq!(schema["$defs"]["pluginapi.Platform"]["properties"]["architectures"]["type"], "array");
}

#[test]
fn the_tool_service_has_its_methods_and_their_numbers() {
    let types = tool_service::types().unwrap();
    assert_eq!(types.services(), [tool_service::SERVICE]);
    let metadata = types.method("GetMetadata").unwrap();
    let json = metadata.decode(b"\x0a\x0e\x0a\x01n\x3a\x09\x0a\x02os\x12\x03amd").unwrap();
    assert!(String::from_utf8(json).unwrap().contains(r#""platforms":[{"os":"os","architectures":["amd"]}]"#));
    let page = types.method("ServeWebPage").unwrap();
    let bytes = page.encode(br#"{"path": "/", "query": {"a": "b"}}"#).unwrap();
    assert_eq!(bytes, b"\x0a\x01/\x12\x06\x0a\x01a\x12\x01b");
    let files = types.method("CallWithFiles").unwrap();
    let bytes = files.encode(br#"{"files": [{"name": "f", "size": 3, "content": "YWJj"}]}"#).unwrap();
    assert_eq!(bytes, b"\x12\x0a\x0a\x01f\x18\x03\x22\x03abc");
}

#[test]
fn files_may_come_in_any_order_and_the_missing_ones_are_asked_for_once() {
    let mut user = file("user.proto", "u", vec![message("M", vec![])]);
    user.dependency = vec!["test.proto".into(), "options.proto".into(), "google/protobuf/any.proto".into()];
    user.service = vec![service("S", &[("Call", ".test.Everything", "M")])];
    let mut resolver = Resolver::new();
    resolver.add(&user.encode_to_vec()).unwrap();
    assert_eq!(resolver.missing(), ["options.proto", "test.proto"]);
    assert_eq!(resolver.ask().as_deref(), Some("options.proto"));
    assert_eq!(resolver.ask().as_deref(), Some("test.proto"));
    assert_eq!(resolver.ask(), None);
    let failure = resolver.clone().build().unwrap_err();
    assert_eq!(failure.code(), Some("process-descriptors"));
    assert!(failure.to_string().contains("test.Everything"), "{failure}");
    resolver.add(&everything().encode_to_vec()).unwrap();
    resolver.add(&everything().encode_to_vec()).unwrap();
    assert_eq!(resolver.missing(), ["options.proto"]);
    assert_eq!(resolver.build().unwrap().method("Call").unwrap().input(), "test.Everything");
}

#[test]
fn a_descriptor_set_of_a_compiler_is_enough() {
    let set = FileDescriptorSet { file: vec![everything()] };
    let types = Types::from_descriptor_set(&set.encode_to_vec()).unwrap();
    assert!(types.has_service("test.Echo"));
}

#[test]
fn a_file_of_an_edition_sends_zeros_and_leaves_out_what_is_absent() {
    let mut file = everything();
    file.syntax = Some("editions".into());
    let same = types(&[file]).unwrap().method("Same").unwrap();
    let bytes = same.encode(br#"{"a_int32": 0}"#).unwrap();
    assert_eq!(bytes, b"\x18\x00");
    let json: serde_json::Value = serde_json::from_slice(&same.decode(&bytes).unwrap()).unwrap();
    assert_eq!((json.get("a_int32"), json.get("a_int64")), (Some(&json!(0)), None));
}
