//! The simulated Constant Contact alone, as any client meets it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

use end_to_end::{Answer, Browser, Simulator, Start};

const CLIENT: [&str; 6] = [
    "--client-id",
    "key-of-the-test",
    "--client-secret",
    "secret-of-the-test",
    "--redirect-uri",
    "https://app.example.org/callback",
];

/// The same challenge and verifier as in RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Base64 of `key-of-the-test:secret-of-the-test`.
const BASIC: &str = "Authorization: Basic a2V5LW9mLXRoZS10ZXN0OnNlY3JldC1vZi10aGUtdGVzdA==";

fn simulator(further: &[&str]) -> Simulator {
    Simulator::start(&[&CLIENT[..], further].concat())
}

fn parameters(client: &str) -> String {
    format!(
        "response_type=code&client_id={client}&redirect_uri=https%3A%2F%2Fapp.example.org%2Fcallback\
         &scope=account_read%20contact_data%20offline_access&state=a-state&code_challenge={CHALLENGE}\
         &code_challenge_method=S256"
    )
}

fn authorize(browser: &Browser) -> Answer {
    browser.get(&format!("/oauth2/default/v1/authorize?{}", parameters("key-of-the-test")), &[])
}

fn exchange(browser: &Browser, code: &str, verifier: &str) -> Answer {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", "https://app.example.org/callback"),
        ("code_verifier", verifier),
    ];
    browser.post_form("/oauth2/default/v1/token", &[BASIC], &fields)
}

fn summary(browser: &Browser, token: &str) -> Answer {
    browser.get("/v3/account/summary", &[&format!("Authorization: Bearer {token}")])
}

#[test]
fn a_client_gets_from_authorize_over_token_to_the_api() {
    let simulator = simulator(&["--auto-approve"]);
    let browser = simulator.browser();
    assert_eq!(summary(&browser, "none").status, 401);
    let answer = authorize(&browser);
    assert_eq!(answer.status, 302, "{answer:?}");
    assert!(answer.header("location").unwrap().starts_with("https://app.example.org/callback?"));
    assert_eq!(answer.sent_back("state"), Some("a-state"));
    let code = answer.sent_back("code").expect("a code").to_owned();
    assert_eq!(exchange(&browser, "no-code", VERIFIER).status, 400);
    let answer = exchange(&browser, &code, VERIFIER);
    assert_eq!(answer.status, 200, "{answer:?}");
    let tokens = answer.json();
    let answer = summary(&browser, tokens["access_token"].as_str().expect("an access token"));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["organization_name"], "Sample Organization");
    let refresh = tokens["refresh_token"].as_str().expect("a refresh token");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    let answer = browser.post_form("/oauth2/default/v1/token", &[BASIC], &fields);
    assert_eq!(answer.status, 200, "{answer:?}");
    let answer = summary(&browser, answer.json()["access_token"].as_str().expect("an access token"));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(exchange(&browser, &code, VERIFIER).status, 400, "a code is used once");
}

#[test]
fn a_code_is_worthless_without_its_proof_key_and_without_the_secret() {
    let simulator = simulator(&["--auto-approve"]);
    let browser = simulator.browser();
    let code = |answer: &Answer| answer.sent_back("code").expect("a code").to_owned();
    assert_eq!(exchange(&browser, &code(&authorize(&browser)), "another-verifier").status, 400);
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code(&authorize(&browser))),
        ("redirect_uri", "https://app.example.org/callback"),
        ("code_verifier", VERIFIER),
    ];
    let wrong = "Authorization: Basic a2V5LW9mLXRoZS10ZXN0Om90aGVy";
    let answer = browser.post_form("/oauth2/default/v1/token", &[wrong], &fields);
    assert!([400, 401].contains(&answer.status), "{answer:?}");
}

