//! The keys of `[[queue]]` that say how its callbacks are called.

use super::fields::Fields;
use super::notes::Notes;
use super::value::{Read, Value};
use crate::center::{Confirm, Dialling, First, OfferExpired, Quota, Unconfirmed};

pub(super) fn read(fields: &mut Fields<'_, '_, '_, '_>, dialling: &mut Dialling) {
    let first = [("agent", First::Agent), ("customer", First::Customer), ("inbound", First::Inbound)];
    dialling.first = fields.word("first", &first, &[]).unwrap_or(dialling.first);
    fields.set("preview", &mut dialling.preview);
    fields.set("offer_timeout", &mut dialling.offer_timeout);
    let expired = [("not_ready", OfferExpired::NotReady), ("ready", OfferExpired::Ready)];
    let expired = fields.word("on_offer_expired", &expired, &[]);
    dialling.on_offer_expired = expired.unwrap_or(dialling.on_offer_expired);
    fields.set("max_rejects", &mut dialling.max_rejects);
    fields.set("reject_cooloff", &mut dialling.reject_cooloff);
    if let Some(confirm) = fields.get("confirm") {
        if confirm.is_table() {
            dialling.confirm = Confirm::read(&confirm, fields.notes);
        } else if confirm.as_text() != Some("off") {
            confirm.wrong_type(fields.notes, Confirm::WANTED);
        }
    }
    fields.set("connect_timeout", &mut dialling.connect_timeout);
    fields.set("dial_ahead", &mut dialling.dial_ahead);
    fields.set("abandon_max", &mut dialling.abandon_max);
    fields.table("call_in", |fields| {
        dialling.call_in.number = fields.optional("number");
        fields.set("digits", &mut dialling.call_in.digits);
        fields.set("expiry", &mut dialling.call_in.expiry);
    });
    dialling.concurrent_dials = fields.optional("concurrent_dials");
    fields.table("dial_rate", |fields| {
        let (calls, per) = (fields.required("calls"), fields.required("per"));
        dialling.dial_rate = calls.zip(per).map(|(max, per)| Quota { max, per });
    });
    fields.set("snooze", &mut dialling.snooze);
    let presentation = &mut dialling.presentation;
    presentation.caller_id = fields.optional("caller_id");
    fields.set("display_name", &mut presentation.display_name);
    fields.set("route_point", &mut presentation.route_point);
    fields.set("call_progress", &mut presentation.call_progress);
    fields.set("survey_point", &mut presentation.survey_point);
}

impl Read for Confirm {
    const WANTED: &'static str =
        "`\"off\"`, or `{ timeout = \"30s\", attempts = 3, otherwise = \"connect\" }`";

    fn read(value: &Value<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        value.table(Self::WANTED, notes, |fields| {
            let mut confirm = Self::default();
            fields.set("timeout", &mut confirm.timeout);
            fields.set("attempts", &mut confirm.attempts);
            let words = [("connect", Unconfirmed::Connect), ("fail", Unconfirmed::Fail)];
            confirm.otherwise = fields.word("otherwise", &words, &[]).unwrap_or(confirm.otherwise);
            confirm
        })
    }
}
