//! Pages that show the program at work: each `$ …` line of a `console` block is run and what it writes is compared, so
//! that no page goes stale. Pages are `README.md`, `docs/*.md` and `transcripts/*.md`.
//!
//! A page has a folder of its own, in which its commands run one after the other, with the project's `examples` beside
//! them and without any official release. First stands what is written to standard output, then what is written to standard
//! error; an exit status other than 0 is the last line, `(exit status 1)`.
//!
//! A command may go on in lines that begin with `> `. `UPDATE_EXPECT=1 cargo test` rewrites the pages.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// The folder that all programs of a test work in.
struct Stage {
    folder: tempfile::TempDir,
}

/// The variable that a command's environment has: nothing of ours, so that pages read the same everywhere.
fn environment(stage: &Path) -> BTreeMap<&'static str, String> {
    let program = Path::new(env!("CARGO_BIN_EXE_tencode")).parent().unwrap();
    let under = |name: &str| stage.join(name).display().to_string();
    BTreeMap::from([
        ("PATH", format!("{}:/usr/bin:/bin", program.display())),
        ("HOME", under("home")),
        ("XDG_CACHE_HOME", under("cache")),
        ("XDG_DATA_HOME", under("data")),
        ("TENCODE_KEY", "a page".to_owned()),
        ("LC_ALL", "C.UTF-8".to_owned()),
    ])
}

impl Stage {
    /// A stage with the registry of the shipped domains built once for all pages.
    fn new() -> Stage {
        let stage = Stage { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(stage.folder.path().join("home")).unwrap();
        let (_, status) = stage.run(stage.folder.path(), "tencode build");
        assert_eq!(status, 0, "the shipped domains cannot be built");
        stage
    }

    /// What a line of the shell writes, and its exit status.
    fn run(&self, folder: &Path, line: &str) -> (String, i32) {
        let (out, error) = (folder.join(".out"), folder.join(".error"));
        let mut command = Command::new("/bin/sh");
        command.args(["-c", line]).current_dir(folder).env_clear().envs(environment(self.folder.path()));
        command.stdin(std::process::Stdio::null()).stdout(fs::File::create(&out).unwrap());
        let status = command.stderr(fs::File::create(&error).unwrap()).status().unwrap();
        let mut written = String::from_utf8_lossy(&fs::read(&out).unwrap()).into_owned();
        if !written.is_empty() && !written.ends_with('\n') {
            written.push('\n');
        }
        written.push_str(&String::from_utf8_lossy(&fs::read(&error).unwrap()));
        (self.plain(&written), status.code().unwrap_or(-1))
    }

    /// The same text without what differs from run to run.
    fn plain(&self, written: &str) -> String {
        let home = self.folder.path().canonicalize().unwrap().display().to_string();
        let text = written.replace(&home, "~").replace(&self.folder.path().display().to_string(), "~");
        let patterns = PATTERNS.get_or_init(|| {
            let made = |(pattern, put): (&str, &'static str)| (regex::Regex::new(pattern).unwrap(), put);
            [
                (r"blake3:[0-9a-f]{64}", "blake3:…"),
                (r"\b[0-9a-f]{16}\.registry", "….registry"),
                (r"built-in(-shared)?/[0-9a-f]{16}", "built-in$1/…"),
                (r"\d+\.\d MB, \d+\.\d+ s", "… MB, … s"),
            ]
            .map(made)
            .to_vec()
        });
        patterns.iter().fold(text, |text, (pattern, put)| pattern.replace_all(&text, *put).into_owned())
    }
}

static PATTERNS: OnceLock<Vec<(regex::Regex, &'static str)>> = OnceLock::new();

/// A page as it would read if it were written now.
fn played(stage: &Stage, page: &Path) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let name = page.strip_prefix(root).unwrap().display().to_string().replace(['/', '.'], "-");
    let folder = stage.folder.path().join("pages").join(name);
    fs::create_dir_all(&folder).unwrap();
    std::os::unix::fs::symlink(root.join("examples"), folder.join("examples")).unwrap();
    let mut out = String::new();
    let mut is_console = false;
    let text = fs::read_to_string(page).unwrap();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(kind) = line.strip_prefix("```") {
            is_console = !is_console && kind == "console";
        } else if is_console && !line.starts_with("$ ") {
            continue;
        }
        out.push_str(line);
        out.push('\n');
        assert!(is_console || !line.trim_start().starts_with("$ tencode"), "{}: {line}: not run", page.display());
        let Some(command) = line.strip_prefix("$ ").filter(|_| is_console) else { continue };
        let mut command = command.to_owned();
        while let Some(more) = lines.next_if(|line| line.starts_with("> ") || *line == ">") {
            out.push_str(&format!("{more}\n"));
            command.push_str(&format!("\n{}", more.get(2..).unwrap_or_default()));
        }
        let (written, status) = stage.run(&folder, &command);
        assert!(!written.contains("\n```"), "{}: {command}: what it writes ends the block", page.display());
        out.push_str(&written);
        if status != 0 {
            out.push_str(&format!("(exit status {status})\n"));
        }
    }
    out
}

fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![root.join("README.md")];
    for folder in ["docs", "tests/transcripts"] {
        let entries = fs::read_dir(root.join(folder)).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        pages.extend(paths.filter(|path| path.extension().is_some_and(|ending| ending == "md")));
    }
    pages.sort();
    pages
}

