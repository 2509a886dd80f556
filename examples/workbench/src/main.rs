//! The program `ringback`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use ringback_workbench::commands::{
    Compare, Explain, Failure, Run, Source, audit, check, explain, graph, import, new, reference, replay,
    say, test, test_number,
};

/// The workbench of Ringback: checks what you write, and plays what your callback rules do with a day's traffic.
///
/// Exit codes: 0 done, 1 errors found, 2 usage or unreadable input.
#[derive(Parser)]
#[command(name = "ringback", version, arg_required_else_help = true, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Writes a small bundle that runs, to begin with
    New {
        /// The folder for it; made if it is not there
        dir: PathBuf,
    },
    /// Says all that is wrong with a bundle, without running it
    Check {
        /// The bundle: a folder with center.toml; traffic.csv and roster.csv are checked where they are there
        dir: PathBuf,
        /// Write all of it as one JSON object to standard output, for editors
        #[arg(long)]
        json: bool,
    },
    /// Asks the application what tests.toml asks, and says what it decides otherwise
    Test {
        /// The bundle: a folder with center.toml and tests.toml
        dir: PathBuf,
    },
    /// Plays a bundle's traffic to the end and prints the summary
    Run {
        /// The bundle: a folder with center.toml, traffic.csv and roster.csv
        dir: PathBuf,
        /// Write what happened to this file, one JSON object a line
        #[arg(long, value_name = "FILE")]
        events: Option<PathBuf>,
        /// Write the summary to this file, as JSON
        #[arg(long, value_name = "FILE")]
        summary: Option<PathBuf>,
        /// Write a report to this file: one HTML page that needs no network
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
        /// Keep a journal in this file, for `replay`
        #[arg(long, value_name = "FILE")]
        journal: Option<PathBuf>,
        /// Write the script to this file, with how often each line was reached and what it never answered
        #[arg(long, value_name = "FILE")]
        coverage: Option<PathBuf>,
        /// Write one row a callback to this file, as CSV: what is known of it, for reports
        #[arg(long, value_name = "FILE")]
        facts: Option<PathBuf>,
        /// Pass over lines of traffic.csv and roster.csv that can't be used
        #[arg(long)]
        skip_bad: bool,
        /// Play again whenever a file of the bundle is saved, until stopped
        #[arg(long)]
        watch: bool,
    },
    /// Plays the same traffic through two applications or two centers, and tells what differs
    Compare {
        /// The bundle: a folder with center.toml, traffic.csv and roster.csv; or a journal, whose history is played anew
        dir: PathBuf,
        /// The other application, a script; or a folder with another center.toml
        #[arg(long, value_name = "OTHER")]
        with: PathBuf,
        /// Write a report to this file: one HTML page with both in every picture
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
        /// Write all of it as one JSON object to standard output
        #[arg(long)]
        json: bool,
        /// Pass over lines of traffic.csv and roster.csv that can't be used
        #[arg(long)]
        skip_bad: bool,
    },
    /// Tells what became of a callback, and which lines of the script decided that
    Explain {
        /// The bundle: a folder with center.toml and traffic.csv
        dir: PathBuf,
        /// The callback, an id of traffic.csv
        #[arg(long, value_name = "ID")]
        callback: String,
        /// Until when, an instant or local time of the center; to its end without
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
        /// Tell every line run, with what it read
        #[arg(long)]
        trace: bool,
        /// Write all of it as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Makes a bundle of another program's records
    Import {
        #[command(subcommand)]
        source: Import,
    },
    /// Checks the event log of a run against its bundle, without the engine
    Audit {
        /// The bundle: a folder with center.toml, traffic.csv and roster.csv
        dir: PathBuf,
        /// The log that `run --events` wrote
        events: PathBuf,
    },
    /// Prints where callbacks may go: services, queues, groups, exits
    Graph {
        /// The bundle: a folder with center.toml
        dir: PathBuf,
        /// Write the graph to this file, for Graphviz
        #[arg(long, value_name = "FILE")]
        dot: Option<PathBuf>,
    },
    /// Tries a service's rules on numbers: whether they may be called, when, and why not
    TestNumber {
        /// The bundle: a folder with center.toml
        dir: PathBuf,
        /// The service that would call
        service: String,
        /// Numbers as people write them, in the service's country
        #[arg(required = true)]
        numbers: Vec<String>,
        /// Ask for the calling window at this time, local in the center's zone or RFC 3339, in place of now
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
    },
    /// Writes the reference of all words for scripts, and their definitions for editors
    Reference {
        /// The folder for REFERENCE.md and ringback.d.rhai; made if it is not there
        dir: PathBuf,
    },
    /// Repeats a journal and compares effects and state
    Replay {
        /// The journal that `run --journal` wrote
        file: PathBuf,
    },
}

#[derive(Subcommand)]
enum Import {
    /// Asterisk's queue_log: whoever entered a queue asks for a callback
    QueueLog {
        /// The log
        file: PathBuf,
        /// The folder for the bundle; made if it is not there
        #[arg(long, value_name = "DIR")]
        into: PathBuf,
        /// The center's time zone
        #[arg(long, value_name = "ZONE", default_value = "UTC")]
        timezone: String,
        /// The country of numbers that are written without one
        #[arg(long, value_name = "CODE", default_value = "US")]
        country: String,
    },
    /// A CSV file, with a mapping that says what its columns mean
    Csv {
        /// The file
        file: PathBuf,
        /// What its columns mean, as TOML
        #[arg(long, value_name = "FILE")]
        mapping: PathBuf,
        /// The folder for the bundle; made if it is not there
        #[arg(long, value_name = "DIR")]
        into: PathBuf,
    },
    /// The calls of the anonymous bank of the Technion's data set
    AnonymousBank {
        /// The file
        file: PathBuf,
        /// The folder for the bundle; made if it is not there
        #[arg(long, value_name = "DIR")]
        into: PathBuf,
    },
}

impl Import {
    fn start(self) -> Result<String, Failure> {
        match self {
            Self::QueueLog { file, into, timezone, country } => {
                import(&Source::QueueLog { file, timezone, country }, &into)
            }
            Self::Csv { file, mapping, into } => import(&Source::Csv { file, mapping }, &into),
            Self::AnonymousBank { file, into } => import(&Source::AnonymousBank { file }, &into),
        }
    }
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::New { dir } => new(&dir),
        Command::Check { dir, json } => check(&dir, json),
        Command::Explain { dir, callback, at, trace, json } => {
            explain(&dir, &Explain { callback, at, trace, json })
        }
        Command::Test { dir } => test(&dir),
        Command::Graph { dir, dot } => graph(&dir, dot.as_deref()),
        Command::Run { dir, events, summary, report, journal, coverage, facts, skip_bad, watch } => {
            Run { dir, events, summary, report, journal, coverage, facts, skip_bad, watch }.start()
        }
        Command::Compare { dir, with, report, json, skip_bad } => {
            Compare { dir, with, report, json, skip_bad }.start()
        }
        Command::Import { source } => source.start(),
        Command::Audit { dir, events } => audit(&dir, &events),
        Command::TestNumber { dir, service, numbers, at } => {
            test_number(&dir, &service, &numbers, at.as_deref())
        }
        Command::Reference { dir } => reference(&dir),
        Command::Replay { file } => replay(&file),
    };
    match result.and_then(|text| say(&text)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprint!("{failure}");
            match failure {
                Failure::Found(_) => ExitCode::from(1),
                Failure::Unreadable(_) => ExitCode::from(2),
            }
        }
    }
}
