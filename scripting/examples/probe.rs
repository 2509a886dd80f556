//! probe
use ringback_engine::{center::*, protocol::*, *};
use ringback_scripting::*;
use std::sync::Arc;
struct D;
impl View for D {
    fn now(&self) -> Instant {
        Instant::from_millis(0)
    }
    fn timezone(&self) -> chrono_tz::Tz {
        chrono_tz::Tz::UTC
    }
    fn is_open(&self, _: &str, _: Instant) -> Option<bool> {
        None
    }
    fn open_for(&self, _: &str, _: Instant) -> Option<Duration> {
        None
    }
    fn next_open(&self, _: &str, _: Instant) -> Option<Option<Instant>> {
        None
    }
    fn line(&self, _: &str) -> Option<LineView> {
        None
    }
    fn has_queue(&self, _: &str) -> bool {
        true
    }
    fn count(&self, _: &str, _: Duration) -> u32 {
        0
    }
    fn lookup(&self, _: &str, _: &str) -> Option<Option<Attribute>> {
        None
    }
}
const SHAPES: &[(&str, &str)] = &[
    ("if n > 0 {", "} else { 1 }"),
    ("if n > 0 && (", ") > 0 { 1 } else { 2 }"),
    ("switch n { 1000 => 1, _ => ", "}"),
    ("(1 + ", ")"),
    ("len(\"\" + ", ")"),
    ("`${", "}`.len()"),
    ("any_of(1, ", ") ;1"),
    ("(0).sub(0, ", ").len()"),
    ("{", "}"),
    ("{ let a = 1; ", "}"),
    ("- ", ""),
    ("while true { return ", "; }"),
    ("for i in 0..1 { return ", "; }"),
    ("loop { break ", "; }"),
    ("1 + ", ""),
    ("0 + (\"\" + (", ")).len()"),
    ("g(", ")"),
    ("\"a\".len() + (", ")"),
    ("\"a\".sub(0, (", ")).len()"),
    ("do { return ", "; } while true;"),
    ("\"x\".sub(0, 1 + ", ").len()"),
    ("(\"\" + minutes(", ")).len()"),
    ("return ", ""),
    ("switch 0 + ", " { 0 => 1, _ => 2 }"),
    ("\"a\".lower().upper().sub(0, ", ").lower().len()"),
];
fn source(s: (&str, &str), t: (&str, &str), d: usize, e: usize) -> String {
    format!(
        "fn purge(callback) {{ f(1); purge() }} fn g(n) {{ n }} fn f(n) {{ {}{}f(n + 1){}{} }}",
        s.0.repeat(d),
        t.0.repeat(e),
        t.1.repeat(e),
        s.1.repeat(d)
    )
}
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let layout = || {
        let mut c = Center::new("x", chrono_tz::Tz::UTC);
        c.queues.push(Queue::new("main"));
        Layout::new(c).unwrap()
    };
    if args.len() == 3 {
        let kib: usize = args[1].parse().unwrap();
        let src = args[2].clone();
        let r = std::thread::Builder::new()
            .stack_size(kib * 1024)
            .spawn(move || {
                let mut app = RhaiApplication::new(Script { name: "a".into(), source: src }, &layout())
                    .map_err(|e| format!("{:?}", e[0].message))?;
                let cv = CallbackView {
                    request: Arc::new(record::Request::new("c", "s", Phone::new("+4930123456").unwrap())),
                    sequence: Sequence(1),
                    received: Instant::from_millis(0),
                    place: Instant::from_millis(0),
                    priority: 0,
                    queue: "main".into(),
                    attempts: 0,
                    last_outcome: None,
                    rejects: 0,
                    tags: Arc::new(vec![]),
                    state: record::StateName::Queued,
                    view: Arc::new(D),
                };
                Ok::<_, String>(format!("{:?}", app.purge(&cv)))
            })
            .unwrap()
            .join()
            .unwrap();
        println!("{r:?}");
        return;
    }
    let me = std::env::current_exe().unwrap();
    let run = |kib: usize, src: &str| {
        let o = std::process::Command::new(&me).arg(kib.to_string()).arg(src).output().unwrap();
        o.status.success().then(|| String::from_utf8_lossy(&o.stdout).to_string())
    };
    let mut worst = vec![];
    for s in SHAPES {
        for t in [("", ""), ("(1 + ", ")"), ("if n > 0 {", "} else { 1 }")] {
            // find the max depth for each nesting threshold
            let mut last: Option<(usize, usize)> = None;
            let mut marks = vec![];
            let depth_of = |src: &str| -> Option<usize> {
                for (i, n) in limits::NESTINGS.iter().enumerate() {
                    let mut e = rhai::Engine::new_raw();
                    e.set_max_expr_depths(32, n.expressions);
                    let g = src;
                    match e.compile(g) {
                        Ok(_) => return Some(i),
                        Err(_) => {}
                    }
                }
                None
            };
            for d in 1..60 {
                let src = source(*s, t, d, 1);
                match depth_of(&src) {
                    Some(i) => {
                        if let Some((pi, pd)) = last {
                            if pi != i {
                                marks.push(pd);
                            }
                        }
                        last = Some((i, d));
                    }
                    None => break,
                }
            }
            if let Some((_, d)) = last {
                marks.push(d);
            }
            for d in marks {
                let src = source(*s, t, d, 1);
                let mut lo = 60;
                let mut hi = 4000;
                let Some(out) = run(hi, &src) else {
                    println!("CRASH at 4000 {src}");
                    continue;
                };
                while hi - lo > 8 {
                    let mid = (lo + hi) / 2;
                    if run(mid, &src).is_some() { hi = mid } else { lo = mid }
                }
                worst.push((hi, d, s.0, t.0, out.chars().take(90).collect::<String>()));
            }
        }
    }
    worst.sort();
    for w in worst.iter().rev().take(14) {
        println!("{w:?}");
    }
    for w in worst.iter().take(3) {
        println!("{w:?}");
    }
}
