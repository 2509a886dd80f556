//! Rhai applications.
