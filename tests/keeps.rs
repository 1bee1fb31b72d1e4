//! What is kept between runs: keys are never made twice in silence, and a cache that others can write to is not used.

#![cfg(unix)]

use crate::program::Place;
use crate::program::said;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

const RUN: [&str; 6] = ["run", "--domain", "own", "--audience", "desk", "in.ndjson"];

fn place() -> Place {
    let place = Place::new();
    place.encounters("in.ndjson", 2);
    place
}

fn rights(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn status(output: &Output) -> Option<i32> {
    output.status.code()
}

#[test]
fn a_key_that_cannot_be_read_or_kept_is_an_error() {
    let place = place();
    assert_eq!(status(&place.run(&RUN)), Some(0));
    let key = place.path("data/tencode/pseudonyms.key");
    let whole = fs::read(&key).unwrap();
    assert_eq!(whole.len(), 32);
    let mut random = fastrand::Rng::with_seed(3);
    for _ in 0..20 {
        let length = random.usize(0..80);
        fs::write(&key, vec![7; if length == 32 { 31 } else { length }]).unwrap();
        let output = place.run(&RUN);
        assert_eq!(status(&output), Some(2), "{length} bytes");
        assert!(said(&output).contains("key") && output.stdout.is_empty(), "{}", said(&output));
    }
    fs::write(&key, &whole).unwrap();
    for mode in [0o640, 0o604, 0o666, 0o620] {
        rights(&key, mode);
        assert_eq!(status(&place.run(&RUN)), Some(2), "{mode:o}");
    }
    rights(&key, 0o600);
    rights(&place.path("data/tencode"), 0o777);
    assert_eq!(status(&place.run(&RUN)), Some(2));
    rights(&place.path("data/tencode"), 0o700);
    assert_eq!(status(&place.run(&RUN)), Some(0));
    for (name, value) in [("XDG_DATA_HOME", "/proc/data"), ("XDG_DATA_HOME", "in.ndjson/data")] {
        let output = place.command(&RUN).env(name, value).output().unwrap();
        assert_eq!(status(&output), Some(2), "{name}={value}");
        assert!(said(&output).contains("key"), "{}", said(&output));
    }
    let output = place.command(&RUN).env_remove("XDG_DATA_HOME").env_remove("HOME").output().unwrap();
    assert_eq!(status(&output), Some(2), "{}", said(&output));
}

#[test]
fn no_cache_costs_time_and_nothing_else() {
    let place = place();
    let right = place.run(&RUN).stdout;
    fs::create_dir(place.path("open")).unwrap();
    fs::create_dir(place.path("open/tencode")).unwrap();
    rights(&place.path("open/tencode"), 0o777);
    fs::create_dir(place.path("temporary")).unwrap();
    for cache in ["/proc/cache", "in.ndjson/cache", "open"] {
        let temporary = place.path("temporary");
        let output = place.command(&RUN).env("XDG_CACHE_HOME", cache).env("TMPDIR", &temporary).output().unwrap();
        assert_eq!(status(&output), Some(0), "{cache}: {}", said(&output));
        assert_eq!(output.stdout, right, "{cache}");
        assert_eq!(said(&output).matches("takes longer").count(), 1, "{}", said(&output));
        assert!(place.names("temporary").is_empty(), "{cache}: {:?}", place.names("temporary"));
    }
    assert!(place.names("open/tencode").is_empty(), "a folder that others can write to is not used");
}

#[test]
fn a_cache_is_stale_by_content_only() {
    let place = place();
    let file = place.path("d/own/codes/own.codes");
    let registry = || {
        let names = place.names("cache/tencode");
        let name = names.iter().find(|name| Path::new(name).extension().is_some_and(|it| it == "registry")).unwrap();
        fs::metadata(place.path(&format!("cache/tencode/{name}"))).unwrap().modified().unwrap()
    };
    let lookup = ["lookup", "R-FALL"];
    assert!(place.run(&lookup).status.success());
    let (before, about) = (registry(), fs::metadata(&file).unwrap());
    let text = fs::read_to_string(&file).unwrap();
    // Another time, the same content.
    fs::write(&file, &text).unwrap();
    assert!(place.run(&lookup).status.success());
    assert_eq!(registry(), before);
    // The same length and time, another content.
    fs::write(&file, text.replace("\"Fall\"", "\"Drop\"")).unwrap();
    fs::File::options().append(true).open(&file).unwrap().set_modified(about.modified().unwrap()).unwrap();
    let output = place.run(&lookup);
    assert!(String::from_utf8_lossy(&output.stdout).contains("Drop"));
}

#[test]
fn a_damaged_cache_is_made_again() {
    let place = place();
    let right = place.run(&RUN).stdout;
    let mut random = fastrand::Rng::with_seed(4);
    for number in 0..20 {
        let folder = place.path("cache/tencode");
        let is_registry = |name: &String| Path::new(name).extension().is_some_and(|it| it == "registry");
        let path = folder.join(place.names("cache/tencode").into_iter().find(is_registry).unwrap());
        let (mut bytes, about) = (fs::read(&path).unwrap(), fs::metadata(&path).unwrap());
        let at = random.usize(0..bytes.len());
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << random.u8(0..8);
        }
        if number % 4 == 0 {
            bytes.truncate(at);
        }
        fs::write(&path, bytes).unwrap();
        fs::File::options().append(true).open(&path).unwrap().set_modified(about.modified().unwrap()).unwrap();
        // The shipped definitions are laid out in the cache too.
        place.write("cache/tencode/planted", "x");
        let output = place.run(&RUN);
        assert!(output.stdout == right, "byte {at}: {}", said(&output));
    }
}
