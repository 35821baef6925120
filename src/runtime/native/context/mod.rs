//! Values and contexts for C: of plugins by the table of `hotshoe.context/1`, of hosts by functions of `src/capi`.
//!
//! [`calls`] is what both do, with Hotshoe's own errors.

pub(crate) mod calls;
mod foreign;
mod handle;
mod table;

pub(super) use table::TABLE;
