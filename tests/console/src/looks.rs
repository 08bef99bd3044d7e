//! Looking a page over: as wide and as narrow as screens are, light and dark, by axe-core and for a person's eyes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::commands::devtools;
use crate::page::Page;

/// How a page is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// What the reader's system prefers: `light` or `dark`.
    pub colours: &'static str,
    /// The window's width in pixels.
    pub width: u32,
}

/// Those in which every page must be usable.
pub const LOOKS: [Look; 4] = [
    Look { colours: "light", width: 1280 },
    Look { colours: "dark", width: 1280 },
    Look { colours: "light", width: 380 },
    Look { colours: "dark", width: 380 },
];

/// High enough for what is above the fold on both.
const HEIGHT: u32 = 900;

/// The rules of axe-core that judge colours, of those that it applies when nobody names any.
const RULES_OF_COLOURS: [&str; 2] = ["color-contrast", "link-in-text-block"];

/// With the rules that are named, with all that axe-core applies by itself where none is.
const RUN_AXE: &str = "const [named, done] = [arguments[0], arguments[arguments.length - 1]];
    const rules = named.length ? { runOnly: { type: 'rule', values: named } } : {};
    axe.run(document, { resultTypes: ['violations'], ...rules }).then(
        (results) => done(results.violations.map(({ id, help, nodes }) =>
            `${id}: ${help}\\n` + nodes.map((node) => `    ${node.html}\\n    ${node.failureSummary.replaceAll('\\n', ' ')}`)
                .join('\\n'))),
        (error) => done([String(error)]));";

impl Page {
    /// Looks the page over in all [`LOOKS`]. `name` is that of its pictures.
    ///
    /// # Panics
    /// When axe-core has found something, or the page is wider than its window.
    pub async fn look_over(&self, name: &str) {
        let mut problems = Vec::new();
        for look in LOOKS {
            self.look(Some(look)).await;
            // In the dark nothing differs but the colours.
            let rules: &[&str] = if look.colours == "dark" { &RULES_OF_COLOURS } else { &[] };
            for problem in self.problems(rules).await {
                problems.push(format!("{} {}: {problem}", look.colours, look.width));
            }
            self.picture(name, look).await;
        }
        self.look(None).await;
        let path = self.path().await;
        assert!(problems.is_empty(), "{name} at {path}:\n{}", problems.join("\n"));
    }

    /// What is wrong with it as it is shown now, by these rules of axe-core, or by all where none is named.
    async fn problems(&self, rules: &[&str]) -> Vec<String> {
        if self.run("return typeof axe", vec![]).await == "undefined" {
            let axe = std::fs::read_to_string(&self.programs.axe).expect("axe-core");
            // Defines `axe` where the page's own scripts and its security policy have no say.
            self.run(&axe, vec![]).await;
        }
        let found =
            self.browser.client.execute_async(RUN_AXE, vec![json!(rules)]).await.expect("axe-core's results");
        let mut problems: Vec<String> = serde_json::from_value(found).expect("texts");
        let widths = "const page = document.documentElement; return [page.scrollWidth, page.clientWidth]";
        let widths: [u32; 2] = serde_json::from_value(self.run(widths, vec![]).await).expect("widths");
        if widths[0] > widths[1] {
            problems.push(format!(
                "the page is {} wide in a window of {}: {}",
                widths[0],
                widths[1],
                self.widest().await
            ));
        }
        problems
    }

    /// What sticks out.
    async fn widest(&self) -> Value {
        let script = "return [...document.querySelectorAll('main *, header *, nav *, footer *')]
            .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
            .slice(0, 3).map((element) => element.outerHTML.slice(0, 160))";
        self.run(script, vec![]).await
    }

    /// Shows pages in this way from now on; `None` as at the start.
    async fn look(&self, look: Option<Look>) {
        let client = &self.browser.client;
        match look {
            Some(Look { colours, width }) => {
                let size =
                    json!({ "width": width, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": false });
                devtools(client, "Emulation.setDeviceMetricsOverride", size).await;
                let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": colours },
                                                    { "name": "prefers-reduced-motion", "value": "reduce" }] });
                devtools(client, "Emulation.setEmulatedMedia", features).await;
            }
            None => {
                devtools(client, "Emulation.clearDeviceMetricsOverride", json!({})).await;
                devtools(client, "Emulation.setEmulatedMedia", json!({ "features": [] })).await;
            }
        }
    }

    /// All of the page, also what is below the window, where pictures are wanted.
    async fn picture(&self, name: &str, look: Look) {
        let Some(folder) = &self.programs.screenshots else { return };
        let client = &self.browser.client;
        let size = devtools(client, "Page.getLayoutMetrics", json!({})).await["cssContentSize"].clone();
        let clip = json!({ "x": 0, "y": 0, "width": look.width, "height": size["height"], "scale": 1 });
        let how = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let taken = devtools(client, "Page.captureScreenshot", how).await;
        let picture = STANDARD.decode(taken["data"].as_str().expect("a picture")).expect("base64");
        std::fs::create_dir_all(folder).expect("the folder of pictures");
        let file = folder.join(format!("{name}-{}-{}.png", look.colours, look.width));
        std::fs::write(file, picture).expect("a picture");
    }
}
