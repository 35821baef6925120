//! One method of a plugin's service.

use prost_reflect::MethodDescriptor;

use super::{LARGEST_JSON, input, output};
use crate::failure::Result;

/// A method, whose messages can be made from and into JSON.
///
/// JSON is as protobuf defines it, with the names of the `.proto` file: `args_json`. In an input `argsJson` is the same.
/// Outputs have all fields but those that can be absent and are: other parts of a oneof, messages, `optional`.
#[derive(Clone, Debug)]
pub struct Method {
    descriptor: MethodDescriptor,
    path: String,
}

impl Method {
    pub(super) fn new(descriptor: MethodDescriptor) -> Method {
        let path = format!("/{}/{}", descriptor.parent_service().full_name(), descriptor.name());
        Method { descriptor, path }
    }

    /// Its path in HTTP/2: `/package.Service/Method`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether it takes a stream of messages.
    pub fn client_streaming(&self) -> bool {
        self.descriptor.is_client_streaming()
    }

    /// Whether it returns a stream of messages.
    pub fn server_streaming(&self) -> bool {
        self.descriptor.is_server_streaming()
    }

    /// The name of the message that it takes, with its package.
    pub fn input(&self) -> String {
        self.descriptor.input().full_name().to_owned()
    }

    /// The name of the message that it returns, with its package.
    pub fn output(&self) -> String {
        self.descriptor.output().full_name().to_owned()
    }

    /// An input in bytes, of JSON; nothing counts as `{}`. An error of the code `process-input` says which field is wrong
    /// and what it should be.
    pub fn encode(&self, json: &[u8]) -> Result<Vec<u8>> {
        input::encode(&self.descriptor.input(), json)
    }

    /// The JSON of an output in bytes.
    pub fn decode(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        self.decode_within(bytes, LARGEST_JSON)
    }

    /// The same, of at most `largest` bytes.
    pub fn decode_within(&self, bytes: &[u8], largest: usize) -> Result<Vec<u8>> {
        output::decode(&self.descriptor.output(), bytes, largest)
    }

    /// The JSON of an input in bytes, for who serves the method: of at most `largest` bytes.
    pub fn decode_input(&self, bytes: &[u8], largest: usize) -> Result<Vec<u8>> {
        output::decode(&self.descriptor.input(), bytes, largest)
    }

    /// An output in bytes, for who serves the method.
    pub fn encode_output(&self, json: &[u8]) -> Result<Vec<u8>> {
        input::encode(&self.descriptor.output(), json)
    }
}
