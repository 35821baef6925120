//! The runtime `process`: plugins that are programs, each in a process of its own.
//!
//! A module of the contract `hotshoe/runtime.h`, opened by the loader when the first such plugin is loaded. From the
//! bottom up:
//!
//! - [`failure`] and [`call`]: why something cannot be done, what a plugin is called with, and who takes the answer;
//! - [`quoted`]: how what a plugin wrote is shown;
//! - [`settings`]: what the host's profile and the plugin's manifest say of a plugin's process;
//! - [`environment`], [`folder`], [`executable`]: what a process is started with;
//! - [`handshake`], [`address`], [`log_line`]: what a plugin says, which is hostile until it was checked;
//! - [`keeper`]: the program that is the parent of all plugins, so that none outlives its host;
//! - [`watcher`]: the one thread that waits while no caller does;
//! - [`message`]: protobuf from and to JSON, by descriptors that a plugin or its manifest brings;
//! - [`session`]: a conversation with a running plugin; [`grpc`] and [`json_rpc`] are the ways to speak;
//! - [`plugin`]: a plugin over its whole life: start, stop, death, restart;
//! - [`module`]: what the loader calls.
//!
//! # Platform-specific behaviour
//!
//! Processes are started on Linux only so far. Elsewhere `watcher`, `resources`, `plugin` and the connection of [`grpc`]
//! are not compiled, and `module` refuses each plugin.

pub mod address;
pub mod call;
pub mod environment;
pub mod executable;
pub mod failure;
pub mod folder;
pub mod grpc;
pub mod handshake;
pub mod json_rpc;
pub mod keeper;
pub mod log_line;
pub mod message;
#[cfg(target_os = "linux")]
pub mod module;
#[cfg(not(target_os = "linux"))]
#[path = "module/elsewhere.rs"]
pub mod module;
#[cfg(target_os = "linux")]
pub mod plugin;
pub mod quoted;
#[cfg(target_os = "linux")]
pub mod resources;
pub mod session;
pub mod settings;
#[cfg(target_os = "linux")]
pub mod watcher;
