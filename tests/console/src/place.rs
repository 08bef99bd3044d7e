//! Using a page: buttons, links and fields by the words that stand there, each use an interaction.

use fantoccini::elements::Element;
use serde_json::{Value, json};

use crate::page::Page;

/// WebDriver's own name for the member that holds an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A part of a page: a row, a card, a group of fields; or all of it.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    page: &'a Page,
    within: Option<&'a str>,
}

impl Page {
    /// The part of the page that is called `within`: a row by its first cell, a card by its heading, and so on.
    #[must_use]
    pub const fn within<'a>(&'a self, within: &'a str) -> Place<'a> {
        Place { page: self, within: Some(within) }
    }

    const fn everywhere(&self) -> Place<'_> {
        Place { page: self, within: None }
    }

    /// [`Place::click`] anywhere.
    pub async fn click(&self, name: &str) {
        self.everywhere().click(name).await;
    }

    /// [`Place::fill`] anywhere.
    pub async fn fill(&self, label: &str, text: &str) {
        self.everywhere().fill(label, text).await;
    }

    /// [`Place::fill_time`] anywhere.
    pub async fn fill_time(&self, label: &str, time: &str) {
        self.everywhere().fill_time(label, time).await;
    }

    /// [`Place::select`] anywhere.
    pub async fn select(&self, label: &str, option: &str) {
        self.everywhere().select(label, option).await;
    }

    /// [`Place::tick`] anywhere.
    pub async fn tick(&self, label: &str) {
        self.everywhere().tick(label).await;
    }

    /// [`Place::untick`] anywhere.
    pub async fn untick(&self, label: &str) {
        self.everywhere().untick(label).await;
    }

    /// [`Place::choose`] anywhere.
    pub async fn choose(&self, group: &str, choice: &str) {
        self.everywhere().choose(group, choice).await;
    }

    /// [`Place::value`] anywhere.
    pub async fn value(&self, label: &str) -> String {
        self.everywhere().value(label).await
    }

    /// [`Place::has`] anywhere.
    pub async fn has(&self, name: &str) -> bool {
        self.everywhere().has(name).await
    }

    /// Waits until there is a button or link with this name.
    ///
    /// # Panics
    /// When there is none within a minute.
    pub async fn offers(&self, name: &str) {
        self.until(&format!("{name:?} is offered"), async || {
            if self.has(name).await { Ok(()) } else { Err(self.text().await) }
        })
        .await;
    }

    /// Waits until there is a field with this label.
    ///
    /// # Panics
    /// When there is none within a minute.
    pub async fn asks_for(&self, label: &str) {
        self.until(&format!("{label:?} is asked for"), async || {
            if self.has_field(label).await { Ok(()) } else { Err(self.text().await) }
        })
        .await;
    }

    /// [`Place::has_field`] anywhere.
    pub async fn has_field(&self, label: &str) -> bool {
        self.everywhere().has_field(label).await
    }
}

