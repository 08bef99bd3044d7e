//! Each part needs its own variables and no others, and names the one that is missing or wrong.

use identity::IssuerSettings;

use super::*;
use crate::environment::{
    AWS_DEFAULT_REGION, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_EVENTBRIDGE, AWS_ENDPOINT_URL_SFN, AWS_REGION,
    EVENT_BUS, Environment, GROUP_ADMINISTRATORS, GROUP_CONTRIBUTORS, GROUP_VIEWERS, IDENTITY_CLIENT_ID,
    IDENTITY_GROUPS_CLAIM, IDENTITY_ISSUER, IDENTITY_KEYS_ADDRESS, SECRETS_PREFIX, SEGMENTS_BUCKET,
    STATE_BUCKET, STATE_MACHINE_ARN,
};

type Variables<'a> = &'a [(&'static str, &'a str)];

const BUCKETS: Variables<'static> =
    &[(STATE_BUCKET, "state"), (SEGMENTS_BUCKET, "segments"), (AWS_REGION, "eu-central-1")];
const ACTIONS: Variables<'static> = &[
    (STATE_MACHINE_ARN, "arn:aws:states:eu-central-1:111122223333:stateMachine:runs"),
    (PUBLIC_ADDRESS, "https://exports.example.com"),
];
const ISSUER: Variables<'static> =
    &[(IDENTITY_ISSUER, "https://issuer.example.com"), (IDENTITY_CLIENT_ID, "client")];

/// Reads a part from `variables` with `changes`.
fn read<T>(
    part: fn(&Environment) -> Result<T, SettingsError>,
    variables: Variables<'_>,
    changes: Variables<'_>,
) -> Result<T, String> {
    let all: Vec<_> = changes.iter().chain(variables).copied().collect();
    let environment = Environment::of(|name| {
        all.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    });
    part(&environment).map_err(|error| error.to_string())
}

/// None of `variables` may be left out or empty.
fn all_needed<T>(part: fn(&Environment) -> Result<T, SettingsError>, variables: Variables<'_>) {
    for (name, _) in variables {
        let rest: Vec<_> = variables.iter().filter(|(known, _)| known != name).copied().collect();
        for refused in [read(part, &rest, &[]), read(part, variables, &[(name, " ")])] {
            let refusal = refused.err().unwrap();
            assert_eq!(
                refusal,
                format!("the environment variable {name} is not set; set it in the function's configuration")
            );
        }
    }
}

#[test]
fn two_buckets_and_a_region_are_enough_for_what_every_function_needs() {
    let settings = read(CommonSettings::read, BUCKETS, &[]).unwrap();
    let expected = CommonSettings {
        state_bucket: "state".to_owned(),
        segments_bucket: "segments".to_owned(),
        segments_prefix: "segments/".to_owned(),
        secrets_prefix: "segment-export/".to_owned(),
        service: None,
        aws: AwsSettings {
            region: "eu-central-1".to_owned(),
            endpoint: None,
            step_functions: None,
            event_bridge: None,
        },
    };
    assert_eq!(settings, expected);
    all_needed(CommonSettings::read, BUCKETS);
}

#[test]
fn an_empty_prefix_of_the_segments_means_the_whole_bucket() {
    let settings =
        read(CommonSettings::read, BUCKETS, &[(SEGMENTS_PREFIX, ""), (SECRETS_PREFIX, "")]).unwrap();
    assert_eq!(settings.segments_prefix, "");
    assert_eq!(settings.secrets_prefix, "segment-export/", "secrets need a prefix");
    let refusal = read(CommonSettings::read, BUCKETS, &[(SEGMENTS_PREFIX, "a")]).unwrap_err();
    assert!(refusal.contains(SEGMENTS_PREFIX), "{refusal}");
}

#[test]
fn another_service_has_both_its_servers() {
    let (api, authorization) =
        ((API_BASE, "https://localhost/v3"), (AUTHORIZATION_BASE, "https://localhost"));
    let settings = read(CommonSettings::read, BUCKETS, &[api, authorization]).unwrap();
    assert_eq!(settings.service, Some((api.1.to_owned(), authorization.1.to_owned())));
    for half in [api, authorization] {
        let refusal = read(CommonSettings::read, BUCKETS, &[half]).unwrap_err();
        assert!(refusal.contains(API_BASE) && refusal.contains(AUTHORIZATION_BASE), "{refusal}");
    }
}

