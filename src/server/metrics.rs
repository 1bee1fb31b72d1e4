//! What is counted, for Prometheus: by route and status, never by anything that a caller has typed.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Upper ends of the buckets of answering times, in microseconds.
const BUCKETS: [u64; 8] = [1_000, 5_000, 15_000, 25_000, 50_000, 100_000, 500_000, 2_000_000];

/// Counts of one route.
#[derive(Default)]
struct Counts {
    by_class: [AtomicU64; 6],
    buckets: [AtomicU64; BUCKETS.len() + 1],
    micros: AtomicU64,
}

/// All counts.
pub struct Metrics {
    /// Method, path and counts of each route.
    routes: Vec<(&'static str, &'static str, Counts)>,
}

impl Metrics {
    /// Counts of nothing yet, for routes of these methods and paths.
    pub fn new(routes: impl Iterator<Item = (&'static str, &'static str)>) -> Metrics {
        Metrics { routes: routes.map(|(method, path)| (method, path, Counts::default())).collect() }
    }

    /// Counts an answer.
    pub fn count(&self, route: usize, status: u16, took: Duration) {
        let Some((_, _, counts)) = self.routes.get(route) else { return };
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        if let Some(class) = counts.by_class.get(usize::from(status / 100)) {
            class.fetch_add(1, Ordering::Relaxed);
        }
        let bucket = BUCKETS.iter().position(|end| micros <= *end).unwrap_or(BUCKETS.len());
        if let Some(bucket) = counts.buckets.get(bucket) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        counts.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// In the text format of Prometheus, version 0.0.4.
    pub fn text(&self, gauges: &[(&str, u64)]) -> String {
        let mut out = String::new();
        for (name, value) in gauges {
            out.push_str(&format!("# TYPE tencode_{name} gauge\ntencode_{name} {value}\n"));
        }
        out.push_str("# TYPE tencode_requests_total counter\n");
        for (method, path, counts) in &self.routes {
            for (class, count) in counts.by_class.iter().enumerate() {
                let count = count.load(Ordering::Relaxed);
                if count > 0 {
                    out.push_str(&format!(
                        "tencode_requests_total{{method=\"{method}\",route=\"{path}\",status=\"{class}xx\"}} {count}\n"
                    ));
                }
            }
        }
        out.push_str("# TYPE tencode_request_seconds histogram\n");
        for (method, path, counts) in &self.routes {
            histogram(method, path, counts, &mut out);
        }
        out
    }
}

fn histogram(method: &str, path: &str, counts: &Counts, out: &mut String) {
    let labels = format!("method=\"{method}\",route=\"{path}\"");
    let mut sum = 0;
    for (place, bucket) in counts.buckets.iter().enumerate() {
        sum += bucket.load(Ordering::Relaxed);
        let end = BUCKETS.get(place).map_or("+Inf".to_owned(), |micros| seconds(*micros));
        if sum > 0 {
            out.push_str(&format!("tencode_request_seconds_bucket{{{labels},le=\"{end}\"}} {sum}\n"));
        }
    }
    if sum > 0 {
        let total = seconds(counts.micros.load(Ordering::Relaxed));
        out.push_str(&format!("tencode_request_seconds_sum{{{labels}}} {total}\n"));
        out.push_str(&format!("tencode_request_seconds_count{{{labels}}} {sum}\n"));
    }
}

fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}
