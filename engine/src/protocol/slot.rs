//! Slots as a customer is offered them.

use chrono::{DateTime, FixedOffset};

use crate::value::Instant;

/// A slot that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotView {
    /// The first instant in it that is open: what to ask for.
    pub start: Instant,
    /// When it ends.
    pub end: Instant,
    /// What a clock shows at `start`, in the zone asked for.
    pub local: DateTime<FixedOffset>,
    /// Bookings it still takes; 0 if it is full.
    pub left: u32,
    /// Bookings it takes in all.
    pub total: u32,
}
