//! `[limits]`.

use super::fields::Fields;
use super::value::Read;
use crate::center::{Limits, Quota};

pub(super) fn read(fields: &mut Fields<'_, '_, '_, '_>, limits: &mut Limits) {
    fields.table("limits", |fields| {
        let Limits { attempts_per_number, attempts_per_prefix, attempts_per_country, attempts_total, .. } =
            limits;
        for (key, limit) in [
            ("attempts_per_number", attempts_per_number),
            ("attempts_per_prefix", attempts_per_prefix),
            ("attempts_per_country", attempts_per_country),
            ("attempts_total", attempts_total),
        ] {
            let Some(value) = fields.get(key) else { continue };
            if value.is_table() {
                *limit = Quota::read(&value, fields.notes).or(*limit);
            } else if value.as_text() == Some("off") {
                *limit = None;
            } else {
                value.wrong_type(fields.notes, &format!("{}, or `\"off\"`", Quota::WANTED));
            }
        }
        fields.set("redial_floor", &mut limits.redial_floor);
        fields.set("max_lag", &mut limits.max_lag);
        fields.set("faults_in_a_row", &mut limits.faults_in_a_row);
        fields.set("opt_out", &mut limits.opt_out);
    });
}
