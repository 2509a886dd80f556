//! A page of a customer's site, with the widget on it; and the page on which the API can be tried.

use axum::extract::State;
use maud::{DOCTYPE, Markup, html};
use ringback_engine::center::Service;

use super::words;
use crate::api::BASE;
use crate::web::App;

/// The site of the sample center, as its customers see it.
pub(crate) async fn site(State(app): State<App>) -> Markup {
    let center = app.core.layout().center();
    let service =
        center.services.first().map(|service: &Service| service.name.to_string()).unwrap_or_default();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (center.name) }
                link rel="icon" href="/assets/mark.svg" type="image/svg+xml";
                link rel="stylesheet" href="/assets/desk.css";
                link rel="stylesheet" href="/assets/demo.css";
                script src="/ringback-widget.js" defer {}
            }
            body.site {
                header { b { (center.name) } nav { a href="/demo" { "Internet" } a href="/demo" { "Phone" } a href="/demo" { "Help" } } }
                main {
                    section.hero {
                        p.over { "Help" }
                        h1 { "Talk to a person, without waiting on hold." }
                        p { "Tell us your number. We call you as soon as somebody who knows the subject is free, or at a time that suits you." }
                    }
                    section.cards {
                        @for service in &center.services {
                            div.card { div.body { h2 { (words::words(&service.name)) } p.soft { "We call you back." }
                                button.button data-service=(service.name) { "Call me about this" } } }
                        }
                    }
                }
                ringback-widget data-url=(BASE) api-key=(app.keys.first()) service-name=(service) {}
                script src="/assets/demo.js" defer {}
            }
        }
    }
}

/// The API, to read and to try.
pub(crate) async fn explorer(State(app): State<App>) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "API · Ringback" }
                link rel="icon" href="/assets/mark.svg" type="image/svg+xml";
                link rel="stylesheet" href="/assets/desk.css";
                link rel="stylesheet" href="/assets/demo.css";
                script src="/assets/explorer.js" defer {}
            }
            body {
                main.main.explorer data-base=(BASE) {
                    div.head { div { h1 { "API" } p { "What customers' applications can ask of " (app.core.layout().center().name) ". The description as data: " a href="/openapi.json" { "openapi.json" } } } }
                    label.field { span { "API key, for trying" } input.input id="key" autocomplete="off" placeholder="rb-…"; }
                    div.stack id="calls" {}
                }
            }
        }
    }
}
