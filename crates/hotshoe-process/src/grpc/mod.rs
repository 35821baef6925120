//! gRPC, as go-plugin's plugins and those on a port speak it.

#[cfg(target_os = "linux")]
mod broker;
#[cfg(target_os = "linux")]
mod connection;
#[cfg(target_os = "linux")]
mod invoke;
#[cfg(target_os = "linux")]
mod reflection;
#[cfg(target_os = "linux")]
mod serve;
pub mod services;
#[cfg(target_os = "linux")]
mod session;
#[cfg(target_os = "linux")]
mod socket;
#[cfg(target_os = "linux")]
mod turn;
pub mod wire;

#[cfg(target_os = "linux")]
pub use broker::MOST as MOST_BROKER_IDS;
#[cfg(target_os = "linux")]
pub use connection::Connection;
#[cfg(target_os = "linux")]
pub use session::{GrpcSession, Options};
