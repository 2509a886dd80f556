//! What hooks are asked about: requests, callbacks and events.

use std::sync::Arc;

use rhai::{Dynamic, ImmutableString};
use ringback_engine::protocol::{AgentView, CallbackView, Contact, TimeoutKind, View};
use ringback_engine::record::Request;
use ringback_engine::{Country, Duration, Instant};

use super::center::value_of;
use super::registry::{Registry, kind, property, word};
use super::{Fallible, fault, text};

/// A request as scripts see it.
#[derive(Clone)]
pub(crate) struct RequestValue(pub(crate) Contact);

/// A callback as scripts see it.
#[derive(Clone)]
pub(crate) struct CallbackValue(pub(crate) Arc<CallbackView>);

/// An event as scripts see it.
#[derive(Clone)]
pub(crate) struct EventValue(pub(crate) TimeoutKind);

/// An agent as scripts see it.
#[derive(Clone)]
pub(crate) struct AgentValue(pub(crate) AgentView);

/// What requests and callbacks have in common.
trait Asked: Clone + Send + Sync + 'static {
    fn request(&self) -> &Request;
    fn priority(&self) -> i64;
    fn received(&self) -> Instant;
    fn view(&self) -> &dyn View;
}

impl Asked for RequestValue {
    fn request(&self) -> &Request {
        &self.0.request
    }

    fn priority(&self) -> i64 {
        self.0.request.priority
    }

    fn received(&self) -> Instant {
        self.0.view.now()
    }

    fn view(&self) -> &dyn View {
        &*self.0.view
    }
}

impl Asked for CallbackValue {
    fn request(&self) -> &Request {
        &self.0.request
    }

    fn priority(&self) -> i64 {
        self.0.priority
    }

    fn received(&self) -> Instant {
        self.0.received
    }

    fn view(&self) -> &dyn View {
        &*self.0.view
    }
}

pub(super) fn register(engine: &mut Registry<'_>) {
    kind!(engine, RequestValue, "request");
    kind!(engine, CallbackValue, "callback");
    kind!(engine, EventValue, "event");
    asked::<RequestValue>(engine);
    asked::<CallbackValue>(engine);
    callbacks(engine);
    agents(engine);
    property!(engine, "kind", |event: &mut EventValue| ImmutableString::from(event.0.word()));
}

fn asked<T: Asked>(engine: &mut Registry<'_>) {
    property!(engine, "id", |asked: &mut T| shared(asked.request().id.as_str()));
    property!(engine, "service", |asked: &mut T| shared(&asked.request().service));
    property!(engine, "phone", |asked: &mut T| shared(asked.request().phone.as_str()));
    property!(engine, "country", |asked: &mut T| {
        shared(asked.request().facts.country.as_ref().map_or("", Country::as_str))
    });
    property!(engine, "language", |asked: &mut T| shared(&asked.request().language));
    property!(engine, "channel", |asked: &mut T| shared(&asked.request().channel));
    property!(engine, "has_desired", |asked: &mut T| asked.request().desired.is_some());
    property!(engine, "kind", |asked: &mut T| {
        shared(if asked.request().desired.is_some() { "scheduled" } else { "immediate" })
    });
    property!(engine, "desired", |asked: &mut T| match asked.request().desired {
        Some(desired) => Ok(desired),
        None => fault("there is no desired time; ask `has_desired` first"),
    });
    property!(engine, "priority", |asked: &mut T| asked.priority());
    property!(engine, "last_agent", |asked: &mut T| {
        let last = asked.view().last_agent(&asked.request().phone);
        shared(last.as_ref().map_or("", |agent| agent.as_str()))
    });
    property!(engine, "received", |asked: &mut T| asked.received());
    word!(engine, "attr", |asked: &mut T, name: ImmutableString| attribute(asked.request(), &name));
    word!(engine, "attr", |asked: &mut T, name: Dynamic| attribute(asked.request(), &text(&name)?));
    word!(engine, "attr", |asked: &mut T, name: ImmutableString, otherwise: ImmutableString| {
        attribute_or(asked.request(), &name, || otherwise.into())
    });
    word!(engine, "attr", |asked: &mut T, name: ImmutableString, otherwise: i64| {
        attribute_or(asked.request(), &name, || otherwise.into())
    });
    word!(engine, "attr", |asked: &mut T, name: Dynamic, otherwise: Dynamic| -> Fallible<Dynamic> {
        attribute_or(asked.request(), &text(&name)?, || otherwise)
    });
    word!(engine, "has", |asked: &mut T, name: ImmutableString| {
        asked.request().attributes.contains_key(name.as_str())
    });
    word!(engine, "has", |asked: &mut T, name: Dynamic| -> Fallible<bool> {
        Ok(asked.request().attributes.contains_key(text(&name)?.as_str()))
    });
}

