//! White space of every script is taken off an address.

use planner::Address;

#[test]
fn every_unicode_white_space_around_an_address_is_trimmed() {
    let mut failed = Vec::new();
    for space in (0..=0xFFFF_u32).filter_map(char::from_u32).filter(|character| character.is_whitespace()) {
        for text in [
            format!("{space}ann@example.com"),
            format!("ann@example.com{space}"),
            format!(" {space} ann@example.com\t{space} "),
        ] {
            let mut address = Address::default();
            if address.parse(text.as_bytes()).is_err() {
                failed.push(format!("{text:?}"));
            }
        }
    }
    assert!(failed.is_empty(), "{failed:?}");
}
