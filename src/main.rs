//! The `contactline` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    contactline::cli::run()
}
