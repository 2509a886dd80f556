//! How pages write things: times, spans, states, icons.

use maud::{Markup, PreEscaped, html};
use ringback_engine::{Duration, Instant};

/// An instant that the browser writes in its own zone.
pub(super) fn time(at: Instant) -> Markup {
    html! { time data-at=(at.millis()) datetime=(at) { (at.to_utc().format("%Y-%m-%d %H:%M UTC")) } }
}

/// The same with seconds.
pub(super) fn exact(at: Instant) -> Markup {
    html! { time data-at=(at.millis()) data-s="1" datetime=(at) { (at.to_utc().format("%Y-%m-%d %H:%M:%S UTC")) } }
}

/// The time since an instant, which goes on counting.
pub(super) fn since(at: Instant, now: Instant) -> Markup {
    html! { span.num data-since=(at.millis()) { (span(now.since(at))) } }
}

/// A span in its two largest units: `4m 05s`.
pub(super) fn span(span: Duration) -> String {
    let seconds = span.secs().max(0);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{}h {:02}m", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{}d {}h", seconds / 86_400, seconds / 3_600 % 24),
    }
}

/// A wait in whole minutes, as the wallboard says it; `-1` is unknown.
pub(super) fn wait(seconds: i64) -> String {
    if seconds < 0 { "–".into() } else { span(Duration::from_secs(seconds)) }
}

/// A word of the engine as people write it: `FAIL_CALL_TO_CUSTOMER` is `Fail call to customer`.
pub(super) fn words(word: &str) -> String {
    let mut text = word.replace(['_', '-'], " ").to_lowercase();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// A number as people read it.
pub(super) fn phone(number: &str) -> String {
    if let (Some(local), 12) = (number.strip_prefix("+1"), number.len()) {
        return format!("({}) {}-{}", &local[..3], &local[3..6], &local[6..]);
    }
    if number.is_empty() { "erased".into() } else { number.into() }
}

/// The first letters of a name.
pub(super) fn initials(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).take(2).collect()
}

/// A state or presence in its colour.
pub(super) fn pill(class: &str, text: &str) -> Markup {
    html! { span class=(format!("pill {class}")) { (text) } }
}

/// A line drawing of 24 by 24.
pub(super) fn icon(name: &str) -> Markup {
    let path = match name {
        "callbacks" => "M4 5h16M4 12h10M4 19h7M17 14v6m0 0 3-3m-3 3-3-3",
        "queues" => "M5 4h5v5H5zM14 15h5v5h-5zM7.5 9v5a3 3 0 0 0 3 3H14M14 6.5h5",
        "live" => "M3 12h4l2.5-7 5 14L17 12h4",
        "agent" => {
            "M5 13a7 7 0 0 1 14 0M5 13v3a2 2 0 0 0 2 2h1v-6H6a1 1 0 0 0-1 1ZM19 13v3a2 2 0 0 1-2 2h-1v-6h2a1 1 0 0 1 1 1Zm-2 5c0 2-2 3-4 3"
        }
        "search" => "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM16.2 16.2 21 21",
        "plus" => "M12 5v14M5 12h14",
        "leave" => "M14 4H6v16h8M10 12h11m0 0-4-4m4 4-4 4",
        "phone" => {
            "M6.5 3h3l1.5 5-2 1.5a12 12 0 0 0 5.5 5.5L16 13l5 1.5v3a3.5 3.5 0 0 1-3.5 3.5C9.5 21 3 14.5 3 6.5A3.5 3.5 0 0 1 6.5 3Z"
        }
        "clock" => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7v5l3.5 2",
        "pause" => "M8 5v14M16 5v14",
        "play" => "M7 4.5v15l12-7.5Z",
        "stop" => "M8 3h8l5 5v8l-5 5H8l-5-5V8ZM8 12h8",
        "back" => "M20 12H4m0 0 6-6m-6 6 6 6",
        "calendar" => "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4",
        _ => "M5 12h14",
    };
    html! { svg.icon viewBox="0 0 24 24" aria-hidden="true" { path d=(path) {} } }
}

/// The mark of the product: two arcs that ring back to a point.
pub(super) fn mark() -> Markup {
    PreEscaped(
        r##"<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="9" fill="#0fa08c"/><path d="M9 20.5a9.5 9.5 0 1 1 5 3.6" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round"/><path d="M9.2 14.5v6.2h6" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"/><circle cx="17.6" cy="15.6" r="2.5" fill="#c9fff4"/></svg>"##
            .into(),
    )
}
