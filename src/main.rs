//! The `contactline` program.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    contactline::cli::run()
}
