//! Promises, against a simulator written from the vendor's contract by others: a connection is authorised and every
//! call that an export needs works, whatever shapes errors and times have.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use constant_contact::oauth::{ApplicationCredentials, OAuthClient, OAuthError, ProofKey, TokenGrant};
use constant_contact::{
    ActivityState, Client, ClientSettings, ContactExport, ContactQuery, ContactStatus, FixedAccessToken,
    ImportError, MembershipCount, NewList, OpenGate, ReasonCode, ServiceError, refused_rows,
};
use domain::{ManualClock, ManualRandom, Sensitive};
use futures_util::TryStreamExt;
use simulator::{
    Application, Change, Clock, Control, ErrorBody, Limits, Options, Simulator, Switches, Throttle,
    TimestampStyle,
};
use url::Url;

const REDIRECT: &str = "http://localhost:9/callback";
const START: &str = "2026-11-22T03:33:00Z";

struct Bench {
    // Serves for as long as it lives.
    _simulator: Simulator,
    control: Control,
    oauth: OAuthClient,
    settings: ClientSettings,
}

async fn bench(switches: Switches) -> Bench {
    let options = Options {
        clock: Clock::Settable(START.parse().unwrap()),
        auto_approve: true,
        application: Application { redirect_uris: vec![REDIRECT.to_owned()], ..Application::default() },
        limits: Limits { throttle: Throttle::Off, ..Limits::default() },
        switches,
        ..Options::default()
    };
    let simulator = Simulator::start(options).await.unwrap();
    let origin = simulator.base_url();
    let settings =
        ClientSettings::at(&format!("{origin}/v3"), &format!("{origin}/oauth2/default/v1")).unwrap();
    let oauth = OAuthClient::new(&settings).unwrap();
    Bench { control: simulator.control(), _simulator: simulator, oauth, settings }
}

fn application() -> ApplicationCredentials {
    let application = Application::default();
    let client_secret = Sensitive::new(application.client_secret);
    ApplicationCredentials { client_id: application.client_id, client_secret }
}

impl Bench {
    /// What a person's browser does, and the callback.
    async fn authorise(&self) -> TokenGrant {
        let redirect = Url::parse(REDIRECT).unwrap();
        let key = ProofKey::new(&ManualRandom::new(5));
        let url = self.oauth.authorize_url(&application().client_id, &redirect, "state-1", &key.challenge);
        let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let answer = browser.get(url).send().await.unwrap();
        let back = Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
        let value = |name: &str| back.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        assert_eq!(value("state"), "state-1");
        let code = Sensitive::new(value("code"));
        self.oauth.exchange_code(&application(), &code, &redirect, &key.verifier).await.unwrap()
    }

    async fn client(&self) -> Client {
        let token = FixedAccessToken::new(self.authorise().await.access_token);
        let clock = Arc::new(ManualClock::new(START.parse().unwrap()));
        let random = Arc::new(ManualRandom::new(3));
        Client::new(self.settings.clone(), Arc::new(token), Arc::new(OpenGate), clock, random).unwrap()
    }
}

