//! The only place that prints: results to stdout, talk to stderr. A reader who goes away is no error.

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loudness {
    Quiet,
    Normal,
    Verbose,
}

#[derive(Debug, Clone, Copy)]
pub struct Printer {
    loudness: Loudness,
    /// Whether stdout takes colour: a terminal, and `NO_COLOR` unset.
    pub color: bool,
    /// Columns of the terminal, 80 where there is none.
    pub width: usize,
    talks_to_terminal: bool,
}

impl Printer {
    pub fn new(loudness: Loudness) -> Printer {
        let color = AutoStream::choice(&io::stdout()) != ColorChoice::Never;
        let width = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0)).clamp(40, 120);
        Printer { loudness, color, width, talks_to_terminal: io::stderr().is_terminal() }
    }

    /// A result.
    ///
    /// # Errors
    /// When stdout cannot be written, a closed pipe excepted.
    pub fn result(&self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }

    /// What a person wants to know while it works.
    pub fn say(&self, text: &str) {
        if self.loudness >= Loudness::Normal {
            self.stderr(text);
        }
    }

    /// One line that is written over by the next, on a terminal alone; a line each where it was asked for.
    pub fn progress(&self, text: &str) {
        if self.loudness == Loudness::Verbose {
            self.stderr(text);
        } else if self.loudness == Loudness::Normal && self.talks_to_terminal {
            let cut: String = text.chars().take(self.width.saturating_sub(1)).collect();
            let _ = write!(io::stderr().lock(), "\r\x1b[2K{cut}");
        }
    }

    pub fn progress_done(&self) {
        if self.loudness == Loudness::Normal && self.talks_to_terminal {
            let _ = write!(io::stderr().lock(), "\r\x1b[2K");
        }
    }

    pub fn error(&self, text: &str) {
        self.stderr(&format!("error: {text}"));
    }

    fn stderr(&self, text: &str) {
        // Nobody is left to tell when stderr is gone.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }
}
