//! The invariants, and how often each was put to the test.

use std::fmt;

/// One invariant: its number, what it says, and how it is checked.
#[derive(Clone, Copy, Debug)]
pub struct Invariant {
    /// Its number in the table of `tests/README.md`.
    pub number: u8,
    /// What it says.
    pub says: &'static str,
    /// How it is checked.
    pub checked: Checked,
}

/// How an invariant is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// From the change of each step.
    Each,
    /// By a full scan, now and then.
    Scan,
    /// Both ways.
    Both,
    /// By another test, or by construction.
    Elsewhere(&'static str),
    /// There is nothing to check.
    No(&'static str),
}

const fn row(number: u8, says: &'static str, checked: Checked) -> Invariant {
    Invariant { number, says, checked }
}

use Checked::{Both, Each, Elsewhere, No, Scan};

/// All of them, in order of their numbers.
pub const INVARIANTS: [Invariant; 62] = [
    row(1, "conservation: accepted = the five states + purged", Both),
    row(2, "callbacks, attempts and effects have ids of their own, also across restores", Each),
    row(3, "one place: what the engine says of each callback is what its events say; lines add up", Scan),
    row(4, "at most one live attempt per callback", Each),
    row(5, "at most one live attempt per number", Each),
    row(6, "states follow the table of transitions; nothing follows the end; attempts rise by one", Each),
    row(7, "a dial is for a callback that is due, with its agent reserved", Each),
    row(8, "one dial per attempt; none after the end", Each),
    row(9, "a dial's last instant is ahead, within its ringing time and the queue's hours", Each),
    row(10, "no dial outside the queue's hours, by a table of minutes", Each),
    row(11, "country, kind and patterns let a dialled number be called", Each),
    row(12, "no dial to a number of the opt-out table", Each),
    row(13, "attempts to a number, its prefix, its country and in all, in any interval, <= limit", Each),
    row(14, "dial rate and dials at once <= caps, and neither lets anybody pass", Each),
    row(15, "spending <= budget", No("the engine knows no prices; limits on attempts stand in for it")),
    row(16, "the gap between attempts: no dial before a hold is over, nor to a fenced number", Each),
    row(17, "an agent's load <= capacity, and is what the callbacks say", Both),
    row(18, "a reserved agent is ready and meets the whole requirement", Each),
    row(19, "a reservation ends once, and not after its lease", Both),
    row(20, "work conserving: no ready agent is left who could serve a matchable callback", Both),
    row(21, "order: nobody matchable whom a ready agent could serve ranks before the chosen one", Each),
    row(22, "starvation: with ageing, whoever is passed over lacks points, not patience", Each),
    row(23, "quotas, slots and daily limits hold in any interval; a refusal has its reason", Each),
    row(24, "lines <= cap; deadlines a call and effects a call <= cap", Each),
    row(25, "time does not go back; deadlines fire at their instants, once, and none is left", Both),
    row(26, "no dial past the `ttl`; it ends the callback at its instant", Both),
    row(27, "only what is over is purged, after its time; limits and keys outlive it", Each),
    row(
        28,
        "a repeated request key gives the first callback and changes nothing; changed, it conflicts",
        Each,
    ),
    row(29, "late, repeated and wrong reports are refused by name; a late answer is hung up on", Each),
    row(30, "a refused command leaves the state as it was", Each),
    row(31, "an application's answer follows from the question; a fault never dials", Each),
    row(
        32,
        "the version of the rules is recorded; a failed publish changes nothing",
        No("rules can't be published while running yet; a journal's header names them"),
    ),
    row(33, "replay from the start, and from snapshots: the same effects and the same hash", Scan),
    row(34, "snapshot, restored, written again: the same bytes; it goes on the same", Scan),
    row(35, "the way to a state does not show in its hash", Scan),
    row(
        36,
        "effects carry the epoch of their owner; older ones are refused",
        No("one engine, one host: fencing of hosts is the cluster example's"),
    ),
    row(37, "effects are about what is there in that step", Each),
    row(38, "sequences and effect ids rise by one", Each),
    row(39, "liveness: healed, everything ends within a computed bound", Scan),
    row(40, "numbers read from the engine are those recounted from commands and effects", Scan),
    row(
        41,
        "no float, no unchecked arithmetic",
        Elsewhere("by type and lint: the engine has integers only, and denies unchecked arithmetic"),
    ),
    row(42, "the naive model says the same of every command", Elsewhere("tests/model, command by command")),
    row(43, "the best of the agents by the queue's strategy is reserved", Each),
    row(44, "a place in line gets later only by a decision in the log", Both),
    row(45, "nothing waits for ever: what is there has a deadline ahead", Scan),
    row(46, "the log's facts are right: scores, requirements, presence", Each),
    row(
        47,
        "no ghost dials: a host that was away is refused until it resumes, and nobody is matched in the gap",
        Each,
    ),
    row(
        48,
        "no dial and no invitation before the agent has accepted and the customer confirmed, where asked",
        Each,
    ),
    row(49, "dials ahead <= `dial_ahead`, and none while more than `abandon_max` hang up", Each),
    row(50, "an access code is one invitation's, and is good once and in time", Each),
    row(51, "who is on the line comes first, in order, and is not kept waiting", Each),
    row(
        52,
        "no call from a queue that is paused or closed by hand; nobody enters one that is drained or full",
        Each,
    ),
    row(53, "what is done to many is done to each, or said of it", Each),
    row(54, "an erased number is nowhere in the state", Each),
    row(55, "no dial, and no match, outside the customer's calling window, by local clocks", Each),
    row(
        56,
        "a new configuration loses nobody, moves nobody, and is refused if there is more work than room",
        Each,
    ),
    row(
        57,
        "of a customer's numbers none is passed over that may be called sooner; only theirs are called",
        Each,
    ),
    row(
        58,
        "a wrap-up ends at its time, which is later if asked, or at the agent's word, and not before",
        Both,
    ),
    row(
        59,
        "overflow by a condition only while it holds, once, in order, where taken in; and nobody is left",
        Both,
    ),
    row(
        60,
        "who is in line when a queue closes, or comes back to it, is put off to the next slot or over",
        Each,
    ),
    row(61, "a slot has the capacity that the tables by week and by date say", Each),
    row(62, "a number of several zones, or of none, is called by the clocks its queue names for it", Each),
];

/// Something that should never be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The invariant's number; 0: the engine panicked.
    pub invariant: u8,
    /// What was seen.
    pub sentence: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let says =
            INVARIANTS.iter().find(|row| row.number == self.invariant).map_or("no panic", |row| row.says);
        write!(f, "invariant {} ({says}) is broken: {}", self.invariant, self.sentence)
    }
}

