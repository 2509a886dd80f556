//! How a queue's callbacks are called: who comes first, who is asked before, how much at once, and what customers see.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::finding::Finding;
use super::values::at_least;
use super::{Limit, Quota};
use crate::value::{Duration, Phone};

/// The digits an access code may have.
pub const CODE_DIGITS: std::ops::RangeInclusive<u32> = 4..=12;

/// The times for which an access code may be good.
pub const CODE_EXPIRY: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(1_800));

/// So many answered calls of a queue decide whether it dials ahead.
pub const ANSWERED_KEPT: usize = 100;

/// So many failures of the agent's leg complete a callback.
pub const AGENT_FAILURES: u32 = 5;

/// The most callbacks of a queue that may be dialled ahead.
pub const MAX_DIAL_AHEAD: u32 = 1_000;

/// How a queue's callbacks are called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialling {
    /// Whose call comes first.
    pub first: First,
    /// Whether the agent is asked before.
    pub preview: bool,
    /// How long an offer stands.
    pub offer_timeout: Duration,
    /// What becomes of an agent who lets an offer expire.
    pub on_offer_expired: OfferExpired,
    /// Rejected offers that complete a callback.
    pub max_rejects: u32,
    /// How long an agent who rejected a callback is not offered it again.
    pub reject_cooloff: Duration,
    /// Whether the customer is asked before.
    pub confirm: Option<Confirm>,
    /// How long a customer on the line is let wait for an agent.
    pub connect_timeout: Duration,
    /// So many callbacks are dialled before an agent is reserved.
    pub dial_ahead: u32,
    /// Of a hundred answered calls, so many may be abandoned while it is dialled ahead.
    pub abandon_max: u32,
    /// How customers are told to call in.
    pub call_in: CallIn,
    /// So many callbacks may be in Routing at once; no limit if absent.
    pub concurrent_dials: Option<u32>,
    /// So many calls may be placed in any interval of that length; no limit if absent.
    pub dial_rate: Option<Quota>,
    /// How long a customer who asks for later is let wait, unless they say.
    pub snooze: Duration,
    /// What the customer and the network see of a call.
    pub presentation: Presentation,
}

/// Whose call comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum First {
    /// The agent is there when the customer answers.
    Agent,
    /// The customer is called, and then connected to the agent.
    Customer,
    /// The customer is told to call in.
    Inbound,
}

/// What becomes of an agent who lets an offer expire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferExpired {
    /// Not ready until they say so.
    NotReady,
    /// As before.
    Ready,
}

/// How a customer is asked whether a call is welcome now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirm {
    /// How long one push may go unanswered.
    pub timeout: Duration,
    /// How often the customer is asked.
    pub attempts: u32,
    /// What is done where the last goes unanswered.
    pub otherwise: Unconfirmed,
}

/// What is done where the customer does not confirm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unconfirmed {
    /// Call all the same.
    Connect,
    /// Complete the callback.
    Fail,
}

/// How customers are told to call in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallIn {
    /// The number to call; the host's to know if absent.
    pub number: Option<Phone>,
    /// Digits of an access code.
    pub digits: u32,
    /// How long the invitation is good.
    pub expiry: Duration,
}

/// What the customer and the network see of a call. Texts are the host's to read; empty: its own default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presentation {
    /// The number that is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_id: Option<Phone>,
    /// The name that is shown.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    pub display_name: SmolStr,
    /// The point of the network from which the call is placed.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    pub route_point: SmolStr,
    /// Whether it is listened for whether a person, a machine or a fax answers.
    pub call_progress: bool,
    /// Where the customer goes for a survey after the call.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    pub survey_point: SmolStr,
}

impl Default for Dialling {
    fn default() -> Self {
        Self {
            first: First::Agent,
            preview: false,
            offer_timeout: Duration::from_secs(30),
            on_offer_expired: OfferExpired::NotReady,
            max_rejects: 3,
            reject_cooloff: Duration::from_secs(300),
            confirm: None,
            connect_timeout: Duration::from_secs(30),
            dial_ahead: 0,
            abandon_max: 3,
            call_in: CallIn::default(),
            concurrent_dials: None,
            dial_rate: None,
            snooze: Duration::from_secs(300),
            presentation: Presentation::default(),
        }
    }
}

