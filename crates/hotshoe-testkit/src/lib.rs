//! Fixtures for Hotshoe's own tests: real plugins, built by real compilers.
//!
//! Owns what every test would otherwise repeat: compiling a [`Library`], laying out a
//! [`PluginTree`], asking for a tool with [`require`]. It never depends on Hotshoe itself, so that
//! a defect there cannot hide in a fixture.

mod library;
mod tools;
mod tree;

pub use library::Library;
pub use tools::{is_installed, require, require_system, skip};
pub use tree::{PluginTree, file_name};

/// A plugin in C that works: it exports `harmonics_register` and needs nothing.
pub const GOOD_C_PLUGIN: &str = "void harmonics_register(void *registry) { (void)registry; }\n";
