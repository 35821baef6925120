//! The parent of all plugins of a host: a program of its own, so that no plugin outlives its host, however that ends.
//!
//! [`Keeper::start`] starts it, with the first plugin. When the host is gone, or the [`Keeper`] is dropped, it kills every
//! plugin and every process below one, also those that have left their group and session, and removes the private folder.
//! Nothing runs in a forked child of the host: the keeper is started by `posix_spawn`, and it starts the plugins.
//!
//! On Linux so far; elsewhere [`Keeper::start`] is an error that says so.

#[cfg(target_os = "linux")]
mod client;
#[cfg(target_os = "linux")]
mod link;
mod process;
#[cfg(target_os = "linux")]
pub mod serve;
#[cfg(not(target_os = "linux"))]
mod unsupported;
#[cfg(target_os = "linux")]
mod wire;

#[cfg(target_os = "linux")]
pub use client::{Keeper, Process};
pub use process::{Exit, Launch, OnExit, Signal};
#[cfg(not(target_os = "linux"))]
pub use unsupported::{Keeper, Process, serve};
