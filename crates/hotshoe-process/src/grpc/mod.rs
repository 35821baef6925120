//! gRPC, as go-plugin's plugins and those on a port speak it.

mod broker;
mod connection;
mod invoke;
mod reflection;
mod serve;
pub mod services;
mod session;
mod socket;
mod turn;
pub mod wire;

pub use broker::MOST as MOST_BROKER_IDS;
pub use connection::Connection;
pub use session::{GrpcSession, Options};
