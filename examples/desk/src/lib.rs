//! The desk: a whole callback service on the two crates, in one program with an embedded store.
//!
//! One thread owns the engine; everything else reaches it by commands and questions ([`run`] starts it all). What the
//! engine wants done goes to a [telephone line](line), what happened to the store and to the pages.

mod access;
mod api;
mod center;
mod chance;
mod clock;
mod core;
mod line;
mod load;
mod memory;
mod operations;
mod options;
mod pages;
mod people;
mod program;
mod slots;
mod store;
mod wait;
mod web;

pub use program::run;