impl Place<'_> {
    /// Presses the button or follows the link with this name.
    ///
    /// # Panics
    /// When there is none, or more than one, within a minute.
    pub async fn click(&self, name: &str) {
        self.page.uses(format!("clicked {name:?}"));
        self.act("action", name, "", async |control| control.click().await).await;
    }

    /// Types a text into the field with this label, in place of what stands there.
    ///
    /// # Panics
    /// When there is no such field, or more than one, within a minute.
    pub async fn fill(&self, label: &str, text: &str) {
        self.page.uses(format!("typed into {label:?}"));
        self.act("field", label, "", async |control| {
            control.clear().await?;
            control.send_keys(text).await
        })
        .await;
    }

    /// Enters a date with a time, or a time, as `2026-12-31T06:30` or `06:30`, into the field with this label. Browsers show
    /// such a field in as many ways as there are languages: what counts is what it holds.
    ///
    /// # Panics
    /// When there is no such field, or more than one, within a minute, or when it does not take that.
    pub async fn fill_time(&self, label: &str, time: &str) {
        self.page.uses(format!("entered {time:?} into {label:?}"));
        let script = "const [field, time] = arguments;
            field.focus();
            field.value = time;
            for (const kind of ['input', 'change']) field.dispatchEvent(new Event(kind, { bubbles: true }));
            return field.value";
        let what = format!("{label:?} can be used");
        let held = self.page.until(&what, async || {
            let control = self.find("field", label, "").await?;
            Ok(self.page.run(script, vec![element(&control), json!(time)]).await)
        });
        assert_eq!(held.await, time, "{label:?} does not take it");
    }

    /// Selects what is called `option`, or, with `…` at its end, begins with it, in the field with this label.
    ///
    /// # Panics
    /// When there is no such field or option, or more than one, within a minute.
    pub async fn select(&self, label: &str, option: &str) {
        self.page.uses(format!("selected {option:?} of {label:?}"));
        let page = self.page;
        page.until(&format!("{label:?} has {option:?}"), async || {
            let control = self.find("field", label, "").await?;
            let arguments = vec![json!("option"), json!(label), json!(""), json!(option), element(&control)];
            let found = page.found(&page.run(include_str!("find.js"), arguments).await)?;
            found.click().await.map_err(|error| error.to_string())
        })
        .await;
    }

    /// Ticks the box with this label, which must not be ticked.
    ///
    /// # Panics
    /// When there is none, or more than one, within a minute, or when it is not ticked afterwards.
    pub async fn tick(&self, label: &str) {
        self.page.uses(format!("ticked {label:?}"));
        self.mark("field", label, "").await;
    }

    /// Takes the tick out of the box with this label, which must be ticked.
    ///
    /// # Panics
    /// When there is none, or more than one, within a minute, or when it is still ticked afterwards.
    pub async fn untick(&self, label: &str) {
        self.page.uses(format!("took the tick out of {label:?}"));
        self.act("field", label, "", async |control| {
            if control.is_selected().await? {
                control.click().await?;
            }
            Ok(())
        })
        .await;
        let found = self.find("field", label, "").await.expect("the box is still there");
        assert!(!found.is_selected().await.expect("its state"), "{label:?} is still ticked");
    }

    /// Chooses one of a group of choices.
    ///
    /// # Panics
    /// When there is none, or more than one, within a minute, or when it is not chosen afterwards.
    pub async fn choose(&self, group: &str, choice: &str) {
        self.page.uses(format!("chose {choice:?} of {group:?}"));
        self.mark("choice", group, choice).await;
    }

    /// What stands in the field with this label; of a list, the value that is sent.
    ///
    /// # Panics
    /// When there is no such field, or more than one, within a minute.
    pub async fn value(&self, label: &str) -> String {
        let what = format!("{label:?} has a value");
        let value = self.page.until(&what, async || {
            let control = self.find("field", label, "").await?;
            control.prop("value").await.map_err(|error| error.to_string())
        });
        value.await.unwrap_or_default()
    }

    /// Whether there is a button or link with this name now.
    pub async fn has(&self, name: &str) -> bool {
        self.find("action", name, "").await.is_ok()
    }

    /// Whether there is a field with this label now.
    pub async fn has_field(&self, label: &str) -> bool {
        self.find("field", label, "").await.is_ok()
    }

    async fn mark(&self, kind: &str, name: &str, choice: &str) {
        self.act(kind, name, choice, async |control| {
            if !control.is_selected().await? {
                control.click().await?;
            }
            Ok(())
        })
        .await;
        let marked = self.find(kind, name, choice).await.expect("what was marked is still there");
        assert!(marked.is_selected().await.expect("its state"), "{name:?} {choice:?} is not marked");
    }

    async fn act(
        &self,
        kind: &str,
        name: &str,
        choice: &str,
        action: impl AsyncFn(Element) -> Result<(), fantoccini::error::CmdError>,
    ) {
        self.page
            .until(&format!("{name:?} {choice:?} can be used"), async || {
                let control = self.find(kind, name, choice).await?;
                action(control).await.map_err(|error| error.to_string())
            })
            .await;
    }

    async fn find(&self, kind: &str, name: &str, choice: &str) -> Result<Element, String> {
        let arguments = vec![json!(kind), json!(name), json!(self.within.unwrap_or("")), json!(choice)];
        let found = self.page.run(include_str!("find.js"), arguments).await;
        match self.page.found(&found) {
            Ok(element) => Ok(element),
            Err(problem) => Err(format!("{problem}\n{}", self.page.text().await)),
        }
    }
}

impl Page {
    fn found(&self, answer: &Value) -> Result<Element, String> {
        match answer["control"][ELEMENT].as_str() {
            Some(id) => Ok(Element::from_element_id(self.browser.client.clone(), id.to_owned().into())),
            None => Err(answer["problem"].as_str().unwrap_or("no answer").to_owned()),
        }
    }
}

fn element(element: &Element) -> Value {
    json!({ ELEMENT: String::from(element.element_id()) })
}
