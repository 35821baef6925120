//! The services that plugins have beside their own: health, reflection, and those of go-plugin.
//!
//! Declared by hand, so that no compiler of `.proto` files is needed; the numbers are those of the published files
//! `grpc/health/v1/health.proto`, `grpc/reflection/v1/reflection.proto` (v1alpha has the same ones), go-plugin's
//! `grpc_broker.proto`, `grpc_controller.proto` and `grpc_stdio.proto`, and `google/rpc/status.proto`.

use prost::{Message, Oneof};

/// Paths of methods.
pub mod path {
    /// `HealthCheckRequest` to `HealthCheckResponse`.
    pub const HEALTH_CHECK: &str = "/grpc.health.v1.Health/Check";
    /// The same, with an answer for each change.
    pub const HEALTH_WATCH: &str = "/grpc.health.v1.Health/Watch";
    /// A stream of `ServerReflectionRequest` to one of `ServerReflectionResponse`.
    pub const REFLECTION: &str = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    /// The same messages, as older servers have it.
    pub const REFLECTION_ALPHA: &str = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
    /// `Empty` to `Empty`; the plugin ends, and its answer may get lost.
    pub const SHUTDOWN: &str = "/plugin.GRPCController/Shutdown";
    /// `Empty` to a stream of `StdioData`.
    pub const STDIO: &str = "/plugin.GRPCStdio/StreamStdio";
    /// A stream of `ConnInfo` both ways.
    pub const BROKER: &str = "/plugin.GRPCBroker/StartStream";
}

/// The name under which go-plugin's plugins tell their health.
pub const HEALTH_OF_PLUGIN: &str = "plugin";

/// A message without fields: `google.protobuf.Empty`, `plugin.Empty`.
#[derive(Clone, PartialEq, Message)]
pub struct Empty {}

/// Asks for the health of a service.
#[derive(Clone, PartialEq, Message)]
pub struct HealthCheckRequest {
    /// Its name; empty: the server as a whole.
    #[prost(string, tag = "1")]
    pub service: String,
}

/// Says how a service is.
#[derive(Clone, PartialEq, Message)]
pub struct HealthCheckResponse {
    /// A [`ServingStatus`].
    #[prost(enumeration = "ServingStatus", tag = "1")]
    pub status: i32,
}

/// How a service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub enum ServingStatus {
    /// Nobody has said.
    Unknown = 0,
    /// It serves.
    Serving = 1,
    /// It does not.
    NotServing = 2,
    /// There is no such service; only said by `Watch`.
    ServiceUnknown = 3,
}

/// One question to reflection.
#[derive(Clone, PartialEq, Message)]
pub struct ServerReflectionRequest {
    /// The server's name; it may be empty.
    #[prost(string, tag = "1")]
    pub host: String,
    /// What is asked.
    #[prost(oneof = "ReflectionQuestion", tags = "3, 4, 5, 6, 7")]
    pub message_request: Option<ReflectionQuestion>,
}

/// What reflection can be asked.
#[derive(Clone, PartialEq, Oneof)]
pub enum ReflectionQuestion {
    /// The file of this name, and perhaps those that it imports.
    #[prost(string, tag = "3")]
    FileByFilename(String),
    /// The file that declares this service, message, enum or method.
    #[prost(string, tag = "4")]
    FileContainingSymbol(String),
    /// The file that declares an extension.
    #[prost(message, tag = "5")]
    FileContainingExtension(ExtensionRequest),
    /// The numbers of all extensions of this message.
    #[prost(string, tag = "6")]
    AllExtensionNumbersOfType(String),
    /// All services; what it says does not matter.
    #[prost(string, tag = "7")]
    ListServices(String),
}

/// Names an extension.
#[derive(Clone, PartialEq, Message)]
pub struct ExtensionRequest {
    /// The message that is extended.
    #[prost(string, tag = "1")]
    pub containing_type: String,
    /// The number of its field.
    #[prost(int32, tag = "2")]
    pub extension_number: i32,
}

/// One answer of reflection.
#[derive(Clone, PartialEq, Message)]
pub struct ServerReflectionResponse {
    /// The host that was asked.
    #[prost(string, tag = "1")]
    pub valid_host: String,
    /// The question.
    #[prost(message, optional, tag = "2")]
    pub original_request: Option<ServerReflectionRequest>,
    /// The answer.
    #[prost(oneof = "ReflectionAnswer", tags = "4, 5, 6, 7")]
    pub message_response: Option<ReflectionAnswer>,
}

/// What reflection answers.
#[derive(Clone, PartialEq, Oneof)]
pub enum ReflectionAnswer {
    /// To a question for a file.
    #[prost(message, tag = "4")]
    FileDescriptorResponse(FileDescriptorResponse),
    /// To one for numbers of extensions.
    #[prost(message, tag = "5")]
    AllExtensionNumbersResponse(ExtensionNumberResponse),
    /// To one for the services.
    #[prost(message, tag = "6")]
    ListServicesResponse(ListServiceResponse),
    /// It cannot be answered.
    #[prost(message, tag = "7")]
    ErrorResponse(ErrorResponse),
}

