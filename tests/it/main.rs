//! Hotshoe's integration tests: one binary, a module for each word of the documentation.

mod inspect;
