//! Every page in every look, at the narrow and the usual size, empty and filled; and the keys that work everywhere.

use mysqler_tests::sandbox::Server;
use mysqler_tests::table::filled;
use thirtyfour::Key;

use crate::desk::{Desk, at_a_desk};
use crate::flows::CHECK;
use crate::page::at;

const SIZES: [(u32, u32); 2] = [(1024, 640), (1280, 800)];
/// Place in the row of choices, and what the document says then.
const LANGUAGES: [(usize, &str); 2] = [(2, "en"), (3, "zh-CN")];
const THEMES: [(usize, &str); 2] = [(2, "light"), (3, "dark")];

/// Whatever makes a page scroll sideways, and every control that is cut off, by name.
const WIDER: &str = "
const pages = [document.documentElement, document.body, ...document.querySelectorAll('main, .stage, #page-band')];
const culprits = (page) => [...page.querySelectorAll('*')]
  .filter((one) => one.getBoundingClientRect().right > page.getBoundingClientRect().right + 1 && one.children.length === 0)
  .slice(0, 3).map((one) => `${one.parentElement.className} > ${one.tagName}.${one.className}`).join(', ');
const wide = pages.filter((one) => one.scrollWidth > one.clientWidth + 1)
  .map((one) => `${one.tagName} ${one.scrollWidth} > ${one.clientWidth}: ${culprits(one)}`);
const cut = [...document.querySelectorAll('header button')]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
  .map((one) => `${one.className} ends at ${one.getBoundingClientRect().right}`);
return wide.concat(cut).join('\\n')";

#[tokio::test(flavor = "multi_thread")]
async fn empty_pages_say_what_they_are_for() {
    at_a_desk("empty", async |desk| {
        desk.welcome().await;
        desk.click(&at("form-cancel")).await;
        desk.see(&at("connections-add-first")).await;
        every_look(desk, async |desk, look| {
            for (place, sign) in [
                ("connections", at("connections-add-first")),
                ("change", ".empty-state".to_owned()),
                ("runs", ".empty-state".to_owned()),
                ("history", ".empty-state".to_owned()),
                ("settings", at("app-version")),
            ] {
                desk.go(place).await;
                fits(desk, &sign, &format!("{look}-{place}")).await;
            }
            desk.go("connections").await;
            desk.click(&at("connections-add-first")).await;
            fits(desk, &at("connection-form"), &format!("{look}-form")).await;
        })
        .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn filled_pages_fit_in_every_look() {
    at_a_desk("filled", async |desk| {
        let schema = desk.sandbox.fresh_schema(Server::Primary, "e2e_pages").await;
        filled(&schema, "parcels", 2_000).await;
        desk.welcome().await;
        desk.save_primary("Shop in production 商城生产库", 1).await;
        desk.choose_table(schema.name(), "parcels").await;
        desk.clause("ADD COLUMN weight INT COMMENT '重量', DROP COLUMN touched")
            .await;
        desk.check().await;
        let id = desk.start(&format!("{}.parcels", schema.name())).await;
        desk.until_state(&["completed"], CHECK).await;
        every_look(desk, async |desk, look| {
            desk.go("connections").await;
            fits(desk, &at("connection-detail"), &format!("{look}-connection")).await;
            change(desk, schema.name(), look).await;
            desk.go("history").await;
            let row = format!("[data-testid='history-row'][data-run='{id}']");
            fits(desk, &row, &format!("{look}-history")).await;
            desk.click(&row).await;
            fits(desk, &at("history-detail"), &format!("{look}-history-detail")).await;
            desk.go("runs").await;
            let card = format!("[data-testid='run-card'][data-run='{id}']");
            fits(desk, &card, &format!("{look}-runs")).await;
            desk.click(&format!("{card} .clause")).await;
            fits(desk, &at("run-outcome"), &format!("{look}-run")).await;
        })
        .await;
    })
    .await;
}

/// A change that was checked, with every kind of finding that a simple table gives.
async fn change(desk: &Desk, schema: &str, look: &str) {
    desk.choose_table(schema, "parcels").await;
    desk.clause("ADD KEY n (note), DROP COLUMN amount").await;
    fits(desk, &at("clause-status"), &format!("{look}-change")).await;
    desk.check().await;
    fits(desk, &at("command"), &format!("{look}-checked")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_reaches_everything_and_escape_closes_the_top_layer_only() {
    at_a_desk("keyboard", async |desk| {
        desk.welcome().await;
        desk.keys("Half a connection").await;
        desk.ctrl('k').await;
        desk.see(PALETTE).await;
        desk.picture("palette").await;
        desk.key(Key::Escape).await;
        desk.vanishes(PALETTE).await;
        assert!(desk.sees(&at("connection-form")).await, "only the palette closed");
        desk.focused("field-name").await;

        desk.key(Key::Escape).await;
        desk.see(&at("confirm-action")).await;
        desk.picture("discard").await;
        desk.key(Key::Escape).await;
        desk.vanishes(".el-overlay:not([style*='display: none']) .el-dialog")
            .await;
        assert!(
            desk.sees(&at("connection-form")).await,
            "only the question closed"
        );
        desk.key(Key::Escape).await;
        desk.click(&at("confirm-action")).await;
        desk.vanishes(&at("connection-form")).await;
        desk.click(&at("connections-add-first")).await;
        desk.save_primary("Shop", 3).await;

        desk.ctrl('n').await;
        desk.until_true("location.hash.startsWith('#/change')").await;
        desk.see(&at("pick-connection")).await;
        desk.click(&at("pick-connection")).await;
        desk.focused("pick-connection-search").await;
        desk.key(Key::Escape).await;
        desk.vanishes(&at("pick-connection-search")).await;
        assert!(desk.sees(&at("pick-connection")).await, "the page stays");

        desk.ctrl('k').await;
        desk.see(PALETTE).await;
        desk.keys("history").await;
        desk.key(Key::Enter).await;
        desk.until_true("location.hash.startsWith('#/history')").await;
        desk.vanishes(PALETTE).await;
    })
    .await;
}

const PALETTE: &str = "[data-layer] .palette";

/// Chooses each look in the settings, then shows the pages in it.
async fn every_look(desk: &Desk, pages: impl AsyncFn(&Desk, &str)) {
    for (language, lang) in LANGUAGES {
        for (theme, name) in THEMES {
            desk.go("settings").await;
            desk.segment("settings-language", language).await;
            desk.segment("settings-theme", theme).await;
            desk.until_true(&format!(
                "document.documentElement.lang === '{lang}' && document.documentElement.dataset.theme === '{name}'"
            ))
            .await;
            pages(desk, &format!("{lang}-{name}")).await;
        }
    }
}

/// The page shows `sign` and nothing is cut off at its side, at any size.
async fn fits(desk: &Desk, sign: &str, name: &str) {
    for (width, height) in SIZES {
        desk.session()
            .set_window_rect(0, 0, width, height)
            .await
            .expect("the window can be sized");
        desk.until_true(&format!("innerWidth === {width} && innerHeight === {height}"))
            .await;
        desk.see(sign).await;
        let wider = desk.js(WIDER, vec![]).await;
        let picture = format!("{name}-{width}");
        desk.picture(&picture).await;
        assert_eq!(wider.as_str(), Some(""), "{picture} is wider than the window");
        desk.no_complaints().await;
    }
}
