//! Plugins that are programs, through the loader, as any host uses them: the module is opened from a folder, with its
//! keeper beside it. The plugins are real ones, built from `tests/process`.

#![cfg(target_os = "linux")]

mod direct;
mod docs;
mod faults;
mod go_plugin;
mod leftovers;
mod mcp;
mod peers;
mod restart;
