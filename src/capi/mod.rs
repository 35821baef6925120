//! The C ABI. The headers in `include/hotshoe/host/` are generated from the documentation here, one from each file.
//!
//! Owns handles, strings and the boundary; it decides nothing. Every function does three things:
//! check its arguments, call what the rest of the crate offers, and wrap the answer. Nothing in the
//! crate imports it.

#![expect(unsafe_code, reason = "C calls it with raw pointers")]
#![expect(non_camel_case_types, reason = "the names are C's")]
// The contract of all pointers is stated once, at the top of the header.
#![expect(clippy::missing_safety_doc, reason = "the header states the contract of all pointers once")]

mod boundary;
pub mod call;
pub mod capability;
pub mod catalog;
pub mod context;
pub mod diagnostics;
pub mod error;
pub mod host;
pub mod inspection;
pub mod install;
pub mod installed;
pub mod interface;
pub mod package;
pub mod pipeline;
pub mod plugin;
pub mod profile;
pub mod root;
pub mod runtime;
pub mod unload;
pub mod unloads;
pub mod value;
pub mod version;
pub mod watch;
