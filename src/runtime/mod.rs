//! What brings a plugin to life. [`native`] loads shared libraries.

pub mod native;