fn shared(text: &str) -> ImmutableString {
    text.into()
}

fn attribute(request: &Request, name: &str) -> Fallible<Dynamic> {
    match request.attributes.get(name) {
        Some(value) => value_of(value),
        None => fault(format!(
            "there is no attribute `{name}`; write `attr(name, otherwise)` where it may be absent"
        )),
    }
}

fn attribute_or(request: &Request, name: &str, otherwise: impl FnOnce() -> Dynamic) -> Fallible<Dynamic> {
    request.attributes.get(name).map_or_else(|| Ok(otherwise()), value_of)
}

fn callbacks(engine: &mut Registry<'_>) {
    property!(engine, "queue", |callback: &mut CallbackValue| shared(&callback.0.queue));
    property!(engine, "attempts", |callback: &mut CallbackValue| i64::from(callback.0.attempts));
    property!(engine, "last_outcome", |callback: &mut CallbackValue| {
        shared(callback.0.last_outcome.map_or("", |outcome| outcome.word()))
    });
    property!(engine, "rejects", |callback: &mut CallbackValue| i64::from(callback.0.rejects));
    property!(engine, "waited", |callback: &mut CallbackValue| {
        callback.0.view.now().since(callback.0.place).max(Duration::ZERO)
    });
    property!(engine, "place", |callback: &mut CallbackValue| callback.0.place);
    property!(engine, "state", |callback: &mut CallbackValue| {
        ImmutableString::from(callback.0.state.to_string())
    });
    word!(engine, "tag", |callback: &mut CallbackValue, name: Dynamic| {
        let name = text(&name)?;
        match tag(&callback.0, &name) {
            Some(value) => Ok(value),
            None => fault(format!(
                "there is no tag `{name}`; write `tag(name, otherwise)` where it may be absent"
            )),
        }
    });
    word!(engine, "tag", |callback: &mut CallbackValue,
                          name: Dynamic,
                          otherwise: Dynamic|
     -> Fallible<Dynamic> {
        let name = text(&name)?;
        Ok(tag(&callback.0, &name).map_or(otherwise, Dynamic::from))
    },);
}

fn agents(engine: &mut Registry<'_>) {
    kind!(engine, AgentValue, "agent");
    property!(engine, "id", |agent: &mut AgentValue| shared(agent.0.settings.id.as_str()));
    property!(engine, "idle", |agent: &mut AgentValue| agent.0.idle);
    property!(engine, "calls", |agent: &mut AgentValue| i64::try_from(agent.0.calls).unwrap_or(i64::MAX));
    property!(engine, "occupancy", |agent: &mut AgentValue| i64::from(agent.0.occupancy));
    word!(engine, "skill", |agent: &mut AgentValue, name: Dynamic| -> Fallible<i64> {
        let level = agent.0.settings.skills.get(text(&name)?.as_str());
        Ok(level.copied().map_or(0, i64::from))
    });
    word!(engine, "in_group", |agent: &mut AgentValue, name: Dynamic| -> Fallible<bool> {
        Ok(agent.0.settings.groups.contains(text(&name)?.as_str()))
    });
}

fn tag(callback: &CallbackView, name: &str) -> Option<ImmutableString> {
    callback.tags.iter().find(|(key, _)| key == name).map(|(_, value)| shared(value))
}
