//! The calls of an anonymous bank, a data set that researchers of contact centers know: Ilan Guedj and Avishai Mandelbaum,
//! Technion, 2000. The columns are those of its table with days as dates: `day,arrive,vru_exit,type,priority,customer,q_start,
//! q_time,outcome,ser_start,ser_time,agent`, times in seconds since midnight.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;
use ringback_engine::center::local_to_instant;
use ringback_engine::{Country, Duration, Instant};

use super::About;
use super::draft::{Asked, Draft, Served};
use super::sheet::{Record, Sheet};

const COLUMNS: [&str; 12] = [
    "day",
    "arrive",
    "vru_exit",
    "type",
    "priority",
    "customer",
    "q_start",
    "q_time",
    "outcome",
    "ser_start",
    "ser_time",
    "agent",
];

const ZONE: Tz = Tz::Asia__Jerusalem;

/// The bank's own rule: any agent who knows the subject; a customer of priority 2 has a head start of 90 seconds.
const SCRIPT: &str = "\
// The bank's own rule, as documented: a customer of priority 2 has a head start of 90 seconds. Queues age by a point a second.
fn accept(request) { accept().priority(if request.attr(\"vip\", 0) == 2 { 90 } else { 0 }) }
";

/// Reads the calls.
///
/// # Errors
///
/// The header is not that of the data set.
pub fn anonymous_bank(text: &str) -> Result<Draft, String> {
    let country = Country::new("IL").ok_or("there is no country IL")?;
    let mut draft = Draft::new(About { name: "Anonymous Bank".into(), zone: ZONE, country });
    draft.script = SCRIPT.into();
    let mut sheet = Sheet::open(text, b',')?;
    let mut places = BTreeMap::new();
    for name in COLUMNS {
        places.insert(name, sheet.column(name)?);
    }
    let (mut phantoms, mut served_itself) = (0_u64, 0_u64);
    while let Some(record) = sheet.next() {
        let record = match record {
            Ok(record) => record,
            Err((line, cause)) => {
                draft.refuse(line, cause);
                continue;
            }
        };
        let field = |name: &str| places.get(name).map_or("", |place| record.text(*place));
        match call(&record, field) {
            Ok(Call::Phantom) => phantoms += 1,
            Ok(Call::SelfService) => served_itself += 1,
            Ok(Call::Asked(asked, served)) => {
                draft.asked.push(asked);
                draft.served.extend(served);
            }
            Err(cause) => draft.refuse(record.line, cause),
        }
    }
    draft.assumed = vec![
        "every call that reached a queue or an agent asks for an immediate callback at the instant it entered the line".into(),
        format!("{served_itself} calls that were served by the machine, and {phantoms} that the data set calls phantoms, are none"),
        "numbers are made up from the ids of customers, or of lines where those are not known".into(),
        "every customer answers the first call at once".into(),
        "an agent has the skill of each type of which they took a call".into(),
    ];
    Ok(draft)
}

/// What a line is.
enum Call {
    Asked(Asked, Option<Served>),
    Phantom,
    SelfService,
}

fn call<'r>(record: &'r Record, field: impl Fn(&str) -> &'r str) -> Result<Call, String> {
    let number = |name: &str| -> Result<i64, String> {
        let text = field(name);
        text.parse::<f64>()
            .ok()
            .filter(|number| number.is_finite() && (0.0..1e9).contains(number))
            .map(|number| (number * 1_000.0).round() as i64)
            .ok_or_else(|| format!("`{name}`: `{text}` is no number"))
    };
    let day: NaiveDate = field("day").parse().map_err(|_| format!("`day`: `{}` is no date", field("day")))?;
    let midnight = local_to_instant(ZONE, day.and_time(NaiveTime::MIN)).0;
    let at = |millis: i64| -> Instant { midnight.after(Duration::from_millis(millis)) };
    let waited = number("q_time")?;
    let agent = match field("outcome") {
        "PHANTOM" => return Ok(Call::Phantom),
        "AGENT" => true,
        "HANG" if waited > 0 => false,
        "HANG" => return Ok(Call::SelfService),
        other => return Err(format!("`outcome`: `{other}` is none of AGENT, HANG, PHANTOM")),
    };
    let service = field("type");
    if service.is_empty() {
        return Err("`type` is empty".into());
    }
    let begun = match number("q_start")? {
        0 => number("vru_exit")?,
        begun => begun,
    };
    let customer = number("customer")? / 1_000;
    let phone = if customer > 0 { 543_000_000 + customer } else { 522_000_000 + record.line as i64 };
    let talk = Some(number("ser_time")?).filter(|talk| agent && *talk > 0).map(Duration::from_millis);
    let mut asked = Asked {
        line: record.line,
        at: at(begun),
        id: None,
        service: service.to_owned(),
        phone: format!("+972{phone}"),
        handle: talk,
        more: BTreeMap::from([("vip".to_owned(), (number("priority")? / 1_000).to_string())]),
    };
    if !agent {
        asked.more.insert("gave_up_after".into(), (waited / 1_000).to_string());
    }
    let named = agent && !matches!(field("agent"), "" | "-" | "NO_SERVER");
    let from = number("ser_start")?;
    let served = named.then(|| Served {
        agent: field("agent").to_owned(),
        service: service.to_owned(),
        from: at(from),
        to: at(from).after(talk.unwrap_or_default()),
    });
    Ok(Call::Asked(asked, served))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_that_reached_the_line_become_requests() {
        let text = "day,arrive,vru_exit,type,priority,customer,q_start,q_time,outcome,ser_start,ser_time,agent\n\
                    1999-01-03,25200,25206,PS,2,17,25206,30,AGENT,25236,100,A01\n\
                    1999-01-03,25300,25306,NW,0,0,25306,140,HANG,0,0,-\n\
                    1999-01-03,25400,25406,PS,0,0,0,0,HANG,0,0,-\n\
                    1999-01-03,25500,25506,PS,0,0,0,0,PHANTOM,0,0,-\n\
                    1999-01-03,25500,25506,PS,0,0,0,0,SOLD,0,0,-\n\
                    1999-13-03,25500,25506,PS,0,0,0,0,AGENT,0,0,-\n";
        let draft = anonymous_bank(text).unwrap();
        let told: Vec<String> = draft.unusable.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            ["6: `outcome`: `SOLD` is none of AGENT, HANG, PHANTOM", "7: `day`: `1999-13-03` is no date"]
        );
        let [one, other] = draft.asked.as_slice() else { panic!("{:?}", draft.asked) };
        assert_eq!(
            (one.at.to_string().as_str(), one.phone.as_str()),
            ("1999-01-03T05:00:06.000Z", "+972543000017")
        );
        assert_eq!((one.handle, other.handle), (Some(Duration::from_secs(100)), None));
        assert_eq!((one.more["vip"].as_str(), other.more["gave_up_after"].as_str()), ("2", "140"));
        assert_eq!((draft.served.len(), draft.served[0].agent.as_str()), (1, "A01"));
        assert!(anonymous_bank("day,arrive\n").is_err());
    }
}
