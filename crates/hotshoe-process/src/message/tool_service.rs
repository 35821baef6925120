//! The tool service of the plugin registry, `pluginapi.ToolService`: its types, for plugins that lack reflection.
//!
//! Plugins of both ways to start have the first methods of the table; `AcceptsFiles`, `CallWithFiles` and
//! `GetOperations` only those that listen on a port that the host chose.

use std::sync::OnceLock;

use prost::Message as _;
use prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use prost_reflect::prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorProto, MessageOptions, MethodDescriptorProto,
    ServiceDescriptorProto,
};

use super::{Resolver, Types};
use crate::failure::Result;

/// The name of the service.
pub const SERVICE: &str = "pluginapi.ToolService";

/// The name of the file that its types are told as to be from.
pub const FILE: &str = "pluginapi/tool.proto";

/// Each method with what it takes and returns.
const METHODS: &[(&str, &str, &str)] = &[
    ("GetDefinition", "Empty", "ToolDefinition"),
    ("Call", "CallRequest", "CallResponse"),
    ("GetVersion", "Empty", "VersionResponse"),
    ("SetAgentContext", "AgentContextRequest", "Empty"),
    ("GetDefaultSettings", "Empty", "SettingsResponse"),
    ("GetRequiredConfig", "Empty", "ConfigVariablesResponse"),
    ("ValidateConfig", "ValidateConfigRequest", "ConfigResponse"),
    ("InitializeWithConfig", "InitializeConfigRequest", "ConfigResponse"),
    ("GetMetadata", "Empty", "MetadataResponse"),
    ("GetCompatibilityInfo", "Empty", "CompatibilityInfoResponse"),
    ("GetWebPages", "Empty", "WebPagesResponse"),
    ("ServeWebPage", "WebPageRequest", "WebPageResponse"),
    ("AcceptsFiles", "Empty", "AcceptsFilesResponse"),
    ("CallWithFiles", "CallWithFilesRequest", "CallResponse"),
    ("GetOperations", "Empty", "OperationsResponse"),
];

/// Each message with its fields, which have the numbers 1, 2, 3 and so on. A field is a `string` unless a colon and its
/// type follow its name; `[]` stands before what is repeated, and `{}` before the values of a map with strings as keys.
const MESSAGES: &[(&str, &[&str])] = &[
    ("Empty", &[]),
    ("ToolDefinition", &["name", "description", "parameters_json"]),
    ("CallRequest", &["args_json"]),
    ("CallResponse", &["result_json", "error"]),
    ("VersionResponse", &["version"]),
    ("AgentContextRequest", &["name", "config_path", "settings_path", "agent_dir"]),
    ("SettingsResponse", &["settings_json", "error"]),
    ("ConfigVariablesResponse", &["config_vars:[]ProtoConfigVariable"]),
    (
        "ProtoConfigVariable",
        &[
            "key",
            "name",
            "description",
            "type",
            "required:bool",
            "default_value_json",
            "validation",
            "options:[]string",
            "placeholder",
        ],
    ),
    ("ValidateConfigRequest", &["config_json"]),
    ("InitializeConfigRequest", &["config_json"]),
    ("ConfigResponse", &["success:bool", "error"]),
    ("MetadataResponse", &["metadata:PluginMetadata", "error"]),
    (
        "PluginMetadata",
        &[
            "name",
            "version",
            "description",
            "license",
            "repository",
            "maintainers:[]Maintainer",
            "platforms:[]Platform",
            "requirements:Requirements",
            "tags:[]string",
        ],
    ),
    ("Maintainer", &["name", "email", "organization", "website", "role", "primary:bool"]),
    ("Platform", &["os", "architectures:[]string"]),
    ("Requirements", &["min_ori_version", "dependencies:[]string"]),
    ("CompatibilityInfoResponse", &["min_agent_version", "max_agent_version", "api_version"]),
    ("WebPagesResponse", &["pages:[]string"]),
    ("WebPageRequest", &["path", "query:{}string"]),
    ("WebPageResponse", &["content", "content_type", "error"]),
    ("AcceptsFilesResponse", &["accepted_types:[]string", "supports_files:bool"]),
    ("CallWithFilesRequest", &["args_json", "files:[]ProtoFileAttachment"]),
    ("ProtoFileAttachment", &["name", "type", "size:int64", "content:bytes"]),
    ("OperationsResponse", &["operations:[]ProtoOperationInfo", "supports_operations:bool"]),
    ("ProtoOperationInfo", &["name", "parameters:[]string", "required_parameters:[]string"]),
];

