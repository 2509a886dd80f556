//! The pages that people see, and the frame around them.

pub(crate) mod agent;
pub(crate) mod callback;
pub(crate) mod callbacks;
pub(crate) mod demo;
mod graph;
pub(crate) mod live;
pub(crate) mod login;
pub(crate) mod queues;
mod words;

use maud::{DOCTYPE, Markup, html};

use crate::access::{Right, Session};

/// A place of the menu: address, icon, text, and who sees it.
const MENU: [(&str, &str, &str, Right); 4] = [
    ("/callbacks", "callbacks", "Callbacks", Right::Watch),
    ("/queues", "queues", "Queues", Right::Watch),
    ("/live", "live", "Live", Right::Watch),
    ("/agent", "agent", "My calls", Right::TakeCalls),
];

/// A whole page for somebody who is logged in.
pub(crate) fn page(session: &Session, center: &str, title: &str, body: &Markup) -> Markup {
    let account = &session.account;
    let place = |address: &str| title_of(address) == Some(title);
    let frame = html! {
        div.frame {
            div.nav {
                a.brand href="/" { (words::mark()) span { "Ringback" small { (center) } } }
                nav aria-label="Pages" {
                    ul {
                        @for (address, icon, text, right) in MENU {
                            @if account.role.may(right) {
                                li { a href=(address) aria-current=[place(address).then_some("page")] { (words::icon(icon)) (text) } }
                            }
                        }
                    }
                }
                div.who {
                    span.avatar aria-hidden="true" { (words::initials(&account.name)) }
                    div { (account.name) small { (account.role) } }
                    form method="post" action="/logout" data-plain {
                        input type="hidden" name="token" value=(session.token);
                        button title="Log out" aria-label="Log out" { (words::icon("leave")) }
                    }
                }
            }
            main.main {
                div.banner.lost { "The desk can't be reached; what you see may be old." }
                (body)
            }
        }
    };
    document(title, Some(&session.token), &frame)
}

/// A page that says that something did not go well.
pub(crate) fn problem(title: &str, text: &str) -> Markup {
    let body = html! {
        main.gate {
            div.card {
                span.brand { (words::mark()) span { "Ringback" } }
                h1 { (title) }
                p.soft { (text) }
                a.button href="/" { "Back to the desk" }
            }
        }
    };
    document(title, None, &body)
}

fn document(title: &str, token: Option<&str>, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" data-token=[token] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Ringback" }
                link rel="icon" href="/assets/mark.svg" type="image/svg+xml";
                link rel="stylesheet" href="/assets/desk.css";
                script src="/assets/desk.js" defer {}
            }
            body {
                (body)
                div.notes aria-live="polite" {}
            }
        }
    }
}

fn title_of(address: &str) -> Option<&'static str> {
    MENU.iter().find(|(known, ..)| *known == address).map(|(_, _, title, _)| *title)
}
