//! Every route × every role, from the table of routes: who may not have a route is refused, whatever else is sent.

use super::client::Ask;
use super::client::Served;
use tencode::server::ROUTES;
use tencode::server::Route;
use tencode::server::Who;
use tencode::store::Role;

/// A path with something in the place of its parts.
fn filled(route: &Route) -> String {
    let parts = [("{domain}", "own"), ("{record}", "visit"), ("{set}", "reasons"), ("{code}", "R-FALL")];
    let path = parts.iter().fold(route.path.to_owned(), |path, (name, value)| path.replace(name, value));
    path.replace("{id}", "AAAAAAAAAAAAAAAAAAAAAA").replace("{name}", "not-found").replace("{file}", "desk.css")
}

#[test]
fn every_route_is_for_its_roles_and_for_nobody_else() {
    let served = Served::start();
    let tokens: Vec<(Role, String)> =
        Role::ALL.into_iter().map(|role| (role, served.token(role.name(), role.name(), &[]))).collect();
    for route in ROUTES {
        let path = filled(route);
        let nobody = served.ask(route.method, &path, &Ask::default().body("{}"));
        let (open, roles): (bool, &[Role]) = match route.who {
            Who::Everybody => (true, &[]),
            Who::Roles(roles) => (false, roles),
        };
        assert_eq!(nobody.status == 401, !open, "{} {path} by nobody: {}", route.method, nobody.status);
        for (role, token) in tokens.iter().filter(|_| !open) {
            let answer = served.ask(route.method, &path, &Ask::token(token).body("{}"));
            let is_refused = answer.status == 403;
            // A form of a page is for sessions: a token has no secret of a form, and needs none.
            assert_eq!(is_refused, !roles.contains(role), "{} {path} by {role:?}: {}", route.method, answer.body);
            assert_ne!(answer.status, 500, "{} {path}", route.method);
        }
    }
}

#[test]
fn what_belongs_to_another_domain_is_not_there() {
    let served = Served::start();
    let mine = served.token("mine", "client", &["--domain", "own"]);
    let other = served.token("other", "supervisor", &["--domain", "elsewhere"]);
    let body = r#"{"domain":"own","record":"visit","encounter":{"id":"V-1","note":"fell down"}}"#;
    let kept = served.ask("POST", "/v1/encounters", &Ask::token(&mine).with("Idempotency-Key", "a").body(body));
    assert_eq!(kept.status, 201, "{}", kept.body);
    let id = kept.json()["id"].as_str().unwrap().to_owned();
    let change = |token: &str, method: &str, path: &str| {
        let ask = Ask::token(token).with("Idempotency-Key", "b").with("If-Match", "\"1\"").body(body);
        served.ask(method, path, &ask).status
    };
    let paths = [
        ("GET", format!("/v1/encounters/{id}")),
        ("GET", format!("/v1/encounters/{id}/history")),
        ("PUT", format!("/v1/encounters/{id}")),
        ("POST", format!("/v1/encounters/{id}/codes")),
        ("POST", format!("/v1/encounters/{id}/withdraw")),
        ("POST", "/v1/run".to_owned()),
        ("POST", "/v1/classify".to_owned()),
        ("POST", "/v1/validate".to_owned()),
        ("POST", "/v1/batch?domain=own".to_owned()),
        ("POST", "/v1/explain".to_owned()),
        ("POST", "/desk/own/visit/look".to_owned()),
        ("POST", "/desk/own/visit/near".to_owned()),
        ("GET", "/recode?domain=own&set=reasons&code=R-FALL&to=R-BITE".to_owned()),
        ("GET", "/v1/stats?domain=own".to_owned()),
        ("GET", "/dashboard/own".to_owned()),
        ("GET", "/desk/own/visit".to_owned()),
        ("GET", format!("/encounters/{id}")),
    ];
    for (method, path) in &paths {
        assert_eq!(change(&other, method, path), 404, "{method} {path}");
    }
    let listed = served.ask("GET", "/v1/encounters", &Ask::token(&other));
    assert!(!listed.body.contains(&id), "{}", listed.body);
    assert_eq!(change(&mine, "GET", &paths[0].1), 200);
}

#[test]
fn the_description_of_the_api_says_what_there_is() {
    let served = Served::start();
    let document = served.ask("GET", "/openapi.json", &Ask::default()).json();
    assert_eq!(document["openapi"], "3.1.0");
    for route in ROUTES.iter().filter(|route| route.path.starts_with("/v1/")) {
        let operation = &document["paths"][route.path][route.method.to_lowercase()];
        assert_eq!(operation["operationId"], route.name, "{} {}", route.method, route.path);
    }
    let text = serde_json::to_string_pretty(&tencode::server::openapi()).unwrap() + "\n";
    expect_test::expect_file!["../../docs/openapi.json"].assert_eq(&text);
}
