//! From a tag to what users download: what is planned, built, collected and published.
//!
//! Owns what a release consists of. The CI systems' files only call it, so that a release is the same on
//! each of them and on the author's machine. It never decides whether a plugin is good: that is for the
//! project's own tests, and for the loader.

pub mod build;
pub mod collect;
pub mod config;
pub mod digests;
pub mod entry;
pub mod examine;
pub mod forge;
pub mod paths;
pub mod plan;
pub mod project;
pub mod publish;
pub mod sbom;
pub mod steps;
pub mod tag;
pub mod target;
