//! Accounts: names, roles and hashed passwords, kept in the store.

use std::fmt;
use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use ringback_engine::AgentId;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use super::Role;
use crate::store::{Store, Trouble};

/// The fact in the store.
const FACT: &str = "accounts";
/// How many passwords are hashed at one time: each takes tens of milliseconds and 19 MiB.
const AT_ONCE: usize = 2;

/// Who can log in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Account {
    /// The name to log in with; of an agent, also the agent's id.
    pub(crate) name: String,
    /// The role.
    pub(crate) role: Role,
    /// The password, hashed with argon2id.
    hash: String,
}

/// Everybody who can log in.
#[derive(Clone)]
pub(crate) struct Accounts {
    all: Arc<Vec<Account>>,
    turns: Arc<Semaphore>,
    /// The hash of no password, for names that do not exist: an answer takes as long.
    nobody: Arc<str>,
}

impl Account {
    /// An account with a new password.
    pub(crate) fn new(name: &str, role: Role, password: &str) -> Result<Self, Trouble> {
        Ok(Self { name: name.into(), role, hash: hashed(password)? })
    }

    /// The agent that somebody with this account is.
    pub(crate) fn agent(&self) -> Option<AgentId> {
        (self.role == Role::Agent).then(|| AgentId::new(&self.name))
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.role)
    }
}

impl Accounts {
    /// Those that the store keeps; `None` if it keeps none yet.
    pub(crate) fn of(store: &Store) -> Result<Option<Self>, Trouble> {
        let Some(text) = store.fact(FACT)? else { return Ok(None) };
        Self::with(serde_json::from_slice(&text).map_err(Trouble::new)?).map(Some)
    }

    /// Keeps accounts in the store.
    pub(crate) fn keep(store: &mut Store, all: Vec<Account>) -> Result<Self, Trouble> {
        store.set_fact(FACT, &serde_json::to_vec(&all).map_err(Trouble::new)?)?;
        Self::with(all)
    }

    fn with(all: Vec<Account>) -> Result<Self, Trouble> {
        let nobody = hashed("nobody")?.into();
        Ok(Self { all: Arc::new(all), turns: Arc::new(Semaphore::new(AT_ONCE)), nobody })
    }

    /// Everybody.
    pub(crate) fn all(&self) -> &[Account] {
        &self.all
    }

    /// The account with this name and password.
    pub(crate) async fn recognise(&self, name: &str, password: String) -> Option<Account> {
        let _turn = self.turns.acquire().await.ok()?;
        let account = self.all.iter().find(|account| account.name == name).cloned();
        let hash = account.as_ref().map_or_else(|| self.nobody.to_string(), |account| account.hash.clone());
        let right = tokio::task::spawn_blocking(move || verified(&password, &hash)).await.ok()?;
        account.filter(|_| right)
    }
}

fn hashed(password: &str) -> Result<String, Trouble> {
    Ok(Argon2::default().hash_password(password.as_bytes()).map_err(Trouble::new)?.to_string())
}

fn verified(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}
