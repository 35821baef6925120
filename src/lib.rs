//! Hotshoe is the mount between a program and its plugins.
//!
//! A [`host::Host`] takes a [`profile::HostProfile`], makes a [`catalog::Catalog`] of the plugins on
//! its search path without running any of them, and brings those it is asked for to life as
//! [`plugin::Plugin`]s. C and C++ programs do the same through `include/hotshoe/host.h` and
//! `hotshoe.hpp`.
//!
//! ```no_run
//! use hotshoe::{host::Host, profile::HostProfile};
//!
//! let host = Host::new(HostProfile::named("harmonics")?);
//! let report = host.load_all(|plugin| {
//!     println!("{} {}", plugin.name(), plugin.path().display());
//!     Ok(()) // here a program calls plugin.entry() with its registry
//! });
//! for diagnostic in &report.diagnostics {
//!     eprintln!("{diagnostic}");
//! }
//! # Ok::<(), hotshoe::error::Error>(())
//! ```
//!
//! Each word of the documentation is a module:
//!
//! | module | what it owns |
//! |---|---|
//! | [`profile`] | what a host expects of its plugins |
//! | [`manifest`] | what a plugin says of itself |
//! | [`interface`] | the ids under which tables of functions are asked for |
//! | [`catalog`] | the plugins found on a search path |
//! | [`inspect`] | facts read out of a library without running it |
//! | [`context`] | values, and contexts that hold them |
//! | [`runtime`] | what brings a plugin to life |
//! | [`plugin`] | a live plugin |
//! | [`pipeline`] | the run of passes by stage, and of steps |
//! | [`host`] | the facade that joins them |
//! | [`package`] | archives of plugin folders |
//! | [`receipt`] | what an install left in a plugin's folder |
//! | [`diagnostics`], [`error`] | findings that go along, and what stops an operation |

pub mod diagnostics;
pub mod error;
mod input;
mod json;
pub mod platform;
mod spelling;
pub mod version;

pub mod capability;
pub mod inspect;
pub mod interface;
pub mod manifest;
pub mod profile;
pub mod receipt;

pub mod catalog;

pub mod context;

pub mod runtime;

pub mod plugin;

pub mod pipeline;

pub mod host;

#[cfg(feature = "package")]
pub mod package;

#[cfg(feature = "capi")]
pub mod capi;

/// Every code of this library, stage by stage. Runtimes that come as modules, and the tool, have codes of their own.
pub fn codes() -> impl Iterator<Item = error::Code> {
    let before = [
        error::CODES,
        profile::CODES,
        version::CODES,
        platform::CODES,
        capability::CODES,
        interface::CODES,
        manifest::codes::CODES,
    ];
    let found = [catalog::codes::CODES, inspect::codes::CODES, context::CODES];
    let runtimes = [runtime::CODES, runtime::native::codes::CODES, runtime::module::codes::CODES];
    let live = [receipt::CODES, plugin::CODES, pipeline::CODES, host::reload::CODES, host::watch::CODES];
    #[cfg(feature = "package")]
    let archives = package::codes::CODES;
    #[cfg(not(feature = "package"))]
    let archives: &[error::Code] = &[];
    before.into_iter().chain(found).chain(runtimes).chain(live).chain([archives]).flatten().copied()
}
