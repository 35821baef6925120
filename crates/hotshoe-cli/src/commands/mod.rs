//! One file a verb.

pub mod check;
pub mod check_tag;
pub mod ci;
pub mod inspect;
pub mod install;
pub mod key;
pub mod list;
pub mod new;
pub mod package;
pub mod plan;
pub mod probe;
pub mod prune;
pub mod release;
pub mod rollback;
pub mod sign;
pub mod trust;
pub mod uninstall;
pub mod verify;
