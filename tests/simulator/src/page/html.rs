//! The frame of every page: no script, nothing from elsewhere, light or dark as the reader's system says.

use std::fmt::Display;

const STYLE: &str = "
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid color-mix(in srgb, currentcolor 20%, transparent); vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
code { font-size: .875em; }
.note { opacity: .75; }
button { font: inherit; padding: .4rem 1.2rem; margin-right: .5rem; }
";

/// Text for HTML.
pub(super) fn escape(text: impl Display) -> String {
    let text = text.to_string();
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A whole page around a body that is HTML already.
pub(super) fn page(title: &str, refresh_seconds: Option<u32>, body: &str) -> String {
    let refresh = refresh_seconds
        .map(|seconds| format!("<meta http-equiv=\"refresh\" content=\"{seconds}\">"))
        .unwrap_or_default();
    let title = escape(title);
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">{refresh}<title>{title}</title>\
         <style>{STYLE}</style></head><body><h1>{title}</h1>{body}</body></html>"
    )
}

/// A table of escaped cells; those that are numbers stand to the right.
pub(super) fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let cells = |tag: &str, cells: &mut dyn Iterator<Item = &str>| {
        let cells: String = cells
            .map(|cell| {
                let number = !cell.is_empty() && cell.chars().all(|character| character.is_ascii_digit());
                let class = if number { " class=\"number\"" } else { "" };
                format!("<{tag}{class}>{}</{tag}>", escape(cell))
            })
            .collect();
        format!("<tr>{cells}</tr>")
    };
    if rows.is_empty() {
        return "<p class=\"note\">None.</p>".to_owned();
    }
    let head = cells("th", &mut headings.iter().copied());
    let body: String = rows.iter().map(|row| cells("td", &mut row.iter().map(String::as_str))).collect();
    format!("<table>{head}{body}</table>")
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn cells_are_escaped() {
        assert!(table(&["a"], &[vec!["<b>".to_owned()]]).contains("&lt;b&gt;"));
    }
}
