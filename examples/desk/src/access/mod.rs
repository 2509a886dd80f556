//! Who may do what: accounts, sessions, roles, API keys.

mod accounts;
mod keys;
mod pace;
mod roles;
mod sessions;

pub(crate) use accounts::{Account, Accounts};
pub(crate) use keys::Keys;
pub(crate) use pace::Pace;
pub(crate) use roles::{Right, Role};
pub(crate) use sessions::{Session, Sessions};

use blake2::{Blake2s256, Digest};
use subtle::ConstantTimeEq;

/// What is kept of a secret that only needs to be recognised.
fn fingerprint(secret: &str) -> [u8; 32] {
    Blake2s256::digest(secret.as_bytes()).into()
}

/// Whether two secrets are the same, in a time that tells nothing about where they differ.
pub(crate) fn same(one: &str, other: &str) -> bool {
    fingerprint(one).ct_eq(&fingerprint(other)).into()
}
