//! `tencode audit verify FOLDER`: the logs of a cluster, one for each attempt of a task, as one.

use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

/// What the names of the logs and their last rows tell.
#[derive(Default, Serialize)]
pub(super) struct Tasks {
    /// Logs in the folder.
    logs: usize,
    /// Tasks of which an attempt came to its end: that one counts.
    finished: usize,
    /// Logs of attempts that do not count, because another one of the task does.
    retried: Vec<String>,
    /// Tasks of which no attempt came to its end.
    unfinished: Vec<String>,
}

/// The logs of a folder, in the order of their names.
///
/// # Errors
/// If it cannot be read, or there is none in it.
pub(super) fn logs(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error| Failure::file(folder, error);
    let mut logs = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|it| it == "audit") {
            logs.push(path);
        }
    }
    logs.sort();
    if logs.is_empty() {
        return Err(Failure::said(format!("{}: there is no log (*.audit) in this folder", folder.display())));
    }
    Ok(logs)
}

impl Tasks {
    /// Of logs called `JOB-PARTITION-ATTEMPT`, each with whether its last row says that it came to its end. A log of another name
    /// is a task of its own.
    pub(super) fn of(logs: &[(PathBuf, bool)]) -> Tasks {
        let mut attempts: BTreeMap<String, Vec<(u64, &Path, bool)>> = BTreeMap::new();
        for (path, is_done) in logs {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let parts = name.rsplit_once('-').and_then(|(task, number)| Some((task.to_owned(), number.parse().ok()?)));
            let (task, number) = parts.unwrap_or((name, 0));
            attempts.entry(task).or_default().push((number, path, *is_done));
        }
        let mut tasks = Tasks { logs: logs.len(), ..Tasks::default() };
        for (task, mut all) in attempts {
            all.sort_unstable();
            let Some(counts) = all.iter().rposition(|(_, _, is_done)| *is_done) else {
                tasks.unfinished.push(task);
                continue;
            };
            tasks.finished += 1;
            let others = all.iter().enumerate().filter(|(place, _)| *place != counts);
            tasks.retried.extend(others.map(|(_, (_, path, _))| path.display().to_string()));
        }
        tasks
    }

    /// Says it; wrong if a task never came to its end.
    pub(super) fn say(&self, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        if terminal.json {
            terminal.json(self)?;
        } else {
            let counted =
                |count: usize, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
            let (logs, tasks) = (counted(self.logs, "log"), counted(self.finished, "task"));
            terminal.line(&format!("{logs}; an attempt at {tasks} came to its end"))?;
            for log in &self.retried {
                terminal.line(&format!("  {log}: ran again, it does not count"))?;
            }
            for task in &self.unfinished {
                terminal.line(&format!("  {task}: no attempt came to its end"))?;
            }
        }
        Ok(if self.unfinished.is_empty() { Verdict::Fine } else { Verdict::Wrong })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_attempt_of_a_task_counts() {
        let log = |name: &str, is_done: bool| (PathBuf::from(format!("{name}.audit")), is_done);
        let logs = [
            log("job-00000-0", true),
            log("job-00001-0", false),
            log("job-00001-10", true),
            log("job-00001-2", true),
            log("job-00002-0", false),
            log("office", true),
        ];
        let tasks = Tasks::of(&logs);
        assert_eq!((tasks.logs, tasks.finished), (6, 3));
        assert_eq!(tasks.retried, ["job-00001-0.audit", "job-00001-2.audit"]);
        assert_eq!(tasks.unfinished, ["job-00002"]);
    }
}