#[test]
fn aws_is_where_lambda_says_or_somebody_else() {
    let region = &[(AWS_DEFAULT_REGION, "eu-north-1")];
    assert_eq!(read(AwsSettings::read, &[], region).unwrap().region, "eu-north-1");
    let endpoints = &[
        (AWS_ENDPOINT_URL, "http://localhost:1"),
        (AWS_ENDPOINT_URL_SFN, "http://localhost:2"),
        (AWS_ENDPOINT_URL_EVENTBRIDGE, "http://localhost:3"),
    ];
    let settings = read(AwsSettings::read, region, endpoints).unwrap();
    let found = [settings.endpoint, settings.step_functions, settings.event_bridge];
    let ports = found.map(|address| address.unwrap().port().unwrap());
    assert_eq!(ports, [1, 2, 3]);
    for (name, _) in endpoints {
        let refusal = read(AwsSettings::read, region, &[(name, "localhost")]).unwrap_err();
        assert!(refusal.contains(name), "{refusal}");
    }
}

#[test]
fn notifications_need_nothing_and_may_lead_to_the_console() {
    let settings = read(NotifierSettings::read, &[], &[]).unwrap();
    assert_eq!(settings, NotifierSettings { event_bus: "default".to_owned(), console: None });
    let changes = &[(EVENT_BUS, "own"), (PUBLIC_ADDRESS, "https://exports.example.com")];
    let settings = read(NotifierSettings::read, &[], changes).unwrap();
    assert_eq!(settings.event_bus, "own");
    assert_eq!(settings.console.unwrap().as_str(), "https://exports.example.com/");
    let refusal = read(NotifierSettings::read, &[], &[(PUBLIC_ADDRESS, "exports")]).unwrap_err();
    assert!(refusal.contains(PUBLIC_ADDRESS), "{refusal}");
}

#[test]
fn who_acts_needs_the_state_machine_and_a_safe_address() {
    let settings = read(ActionSettings::read, ACTIONS, &[]).unwrap();
    assert_eq!(settings.state_machine, ACTIONS[0].1);
    assert_eq!(settings.public_address.origin(), "https://exports.example.com");
    all_needed(ActionSettings::read, ACTIONS);
    let changes = &[(PUBLIC_ADDRESS, "http://exports.example.com")];
    let refusal = read(ActionSettings::read, ACTIONS, changes).unwrap_err();
    assert!(refusal.contains(PUBLIC_ADDRESS), "{refusal}");
}

#[test]
fn people_come_from_an_issuer_with_the_usual_names() {
    let settings = read(ConsoleSettings::read, ISSUER, &[]).unwrap();
    assert_eq!(settings.issuer, IssuerSettings::new("https://issuer.example.com", "client"));
    assert_eq!(settings.privacy_notice, None);
    all_needed(ConsoleSettings::read, ISSUER);
}

#[test]
fn the_issuers_own_names_are_taken() {
    let changes = &[
        (IDENTITY_GROUPS_CLAIM, "groups"),
        (GROUP_ADMINISTRATORS, "admins"),
        (GROUP_CONTRIBUTORS, "marketing"),
        (GROUP_VIEWERS, "everybody"),
        (IDENTITY_KEYS_ADDRESS, "https://issuer.example.com/keys"),
        (PRIVACY_NOTICE, "https://example.com/privacy"),
    ];
    let ConsoleSettings { issuer, privacy_notice } = read(ConsoleSettings::read, ISSUER, changes).unwrap();
    assert_eq!(issuer.groups_claim, "groups");
    assert_eq!(issuer.groups.administrator, "admins");
    assert_eq!(issuer.groups.contributor, "marketing");
    assert_eq!(issuer.groups.viewer, "everybody");
    assert_eq!(issuer.keys_address.as_deref(), Some("https://issuer.example.com/keys"));
    assert_eq!(privacy_notice.unwrap().as_str(), "https://example.com/privacy");
    let changes = &[(PRIVACY_NOTICE, "javascript:alert(1)")];
    let refusal = read(ConsoleSettings::read, ISSUER, changes).unwrap_err();
    assert!(refusal.contains(PRIVACY_NOTICE), "{refusal}");
}
