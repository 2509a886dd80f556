//! Sessions of people who logged in. They live in memory: after a restart everybody logs in again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use ringback_engine::{Duration, Instant};

use super::{Account, fingerprint, same};
use crate::{chance, clock};

/// How long a session lives without use.
const IDLE: Duration = Duration::from_hours(12);
/// How many there are at most; the oldest go first.
const MOST: usize = 10_000;

/// One person, logged in with one browser.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// Who.
    pub(crate) account: Account,
    /// What forms and scripts of this session's pages send along, and nobody else knows.
    pub(crate) token: Arc<str>,
    used: Instant,
}

/// All sessions, by the fingerprint of the cookie's secret.
#[derive(Clone, Default)]
pub(crate) struct Sessions(Arc<Mutex<BTreeMap<[u8; 32], Session>>>);

impl Sessions {
    /// Begins a session, and returns the cookie's secret.
    pub(crate) fn begin(&self, account: Account) -> String {
        let (secret, now) = (chance::word(40), clock::now());
        let session = Session { account, token: chance::word(32).into(), used: now };
        if let Ok(mut all) = self.0.lock() {
            all.retain(|_, session| now.since(session.used) < IDLE);
            if all.len() >= MOST
                && let Some(oldest) = all.iter().min_by_key(|(_, session)| session.used).map(|(key, _)| *key)
            {
                all.remove(&oldest);
            }
            all.insert(fingerprint(&secret), session);
        }
        secret
    }

    /// The session of a cookie's secret.
    pub(crate) fn find(&self, secret: &str) -> Option<Session> {
        let mut all = self.0.lock().ok()?;
        let (key, now) = (fingerprint(secret), clock::now());
        let session = all.get_mut(&key)?;
        if now.since(session.used) >= IDLE {
            all.remove(&key);
            return None;
        }
        session.used = now;
        Some(session.clone())
    }

    /// Ends a session.
    pub(crate) fn end(&self, secret: &str) {
        if let Ok(mut all) = self.0.lock() {
            all.remove(&fingerprint(secret));
        }
    }
}

impl Session {
    /// Whether a form comes from a page of this session.
    pub(crate) fn sent(&self, token: &str) -> bool {
        same(&self.token, token)
    }
}
