//! gRPC: how its messages lie in an HTTP/2 stream, and the services that every plugin of go-plugin has.

pub mod services;
pub mod wire;
