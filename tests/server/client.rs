//! A service that runs, and a client that sends bytes to it.

use crate::program::Place;
use serde_json::Value;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::process::Child;
use std::process::Stdio;
use std::time::Duration;

/// The password of every user.
pub const PASSWORD: &str = "correct horse battery";

/// A service of its own, stopped when this is dropped.
pub struct Served {
    pub place: Place,
    pub address: String,
    /// The address that opens a session, once; empty where an office has users.
    pub entrance: String,
    child: Child,
    /// A program whose output nobody reads any more ends.
    told: BufReader<std::process::ChildStdout>,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        let is_it = |line: &&str| line.to_ascii_lowercase().starts_with(&format!("{name}:"));
        self.head.lines().find(is_it).map_or("", |line| line.split_once(':').unwrap().1.trim())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// A request in the making.
#[derive(Default, Clone)]
pub struct Ask<'a> {
    pub headers: Vec<(&'a str, String)>,
    pub body: String,
}

impl<'a> Ask<'a> {
    pub fn token(token: &str) -> Ask<'a> {
        Ask { headers: vec![("Authorization", format!("Bearer {token}"))], body: String::new() }
    }

    pub fn with(mut self, name: &'a str, value: &str) -> Ask<'a> {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub fn body(mut self, body: impl ToString) -> Ask<'a> {
        self.body = body.to_string();
        self
    }
}

impl Served {
    pub fn start() -> Served {
        Served::start_in(Place::new())
    }

    /// Starts the program and waits until it says where it listens.
    pub fn start_in(place: Place) -> Served {
        let mut served = Served::spawn(place, &[]);
        let opens = served.told.by_ref().lines().next().unwrap().unwrap();
        opens.rsplit_once(&served.address).unwrap().1.clone_into(&mut served.entrance);
        served
    }

    /// Starts the program with the settings of an office, in the file `office.toml`.
    pub fn with_settings(place: Place, settings: &str) -> Served {
        place.write("office.toml", settings);
        Served::spawn(place, &["--config", "office.toml"])
    }

    fn spawn(place: Place, more: &[&str]) -> Served {
        let mut command = place.command(&["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.args(more).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut told = BufReader::new(child.stdout.take().unwrap());
        let listens = told.by_ref().lines().next().expect("the service says where it listens").unwrap();
        let address = listens.rsplit_once("://").unwrap().1.to_owned();
        Served { place, address, entrance: String::new(), child, told }
    }

    /// Sends one request and reads the whole answer.
    pub fn ask(&self, method: &str, path: &str, ask: &Ask<'_>) -> Answer {
        let mut text =
            format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", ask.body.len());
        if !ask.headers.iter().any(|(name, _)| *name == "Host") {
            text.push_str(&format!("Host: {}\r\n", self.address));
        }
        for (name, value) in &ask.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        self.send(format!("{text}\r\n{}", ask.body).as_bytes())
    }

    /// Sends bytes as they are.
    pub fn send(&self, bytes: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        // A request that is refused early is not read to its end.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or(0);
        let is_chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
        let body = if is_chunked { unchunked(body) } else { body.to_owned() };
        Answer { status, head: head.to_owned(), body }
    }

    /// A token of a role, with further arguments of `token add`.
    pub fn token(&self, name: &str, role: &str, more: &[&str]) -> String {
        let arguments = [&["token", "add", name, "--role", role], more].concat();
        let output = self.place.run(&arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Opens a session by the printed address; gives its cookie.
    pub fn session(&self) -> String {
        let answer = self.ask("GET", &self.entrance, &Ask::default());
        assert_eq!(answer.status, 303);
        answer.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    /// Adds a user with [`PASSWORD`].
    pub fn add_user(&self, name: &str, role: &str) {
        let mut command = self.place.command(&["user", "add", name, "--role", role]);
        let mut child = command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(format!("{PASSWORD}\n").as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
    }

    /// Posts the form to sign in.
    pub fn sign_in(&self, name: &str, password: &str) -> Answer {
        let body = format!("name={name}&password={}", password.replace(' ', "+"));
        let form = Ask::default().with("Content-Type", "application/x-www-form-urlencoded").body(body);
        self.ask("POST", "/sign-in", &form)
    }

    /// Adds a user and opens a session of theirs; gives its cookie.
    pub fn session_of(&self, name: &str, role: &str) -> String {
        self.add_user(name, role);
        self.sign_in(name, PASSWORD).header("set-cookie").split(';').next().unwrap().to_owned()
    }

    /// The secret that forms of a session carry.
    pub fn form_secret(&self, cookie: &str) -> String {
        let page = self.ask("GET", "/help", &Ask::default().with("Cookie", cookie));
        let (_, rest) = page.body.split_once("name=\"form_secret\" value=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }

    /// Ends the process as a power cut would.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends the process as a power cut would, and starts another with settings and what the first has left.
    pub fn again_with(mut self, settings: &str) -> Served {
        self.kill();
        Served::with_settings(std::mem::replace(&mut self.place, Place::new()), settings)
    }

    /// Ends the process as a power cut would, and starts another with what it has left.
    pub fn again(mut self) -> Served {
        self.kill();
        Served::start_in(std::mem::replace(&mut self.place, Place::new()))
    }
}

impl Served {
    /// Sends the process a signal.
    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(std::process::Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// Asks the process to end, and waits for it.
    #[cfg(unix)]
    pub fn stop(mut self) -> std::process::ExitStatus {
        self.signal("-TERM");
        self.child.wait().unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn unchunked(mut body: &str) -> String {
    let mut out = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap_or(0);
        if size == 0 {
            break;
        }
        out.push_str(rest.get(..size).unwrap_or(rest));
        body = rest.get(size + 2..).unwrap_or("");
    }
    out
}

/// Somebody at a browser.
pub struct Person {
    pub cookie: String,
    pub secret: String,
}

impl Person {
    /// Who has the cookie of a session.
    pub fn of(served: &Served, cookie: String) -> Person {
        Person { secret: served.form_secret(&cookie), cookie }
    }

    pub fn get(&self, served: &Served, path: &str) -> Answer {
        served.ask("GET", path, &Ask::default().with("Cookie", &self.cookie))
    }

    /// Posts a form: its fields besides the secret.
    pub fn act(&self, served: &Served, path: &str, fields: &str) -> Answer {
        let body = format!("form_secret={}&{fields}", self.secret);
        served.ask("POST", path, &Ask::default().with("Cookie", &self.cookie).body(body))
    }
}
