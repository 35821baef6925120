//! One file a verb.

pub mod check;
pub mod inspect;
pub mod install;
pub mod list;
pub mod package;
pub mod probe;
pub mod prune;
pub mod rollback;
pub mod uninstall;
