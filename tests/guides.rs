//! Paths that the pages for developers name exist.

use std::fs;
use std::path::Path;

/// Pieces of a page that stand between backticks, outside of boxes.
fn spans(page: &str) -> Vec<String> {
    let mut is_box = false;
    let prose = page.lines().filter(|line| {
        let is_edge = line.starts_with("```");
        is_box ^= is_edge;
        !is_box && !is_edge
    });
    let text = prose.collect::<Vec<_>>().join(" ");
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn paths_that_pages_name_exist() {
    let roots = ["src/", "tests/", "docs/", "domains/", "grammar/", "benches/", "fuzz/", "examples/", ".ci/"];
    let mut checked = 0;
    for page in ["CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md"] {
        for span in spans(&fs::read_to_string(page).unwrap()) {
            let path = span.split([' ', ':']).next().unwrap_or_default();
            // Names in capitals and numbers like D0999 stand for what the reader chooses.
            let is_pattern = path.contains(['*', '<', '{', '…']) || path.contains("NAME") || path.contains("D0999");
            if roots.iter().any(|root| path.starts_with(root)) && !is_pattern {
                assert!(Path::new(path).exists(), "{page} names `{path}`, which is not there");
                checked += 1;
            }
        }
    }
    assert!(checked > 40, "{checked}");
}
