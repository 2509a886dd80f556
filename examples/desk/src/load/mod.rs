//! Load on a desk in a process of its own: how fast it is, and whether it survives being killed.

mod bench;
mod client;
mod kills;

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration as Span, Instant as Tick};

pub(crate) use bench::bench;
pub(crate) use kills::kills;

use crate::access::Keys;
use crate::store::{Room, Store};
use client::Client;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// A center without limits on how much may be asked for; its agents follow.
const CENTER: &str = r#"
name = "Load"
timezone = "UTC"

[[queue]]
name = "all"
dial_timeout = "20s"
wrap_up = "1s"

[[service]]
name = "load"
queue = "all"
calling_window = "off"
duplicates = "false"
max_queued = 100000000
windows = []
per_number_daily = 1000000
"#;

/// How many agents it has.
const AGENTS: usize = 60;

/// A folder with a center for load.
struct Place {
    data: PathBuf,
    center: PathBuf,
}

impl Place {
    fn new(within: &Path) -> Outcome<Self> {
        let data = within.join(format!("desk-load-{}", std::process::id()));
        drop(fs::remove_dir_all(&data));
        let center = data.join("bundle");
        fs::create_dir_all(&center)?;
        let agents: String =
            (0..AGENTS).map(|number| format!("\n[[agent]]\nid = \"agent-{number:02}\"\n")).collect();
        fs::write(center.join("center.toml"), format!("{CENTER}{agents}"))?;
        Ok(Self { data, center })
    }

    /// The key of the store, which is made if there is none yet.
    fn key(&self) -> Outcome<String> {
        let mut store = Store::open(&self.data, Room::unlimited())?;
        Ok(Keys::of(&mut store)?.first().to_owned())
    }

    /// Starts a desk, and returns when it is open.
    fn start(&self, more: &[&str]) -> Outcome<Running> {
        let begun = Tick::now();
        let mut child = Command::new(std::env::current_exe()?)
            .args(["--listen", "127.0.0.1:0", "--pace", "0", "--password", "load"])
            .arg("--data")
            .arg(&self.data)
            .arg("--center")
            .arg(&self.center)
            .args(more)
            .stdout(Stdio::piped())
            .spawn()?;
        let out = child.stdout.take().ok_or("the desk says nothing")?;
        let line = BufReader::new(out).lines().map_while(Result::ok).find_map(|line| {
            let (_, rest) = line.split_once("http://")?;
            rest.trim_end_matches('/').parse::<SocketAddr>().ok()
        });
        match line {
            Some(address) => Ok(Running { child, address, took: begun.elapsed() }),
            None => {
                drop(child.wait());
                Err("the desk did not open".into())
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.data));
    }
}

/// A desk that runs.
struct Running {
    child: Child,
    address: SocketAddr,
    /// How long it took to open.
    took: Span,
}

impl Running {
    /// Kills it at once, as the system does when it has to.
    fn kill(mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }

    async fn client(&self, key: &str) -> Outcome<Client> {
        Ok(Client::new(self.address, key).await?)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The body of a request for a callback that nobody else asks for.
fn asked(number: u64) -> String {
    format!(
        r#"{{"serviceName":"load","phoneNumber":"+1212{:07}","userData":{{"n":{number}}}}}"#,
        2_000_000 + number % 7_999_999
    )
}
