//! Bytes to encounters, one file per format.