fn import(list: &str, people: &[&str]) -> Bytes {
    let rows: Vec<_> = people.iter().map(|email| format!(r#"{{"email":"{email}"}}"#)).collect();
    format!(r#"{{"import_data":[{}],"list_ids":["{list}"]}}"#, rows.join(",")).into()
}

async fn journey(switches: Switches) {
    let bench = bench(switches).await;
    let client = bench.client().await;
    assert_eq!(client.account_summary().await.unwrap().account_id.as_str(), "p07e1l8cdif9dl");
    assert!(client.privileges().await.unwrap().iter().any(|privilege| privilege.name == "contacts:write"));

    for number in 0..510 {
        bench.control.create_list(format!("List {number}")).await.unwrap();
    }
    let new = NewList { name: "Buyers".to_owned(), description: None, favorite: false };
    let list = client.create_list(&new).await.unwrap().list_id;
    assert!(matches!(client.create_list(&new).await, Err(ServiceError::Conflict { .. })));
    assert_eq!(client.lists(MembershipCount::All).await.unwrap().len(), 511, "more than one page");

    let field = client.create_custom_field("Customer Id").await.unwrap();
    assert!(matches!(client.create_custom_field("Customer Id").await, Err(ServiceError::Conflict { .. })));
    assert_eq!(client.custom_fields().await.unwrap(), [field]);

    let people = ["ann@example.com", "not an address", "bob@example.com"];
    let started = client.import_contacts(import(list.as_str(), &people)).await.unwrap();
    assert!(!started.state.is_end());
    bench.control.advance(Duration::from_hours(1)).await.unwrap();
    let ended = client.activity(&started.activity_id).await.unwrap();
    assert_eq!(ended.state, ActivityState::Completed);
    let refused = refused_rows(&ended, people.len());
    assert_eq!(refused.named.len(), 1);
    assert_eq!((refused.named[0].0, refused.named[0].1.code), (1, ReasonCode::InvalidEmail));
    assert_eq!(refused.counts.correctable_count, Some(1));
    let recent = client.activities(None).await.unwrap();
    let ids: Vec<_> = recent.activities.iter().map(|activity| &activity.activity_id).collect();
    assert_eq!(ids, [&started.activity_id]);
    assert!(started.may_be_import() && recent.activities[0].may_be_import());
    assert!(started.created_at.is_some());

    bench.control.change_contact("bob@example.com", Change::Unsubscribe).await.unwrap();
    let since = ContactQuery {
        status: vec![ContactStatus::All],
        optout_after: Some(START.parse().unwrap()),
        ..ContactQuery::default()
    };
    let opted_out = client.contacts(&since, None).await.unwrap().contacts;
    assert_eq!(opted_out.len(), 1);
    assert!(opted_out[0].opt_out_date.is_some());

    let ann = client.contact_by_email(&Sensitive::new("ann@example.com".to_owned())).await.unwrap().unwrap();
    assert_eq!(ann.list_memberships, std::slice::from_ref(&list));
    let nobody = client.contact_by_email(&Sensitive::new("nobody@example.com".to_owned())).await.unwrap();
    assert_eq!(nobody, None);
    assert_eq!(client.contact_counts().await.unwrap().total, Some(2));

    let export = ContactExport { list_ids: vec![list.clone()], ..ContactExport::default() };
    let exporting = client.start_contact_export(&export).await.unwrap();
    bench.control.advance(Duration::from_hours(1)).await.unwrap();
    assert!(!exporting.may_be_import());
    let result = exporting.export.expect("the answer names the result");
    let pieces: Vec<Bytes> = client.contact_export(&result).await.unwrap().try_collect().await.unwrap();
    assert!(String::from_utf8(pieces.concat()).unwrap().contains("ann@example.com"));

    let removal =
        client.remove_list_memberships(&[ann.contact_id], std::slice::from_ref(&list)).await.unwrap();
    assert!(!removal.may_be_import());
    bench.control.advance(Duration::from_hours(1)).await.unwrap();
    assert!(!bench_members(&bench.control, list.as_str()).await.contains(&"ann@example.com".to_owned()));
    let counted = client.list(&list, MembershipCount::All).await.unwrap();
    assert!(counted.membership_count.is_some());
}

async fn bench_members(control: &Control, list: &str) -> Vec<String> {
    let mut members = Vec::new();
    control.for_each_member(list, |member| members.push(member.email)).await.unwrap();
    members
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_an_export_needs_works() {
    journey(Switches::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_works_with_the_other_forms_of_times_and_last_pages() {
    for timestamps in [TimestampStyle::Milliseconds, TimestampStyle::Offset] {
        let switches = Switches { timestamps, last_page_without_links: true, ..Switches::default() };
        journey(switches).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_are_paged_to_the_end() {
    let bench = bench(Switches::default()).await;
    let client = bench.client().await;
    let list = bench.control.create_list("All").await.unwrap();
    let people: Vec<_> = (0..23).map(|number| format!("person{number}@example.com")).collect();
    let people: Vec<_> = people.iter().map(String::as_str).collect();
    client.import_contacts(import(&list, &people)).await.unwrap();
    bench.control.advance(Duration::from_hours(1)).await.unwrap();
    let query = ContactQuery { limit: Some(5), ..ContactQuery::default() };
    let (mut found, mut after, mut pages) = (0, None, 0);
    loop {
        let page = client.contacts(&query, after.as_ref()).await.unwrap();
        (found, pages) = (found + page.contacts.len(), pages + 1);
        let Some(next) = page.next else { break };
        after = Some(next);
    }
    assert_eq!((found, pages), (23, 5));
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_understood_in_every_shape() {
    let shapes =
        [ErrorBody::Documented, ErrorBody::Array, ErrorBody::Object, ErrorBody::Html, ErrorBody::Empty];
    for shape in shapes {
        let bench = bench(Switches::default()).await;
        let client = bench.client().await;
        bench.control.change_faults(move |faults| faults.error_body = shape).await;
        let missing = domain::identifier::ListId::new("00000000-0000-4000-8000-000000000000").unwrap();
        let error = client.list(&missing, MembershipCount::None).await.unwrap_err();
        assert!(matches!(error, ServiceError::NotFound), "{shape:?}: {error:?}");

        bench.control.change_faults(|faults| faults.error_next = 2).await;
        client.contact_counts().await.unwrap();
        let list = bench.control.create_list("A").await.unwrap();
        bench.control.change_faults(|faults| faults.error_next = 1).await;
        let error = client.import_contacts(import(&list, &["ann@example.com"])).await.unwrap_err();
        assert!(matches!(error, ImportError::Unclear(_)), "{shape:?}: {error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_whose_answer_is_lost_is_sent_once() {
    let bench = bench(Switches::default()).await;
    let client = bench.client().await;
    let list = bench.control.create_list("A").await.unwrap();
    bench.control.change_faults(|faults| faults.drop_after_import_next = 1).await;
    let error = client.import_contacts(import(&list, &["ann@example.com"])).await.unwrap_err();
    assert!(matches!(error, ImportError::Unclear(_)), "{error:?}");
    assert_eq!(client.activities(None).await.unwrap().activities.len(), 1, "it is there, and only once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotating_refresh_token_works_once() {
    let bench = bench(Switches::default()).await;
    let grant = bench.authorise().await;
    let old = grant.refresh_token.unwrap();
    let new = bench.oauth.refresh(&application(), &old).await.unwrap();
    assert_ne!(new.refresh_token.as_ref(), Some(&old));
    assert_eq!(new.expires_in, Duration::from_hours(24));
    let error = bench.oauth.refresh(&application(), &old).await.unwrap_err();
    assert!(matches!(error, OAuthError::InvalidGrant));
    let wrong = ApplicationCredentials { client_secret: Sensitive::new("x".to_owned()), ..application() };
    let error = bench.oauth.refresh(&wrong, &new.refresh_token.unwrap()).await.unwrap_err();
    assert!(matches!(error, OAuthError::InvalidClient), "{error:?}");
}