#[test]
fn pages_show_what_the_program_does() {
    let stage = Stage::new();
    let pages = pages();
    let mut stale = Vec::new();
    std::thread::scope(|scope| {
        let halves = pages.chunks(pages.len().div_ceil(2).max(1));
        let threads: Vec<_> = halves
            .map(|pages| scope.spawn(|| pages.iter().map(|page| (page, played(&stage, page))).collect::<Vec<_>>()))
            .collect();
        for (page, played) in threads.into_iter().flat_map(|thread| thread.join().unwrap()) {
            let written = fs::read_to_string(page).unwrap();
            if std::env::var_os("UPDATE_EXPECT").is_some() {
                if played != written {
                    fs::write(page, played).unwrap();
                }
            } else if let Some((old, new)) = written.lines().zip(played.lines()).find(|(old, new)| old != new) {
                stale.push(format!("{}\n  stands:  {old}\n  is said: {new}", page.display()));
            } else if played != written {
                stale.push(format!("{}: longer or shorter than what is said", page.display()));
            }
        }
    });
    assert!(stale.is_empty(), "pages are stale; UPDATE_EXPECT=1 rewrites them\n{}", stale.join("\n"));
}

/// The help of a command and of the commands below it.
fn helps(stage: &Stage, folder: &Path, command: &str, out: &mut Vec<String>) {
    let (help, status) = stage.run(folder, &format!("{command} --help"));
    assert_eq!(status, 0, "{command} --help");
    let commands = help.split("\nCommands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap_or_default();
    for line in commands.lines().filter_map(|line| line.strip_prefix("  ")) {
        if let Some(name) = line.split(' ').next().filter(|name| !name.is_empty() && *name != "help") {
            helps(stage, folder, &format!("{command} {name}"), out);
        }
    }
    out.push(help);
}

/// What the examples of the helps work with: files called as they call them.
const FILES: &[(&str, &str)] = &[
    ("notes.txt", "Call 555-867-5309\n"),
    ("notes.ndjson", "{\"id\": 1, \"text\": \"Call 555-867-5309\"}\n"),
    ("questions.ndjson", "{\"id\": 1, \"set\": \"call-types\", \"code\": \"T-STOP\"}\n"),
    ("queries.ndjson", "{\"id\": 1, \"q\": \"burglary\"}\n"),
    ("office.toml", "listen = \"127.0.0.1:8700\"\n"),
    ("phrases.tsv", "id\tcodes\ttext\n1\tP-BURGLARY\tsomebody broke into the house\n"),
    ("list.csv", "CODE,NAME\nA1,First\n"),
    ("list-2026.csv", "CODE,NAME\nA1,First\nB2,Second\n"),
    ("permits.codes", "codeset permits {\n    code A1 \"First\"\n}\n"),
    ("export.csv", "id,text\n1,where is my order\n"),
    ("past.csv", "id,text\n1,where is my order\n"),
    ("past.ndjson", "{\"id\": 1, \"text\": \"where is my order\"}\n"),
    (
        "icd10cm_order_2026.txt",
        "00001 X00     0 Invented                                                     Invented heading\n",
    ),
];

#[test]
fn examples_of_the_helps_work() {
    let stage = Stage::new();
    let folder = stage.folder.path().join("examples");
    fs::create_dir(&folder).unwrap();
    for (name, text) in FILES {
        fs::write(folder.join(name), text).unwrap();
    }
    assert_eq!(stage.run(&folder, "gzip export.csv past.csv").1, 0);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::os::unix::fs::symlink(root.join("examples"), folder.join("examples")).unwrap();
    for age in ["old", "new"] {
        fs::create_dir(folder.join(age)).unwrap();
        std::os::unix::fs::symlink(root.join("domains"), folder.join(age).join("domains")).unwrap();
    }
    let mut all = Vec::new();
    helps(&stage, &folder, "tencode", &mut all);
    for help in &all {
        // The examples of these commands stand for those below them too.
        let above = ["audit", "user", "token", "store"].map(|name| format!("Usage: tencode {name} "));
        let has_examples = help.contains("\n    tencode ") || above.iter().any(|usage| help.contains(usage));
        assert!(has_examples, "no examples: {}", help.lines().next().unwrap_or_default());
    }
    let is_example = |line: &&str| line.starts_with("    ") && line.contains("tencode ") && !line.contains('`');
    let mut lines: Vec<&str> = all.iter().flat_map(|help| help.lines().filter(is_example)).map(str::trim).collect();
    // A domain `parking` and a log are made before other examples look at them.
    lines.sort_by_key(|line| (!line.contains(" new "), !line.contains("--audit "), *line));
    lines.dedup();
    assert!(lines.len() > 40, "{lines:?}");
    for line in lines {
        // Remarks stand two blanks or more behind what is to be typed.
        let command = line.split("  ").next().unwrap_or_default();
        // A service runs until somebody stops it.
        if command.starts_with("tencode serve") && !command.contains("--check-config") {
            continue;
        }
        if command == "tencode new parking" && folder.join("domains/parking").exists() {
            continue;
        }
        let (written, status) = stage.run(&folder, command);
        // The file is not the publisher's, which is what checking is for; few people are seldom hidden in a crowd.
        let is_wrong = command.starts_with("tencode sources add");
        // Nothing of that id is kept, and nothing is counted where nothing is read.
        let nothing = ["tencode risk", "tencode store erase", "tencode stats"];
        let may_be_wrong = nothing.iter().any(|it| command.starts_with(it));
        assert!(status == i32::from(is_wrong) || (may_be_wrong && status == 1), "{command}: {status}\n{written}");
    }
}
