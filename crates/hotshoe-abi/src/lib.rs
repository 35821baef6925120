//! The C contracts of Hotshoe, for those who write the other side in Rust.
//!
//! [`plugin`] is what `hotshoe/plugin.h` says, which is generated from it: how a host and a plugin that is a shared library
//! speak with each other. [`runtime`] is `hotshoe/runtime.h`: how the loader and a runtime that comes as a shared library
//! do. Either imports this crate alone, never the loader's, for a second copy of the loader in one process would have its
//! own account of what is loaded. [`image`] tells either where its own file is.
//!
//! The crate holds types and small functions that read and write them. It allocates nothing, has no state and needs no
//! standard library.

#![no_std]
#![expect(unsafe_code, reason = "what the other side of a C interface lends can only be trusted")]

pub mod context;
pub mod image;
pub mod passes;
pub mod plugin;
pub mod runtime;
pub mod stepper;
pub mod table;