impl Default for Confirm {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(30), attempts: 3, otherwise: Unconfirmed::Connect }
    }
}

impl Default for CallIn {
    fn default() -> Self {
        Self { number: None, digits: 6, expiry: Duration::from_secs(30) }
    }
}

impl Default for Presentation {
    fn default() -> Self {
        Self {
            caller_id: None,
            display_name: SmolStr::default(),
            route_point: SmolStr::default(),
            call_progress: true,
            survey_point: SmolStr::default(),
        }
    }
}

/// Checks that a queue's callbacks can be called like this.
pub(super) fn check_dialling(path: &str, owner: &str, dialling: &Dialling, findings: &mut Vec<Finding>) {
    let moment = Duration::from_millis(1);
    at_least(path, owner, "offer_timeout", dialling.offer_timeout, moment, findings);
    at_least(path, owner, "connect_timeout", dialling.connect_timeout, moment, findings);
    at_least(path, owner, "snooze", dialling.snooze, moment, findings);
    at_least(path, owner, "reject_cooloff", dialling.reject_cooloff, Duration::ZERO, findings);
    let mut error = |key: &str, message: String| {
        findings.push(Finding::error(format!("{path}.{key}"), format!("{owner}: {message}")));
    };
    if dialling.max_rejects == 0 {
        error("max_rejects", "no callback is offered 0 times; write at least 1".into());
    }
    if dialling.abandon_max > 100 {
        error("abandon_max", format!("{} per cent are more than all; write 0 to 100", dialling.abandon_max));
    }
    if dialling.concurrent_dials == Some(0) {
        error("concurrent_dials", "with no call at a time nobody is called; write at least 1".into());
    }
    if let Some(rate) = dialling.dial_rate {
        if rate.max == 0 || rate.max > Limit::MAX {
            error("dial_rate.calls", format!("{} calls; write 1 to {}", rate.max, Limit::MAX));
        }
        if rate.per < moment {
            error("dial_rate.per", format!("`per` is {}; write at least {moment}", rate.per));
        }
    }
    if !CODE_DIGITS.contains(&dialling.call_in.digits) {
        let (least, most) = (CODE_DIGITS.start(), CODE_DIGITS.end());
        error(
            "call_in.digits",
            format!("a code of {} digits; write {least} to {most}", dialling.call_in.digits),
        );
    }
    let (shortest, longest) = CODE_EXPIRY;
    if !(shortest..=longest).contains(&dialling.call_in.expiry) {
        let expiry = dialling.call_in.expiry;
        error("call_in.expiry", format!("a code good for {expiry}; write {shortest} to {longest}"));
    }
    if let Some(confirm) = dialling.confirm {
        if confirm.timeout < moment {
            error("confirm.timeout", format!("`timeout` is {}; write at least {moment}", confirm.timeout));
        }
        if confirm.attempts == 0 {
            error(
                "confirm.attempts",
                "a customer who is asked 0 times never confirms; write at least 1".into(),
            );
        }
        if dialling.first == First::Inbound {
            error("confirm", "a customer who is told to call in confirms by calling; leave it out".into());
        }
    }
    if dialling.dial_ahead > MAX_DIAL_AHEAD {
        error("dial_ahead", format!("{} calls ahead; write at most {MAX_DIAL_AHEAD}", dialling.dial_ahead));
    }
    if dialling.dial_ahead > 0 {
        if dialling.first != First::Customer {
            error("dial_ahead", "calls ahead of the agent need `first = \"customer\"`".into());
        }
        if dialling.preview || dialling.confirm.is_some() {
            let message =
                "calls ahead are placed before anybody is asked; leave out `preview` and `confirm`, or this";
            error("dial_ahead", message.into());
        }
    }
}
