//! What the audit can follow: calls for an agent who is reserved and there.

use ringback_engine::center::{First, Layout};

/// The first setting of a center whose callbacks go ways that the audit does not follow, in words.
#[must_use]
pub fn not_followed(layout: &Layout) -> Option<String> {
    layout.center().queues.iter().find_map(|queue| {
        let dialling = &queue.dialling;
        let setting = if dialling.preview {
            "preview"
        } else if dialling.confirm.is_some() {
            "confirm"
        } else if dialling.first != First::Agent {
            "first"
        } else {
            return None;
        };
        Some(format!(
            "queue `{}`: the audit does not follow `{setting}` yet; nothing was checked",
            queue.name
        ))
    })
}
