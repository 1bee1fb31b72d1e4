//! The shipped domain of police as tests of its reports run it, and the sets that they are measured with.

use flate2::read::GzDecoder;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use std::sync::LazyLock;
use tempfile::TempDir;

/// The shipped domain without its text models, which have nothing to do with files and take long to train; one cache for all.
static SHIPPED: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    for domain in ["domains/shared", "domains/law-enforcement", "tests/fixtures/riverton"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(domain);
        let to = folder.path().join("domains").join(from.file_name().unwrap());
        std::fs::create_dir_all(to.join("codes")).unwrap();
        // Scripts say nothing of reports.
        let manifest = std::fs::read_to_string(from.join("domain.toml")).unwrap();
        std::fs::write(to.join("domain.toml"), manifest.replace("hooks = [\"validate\"]", "hooks = []")).unwrap();
        for file in std::fs::read_dir(from.join("codes")).unwrap().map(Result::unwrap) {
            let text = without_models(&std::fs::read_to_string(file.path()).unwrap());
            std::fs::write(to.join("codes").join(file.file_name()), text).unwrap();
        }
    }
    folder
});

/// A definition file without its `learn` lines, which go on behind a comma, and without `decide` lines that ask for a model.
fn without_models(text: &str) -> String {
    let mut is_inside = false;
    let kept = text.lines().filter(|line| {
        let word = line.split_whitespace().next();
        let is_learning = is_inside || word == Some("learn") || word == Some("decide") && line.contains('%');
        is_inside = is_learning && line.ends_with(',');
        !is_learning
    });
    kept.flat_map(|line| [line, "\n"]).collect()
}

/// Runs the program with the shipped domain in a folder.
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    let start = ["run", "--domain", "law-enforcement", "--record", "incident"];
    program(folder, &[&start, arguments].concat())
}

/// Runs the program with the shipped domain and the example of a state.
pub fn program(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tencode"));
    let (cache, data) = (SHIPPED.path().join("cache"), SHIPPED.path().join("data"));
    command.current_dir(folder).env_remove("TENCODE_DATA").env_remove("TENCODE_AUDIT");
    command.env("XDG_CACHE_HOME", cache).env("XDG_DATA_HOME", data);
    command.arg("--domains").arg(SHIPPED.path().join("domains")).args(arguments).output().unwrap()
}

/// A set of rows below `TENCODE_DATA`, if it is there.
pub fn evaluation(name: &str) -> Option<String> {
    let path = PathBuf::from(std::env::var_os("TENCODE_DATA")?).join("law-enforcement/eval").join(name);
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(path).ok()?).read_to_string(&mut text).unwrap();
    Some(text)
}
