//! Pages of other sites: which may ask the API, and which may show the picker in a frame.

use super::client::Ask;
use super::client::Served;
use crate::program::Place;
use crate::program::said;

const SETTINGS: &str =
    "origins = [\"https://cad.example.org\"]\nframes = [\"https://help.example.org\", \"http://localhost:9000\"]\n";
const CAD: &str = "https://cad.example.org";

#[test]
fn a_page_of_a_listed_origin_may_ask_with_a_token() {
    let served = Served::with_settings(Place::new(), SETTINGS);
    let token = served.token("cad", "client", &[]);
    let ask = |origin: &str| {
        let ask = Ask::token(&token).with("Origin", origin).with("Sec-Fetch-Site", "cross-site");
        served.ask("POST", "/v1/search", &ask.body(r#"{"q":"fell"}"#))
    };
    let good = ask(CAD);
    assert_eq!((good.status, good.header("access-control-allow-origin")), (200, CAD));
    assert_eq!(good.header("vary"), "Origin");
    for other in ["https://evil.example", "https://cad.example.org.evil.example", "http://cad.example.org", "null"] {
        let refused = ask(other);
        assert_eq!((refused.status, refused.header("access-control-allow-origin")), (403, ""), "{other}");
    }
    // What goes wrong may be read too; sessions are for nobody else's page.
    let nobody = Ask::default().with("Origin", CAD).with("Sec-Fetch-Site", "cross-site").body("{}");
    let refused = served.ask("POST", "/v1/search", &nobody);
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (401, CAD));
    assert!(!good.head.to_ascii_lowercase().contains("access-control-allow-credentials"));
    let page = served.ask("GET", "/sign-in", &Ask::default().with("Origin", CAD));
    assert_eq!((page.status, page.header("access-control-allow-origin")), (200, ""));
}

#[test]
fn a_browser_is_told_what_a_page_of_a_listed_origin_may_send() {
    let served = Served::with_settings(Place::new(), SETTINGS);
    let ask = |origin: &str, path: &str| {
        let ask = Ask::default().with("Origin", origin).with("Access-Control-Request-Method", "POST");
        served.ask("OPTIONS", path, &ask)
    };
    let good = ask(CAD, "/v1/search");
    assert_eq!((good.status, good.header("access-control-allow-origin")), (204, CAD));
    assert!(good.header("access-control-allow-headers").contains("authorization"));
    assert_eq!(ask("https://evil.example", "/v1/search").status, 405);
    assert_eq!(ask(CAD, "/admin").status, 405);
    let wrong_host = Ask::default().with("Origin", CAD).with("Access-Control-Request-Method", "POST");
    assert_eq!(served.ask("OPTIONS", "/v1/search", &wrong_host.with("Host", "elsewhere.example")).status, 405);
}

#[test]
fn a_session_may_not_be_used_by_a_page_of_a_listed_origin() {
    let served = Served::with_settings(Place::new(), SETTINGS);
    let cookie = served.session_of("ada", "desk");
    let secret = served.form_secret(&cookie);
    let ask = Ask::default().with("Cookie", &cookie).with("X-Form-Secret", &secret).with("Origin", CAD);
    let refused = served.ask("POST", "/v1/search", &ask.body(r#"{"q":"fell"}"#));
    assert_eq!(refused.status, 403, "{}", refused.body);
}

#[test]
fn the_picker_stands_in_frames_of_listed_origins_and_nothing_else_does() {
    let served = Served::with_settings(Place::new(), SETTINGS);
    let page = served.ask("GET", "/embed", &Ask::default());
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy").to_owned();
    assert!(policy.ends_with("frame-ancestors https://help.example.org http://localhost:9000"), "{policy}");
    let other = served.ask("GET", "/sign-in", &Ask::default());
    assert!(other.header("content-security-policy").ends_with("frame-ancestors 'none'"));
    let bare = Served::start();
    assert_eq!(bare.ask("GET", "/embed", &Ask::default()).status, 404);
    let origin = Ask::default().with("Origin", CAD);
    assert_eq!(bare.ask("GET", "/v1/sets", &origin).header("access-control-allow-origin"), "");
}

#[test]
fn an_origin_is_one_site_by_its_whole_name() {
    let place = Place::new();
    for odd in
        ["*", "https://*.example.org", "https://cad.example.org/", "http://cad.example.org", "null", "cad.example.org"]
    {
        for name in ["origins", "frames"] {
            place.write("office.toml", &format!("{name} = [\"{odd}\"]\n"));
            let output = place.run(&["serve", "--config", "office.toml", "--check-config"]);
            assert!(
                output.status.code() == Some(2) && said(&output).contains("is no origin"),
                "{odd}: {}",
                said(&output)
            );
        }
    }
}
