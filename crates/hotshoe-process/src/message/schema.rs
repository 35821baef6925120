//! What can be called, as JSON: for a person who asks, and as a JSON schema for programs.

use std::collections::BTreeMap;

use prost_reflect::{Cardinality, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor};
use serde_json::{Map, Value, json};

/// Services with these methods, and the messages and enums that they lead to, in the order of their names.
pub(super) fn describe<'a>(methods: impl Iterator<Item = &'a MethodDescriptor>) -> Value {
    let mut services: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut roots = vec![];
    for method in methods {
        let (service, name) = (method.parent_service().full_name(), method.name());
        services.entry(service.to_owned()).or_default().push(json!({
            "name": name,
            "path": format!("/{service}/{name}"),
            "input": method.input().full_name(),
            "output": method.output().full_name(),
            "client_streaming": method.is_client_streaming(),
            "server_streaming": method.is_server_streaming(),
        }));
        roots.extend([method.input(), method.output()]);
    }
    let services = services.into_iter().map(|(name, methods)| json!({"name": name, "methods": methods}));
    let services: Vec<Value> = services.collect();
    let reached = Reached::from(roots);
    let messages = reached.messages.values().map(|message| {
        let fields: Vec<Value> = message.fields().map(|field| describe_field(&field)).collect();
        (message.full_name().to_owned(), json!({"fields": fields}))
    });
    let enums = reached.enums.values().map(|values| (values.full_name().to_owned(), names(values)));
    json!({
        "services": services,
        "messages": messages.collect::<Map<_, _>>(),
        "enums": enums.collect::<Map<_, _>>(),
    })
}

/// A JSON schema (draft 2020-12) of what a message's JSON is as an input.
pub(super) fn json_schema(message: &MessageDescriptor) -> Value {
    let reached = Reached::from(vec![message.clone()]);
    let mut schema = message_schema(message, message);
    let messages = reached.messages.values().filter(|other| *other != message);
    let mut defs: Map<String, Value> =
        messages.map(|other| (other.full_name().to_owned(), message_schema(other, message))).collect();
    defs.extend(reached.enums.values().map(|values| (values.full_name().to_owned(), json!({"enum": names(values)}))));
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    if !defs.is_empty() {
        schema["$defs"] = Value::Object(defs);
    }
    schema
}

/// The messages and enums that some messages lead to, they themselves among them; not those whose JSON is their own.
#[derive(Default)]
struct Reached {
    messages: BTreeMap<String, MessageDescriptor>,
    enums: BTreeMap<String, EnumDescriptor>,
}

impl Reached {
    fn from(mut open: Vec<MessageDescriptor>) -> Reached {
        let mut reached = Reached::default();
        while let Some(message) = open.pop() {
            let name = message.full_name();
            if well_known(&message).is_some() || reached.messages.contains_key(name) {
                continue;
            }
            for field in message.fields() {
                match element(&field) {
                    Kind::Message(inner) => open.push(inner),
                    Kind::Enum(inner) if inner.full_name() != "google.protobuf.NullValue" => {
                        reached.enums.insert(inner.full_name().to_owned(), inner);
                    }
                    _ => {}
                }
            }
            reached.messages.insert(name.to_owned(), message);
        }
        reached
    }
}

/// The kind of a field, or of the values if it is a map.
fn element(field: &FieldDescriptor) -> Kind {
    match field.kind() {
        Kind::Message(entry) if field.is_map() => entry.map_entry_value_field().kind(),
        kind => kind,
    }
}

fn names(values: &EnumDescriptor) -> Value {
    values.values().map(|value| value.name().to_owned()).collect()
}

