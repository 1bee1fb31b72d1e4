//! Where a command writes: answers to standard output, everything else to standard error.

use crate::cli::exit::Failure;
use indicatif::ProgressBar;
use indicatif::ProgressStyle;
use serde::Serialize;
use std::io::BufWriter;
use std::io::IsTerminal;
use std::io::Stdout;
use std::io::Write;

/// Standard output and standard error, and how to write to them.
pub(crate) struct Terminal {
    /// JSON instead of words.
    pub json: bool,
    /// Colours on standard output.
    pub colours: bool,
    /// Columns of what people read, if known: the variable `COLUMNS`, else the terminal's.
    width: Option<usize>,
    out: BufWriter<Stdout>,
}

impl Terminal {
    /// Colours are on where a person reads, unless `NO_COLOR` is set or `color` says otherwise.
    pub fn new(json: bool, color: super::arguments::Color) -> Terminal {
        let wanted = |is_terminal: bool| match color {
            super::arguments::Color::Always => true,
            super::arguments::Color::Never => false,
            super::arguments::Color::Auto => is_terminal && std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty()),
        };
        Terminal {
            json,
            width: columns().filter(|_| !json),
            colours: wanted(std::io::stdout().is_terminal()) && !json,
            out: BufWriter::with_capacity(1 << 16, std::io::stdout()),
        }
    }

    /// Standard output.
    pub fn out(&mut self) -> &mut dyn Write {
        &mut self.out
    }

    /// Writes one line.
    pub fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.out.write_all(text.as_bytes())?;
        self.out.write_all(b"\n")?;
        Ok(())
    }

    /// Writes one line of a table: cut where the terminal ends.
    pub fn row(&mut self, text: &str) -> Result<(), Failure> {
        match self.width {
            Some(width) => self.line(&cut(text, width)),
            None => self.line(text),
        }
    }

    /// Writes a text as it is.
    pub fn text(&mut self, text: &str) -> Result<(), Failure> {
        Ok(self.out.write_all(text.as_bytes())?)
    }

    /// Writes one JSON value on a line.
    pub fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer(&mut self.out, value).map_err(|error| Failure::from(std::io::Error::from(error)))?;
        self.out.write_all(b"\n")?;
        Ok(())
    }

    /// Says something to people, on standard error, after all that was written before.
    pub fn note(&mut self, text: &str) {
        // Output that cannot be written is reported when the command ends.
        let _ = self.out.flush();
        let _ = writeln!(std::io::stderr(), "{text}");
    }

    /// Bold where there are colours.
    pub fn strong(&self, text: &str) -> String {
        if self.colours { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Faint where there are colours.
    pub fn faint(&self, text: &str) -> String {
        if self.colours { format!("\u{1b}[2m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Everything written reaches the reader.
    pub fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.out.flush()?)
    }

    /// A progress bar over `total` bytes on standard error; hidden unless a person reads there.
    pub fn bytes_bar(total: u64) -> ProgressBar {
        if !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}");
        ProgressBar::new(total).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    }

    /// A spinner with a word on standard error; hidden unless a person reads there.
    pub fn spinner(word: &'static str) -> ProgressBar {
        if !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let spinner = ProgressBar::new_spinner().with_message(word);
        spinner.enable_steady_tick(std::time::Duration::from_millis(100));
        spinner
    }
}

/// Columns that a line may have: what `COLUMNS` says, else what the terminal has, else nothing is known.
fn columns() -> Option<usize> {
    let said = std::env::var("COLUMNS").ok().and_then(|text| text.trim().parse().ok());
    let measured = || terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0));
    said.or_else(measured).filter(|width| *width >= 10)
}

/// A line of at most `width` signs, its end replaced by `…` if it was longer. Colours take no room.
fn cut(line: &str, width: usize) -> String {
    let signs = || {
        let mut is_colour = false;
        line.char_indices().filter(move |(_, sign)| {
            let was_colour = is_colour;
            is_colour = if is_colour { *sign != 'm' } else { *sign == '\u{1b}' };
            !(was_colour || is_colour)
        })
    };
    let Some((end, _)) = signs().nth(width.saturating_sub(1)).filter(|_| signs().nth(width).is_some()) else {
        return line.to_owned();
    };
    let kept = line.get(..end).unwrap_or(line).trim_end();
    let reset = if kept.contains('\u{1b}') { "\u{1b}[0m" } else { "" };
    format!("{kept}…{reset}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_at_the_width() {
        assert_eq!(cut("Burglary", 8), "Burglary");
        assert_eq!(cut("Burglary and theft", 10), "Burglary…");
        assert_eq!(cut("Überfall auf Läden", 10), "Überfall…");
        assert_eq!(cut("", 10), "");
    }

    #[test]
    fn colours_take_no_room() {
        assert_eq!(cut("\u{1b}[1mE11.9\u{1b}[0m  Type 2", 20), "\u{1b}[1mE11.9\u{1b}[0m  Type 2");
        assert_eq!(cut("\u{1b}[1mE11.9\u{1b}[0m  Type 2 diabetes", 10), "\u{1b}[1mE11.9\u{1b}[0m  Ty…\u{1b}[0m");
    }
}
