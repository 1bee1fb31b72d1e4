//! Words of titles and queries.
