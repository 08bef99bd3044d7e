//! Just enough reading of our own HTML, in which every attribute is written `name` or `name="value"`.

/// The markup with a line for each element, so that a difference is a line.
pub(crate) fn readable(markup: &str) -> String {
    // Names of assets change with every change of their content, which the snapshots of pages need not show.
    let mut text = markup.replace("><", ">\n<");
    for asset in console::assets() {
        text = text.replace(&asset.path, "/assets/(hashed)");
    }
    text
}

/// The inside of every opening tag.
pub(crate) fn tags(markup: &str) -> Vec<&str> {
    markup
        .split('<')
        .skip(1)
        .filter(|rest| rest.starts_with(|first: char| first.is_ascii_alphabetic()))
        .filter_map(|rest| rest.split('>').next())
        .collect()
}

/// The attributes of a tag with their values; no value is an empty one.
pub(crate) fn attributes(tag: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = tag.split_once(' ').map_or("", |(_, rest)| rest);
    while !rest.is_empty() {
        let end = rest.find([' ', '=']).unwrap_or(rest.len());
        let name = &rest[..end];
        if let Some(value) = rest[end..].strip_prefix("=\"") {
            let (value, after) = value.split_once('"').expect("values are in quotes");
            found.push((name, value));
            rest = after.trim_start();
        } else {
            found.push((name, ""));
            rest = rest[end..].trim_start();
        }
    }
    found
}
