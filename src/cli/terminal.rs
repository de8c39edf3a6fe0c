//! What the program says: answers on standard output, problems and the log on standard error.
//! Nothing here panics where nobody listens, and no text of a file or of a client can pass itself
//! off as a line of its own.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::fmt::format;

use super::Failure;
use crate::diag::{Diagnostic, Escaped};

/// Prints an answer on standard output, as it is. A reader that has gone has had enough.
///
/// # Errors
/// Where it cannot be written.
pub(super) fn print(answer: impl Display) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{answer}").and_then(|()| out.flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("standard output: {e}")))
        }
        _ => Ok(()),
    }
}

/// Says something on standard error, on one line; where that cannot be written there is nobody to
/// tell.
pub(super) fn tell(text: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{}", Escaped(text));
}

pub(super) fn report(diagnostic: &Diagnostic) {
    tell(diagnostic);
}

/// Starts the log, of events as grave as `level` unless `RUST_LOG` says otherwise.
pub(super) fn start_log(level: &str) {
    // Events say what clients and files say, so every field is escaped, whoever logs it.
    let fields = format::debug_fn(|out, field, value| match field.name() {
        "message" => write!(out, "{}", Escaped(format_args!("{value:?}"))),
        name => write!(out, "{name}={}", Escaped(format_args!("{value:?}"))),
    });
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| level.into()))
        .fmt_fields(fields.delimited(" "))
        .with_ansi(
            io::stderr().is_terminal()
                && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty()),
        )
        .log_internal_errors(false)
        .with_writer(io::stderr)
        .init();
    // A panic may say what a client said, too.
    std::panic::set_hook(Box::new(|panic| {
        tell(panic);
        let trace = Backtrace::capture();
        if trace.status() == BacktraceStatus::Captured {
            let _ = writeln!(io::stderr().lock(), "{trace}");
        }
    }));
}
