//! Who comes in, and from where.

use super::client::Ask;
use super::client::PASSWORD;
use super::client::Served;
use tencode::store::Role;
use tencode::store::Seal;
use tencode::store::Store;

#[test]
fn the_printed_address_opens_one_session_and_no_second() {
    let served = Served::start();
    let cookie = served.session();
    assert!(cookie.starts_with("tencode="));
    let home = served.ask("GET", "/", &Ask::default().with("Cookie", &cookie));
    assert_eq!((home.status, home.header("location")), (303, "/desk/own/visit"));
    let again = served.ask("GET", &served.entrance, &Ask::default());
    assert_eq!((again.status, again.header("location"), again.header("set-cookie")), (303, "/sign-in", ""));
}

#[test]
fn five_wrong_passwords_lock_an_account_and_say_no_more_than_one() {
    let served = Served::start();
    served.add_user("ada", "desk");
    let good = served.sign_in("ada", PASSWORD);
    assert_eq!(good.status, 303);
    let cookie = good.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let wrong = served.sign_in("ada", "wrong wrong wrong");
    let unknown = served.sign_in("nobody", "wrong wrong wrong");
    assert_eq!((wrong.status, &wrong.body), (403, &unknown.body));
    for _ in 0..4 {
        served.sign_in("ada", "wrong wrong wrong");
    }
    let locked = served.sign_in("ada", PASSWORD);
    assert_eq!((locked.status, &locked.body), (403, &wrong.body));
}

#[test]
fn guesses_that_come_together_are_all_counted() {
    let served = Served::start();
    served.add_user("eve", "desk");
    std::thread::scope(|scope| {
        for number in 0..8 {
            let served = &served;
            scope.spawn(move || served.sign_in("eve", &format!("wrong wrong {number}")));
        }
    });
    assert_eq!(served.sign_in("eve", PASSWORD).status, 403);
}

#[test]
fn a_change_from_another_site_is_refused() {
    let served = Served::start();
    let cookie = served.session();
    let secret = served.form_secret(&cookie);
    let keep = |ask: Ask<'_>| {
        let body = format!("form_secret={secret}&act=save&text=fell+down&f:id=V-1");
        served.ask("POST", "/desk/own/visit", &ask.with("Cookie", &cookie).body(body)).status
    };
    assert_eq!(keep(Ask::default().with("Origin", "https://elsewhere.example")), 403);
    assert_eq!(keep(Ask::default().with("Sec-Fetch-Site", "cross-site")), 403);
    assert_eq!(keep(Ask::default().with("Host", "elsewhere.example")), 403);
    assert_eq!(keep(Ask::default().with("Origin", &format!("http://{}", served.address))), 303);
    let without = Ask::default().with("Cookie", &cookie).body("act=save&text=fell+down");
    assert_eq!(served.ask("POST", "/desk/own/visit", &without).status, 403);
    let forged = Ask::default().with("Cookie", &cookie).body("form_secret=AAAA&act=save&text=fell+down");
    assert_eq!(served.ask("POST", "/desk/own/visit", &forged).status, 403);
    let api = Ask::default().with("Cookie", &cookie).body(r#"{"q":"fell"}"#);
    assert_eq!(served.ask("POST", "/v1/search", &api).status, 403, "a session needs its secret at the API too");
    assert_eq!(served.ask("POST", "/v1/search", &api.with("X-Form-Secret", &secret)).status, 200);
}

#[test]
fn a_session_ends_where_it_is_signed_out_and_where_its_user_is_locked() {
    let served = Served::start();
    let cookie = served.session();
    let secret = served.form_secret(&cookie);
    let who = || served.ask("GET", "/v1/whoami", &Ask::default().with("Cookie", &cookie));
    assert_eq!(who().json()["name"], "local");
    let out = Ask::default().with("Cookie", &cookie).body(format!("form_secret={secret}"));
    assert_eq!(served.ask("POST", "/sign-out", &out).status, 303);
    assert_eq!(who().status, 401);
    served.add_user("ben", "desk");
    let cookie = served.sign_in("ben", PASSWORD).header("set-cookie").split(';').next().unwrap().to_owned();
    let who = || served.ask("GET", "/v1/whoami", &Ask::default().with("Cookie", &cookie)).status;
    assert_eq!(who(), 200);
    assert!(served.place.run(&["user", "lock", "ben"]).status.success());
    assert_eq!(who(), 401);
}

#[test]
fn a_token_counts_until_it_is_revoked() {
    let served = Served::start();
    let token = served.token("cad", "client", &["--audience", "desk"]);
    let who = || served.ask("GET", "/v1/whoami", &Ask::token(&token));
    assert_eq!(who().json()["audience"], "desk");
    assert!(served.place.run(&["token", "revoke", "cad"]).status.success());
    assert_eq!(who().status, 401);
    assert_eq!(served.ask("GET", "/v1/whoami", &Ask::token("tc_AAAA")).status, 401);
}

