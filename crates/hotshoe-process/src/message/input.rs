//! From JSON to bytes, and if that fails, which field is the reason.

mod fault;

use prost::Message as _;
use prost_reflect::{DynamicMessage, MessageDescriptor};
use serde_json::Deserializer;

use crate::failure::Result;

/// The bytes of a message, of its JSON.
pub(super) fn encode(message: &MessageDescriptor, json: &[u8]) -> Result<Vec<u8>> {
    let json = if json.trim_ascii().is_empty() { b"{}" } else { json };
    match read(message, json) {
        Ok(message) => Ok(message.encode_to_vec()),
        Err(error) => Err(fault::explain(message, json, &error)),
    }
}

fn read(message: &MessageDescriptor, json: &[u8]) -> serde_json::Result<DynamicMessage> {
    let mut deserializer = Deserializer::from_slice(json);
    let message = DynamicMessage::deserialize(message.clone(), &mut deserializer)?;
    deserializer.end()?;
    Ok(message)
}
