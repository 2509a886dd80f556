//! The program `desk`.

use std::process::ExitCode;

fn main() -> ExitCode {
    desk::run(std::env::args().skip(1))
}
