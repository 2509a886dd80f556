//! Reads `center.toml`.
