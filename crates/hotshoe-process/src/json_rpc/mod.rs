//! JSON-RPC
pub mod frame;
mod oversize;
mod shown;
