//! Disclosures to bytes, one file per format.
