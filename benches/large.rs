//! A definition file as large as there may be any: 20 MB, 100,000 codes, each with a title, synonyms, a criterion and a property.

use std::fmt::Write as _;
use std::path::Path;

/// The text of the file: a record, and one code set in groups of a hundred. The same every time.
pub fn text(codes: usize) -> String {
    let mut text = String::from(
        "record call {\n    id        text required\n    origin    one of (officer, caller, alarm, web)\n    \
         narrative text free\n}\n\ncodeset large \"A large code set\" for call {\n    \
         release  2026 from 2026-01-01\n    property priority integer\n\n",
    );
    for code in 0..codes {
        if code % 100 == 0 {
            let _ = writeln!(text, "    group GROUP-{} \"Group {} of a thousand\" {{", code / 100, code / 100);
        }
        let _ = write!(
            text,
            "        code C{:03}.{:02} \"What happens for reason {code}\" {{\n            also     \"word {code}\", \"another \
             word\"\n            propose  when origin is officer and narrative mentions \"stop {code}\"\n            priority {}\n        \
             }}\n",
            code / 100,
            code % 100,
            code % 5
        );
        if code % 100 == 99 || code + 1 == codes {
            text.push_str("    }\n");
        }
    }
    text.push_str("}\n");
    text
}

/// Writes a folder `large` under `root` with a domain that holds this file, for `tencode --domains ROOT check`.
///
/// # Errors
/// What the system said.
#[allow(dead_code, reason = "not every bench needs a folder")]
pub fn write_domain(root: &Path, codes: usize) -> std::io::Result<()> {
    let folder = root.join("large/codes");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(root.join("large/domain.toml"), "title = \"A large domain\"\n")?;
    std::fs::write(folder.join("large.codes"), text(codes))
}
