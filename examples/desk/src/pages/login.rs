//! The page to log in.

use maud::{Markup, html};

use super::{document, words};

/// The page; `wrong` says what was wrong with the last try.
pub(crate) fn page(center: &str, to: &str, wrong: Option<&str>) -> Markup {
    let body = html! {
        main.gate {
            form.card method="post" action="/login" data-plain {
                span.brand { (words::mark()) span { "Ringback" small { (center) } } }
                h1 { "Log in" }
                @if let Some(wrong) = wrong { p.banner role="alert" style="margin:0" { (wrong) } }
                input type="hidden" name="to" value=(to);
                label.field { span { "Name" } input.input name="name" autocomplete="username" autocapitalize="none" required autofocus; }
                label.field { span { "Password" } input.input type="password" name="password" autocomplete="current-password" required; }
                button.button.first.big { "Log in" }
            }
        }
    };
    document("Log in", None, &body)
}
