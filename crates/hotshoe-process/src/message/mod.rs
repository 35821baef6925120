//! Protobuf from and to JSON.
mod nearest;
mod shown;
pub use shown::shown;