fn describe_field(field: &FieldDescriptor) -> Value {
    let kind = match field.kind() {
        Kind::Message(entry) if field.is_map() => {
            format!("map<{:?}, {:?}>", entry.map_entry_key_field().kind(), entry.map_entry_value_field().kind())
        }
        kind => format!("{kind:?}"),
    };
    let mut described = json!({
        "name": field.name(),
        "number": field.number(),
        "type": kind,
        "repeated": field.is_list(),
        "optional": field.supports_presence() && field.cardinality() != Cardinality::Required,
    });
    let oneof = field.containing_oneof();
    if let Some(oneof) = oneof.filter(|oneof| !oneof.is_synthetic()) {
        described["oneof"] = json!(oneof.name());
    }
    described
}

fn message_schema(message: &MessageDescriptor, root: &MessageDescriptor) -> Value {
    if let Some(schema) = well_known(message) {
        return schema;
    }
    let properties = message.fields().map(|field| (field.name().to_owned(), field_schema(&field, root)));
    let required = message.fields().filter(|field| field.cardinality() == Cardinality::Required);
    let required: Vec<String> = required.map(|field| field.name().to_owned()).collect();
    let mut schema = json!({
        "type": "object",
        "properties": properties.collect::<Map<_, _>>(),
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn field_schema(field: &FieldDescriptor, root: &MessageDescriptor) -> Value {
    let element = kind_schema(&element(field), root);
    match () {
        () if field.is_list() => json!({"type": "array", "items": element}),
        () if field.is_map() => json!({"type": "object", "additionalProperties": element}),
        () => element,
    }
}

fn kind_schema(kind: &Kind, root: &MessageDescriptor) -> Value {
    match kind {
        Kind::Double | Kind::Float => json!({"type": ["number", "string"]}),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
            json!({"type": "integer", "minimum": i32::MIN, "maximum": i32::MAX})
        }
        Kind::Uint32 | Kind::Fixed32 => json!({"type": "integer", "minimum": 0, "maximum": u32::MAX}),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
            json!({"type": ["integer", "string"], "pattern": "^-?[0-9]+$"})
        }
        Kind::Uint64 | Kind::Fixed64 => json!({"type": ["integer", "string"], "minimum": 0, "pattern": "^[0-9]+$"}),
        Kind::Bool => json!({"type": "boolean"}),
        Kind::String => json!({"type": "string"}),
        Kind::Bytes => json!({"type": "string", "contentEncoding": "base64"}),
        Kind::Enum(values) if values.full_name() == "google.protobuf.NullValue" => json!({"type": "null"}),
        Kind::Enum(values) => json!({"$ref": format!("#/$defs/{}", values.full_name())}),
        Kind::Message(message) if message == root => json!({"$ref": "#"}),
        Kind::Message(message) => {
            well_known(message).unwrap_or_else(|| json!({"$ref": format!("#/$defs/{}", message.full_name())}))
        }
    }
}

/// Whether the JSON of a message is not an object of its fields.
pub(super) fn has_own_json(message: &MessageDescriptor) -> bool {
    well_known(message).is_some()
}

/// The schema of a message whose JSON is not an object of its fields.
fn well_known(message: &MessageDescriptor) -> Option<Value> {
    let name = message.full_name().strip_prefix("google.protobuf.")?;
    Some(match name {
        "Timestamp" => json!({"type": "string", "format": "date-time"}),
        "Duration" => json!({"type": "string", "pattern": "^-?[0-9]+([.][0-9]{1,9})?s$"}),
        "FieldMask" => json!({"type": "string"}),
        "Struct" => json!({"type": "object"}),
        "Empty" => json!({"type": "object", "additionalProperties": false}),
        "ListValue" => json!({"type": "array"}),
        "Value" => json!({}),
        "Any" => json!({"type": "object", "properties": {"@type": {"type": "string"}}, "required": ["@type"]}),
        "BoolValue" | "StringValue" | "BytesValue" | "DoubleValue" | "FloatValue" | "Int32Value" | "UInt32Value"
        | "Int64Value" | "UInt64Value" => kind_schema(&message.get_field(1)?.kind(), message),
        _ => return None,
    })
}
