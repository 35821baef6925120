//! Files of descriptors as a compiler would write them.

use prost::Message as _;
use prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use prost_reflect::prost_types::{
    DescriptorProto, EnumDescriptorProto, EnumValueDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
    MessageOptions, MethodDescriptorProto, OneofDescriptorProto, ServiceDescriptorProto,
};

use crate::message::{Method, Resolver, Types};

pub fn file(name: &str, package: &str, messages: Vec<DescriptorProto>) -> FileDescriptorProto {
    FileDescriptorProto {
        name: Some(name.into()),
        package: Some(package.into()),
        syntax: Some("proto3".into()),
        message_type: messages,
        ..FileDescriptorProto::default()
    }
}

pub fn message(name: &str, field: Vec<FieldDescriptorProto>) -> DescriptorProto {
    DescriptorProto { name: Some(name.into()), field, ..DescriptorProto::default() }
}

pub fn scalar(name: &str, number: i32, kind: Type) -> FieldDescriptorProto {
    FieldDescriptorProto {
        name: Some(name.into()),
        number: Some(number),
        label: Some(Label::Optional.into()),
        r#type: Some(kind.into()),
        ..FieldDescriptorProto::default()
    }
}

pub fn typed(name: &str, number: i32, kind: Type, of: &str) -> FieldDescriptorProto {
    FieldDescriptorProto { type_name: Some(of.into()), ..scalar(name, number, kind) }
}

pub fn repeated(field: FieldDescriptorProto) -> FieldDescriptorProto {
    FieldDescriptorProto { label: Some(Label::Repeated.into()), ..field }
}

pub fn entry(name: &str, key: Type, value: FieldDescriptorProto) -> DescriptorProto {
    DescriptorProto {
        options: Some(MessageOptions { map_entry: Some(true), ..MessageOptions::default() }),
        ..message(name, vec![scalar("key", 1, key), value])
    }
}

pub fn service(name: &str, methods: &[(&str, &str, &str)]) -> ServiceDescriptorProto {
    let methods = methods.iter().map(|(name, input, output)| MethodDescriptorProto {
        name: Some((*name).into()),
        input_type: Some((*input).into()),
        output_type: Some((*output).into()),
        ..MethodDescriptorProto::default()
    });
    ServiceDescriptorProto { name: Some(name.into()), method: methods.collect(), ..ServiceDescriptorProto::default() }
}

pub const SCALARS: [(&str, Type); 15] = [
    ("double", Type::Double),
    ("float", Type::Float),
    ("int32", Type::Int32),
    ("int64", Type::Int64),
    ("uint32", Type::Uint32),
    ("uint64", Type::Uint64),
    ("sint32", Type::Sint32),
    ("sint64", Type::Sint64),
    ("fixed32", Type::Fixed32),
    ("fixed64", Type::Fixed64),
    ("sfixed32", Type::Sfixed32),
    ("sfixed64", Type::Sfixed64),
    ("bool", Type::Bool),
    ("string", Type::String),
    ("bytes", Type::Bytes),
];

/// `test.Everything`: `a_<scalar>` and `many_<scalar>` for each scalar, lists, maps, a oneof, an enum, itself, and
/// well-known types.
pub fn everything() -> FileDescriptorProto {
    let mut fields = vec![];
    for ((name, kind), number) in SCALARS.iter().zip(1..) {
        fields.push(scalar(&format!("a_{name}"), number, *kind));
        fields.push(repeated(scalar(&format!("many_{name}"), 20 + number, *kind)));
    }
    let map = |name, number, of: &str| repeated(typed(name, number, Type::Message, &format!(".test.Everything.{of}")));
    let in_oneof = |field| FieldDescriptorProto { oneof_index: Some(0), ..field };
    fields.extend([
        map("by_name", 41, "ByNameEntry"),
        map("by_number", 42, "ByNumberEntry"),
        map("by_flag", 43, "ByFlagEntry"),
        in_oneof(scalar("left", 44, Type::String)),
        in_oneof(scalar("right", 45, Type::Int32)),
        typed("color", 46, Type::Enum, ".test.Color"),
        typed("inner", 47, Type::Message, ".test.Everything"),
        repeated(typed("inners", 48, Type::Message, ".test.Everything")),
    ]);
    let known = ["Timestamp", "Duration", "Struct", "Value", "Any", "FieldMask", "Int64Value", "DoubleValue", "Empty"];
    for (name, number) in known.iter().zip(51..) {
        let of = format!(".google.protobuf.{name}");
        fields.push(typed(&format!("a_{}", name.to_lowercase()), number, Type::Message, &of));
    }
    let mut everything = message("Everything", fields);
    everything.oneof_decl.push(OneofDescriptorProto { name: Some("side".into()), ..OneofDescriptorProto::default() });
    everything.nested_type = vec![
        entry("ByNameEntry", Type::String, typed("value", 2, Type::Message, ".test.Everything")),
        entry("ByNumberEntry", Type::Int64, scalar("value", 2, Type::String)),
        entry("ByFlagEntry", Type::Bool, scalar("value", 2, Type::Double)),
    ];
    let mut file = file("test.proto", "test", vec![everything]);
    let names = ["any", "duration", "empty", "field_mask", "struct", "timestamp", "wrappers"];
    file.dependency = names.iter().map(|name| format!("google/protobuf/{name}.proto")).collect();
    let value = |(number, name): (i32, &str)| EnumValueDescriptorProto {
        name: Some(name.into()),
        number: Some(number),
        ..EnumValueDescriptorProto::default()
    };
    file.enum_type.push(EnumDescriptorProto {
        name: Some("Color".into()),
        value: [(0, "COLOR_UNSET"), (1, "COLOR_RED"), (7, "COLOR_BLUE")].map(value).into(),
        ..EnumDescriptorProto::default()
    });
    file.service.push(service("Echo", &[("Same", ".test.Everything", ".test.Everything")]));
    file
}

pub fn types(files: &[FileDescriptorProto]) -> crate::failure::Result<Types> {
    let mut resolver = Resolver::new();
    files.iter().try_for_each(|file| resolver.add(&file.encode_to_vec()))?;
    resolver.build()
}

/// A method that takes and returns `test.Everything`.
pub fn same() -> Method {
    types(&[everything()]).unwrap().method("Same").unwrap()
}
