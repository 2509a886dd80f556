//! `[limits]`.

use super::fields::Fields;
use super::value::Read;
use crate::center::{Limits, Quota};

pub(super) fn read(fields: &mut Fields<'_, '_, '_, '_>, limits: &mut Limits) {
    fields.table("limits", |fields| {
        if let Some(value) = fields.get("attempts_per_number") {
            if value.is_table() {
                limits.attempts_per_number = Quota::read(&value, fields.notes).or(limits.attempts_per_number);
            } else if value.as_text() == Some("off") {
                limits.attempts_per_number = None;
            } else {
                value.wrong_type(fields.notes, &format!("{}, or `\"off\"`", Quota::WANTED));
            }
        }
        fields.set("redial_floor", &mut limits.redial_floor);
        fields.set("max_lag", &mut limits.max_lag);
        fields.set("faults_in_a_row", &mut limits.faults_in_a_row);
        fields.set("opt_out", &mut limits.opt_out);
        fields.unsupported(&["attempts_per_prefix", "attempts_per_country", "attempts_total"]);
    });
}
