//! What a build script gets, in packages that cargo really builds.

mod contract;
mod cross;
mod dataflow;
mod host;
mod mistakes;
mod project;
mod rust_plugin;