/// How often each invariant was put to the test, and what happened on the way.
#[derive(Clone, Debug)]
pub struct Tally([u64; INVARIANTS.len() + 1]);

impl Default for Tally {
    fn default() -> Self {
        Self([0; INVARIANTS.len() + 1])
    }
}

impl Tally {
    /// Adds what another run has counted.
    pub fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(ours, theirs)| *ours += theirs);
    }

    /// Invariants that should have been put to the test and were not.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let wanted = INVARIANTS.iter().filter(|row| matches!(row.checked, Each | Scan | Both));
        wanted.filter(|row| self.0[row.number as usize] == 0).map(|row| row.says).collect()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in &INVARIANTS {
            let how = match row.checked {
                Each => "each step",
                Scan => "scan",
                Both => "both",
                Elsewhere(where_) => where_,
                No(why) => why,
            };
            writeln!(f, "{:>3} {:>12}  {} [{how}]", row.number, self.0[row.number as usize], row.says)?;
        }
        Ok(())
    }
}

/// Judges, counts, and keeps the first breach.
#[derive(Debug, Default)]
pub(in crate::simulator) struct Judge {
    pub(in crate::simulator) tally: Tally,
    pub(in crate::simulator) breach: Option<Breach>,
}

impl Judge {
    /// Puts an invariant to the test.
    #[inline]
    pub(in crate::simulator) fn must(
        &mut self,
        invariant: u8,
        holds: bool,
        sentence: impl FnOnce() -> String,
    ) -> bool {
        self.tally.0[invariant as usize] += 1;
        if !holds && self.breach.is_none() {
            self.breach = Some(Breach { invariant, sentence: sentence() });
        }
        holds
    }
}
