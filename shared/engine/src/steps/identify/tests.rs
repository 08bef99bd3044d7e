//! Identification: its rules as unit tests.

use planner::OptOuts;

use super::*;

/// Rows 0 to 5; the even ones are additions, the first three are on the list.
fn candidates() -> Vec<Candidate> {
    let candidate = |index: u32| Candidate {
        index,
        hash: AddressHash(u128::from(index)),
        addition: index.is_multiple_of(2),
        on_list: index < 3,
    };
    (0..6).map(candidate).collect()
}

/// Named rows; unconfirmed rows; how many of those were refused, and how many could not be added.
type Concluded = (Vec<(u32, Refusal)>, Vec<u32>, (u32, u32));

fn concluded(
    open: (u32, u32),
    opted_out: &[u32],
    conclude: fn(&mut Refusals, Open, &[&Candidate], &OptOuts),
) -> Concluded {
    let open = Open { refused: open.0, cannot_add: open.1, refusal: Refusal::Error };
    let opt_outs = OptOuts::new(opted_out.iter().map(|index| AddressHash(u128::from(*index))).collect(), 0);
    let mut refusals = Refusals::default();
    conclude(&mut refusals, open, &candidates().iter().collect::<Vec<_>>(), &opt_outs);
    let refused = refusals.refused.iter().map(|row| (row.index, row.refusal)).collect();
    (refused, refusals.unconfirmed, (refusals.unidentified, refusals.unidentified_opt_outs))
}

#[test]
fn whoever_is_not_on_the_list_was_refused() {
    let named = vec![(3, Refusal::Error), (4, Refusal::Error), (5, Refusal::CannotAdd)];
    assert_eq!(concluded((2, 1), &[5], conclude), (named.clone(), vec![], (0, 0)));
    assert_eq!(concluded((2, 1), &[], conclude), (named, vec![], (0, 0)));
}

#[test]
fn what_cannot_be_told_stays_open_as_what_it_was_counted() {
    // One more refused than is missing from the list: the update among those who are on it.
    let named = vec![(3, Refusal::Error), (4, Refusal::Error), (5, Refusal::Error)];
    assert_eq!(concluded((4, 0), &[], conclude), (named, vec![1], (1, 0)));
    // All of them were refused.
    let (all, ..) = concluded((6, 0), &[], conclude);
    assert_eq!(all, (0..6).map(|index| (index, Refusal::Error)).collect::<Vec<_>>());
    // More are missing than were refused.
    assert_eq!(concluded((1, 1), &[], conclude), (vec![], vec![3, 4, 5], (1, 1)));
}

#[test]
fn without_the_list_only_opt_outs_are_named() {
    let named = vec![(2, Refusal::CannotAdd)];
    assert_eq!(concluded((1, 2), &[2], conclude_without_list), (named.clone(), vec![0, 1, 3, 4, 5], (1, 1)));
    assert_eq!(concluded((0, 1), &[2], conclude_without_list), (named, vec![], (0, 0)));
}

#[test]
fn an_export_is_compared_as_addresses_are() {
    let addresses = ["ann@xn--bcher-kva.example", "bo@example.com"];
    let mut hashes = addresses.map(|address| AddressHash::of(address.as_bytes(), HashSeed(1)));
    hashes.sort_unstable();
    let mut rows = Unnamed { hashes: hashes.to_vec(), on_list: vec![false; 2] };
    let csv = "First name,Email address\nAnn,Ann@BÜCHER.example\n";
    assert!(mark(csv.as_bytes(), HashSeed(1), &mut rows).is_ok_and(|understood| understood));
    let ann = AddressHash::of(addresses[0].as_bytes(), HashSeed(1));
    assert_eq!(rows.on_list, hashes.map(|hash| hash == ann));
}
