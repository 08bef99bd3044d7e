//! Numbers as people read them.

/// `1234567` as `1,234,567`, as the counts beside the sentence are written.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_as_in_the_counts() {
        let written = [0, 7, 999, 1_000, 1_234_567].map(grouped);
        assert_eq!(written, ["0", "7", "999", "1,000", "1,234,567"]);
    }
}
