//! What becomes of the values of a row: nobody loses the export for one that the service would not take, and what can be
//! read of an unreadable row is kept.

use std::io::{Cursor, Read};

use domain::field::Field;
use domain::identifier::ListId;
use domain::mapping::{Attribute, Mapping, Source};
use ledger::HashSeed;
use planner::{
    Baseline, ChunkLimits, CollectSettings, Collector, Comparison, OptOuts, PlanSummary, RunKind, compare,
};
use snapshots::{PinnedPart, SnapshotSettings, read_snapshot};
use store::Tag;

use crate::collected::Collected;

/// The plan of one file with these attributes, each from the column of its name; of a snapshot written then.
fn plan_of(fields: &[&str], written: &str, bytes: &[u8]) -> (PlanSummary, Collected) {
    let attributes = fields.iter().map(|field| Attribute {
        field: Field::parse(field).unwrap(),
        source: Source::Column((*field).to_owned()),
    });
    let mapping = Mapping::new("EMail", None, attributes.collect()).unwrap();
    let (list, opt_outs) = (ListId::new("list-1").unwrap(), OptOuts::default());
    let (kind, limits) = (RunKind::Changes, ChunkLimits::default());
    let comparison = Comparison {
        list: &list,
        kind,
        sent_up_to: None,
        opt_outs: &opt_outs,
        limits,
        refuse_examples: false,
    };
    let mut sink = Collected::default();
    let settings = CollectSettings { unreadable_share: 1.0, ..CollectSettings::default() };
    let mut collector = Collector::new(&mapping, HashSeed(42), settings, &mut sink);
    collector.begin_snapshot(written.parse().unwrap(), ["a.csv".to_owned()]);
    let part = PinnedPart { key: "a.csv".into(), tag: Tag::new("t"), size: bytes.len() as u64 };
    let parts = [(part, Box::new(Cursor::new(bytes.to_vec())) as Box<dyn Read + Send>)];
    read_snapshot(parts, &SnapshotSettings::default(), &mut collector).unwrap();
    let members = collector.finish().unwrap();
    let summary = compare(members, Baseline::<&[u8]>::SameLedger, comparison, &mut sink).unwrap();
    (summary, sink)
}

#[test]
fn a_value_for_which_the_service_would_refuse_the_row_costs_nobody_the_export() {
    let fields = ["birthday_month", "birthday_day", "anniversary", "mobile_phone", "sms_number"];
    let values = |values: &str, written: &str| {
        let text = format!("EMail,{}\nann@example.com,{values}\n", fields.join(","));
        let (summary, plan) = plan_of(&fields, written, text.as_bytes());
        assert_eq!(plan.chunks.len(), 1, "everybody is sent");
        let body: serde_json::Value = serde_json::from_slice(&plan.chunks[0].body).unwrap();
        let mut row = body["import_data"][0].clone();
        assert_eq!(row["email"].take(), "ann@example.com");
        row.as_object_mut().unwrap().remove("email");
        (row, summary.counts.notes.values_left_out)
    };
    let written = "2026-11-22T08:00:00Z";
    let fine = serde_json::json!({ "birthday_month": 2, "birthday_day": 29, "anniversary": "2036-11-21",
        "mobile_phone": "+49 30 1234", "sms_number": "2025550123" });
    assert_eq!(values("02,29,11/21/2036,+49 30 1234,(202) 555-0123", written), (fine, 0));
    let long = "+1 202 555 0123 or 555 0199";
    assert_eq!(values(&format!("2,30,2036-11-22,{long},5"), written), (serde_json::json!({}), 4));
    // Which dates are taken goes by the snapshot, so that its plan is always the same.
    let later = serde_json::json!({ "anniversary": "2036-11-22" });
    assert_eq!(values(",,2036-11-22,,", "2026-11-23T00:00:00Z"), (later, 0));
}

#[test]
fn a_row_in_a_broken_encoding_is_known_by_its_identity_where_that_can_be_read() {
    let bytes = b"CustomerId,EMail,first_name\n1,a@example.com,Ann\n2,b@example.com,B\xFFb\n\
        \xFF,c@example.com,Cy\n ,d@example.com,D\xFFn\n";
    let (summary, plan) = plan_of(&["first_name"], "2026-11-22T08:00:00Z", bytes);
    assert_eq!((summary.counts.rejected, summary.counts.members), (3, 1));
    assert_eq!(
        String::from_utf8(plan.outcomes).unwrap(),
        "2,rejected,encoding,\n,rejected,encoding,\n,rejected,encoding,\n"
    );
}