/// The types of the service, made once.
pub fn types() -> Result<Types> {
    static TYPES: OnceLock<Result<Types>> = OnceLock::new();
    TYPES
        .get_or_init(|| {
            let mut resolver = Resolver::new();
            resolver.add(&file())?;
            resolver.build()
        })
        .clone()
}

/// A `google.protobuf.FileDescriptorProto` of the service in bytes, as reflection would return it.
pub fn file() -> Vec<u8> {
    let methods = METHODS.iter().map(|(name, input, output)| MethodDescriptorProto {
        name: Some((*name).to_owned()),
        input_type: Some(full(input)),
        output_type: Some(full(output)),
        ..MethodDescriptorProto::default()
    });
    let service = ServiceDescriptorProto {
        name: Some("ToolService".to_owned()),
        method: methods.collect(),
        ..ServiceDescriptorProto::default()
    };
    let file = FileDescriptorProto {
        name: Some(FILE.to_owned()),
        package: Some("pluginapi".to_owned()),
        syntax: Some("proto3".to_owned()),
        message_type: MESSAGES.iter().map(|(name, fields)| message(name, fields)).collect(),
        service: vec![service],
        ..FileDescriptorProto::default()
    };
    file.encode_to_vec()
}

fn message(name: &str, fields: &[&str]) -> DescriptorProto {
    let mut message = DescriptorProto { name: Some(name.to_owned()), ..DescriptorProto::default() };
    for (field, number) in fields.iter().zip(1..) {
        let (field, kind) = field.split_once(':').unwrap_or((field, "string"));
        match (kind.strip_prefix("[]"), kind.strip_prefix("{}")) {
            (Some(kind), _) => message.field.push(self::field(field, number, kind, Label::Repeated)),
            (_, Some(kind)) => {
                let entry = map_entry(field, kind);
                let kind = format!("{name}.{}", entry.name());
                message.field.push(self::field(field, number, &kind, Label::Repeated));
                message.nested_type.push(entry);
            }
            _ => message.field.push(self::field(field, number, kind, Label::Optional)),
        }
    }
    message
}

/// A map is a list of these. Its name is the field's, written as a type, with `Entry` after it.
fn map_entry(field: &str, kind: &str) -> DescriptorProto {
    let (first, rest) = field.split_at(1);
    DescriptorProto {
        name: Some(format!("{}{rest}Entry", first.to_ascii_uppercase())),
        field: vec![self::field("key", 1, "string", Label::Optional), self::field("value", 2, kind, Label::Optional)],
        options: Some(MessageOptions { map_entry: Some(true), ..MessageOptions::default() }),
        ..DescriptorProto::default()
    }
}

fn field(name: &str, number: i32, kind: &str, label: Label) -> FieldDescriptorProto {
    let scalar = match kind {
        "string" => Some(Type::String),
        "bool" => Some(Type::Bool),
        "int64" => Some(Type::Int64),
        "bytes" => Some(Type::Bytes),
        _ => None,
    };
    FieldDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number),
        label: Some(label.into()),
        r#type: Some(scalar.unwrap_or(Type::Message).into()),
        type_name: scalar.is_none().then(|| full(kind)),
        ..FieldDescriptorProto::default()
    }
}

fn full(message: &str) -> String {
    format!(".pluginapi.{message}")
}