/// Files, as [`Resolver::add`](crate::message::Resolver::add) takes them.
#[derive(Clone, PartialEq, Message)]
pub struct FileDescriptorResponse {
    /// Each a `google.protobuf.FileDescriptorProto` in bytes.
    #[prost(bytes = "bytes", repeated, tag = "1")]
    pub file_descriptor_proto: Vec<bytes::Bytes>,
}

/// Numbers of extensions.
#[derive(Clone, PartialEq, Message)]
pub struct ExtensionNumberResponse {
    /// The message that is extended.
    #[prost(string, tag = "1")]
    pub base_type_name: String,
    /// The numbers.
    #[prost(int32, repeated, tag = "2")]
    pub extension_number: Vec<i32>,
}

/// All services.
#[derive(Clone, PartialEq, Message)]
pub struct ListServiceResponse {
    /// Each of them.
    #[prost(message, repeated, tag = "1")]
    pub service: Vec<ServiceResponse>,
}

/// One service.
#[derive(Clone, PartialEq, Message)]
pub struct ServiceResponse {
    /// Its name with its package.
    #[prost(string, tag = "1")]
    pub name: String,
}

/// Why reflection cannot answer.
#[derive(Clone, PartialEq, Message)]
pub struct ErrorResponse {
    /// A code of gRPC.
    #[prost(int32, tag = "1")]
    pub error_code: i32,
    /// In words.
    #[prost(string, tag = "2")]
    pub error_message: String,
}

/// A piece of what a plugin has written.
#[derive(Clone, PartialEq, Message)]
pub struct StdioData {
    /// A [`StdioChannel`].
    #[prost(enumeration = "StdioChannel", tag = "1")]
    pub channel: i32,
    /// The piece; it may end within a line, or within a character.
    #[prost(bytes = "bytes", tag = "2")]
    pub data: bytes::Bytes,
}

/// Where a plugin has written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub enum StdioChannel {
    /// It does not say.
    Invalid = 0,
    /// Its stdout.
    Stdout = 1,
    /// Its stderr.
    Stderr = 2,
}

/// A connection that one side of the broker offers to the other.
#[derive(Clone, PartialEq, Message)]
pub struct ConnInfo {
    /// The number of the connection.
    #[prost(uint32, tag = "1")]
    pub service_id: u32,
    /// `unix` or `tcp`.
    #[prost(string, tag = "2")]
    pub network: String,
    /// Where it listens.
    #[prost(string, tag = "3")]
    pub address: String,
    /// Only where all connections share one socket.
    #[prost(message, optional, tag = "4")]
    pub knock: Option<Knock>,
}

/// Says that the next connection on a shared socket is this one.
#[derive(Clone, PartialEq, Message)]
pub struct Knock {
    /// It is the question.
    #[prost(bool, tag = "1")]
    pub knock: bool,
    /// It is the answer.
    #[prost(bool, tag = "2")]
    pub ack: bool,
    /// Why it was refused.
    #[prost(string, tag = "3")]
    pub error: String,
}

/// What `grpc-status-details-bin` holds.
#[derive(Clone, PartialEq, Message)]
pub struct RpcStatus {
    /// A code of gRPC.
    #[prost(int32, tag = "1")]
    pub code: i32,
    /// In words.
    #[prost(string, tag = "2")]
    pub message: String,
    /// Messages that say more.
    #[prost(message, repeated, tag = "3")]
    pub details: Vec<Any>,
}

/// A message with its type.
#[derive(Clone, PartialEq, Message)]
pub struct Any {
    /// Ends in `/` and the name of the message.
    #[prost(string, tag = "1")]
    pub type_url: String,
    /// The message.
    #[prost(bytes = "bytes", tag = "2")]
    pub value: bytes::Bytes,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_and_answers_have_the_numbers_of_the_published_files() {
        let services = ReflectionQuestion::ListServices("*".into());
        let question = ServerReflectionRequest { host: String::new(), message_request: Some(services) };
        assert_eq!(question.encode_to_vec(), b"\x3a\x01*");
        let answer = ServerReflectionResponse::decode(&b"\x22\x06\x0a\x01a\x0a\x01b"[..]).unwrap();
        let Some(ReflectionAnswer::FileDescriptorResponse(files)) = answer.message_response else { panic!() };
        assert_eq!(files.file_descriptor_proto, ["a", "b"]);
        let knock =
            ConnInfo { service_id: 7, knock: Some(Knock { knock: true, ..Knock::default() }), ..ConnInfo::default() };
        assert_eq!(knock.encode_to_vec(), b"\x08\x07\x22\x02\x08\x01");
        let line = StdioData { channel: StdioChannel::Stderr as i32, data: "x".into() };
        assert_eq!(line.encode_to_vec(), b"\x08\x02\x12\x01x");
    }

    #[test]
    fn a_health_that_nobody_knows_is_no_error() {
        let health = HealthCheckResponse::decode(&b"\x08\x63"[..]).unwrap();
        assert_eq!(ServingStatus::try_from(health.status).ok(), None);
    }
}
