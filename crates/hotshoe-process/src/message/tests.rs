//! Types of plugins, good and hostile.

mod hostile;
mod json;
mod made;
mod names;
