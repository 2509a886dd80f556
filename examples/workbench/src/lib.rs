//! The workbench: plays the bundles of solution designers against the engine, and says what became of them.
//!
//! A [`bundle`] is a folder with a center, an application, and a period of traffic. The [`streams`] read the
//! traffic, a [`rehearsal`] tries the application on samples of it, the [`world`] plays it, the [`event_log`], the
//! [`summary`] and the [`journal`] watch, a [`report`] shows, and the [`commands`] are what the program `ringback` does with them.

pub mod audit;
pub mod bundle;
pub mod commands;
pub mod comparison;
pub mod coverage;
pub mod event_log;
pub mod facts;
pub mod history;
pub mod import;
pub mod journal;
pub mod progress;
pub mod rehearsal;
pub mod report;
pub mod streams;
pub mod summary;
pub mod trials;
pub mod world;
