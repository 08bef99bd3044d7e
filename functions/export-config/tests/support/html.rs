//! Just enough reading of our own pages: forms, links and texts.

/// A form of a page, as a browser would send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) fields: Vec<(String, String)>,
}

impl Form {
    /// The value that the field holds; empty when there is none.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value)
    }
}

/// Every form of a page, in its order.
pub(crate) fn forms(page: &str) -> Vec<Form> {
    page.split("<form").skip(1).map(|rest| form(rest.split("</form>").next().unwrap())).collect()
}

fn form(text: &str) -> Form {
    let (head, content) = text.split_once('>').unwrap();
    let mut fields = Vec::new();
    for (start, _) in content.match_indices('<') {
        let tag = content[start + 1..].split('>').next().unwrap();
        let rest = &content[start + tag.len() + 2..];
        let name = attribute(tag, "name");
        match (tag.split([' ', '\n']).next().unwrap(), name) {
            ("input", Some(name)) => {
                let kind = attribute(tag, "type").unwrap_or_default();
                let boxed = matches!(kind.as_str(), "checkbox" | "radio");
                if !boxed || has(tag, "checked") {
                    fields.push((name, attribute(tag, "value").unwrap_or_default()));
                }
            }
            ("textarea", Some(name)) => {
                let text = rest.split("</textarea>").next().unwrap();
                fields.push((name, unescape(text.strip_prefix('\n').unwrap_or(text))));
            }
            ("select", Some(name)) => {
                let options: Vec<_> =
                    rest.split("</select>").next().unwrap().split("<option").skip(1).collect();
                let selected = options
                    .iter()
                    .find(|option| has(option.split('>').next().unwrap(), "selected"))
                    .or(options.first());
                let value = selected.and_then(|option| attribute(option.split('>').next().unwrap(), "value"));
                fields.push((name, value.unwrap_or_default()));
            }
            _ => {}
        }
    }
    fields.extend(only_button(content));
    Form { action: attribute(head, "action").unwrap_or_default(), fields }
}

/// What the form's button adds; of several, the test chooses one.
fn only_button(content: &str) -> Option<(String, String)> {
    let mut buttons = content.split("<button").skip(1).map(|rest| rest.split('>').next().unwrap());
    let button = buttons.next().filter(|_| buttons.next().is_none())?;
    Some((attribute(button, "name")?, attribute(button, "value").unwrap_or_default()))
}

/// Where every link of a page leads.
pub(crate) fn links(page: &str) -> Vec<String> {
    let tags = page.split("<a").skip(1).map(|rest| rest.split('>').next().unwrap());
    tags.filter(|tag| tag.starts_with(' ')).filter_map(|tag| attribute(tag, "href")).collect()
}

/// What a person reads: without tags, with single blanks.
pub(crate) fn text(page: &str) -> String {
    let mut text = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        rest = after.split_once('>').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    unescape(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    Some(unescape(tag[start..].split('"').next().unwrap()))
}

fn has(tag: &str, name: &str) -> bool {
    tag.split([' ', '\n']).any(|word| word == name)
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}
