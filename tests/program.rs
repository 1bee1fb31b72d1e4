//! A folder with a small domain, and the program run in it, with a cache and a data folder of its own.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

/// Where the program is run.
pub struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    /// A folder with the domain `own` in `d`.
    pub fn new() -> Place {
        let place = Place { folder: tempfile::tempdir().unwrap() };
        place.write("d/own/domain.toml", &fs::read_to_string("tests/program/domain.toml").unwrap());
        place.write("d/own/codes/own.codes", &fs::read_to_string("tests/program/own.codes").unwrap());
        fs::create_dir(place.path("home")).unwrap();
        place
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// Some encounters, one a line.
    pub fn encounters(&self, name: &str, count: usize) -> PathBuf {
        let line = |number| format!("{{\"id\":\"V-{number}\",\"day\":\"2025-06-03\",\"note\":\"fell down\"}}\n");
        self.write(name, &(0..count).map(line).collect::<String>())
    }

    /// The program, in the folder, with the domain.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tencode"));
        command.current_dir(self.folder.path()).env_clear();
        command.env("HOME", self.path("home")).env("XDG_CACHE_HOME", self.path("cache"));
        command.env("XDG_DATA_HOME", self.path("data")).env("TMPDIR", self.folder.path());
        command.args(["--domains", "d"]).args(arguments).stdin(std::process::Stdio::null());
        command
    }

    /// What the program answers.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// The same through a shell, in which `tencode` is the program with the domain.
    #[cfg(unix)]
    pub fn shell(&self, line: &str) -> Output {
        let program = self.command(&[]);
        let line = format!("tencode() {{ {} --domains d \"$@\"; }}\n{line}", env!("CARGO_BIN_EXE_tencode"));
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &line]).current_dir(self.folder.path()).env_clear().env("PATH", "/usr/bin:/bin");
        for (name, value) in program.get_envs() {
            command.env(name, value.unwrap());
        }
        command.output().unwrap()
    }

    /// Names of what lies in a folder below.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<String> = entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// What was said on standard error.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
