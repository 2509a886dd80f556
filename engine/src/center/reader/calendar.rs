//! `[[calendar]]`.

use super::fields::Fields;
use crate::center::Calendar;

pub(super) fn read(fields: &mut Fields<'_, '_, '_, '_>) -> Calendar {
    let mut calendar = Calendar::new(fields.required::<String>("name").unwrap_or_default());
    calendar.timezone = fields.optional("timezone");
    let open = fields.get("open").is_some();
    fields.set("open", &mut calendar.open);
    fields.set("seasons", &mut calendar.seasons);
    fields.set("add", &mut calendar.add);
    fields.set("include", &mut calendar.include);
    fields.set("holidays", &mut calendar.holidays);
    fields.set("closed", &mut calendar.closed);
    let other = !calendar.seasons.is_empty() || !calendar.add.is_empty() || !calendar.include.is_empty();
    if !open && !other && !calendar.closed {
        fields.warning(
            fields.span(),
            "is never open; write its weekly spans, as `open = [\"Mon-Fri 09:00-17:00\"]`",
        );
    }
    calendar
}
