//! Plugins that are programs, through the loader, as any host uses them: the module is opened from a folder, with its
//! keeper beside it. The plugins are real ones, built from `tests/process`.

#![cfg(target_os = "linux")]

mod callback;
mod calls;
mod faults;
mod go_plugin;
mod life;
mod peers;