#[test]
fn without_auto_approve_a_person_chooses_on_the_allow_page() {
    let simulator = simulator(&[]);
    let browser = simulator.browser();
    let page = authorize(&browser);
    assert_eq!(page.status, 200, "{page:?}");
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    for expected in ["Sample Organization", ">Allow<", ">Deny<", "contact_data", "a-state"] {
        assert!(page.body.contains(expected), "{expected} lacks in {}", page.body);
    }
    let decide = |decision: &str| {
        let form = format!("{}&decision={decision}", parameters("key-of-the-test"));
        let headers = ["Content-Type: application/x-www-form-urlencoded"];
        browser.send("POST", "/oauth2/default/v1/authorize", &headers, &form)
    };
    let denied = decide("deny");
    assert_eq!((denied.status, denied.sent_back("error")), (302, Some("access_denied")));
    assert_eq!(denied.sent_back("code"), None);
    let allowed = decide("allow");
    let code = allowed.sent_back("code").expect("a code");
    assert_eq!(exchange(&browser, code, VERIFIER).status, 200);
}

#[test]
fn nobody_is_sent_back_to_an_address_that_is_not_registered() {
    let simulator = simulator(&["--auto-approve"]);
    let browser = simulator.browser();
    for query in [parameters("another-key"), parameters("key-of-the-test").replace("callback", "elsewhere")] {
        let answer = browser.get(&format!("/oauth2/default/v1/authorize?{query}"), &[]);
        assert_eq!((answer.status, answer.header("location")), (400, None), "{answer:?}");
    }
}

#[test]
fn its_state_survives_ctrl_c_and_a_kill_in_a_data_folder() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().to_str().unwrap();
    let lists = |simulator: &Simulator| simulator.browser().get("/control/lists", &[]).json();
    let create = |simulator: &Simulator, name: &str| {
        let body = format!("{{\"name\":\"{name}\"}}");
        let answer =
            simulator.browser().send("POST", "/control/lists", &["Content-Type: application/json"], &body);
        assert_eq!(answer.status, 201, "{answer:?}");
    };
    let first = simulator(&["--data", folder]);
    create(&first, "Before Ctrl-C");
    let ended = first.interrupt();
    assert!(ended.status.success() && ended.errors.is_empty(), "{ended:?}");
    let second = simulator(&["--data", folder]);
    create(&second, "Before the kill");
    drop(second);
    let third = simulator(&["--data", folder]);
    let names = lists(&third);
    let names: Vec<_> = names.as_array().unwrap().iter().map(|list| list["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Before Ctrl-C", "Before the kill"]);
}

#[test]
fn a_port_or_a_data_folder_in_use_is_said_in_one_sentence() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().to_str().unwrap();
    let first = simulator(&["--data", folder]);
    let ended = Start::new(&["simulator", "--port", first.port()]).end();
    let expected =
        format!("error: port {} is in use; choose another one, or 0 for any free one", first.port());
    assert_eq!(ended.refusal(), expected);
    let ended = Start::new(&["simulator", "--port", "0", "--data", folder]).end();
    assert!(
        ended.refusal().contains("in use by another simulator; stop that one, or choose another"),
        "{ended:?}"
    );
    assert_eq!(first.browser().get("/control/lists", &[]).status, 200, "the first one is not disturbed");
}

#[test]
fn switches_faults_and_limits_are_options() {
    let simulator = simulator(&[
        "--fault",
        "throttle_every=2",
        "--limit",
        "requests_per_second=100",
        "--switch",
        "naming=none",
    ]);
    let browser = simulator.browser();
    assert_eq!(browser.get("/control/switches", &[]).json()["naming"], "none");
    let statuses: Vec<u16> = (0..4).map(|_| summary(&browser, "none").status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 2, "{statuses:?}");
    let ended = Start::new(&["simulator", "--port", "0", "--fault", "rain=1"]).end();
    let said = ended.refusal();
    assert!(
        said.contains("rain: there is no such setting; there are ") && said.contains("throttle_every"),
        "{said}"
    );
}

#[test]
fn a_page_shows_what_it_holds() {
    let simulator = simulator(&[]);
    let page = simulator.browser().get("/", &[]);
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Sample Organization"), "{}", page.body);
}
