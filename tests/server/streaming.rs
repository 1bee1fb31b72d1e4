//! A batch is answered while it is sent, and what is not whole is seen to be so.

use super::client::Ask;
use super::client::Served;
use crate::program::Place;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::sync::mpsc;
use std::time::Duration;

fn head(served: &Served, token: &str) -> String {
    let address = &served.address;
    format!(
        "POST /v1/batch?domain=own HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
}

fn lines(from: usize, count: usize) -> String {
    let lines = (from..from + count).map(|number| format!("{{\"id\":\"V-{number}\",\"note\":\"fell down\"}}\n"));
    lines.collect()
}

fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

fn connect(served: &Served) -> TcpStream {
    let stream = TcpStream::connect(&served.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
}

#[test]
fn the_first_answers_leave_before_the_last_rows_have_come() {
    const EACH: usize = 6000;
    let served = Served::start();
    let token = served.token("program", "client", &[]);
    let stream = connect(&served);
    let (mut writer, (seen, may_go_on)) = (stream.try_clone().unwrap(), mpsc::channel::<()>());
    let head = head(&served, &token);
    let sender = std::thread::spawn(move || {
        writer.write_all(head.as_bytes()).unwrap();
        writer.write_all(chunk(&lines(0, EACH)).as_bytes()).unwrap();
        // The rest is sent only when the first answer is there.
        may_go_on.recv_timeout(Duration::from_secs(60)).unwrap();
        writer.write_all(chunk(&lines(EACH, EACH)).as_bytes()).unwrap();
        writer.write_all(b"0\r\n\r\n").unwrap();
    });
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    while !line.contains("\"id\":\"V-0\"") {
        line.clear();
        assert!(reader.read_line(&mut line).unwrap() > 0, "the answer ended early");
    }
    seen.send(()).unwrap();
    let mut rest = String::new();
    reader.read_to_string(&mut rest).unwrap();
    sender.join().unwrap();
    let counts = format!("{{\"read\":{0},\"written\":{0},\"refused\":0,\"with_errors\":0}}", 2 * EACH);
    assert!(rest.contains(&counts) && rest.ends_with("0\r\n\r\n"), "{}", rest.len());
}

#[test]
fn a_batch_that_breaks_off_is_not_answered_as_if_it_were_whole() {
    let served = Served::start();
    let token = served.token("program", "client", &[]);
    let mut stream = connect(&served);
    stream.write_all(head(&served, &token).as_bytes()).unwrap();
    stream.write_all(chunk(&lines(0, 10)).as_bytes()).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    assert!(!answer.contains("\"read\":"), "{answer}");
    assert_eq!(served.ask("GET", "/healthz", &Ask::default()).status, 200);
}

#[test]
fn a_batch_may_have_as_many_bytes_as_the_settings_say() {
    let served = Served::with_settings(Place::new(), "batch_mib = 1\n");
    let token = served.token("program", "client", &[]);
    let long = lines(0, 40_000);
    let said = served.ask("POST", "/v1/batch?domain=own", &Ask::token(&token).body(&long));
    assert_eq!(said.status, 413, "its length was said");
    let mut stream = connect(&served);
    let mut writer = stream.try_clone().unwrap();
    let request = head(&served, &token) + chunk(&long).as_str() + "0\r\n\r\n";
    // The service may stop reading in the middle.
    let sender = std::thread::spawn(move || drop(writer.write_all(request.as_bytes())));
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    sender.join().unwrap();
    assert!(!answer.contains("\"read\":"), "its length was not said, and it ends without its last line");
}

#[test]
fn slow_batches_leave_room_for_everybody_else() {
    let served = Served::start();
    let token = served.token("program", "client", &[]);
    let other = served.token("other", "client", &[]);
    let begin = |token: &String| {
        let mut stream = connect(&served);
        stream.write_all((head(&served, token) + chunk("{\"id\":").as_str()).as_bytes()).unwrap();
        stream
    };
    let mut slow: Vec<TcpStream> = (0..4).map(|_| begin(&token)).collect();
    std::thread::sleep(Duration::from_millis(500));
    let batch = |token: &str| served.ask("POST", "/v1/batch?domain=own", &Ask::token(token).body(lines(0, 1)));
    assert_eq!((batch(&token).status, batch(&other).status), (429, 200), "one place is left for another caller");
    slow.push(begin(&other));
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(batch(&other).status, 429, "all places are taken");
    let fifth = served.ask("POST", "/v1/batch?domain=own", &Ask::token(&token).body(lines(0, 1)));
    assert_eq!((fifth.status, fifth.header("retry-after")), (429, "1"));
    let body = r#"{"domain":"own","text":"fell down"}"#;
    assert_eq!(served.ask("POST", "/v1/classify", &Ask::token(&token).body(body)).status, 200);
    drop(slow);
}
