//! Rehearsals of small scripts.
