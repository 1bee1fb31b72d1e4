//! What goes wrong, as exceptions.

use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use std::fmt::Display;

create_exception!(tencode, TencodeError, PyException, "Anything that tencode could not do.");
create_exception!(
    tencode,
    RegistryError,
    TencodeError,
    "A registry that cannot be read, is damaged, or is another one than expected."
);
create_exception!(tencode, KeyFileError, TencodeError, "There is no key that may be used, so nothing is shown.");
create_exception!(
    tencode,
    RequestError,
    TencodeError,
    "A domain, record, audience, code set or day that is not there or not allowed."
);
create_exception!(tencode, AuditError, TencodeError, "What would be shown cannot be noted, so it is not shown.");
create_exception!(
    tencode,
    DefinitionError,
    TencodeError,
    "Definitions that have errors. `diagnostics` lists them: `number`, `file`, `line`, `message`, `help`."
);

/// Adds them to the module.
pub fn add(python: Python<'_>, module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("TencodeError", python.get_type::<TencodeError>())?;
    module.add("RegistryError", python.get_type::<RegistryError>())?;
    module.add("KeyFileError", python.get_type::<KeyFileError>())?;
    module.add("RequestError", python.get_type::<RequestError>())?;
    module.add("AuditError", python.get_type::<AuditError>())?;
    module.add("DefinitionError", python.get_type::<DefinitionError>())
}

pub fn registry(error: impl Display) -> PyErr {
    RegistryError::new_err(error.to_string())
}

pub fn key(error: impl Display) -> PyErr {
    KeyFileError::new_err(error.to_string())
}

pub fn request(error: impl Display) -> PyErr {
    RequestError::new_err(error.to_string())
}

pub fn audit(error: impl Display) -> PyErr {
    AuditError::new_err(error.to_string())
}
