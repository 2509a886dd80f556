//! Features: what a seed's world does besides what every world does. Each seed turns on some of them, at random, so that
//! what hides behind a fault that is always there shows on another seed.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::random::Random;

/// One thing that can go on in a simulated world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// Reports of outcomes are lost.
    LostReports,
    /// Reports come after the engine has given up.
    LateReports,
    /// Reports come twice.
    RepeatedReports,
    /// Reports name attempts that are not live, or never were.
    WrongReports,
    /// Nobody reports the end of an interaction.
    EndlessTalks,
    /// Agents vanish.
    VanishingAgents,
    /// Agents go and come all the time.
    FlappingAgents,
    /// Customers cancel while the call is under way.
    CancelRaces,
    /// Requests come in floods.
    Floods,
    /// Requests are sent again, unchanged or changed.
    RepeatedRequests,
    /// Customers ask for a time.
    Appointments,
    /// Requests name what the center does not have.
    UnknownNames,
    /// The host is killed and begins again from its last snapshot and its journal.
    Crashes,
    /// The host moves to a new process with a snapshot.
    Moves,
    /// The host's clock jumps forward.
    JumpsForward,
    /// The host's clock goes back for a while.
    JumpsBack,
    /// The host wakes only when something is said.
    SleepyHost,
    /// Numbers are of all countries and kinds, and services have rules about them.
    OddNumbers,
    /// Queues and services have opening hours.
    Hours,
    /// Callbacks live, wait and are kept for as long as by default, so that many are there at once.
    LongLives,
    /// Queues call in every way there is, and agents and customers are asked before.
    Dialling,
    /// People of the center turn switches, close calendars, change, move, assign, recreate and erase callbacks, one or many.
    Steering,
    /// Customers have calling windows, on the clocks of their zones.
    Windows,
    /// Limits count attempts over many numbers.
    Crowds,
    /// The center is configured anew.
    NewConfigurations,
    /// Customers give several numbers.
    SeveralNumbers,
    /// Wrap-ups wait for a word of the agent, or are extended.
    WrapUps,
    /// Queues overflow under conditions.
    Conditions,
    /// Who waits as a queue closes is put off, or over.
    Closings,
    /// The capacity of slots is that of tables by week and by date.
    Tables,
}

impl Feature {
    /// Every feature.
    pub const ALL: [Self; 30] = [
        Self::LostReports,
        Self::LateReports,
        Self::RepeatedReports,
        Self::WrongReports,
        Self::EndlessTalks,
        Self::VanishingAgents,
        Self::FlappingAgents,
        Self::CancelRaces,
        Self::Floods,
        Self::RepeatedRequests,
        Self::Appointments,
        Self::UnknownNames,
        Self::Crashes,
        Self::Moves,
        Self::JumpsForward,
        Self::JumpsBack,
        Self::SleepyHost,
        Self::OddNumbers,
        Self::Hours,
        Self::LongLives,
        Self::Dialling,
        Self::Steering,
        Self::Windows,
        Self::Crowds,
        Self::NewConfigurations,
        Self::SeveralNumbers,
        Self::WrapUps,
        Self::Conditions,
        Self::Closings,
        Self::Tables,
    ];
}

/// The features of one seed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Features(BTreeSet<Feature>);

impl Features {
    pub(super) fn swarm(random: &mut Random) -> Self {
        Self(Feature::ALL.into_iter().filter(|_| random.one_in(2)).collect())
    }

    /// Whether this one is on.
    #[must_use]
    pub fn has(&self, feature: Feature) -> bool {
        self.0.contains(&feature)
    }
}

impl fmt::Display for Features {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.0.iter().map(|feature| format!("{feature:?}")).collect();
        f.write_str(if names.is_empty() { "none" } else { "" })?;
        f.write_str(&names.join(", "))
    }
}
