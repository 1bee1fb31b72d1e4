//! The extension module of the Python package: registries, engines, and their answers as bytes and JSON text. What Python users
//! see stands in `python/tencode`; here is nothing that they call themselves.

mod engine;
mod errors;
mod registry;

use pyo3::prelude::*;
use tencode::model::day::Day;

/// The module.
#[pymodule]
fn _tencode(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let python = module.py();
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<registry::Registry>()?;
    module.add_class::<engine::Engine>()?;
    module.add_function(wrap_pyfunction!(registry::user_key, module)?)?;
    errors::add(python, module)
}

/// A day that was given as text, if one was.
fn day(text: Option<&str>, name: &str) -> PyResult<Option<Day>> {
    let Some(text) = text else { return Ok(None) };
    let read = Day::parse(text).map(Some);
    read.ok_or_else(|| errors::RequestError::new_err(format!("`{name}` is no date (YYYY-MM-DD)")))
}

/// The day it is here.
fn today() -> Day {
    Day::from_civil(jiff::Zoned::now().date())
}
