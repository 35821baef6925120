//! gRPC, as go-plugin's plugins and those on a port speak it.

mod connection;
mod invoke;
mod reflection;
pub mod services;
mod session;
mod socket;
mod turn;
pub mod wire;

pub use connection::Connection;
pub use session::{GrpcSession, Options};
