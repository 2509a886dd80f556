//! What the program does with its words.

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;

use ringback_engine::AgentId;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle};

use crate::access::{Account, Accounts, Keys, Pace, Role, Sessions};
use crate::center::Texts;
use crate::chance;
use crate::core::{Settings, start};
use crate::line::{Humans, SimulatedLine};
use crate::load;
use crate::options::{Options, USAGE};
use crate::people;
use crate::store::{Room, Store, Trouble};
use crate::web::{self, App};

/// The fact that holds the center's texts.
const CENTER: &str = "center";

/// Runs the program with its words.
#[must_use]
pub fn run(words: impl Iterator<Item = String>) -> ExitCode {
    let words: Vec<String> = words.collect();
    let done = match words.first().map(String::as_str) {
        Some("-h" | "--help" | "help") => {
            print!("{USAGE}");
            Ok(())
        }
        Some("bench") => folder(&words).and_then(|within| load::bench(&within)).map(|said| print!("{said}")),
        Some("kills") => folder(&words).and_then(|within| {
            let times =
                words.get(1).filter(|word| !word.starts_with('-')).map_or(Ok(1_000), |word| word.parse())?;
            println!("{}", load::kills(times, &within)?);
            Ok(())
        }),
        Some("password") => password(&words),
        _ => Options::read(words).map_err(Into::into).and_then(|options| serve(&options)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The folder that `--data` names, for a command that keeps nothing: the system's for what is temporary, if it names none.
fn folder(words: &[String]) -> Result<std::path::PathBuf, Box<dyn Error>> {
    let named = words.iter().skip_while(|word| *word != "--data").nth(1);
    Ok(named.map_or_else(std::env::temp_dir, Into::into))
}

/// Gives an account a new password, and prints it.
fn password(words: &[String]) -> Result<(), Box<dyn Error>> {
    let name = words.get(1).ok_or(USAGE)?;
    let options = Options::read(words.iter().skip(2).cloned())?;
    let mut store = Store::open(&options.data, Room::unlimited())?;
    let accounts = Accounts::of(&store)?.ok_or("the store has no accounts yet; start the desk first")?;
    let password = options.password.unwrap_or_else(|| chance::word(10));
    let mut all = accounts.all().to_vec();
    let account = all.iter_mut().find(|account| account.name == *name);
    let account = account.ok_or_else(|| format!("there is no account `{name}`"))?;
    *account = Account::new(name, account.role, &password)?;
    Accounts::keep(&mut store, all)?;
    println!("the password of {name} is now {password}");
    Ok(())
}

/// A desk that runs, but does not serve yet.
pub(crate) struct Opened {
    /// What requests need.
    pub(crate) app: App,
    /// The password that the accounts of a new store were given.
    pub(crate) password: Option<String>,
    /// Agents without an account, who are simulated.
    pub(crate) simulated: Vec<AgentId>,
}

/// Opens the store, recovers the state and starts the engine.
pub(crate) fn open(options: &Options, runtime: Handle) -> Result<Opened, Box<dyn Error>> {
    let room = options.room.map_or_else(Room::unlimited, Room::of);
    let mut store = Store::open(&options.data, room)?;
    let texts = texts(&mut store, options)?;
    let (accounts, password) = accounts(&mut store, options, &texts)?;
    let keys = Keys::of(&mut store)?;
    let humans = Humans::default();
    let people: Vec<AgentId> = accounts.all().iter().filter_map(Account::agent).collect();
    if let Ok(mut humans) = humans.write() {
        humans.extend(people.iter().cloned());
    }
    let mut wrong = None;
    let log = options.data.join("line.log");
    let (core, _) = start(store, texts, Settings::default(), |core| {
        match SimulatedLine::open(&log, core, runtime, humans, options.answered) {
            Ok(line) => Box::new(line),
            Err(error) => {
                wrong = Some(format!("{}: {error}", log.display()));
                Box::new(crate::line::NoLine)
            }
        }
    })?;
    if let Some(wrong) = wrong {
        return Err(wrong.into());
    }
    let all = core.layout().center().agents.iter().map(|agent| agent.id.clone());
    let simulated = all.filter(|agent| !people.contains(agent)).collect();
    let pace = if options.pace == 0 {
        Pace::new(f64::MAX, f64::MAX)
    } else {
        Pace::new(f64::from(options.pace) * 3.0, f64::from(options.pace))
    };
    let app = App {
        core,
        accounts,
        sessions: Sessions::default(),
        keys,
        pace,
        attempts: Pace::new(10.0, 0.2),
        call_ins: crate::api::CallIns::default(),
        origins: options.origins.clone().into(),
    };
    Ok(Opened { app, password, simulated })
}

fn serve(options: &Options) -> Result<(), Box<dyn Error>> {
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    let Opened { app, password, simulated } = open(options, runtime.handle().clone())?;
    let core = app.core.clone();
    let served = runtime.block_on(async {
        let listener = TcpListener::bind(options.listen)
            .await
            .map_err(|error| format!("{}: {error}", options.listen))?;
        greet(&app, listener.local_addr()?, password.as_deref());
        if !options.quiet {
            tokio::spawn(people::work(core.clone(), simulated));
            tokio::spawn(people::ask(core.clone()));
        }
        web::serve(app, listener, stop()).await.map_err(Box::<dyn Error>::from)
    });
    core.stop();
    served
}

/// Waits until the program is told to stop.
async fn stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    drop(interrupt.await);
}

/// Says that the desk is open, and how to log in; whoever does not listen is no reason to stop.
fn greet(app: &App, address: std::net::SocketAddr, password: Option<&str>) {
    let mut text =
        format!("The desk of {} is open at http://{address}/\n\n", app.core.layout().center().name);
    for account in app.accounts.all() {
        text += &format!("  log in as {:<8} {}\n", account.name, account.role);
    }
    text += &match password {
        Some(password) => format!(
            "  password  {password:<8} for all of them; it is not shown again\n  API key   {}\n",
            app.keys.first()
        ),
        None => "  passwords as before; `desk password NAME` sets a new one\n".into(),
    };
    text += &format!("\n  customers   http://{address}/demo\n  API         http://{address}/explorer\n");
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// The center that the store has; a new store is given one.
fn texts(store: &mut Store, options: &Options) -> Result<Texts, Box<dyn Error>> {
    let wanted = options.center.as_deref().map(Texts::of_folder).transpose()?;
    match store.fact(CENTER)? {
        Some(text) => {
            let kept: Texts = serde_json::from_slice(&text)?;
            if wanted.is_some_and(|wanted| wanted != kept) {
                return Err(
                    "the store was begun with another center; give `--data` a new folder for this one".into(),
                );
            }
            Ok(kept)
        }
        None => {
            let texts = wanted.unwrap_or_else(Texts::sample);
            texts.build()?;
            store.set_fact(CENTER, &serde_json::to_vec(&texts)?)?;
            Ok(texts)
        }
    }
}

/// The accounts that the store has; a new store is given some, with one password.
fn accounts(
    store: &mut Store,
    options: &Options,
    texts: &Texts,
) -> Result<(Accounts, Option<String>), Trouble> {
    if let Some(accounts) = Accounts::of(store)? {
        return Ok((accounts, None));
    }
    let password = options.password.clone().unwrap_or_else(|| chance::word(10));
    let (layout, _) = texts.build().map_err(Trouble::new)?;
    let mut all = vec![
        Account::new("admin", Role::Administrator, &password)?,
        Account::new("super", Role::Supervisor, &password)?,
        Account::new("monitor", Role::Monitor, &password)?,
    ];
    for agent in layout.center().agents.iter().filter(|agent| ["alex", "sam"].contains(&agent.id.as_str())) {
        all.push(Account::new(agent.id.as_str(), Role::Agent, &password)?);
    }
    Ok((Accounts::keep(store, all)?, Some(password)))
}
