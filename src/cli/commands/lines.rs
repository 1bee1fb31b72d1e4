//! What the commands about codes share: lines of a batch, code sets by name, days.

use crate::cli::exit::Failure;
use crate::diagnostics::did_you_mean;
use crate::model::day::Day;
use crate::registry::Registry;
use std::io::BufRead;
use std::io::BufReader;
use std::path::Path;

/// Calls `with` for each line that is not empty, with its number from 1. `-` is standard input.
pub(crate) fn each(file: &Path, with: &mut dyn FnMut(usize, &str) -> Result<(), Failure>) -> Result<(), Failure> {
    let reader: Box<dyn BufRead> = if file == Path::new("-") {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(BufReader::new(std::fs::File::open(file).map_err(|error| Failure::file(file, error))?))
    };
    for (number, line) in reader.split(b'\n').enumerate() {
        let line = line.map_err(|error| Failure::file(file, error))?;
        let line = String::from_utf8_lossy(&line);
        if !line.trim().is_empty() {
            with(number + 1, line.trim())?;
        }
    }
    Ok(())
}

/// The code set of a name, or all of them.
pub(crate) fn sets(registry: &Registry, name: Option<&str>) -> Result<Vec<u16>, Failure> {
    match name {
        Some(name) => Ok(vec![set(registry, name)?]),
        None => Ok((0..registry.set_count()).collect()),
    }
}

/// The code set of a name.
pub(crate) fn set(registry: &Registry, name: &str) -> Result<u16, Failure> {
    registry.set(name).ok_or_else(|| {
        let known = (0..registry.set_count()).map(|set| registry.codes(set).name());
        let help = did_you_mean(name, known).map(|help| format!("; {help}")).unwrap_or_default();
        Failure::said(format!("there is no code set `{name}`{help}"))
    })
}

/// A day on the command line.
pub(crate) fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| format!("`{text}` is no date (YYYY-MM-DD)"))
}

/// Today, by the clock of this machine.
pub(crate) fn today() -> Day {
    Day::from_civil(jiff::Zoned::now().date())
}
