//! Values and contexts for plugins in Rust, over the table.
