//! Before anything goes to Constant Contact itself. Nothing here leaves the machine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed assertion is the point of a test"
)]

use std::net::{Ipv4Addr, TcpListener};

use end_to_end::{Own, Start};

#[test]
fn the_real_constant_contact_gets_nothing_before_everything_is_certain() {
    let own = Own::new();
    own.write("customers/1.csv", "CustomerId,EMail\n1,a@company.test\n");
    let real = ["--constant-contact", "real"];
    let segments = ["--segments", own.segments(), "--map", "email=EMail", "--list", "Newsletter", "--exit"];
    let start = |arguments: &[&str]| Start::on(own.data(), &[&real[..], arguments].concat());
    let refused = |arguments: &[&str], words: &str| {
        let ended = start(arguments).end();
        assert!(ended.refusal().contains(words), "{ended:?}");
    };
    let ended = Start::new(&[&real[..], &segments].concat()).end();
    assert!(ended.refusal().contains("name a folder with --data"), "{ended:?}");
    refused(&[], "sample people are never sent to the real Constant Contact");
    refused(
        &[&segments[..], &["--fault", "error_next=1"]].concat(),
        "leave them out with --constant-contact real",
    );
    refused(&segments, "set SEGMENT_EXPORT_CLIENT_ID and SEGMENT_EXPORT_CLIENT_SECRET");
    let with = |start: Start| {
        let start = start.variable("SEGMENT_EXPORT_CLIENT_ID", "key-of-mine");
        start.variable("SEGMENT_EXPORT_CLIENT_SECRET", "secret-of-mine").secret("secret-of-mine")
    };
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ended = with(start(&segments)).variable("SEGMENT_EXPORT_PORT", &port).end();
    assert!(
        ended.refusal().contains(&format!("port {port}, to which your browser is to return")),
        "{ended:?}"
    );
    own.write("customers/2.csv", "CustomerId,EMail\n1,a@example.com\n");
    let ended = with(start(&segments)).end();
    assert!(ended.refusal().contains("such people do not exist and are never sent"), "{ended:?}");
}

#[test]
fn simulated_and_real_data_never_share_a_folder() {
    let own = Own::new();
    own.write("customers/1.csv", "CustomerId,EMail\n1,a@example.com\n");
    let counts = own.export(&["--map", "email=EMail", "--json"]).success().counts;
    let ended = own.export(&["--constant-contact", "real", "--map", "email=EMail", "--list", "Newsletter"]);
    assert!(
        ended.refusal().contains("belongs to the simulator; choose another folder with --data"),
        "{ended:?}"
    );
    assert_eq!(own.again(&["--json"]).success().counts.unchanged, counts.added);
}