#[test]
fn an_audience_comes_from_the_token_and_a_purpose_without_a_policy_is_denied() {
    let served = Served::start();
    let public = served.token("press", "client", &["--audience", "public"]);
    let denied = served.token("odd", "client", &["--audience", "nobody-has-heard-of"]);
    let body = r#"{"domain":"own","encounter":{"id":"V-77","day":"2025-06-03","note":"fell down"},"audience":"desk"}"#;
    let answer = served.ask("POST", "/v1/run", &Ask::token(&public).body(body)).json();
    assert_eq!(answer["audience"], "public");
    assert!(!answer.to_string().contains("V-77"), "{answer}");
    assert_eq!(served.ask("POST", "/v1/run", &Ask::token(&denied).body(body)).status, 403);
}

#[test]
fn somebody_changes_their_own_password_and_other_sessions_end() {
    const NEW: &str = "battery horse correct";
    let served = Served::start();
    let (cookie, other) = (served.session_of("ada", "desk"), served.sign_in("ada", PASSWORD));
    let other = other.header("set-cookie").split(';').next().unwrap().to_owned();
    let secret = served.form_secret(&cookie);
    let change = |old: &str, new: &str| {
        let fields = [("form_secret", secret.as_str()), ("act", "password"), ("old", old), ("new", new)];
        let body = fields.map(|(name, value)| format!("{name}={}", value.replace(' ', "+"))).join("&");
        served.ask("POST", "/account", &Ask::default().with("Cookie", &cookie).body(body))
    };
    assert_eq!(change("wrong wrong wrong", NEW).status, 403);
    assert_eq!(change(PASSWORD, "short").status, 422);
    let changed = change(PASSWORD, NEW);
    assert_eq!((changed.status, changed.header("location")), (303, "/account"));
    let who = |cookie: &str| served.ask("GET", "/v1/whoami", &Ask::default().with("Cookie", cookie)).status;
    let fresh = changed.header("set-cookie").split(';').next().unwrap();
    assert_eq!((who(&cookie), who(&other), who(fresh)), (401, 401, 200));
    assert_eq!((served.sign_in("ada", PASSWORD).status, served.sign_in("ada", NEW).status), (403, 303));
}

#[test]
fn who_has_several_grants_chooses_one_and_works_under_it() {
    let served = Served::start();
    served.add_user("ada", "desk");
    let grant = ["user", "grant", "ada", "--domain", "own", "--audience", "public"];
    assert!(served.place.run(&grant).status.success());
    assert_eq!(served.place.run(&grant).status.code(), Some(2), "once is enough");
    let entered = served.sign_in("ada", PASSWORD);
    assert_eq!(entered.header("location"), "/account");
    let cookie = entered.header("set-cookie").split(';').next().unwrap().to_owned();
    let page = served.ask("GET", "/account", &Ask::default().with("Cookie", &cookie));
    assert_eq!(page.body.matches("type=\"radio\"").count(), 2);
    let choose = |grant: &str| {
        let body = format!("form_secret={}&act=grant&grant={grant}", served.form_secret(&cookie));
        served.ask("POST", "/account", &Ask::default().with("Cookie", &cookie).body(body))
    };
    assert_eq!(choose("2").status, 422);
    let chosen = choose("1");
    assert_eq!((chosen.status, chosen.header("location")), (303, "/"));
    let fresh = chosen.header("set-cookie").split(';').next().unwrap().to_owned();
    let who = |cookie: &str| served.ask("GET", "/v1/whoami", &Ask::default().with("Cookie", cookie));
    assert_eq!(who(&cookie).status, 401, "the session before it has ended");
    assert_eq!(who(&fresh).json()["audience"], "public");
    let auditor = served.token("auditor", "auditor", &[]);
    let rows = served.ask("GET", "/v1/audit", &Ask::token(&auditor)).json();
    let noted = rows["rows"].as_array().unwrap().iter().find(|it| it["command"] == "account-act").cloned().unwrap();
    assert_eq!((&noted["actor"], &noted["audience"]), (&"ada".into(), &"public".into()));
}

#[test]
fn nobody_has_a_name_that_the_audit_log_has_for_something_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("store.db"), Seal::new(&[7; 32])).unwrap();
    for name in ["token cad", "hook cad", "retention", "unknown"] {
        assert!(store.add_user(name, None, Role::Desk, &[]).is_err(), "{name}");
    }
    store.add_user("hook", None, Role::Desk, &[]).unwrap();
}
