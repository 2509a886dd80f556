//! The requests that an application is rehearsed on: the first ones of the traffic, and made-up ones where there
//! are none.

use std::collections::BTreeMap;

use ringback_engine::center::Service;
use ringback_engine::record::Request;
use ringback_engine::{Duration, Instant, Name, Phone};
use smol_str::SmolStr;

use crate::streams::TrafficLine;

/// So many lines of the traffic are looked at for samples.
const LINES: usize = 1_000;

/// So many samples a service has at most; they differ in which attributes they have.
const KEPT: usize = 4;

/// How far ahead a sample's desired time lies.
const AHEAD: Duration = Duration::from_hours(2);

/// When requests are made where no traffic says it: a Wednesday, 2026-03-11 12:00 UTC.
const SOME_NOON: Instant = Instant::from_millis(1_773_230_400_000);

/// Sample requests, by service.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    by_service: BTreeMap<Name, Vec<TrafficLine>>,
    /// The first line of all, whatever its service.
    first: Option<TrafficLine>,
}

impl Samples {
    /// Takes samples from the beginning of the traffic.
    pub fn of(traffic: impl Iterator<Item = TrafficLine>) -> Self {
        let mut samples = Self::default();
        for line in traffic.take(LINES) {
            samples.first.get_or_insert_with(|| line.clone());
            let kept = samples.by_service.entry(line.request.service.clone()).or_default();
            if kept.len() < KEPT && !kept.iter().any(|other| traits(other) == traits(&line)) {
                kept.push(line);
            }
        }
        samples
    }

    /// When a service's samples are asked about, more or less.
    pub(super) fn instant(&self, service: &Service) -> Instant {
        let own = self.by_service.get(&service.name).and_then(|lines| lines.first());
        own.or(self.first.as_ref()).map_or(SOME_NOON, |line| line.at)
    }

    /// The sample requests of a service at `now`, for now and for later, each with how it is told of.
    pub(super) fn requests(&self, service: &Service, now: Instant) -> Vec<(Request, String)> {
        let told = |line: &TrafficLine| format!("line {} of traffic.csv", line.line);
        let mut bases: Vec<(Request, String)> = match self.by_service.get(&service.name) {
            Some(lines) => lines.iter().map(|line| (line.request.clone(), told(line))).collect(),
            None => vec![self.made_up(service)],
        };
        bases.iter_mut().for_each(|(request, _)| request.key = None);
        let mut requests = Vec::new();
        for (base, told) in bases {
            let later = now.after(AHEAD.max(service.min_lead));
            if service.immediate {
                let request = Request { desired: None, ..base.clone() };
                requests.push((request, format!("{told} as an immediate request")));
            }
            if service.scheduled {
                requests.push((base.at(later), format!("{told} as a scheduled request")));
            }
        }
        requests
    }

    /// A request of a service that no sample has asked: with the attributes of others.
    fn made_up(&self, service: &Service) -> (Request, String) {
        match &self.first {
            Some(line) => {
                let request = Request { service: service.name.clone(), ..line.request.clone() };
                let told =
                    format!("line {} of traffic.csv, made one of service `{}`", line.line, service.name);
                (request, told)
            }
            None => {
                let phone = Phone::new("+12025550123").unwrap_or_else(|_| Phone::redacted());
                let request = Request::new("sample", &service.name, phone);
                (request, format!("a made-up request of service `{}` without attributes", service.name))
            }
        }
    }
}

/// What lets a script treat two requests of a service differently: which attributes they have, and what of the
/// rest they leave out.
fn traits(line: &TrafficLine) -> (Vec<&SmolStr>, bool, bool) {
    let request = &line.request;
    (request.attributes.keys().collect(), request.channel.is_empty(), request.language.is_empty())
}
