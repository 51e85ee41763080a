//! A newcomer's first minutes: language, protection of passwords, the first connection by keyboard alone; then the lock.

use mysqler_tests::sandbox::{Account, Server};
use thirtyfour::Key;

use crate::desk::{Desk, at_a_desk};
use crate::flows::CHECK;
use crate::page::at;

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_gets_to_a_tested_connection_and_can_lock_the_window() {
    at_a_desk("first-start", async |desk| {
        chooses_a_language(desk).await;
        desk.welcome().await;
        desk.picture("connection").await;
        types_a_wrong_password(desk).await;
        types_the_right_one(desk).await;
        locks_and_unlocks(desk).await;
    })
    .await;
}

async fn chooses_a_language(desk: &Desk) {
    desk.see(&at("welcome-look")).await;
    desk.segment("welcome-language", 2).await;
    desk.until_true("document.documentElement.lang === 'zh-CN'").await;
    desk.says(&at("welcome-look"), "语言").await;
    desk.picture("language-zh").await;
}

/// From field to field with Tab, as the form's own order has it.
async fn types_a_wrong_password(desk: &Desk) {
    desk.focused("field-name").await;
    desk.keys("Sandbox 主库").await;
    next(desk, "field-environment").await;
    next(desk, "field-host").await;
    over(desk, desk.sandbox.host(Server::Primary)).await;
    next(desk, "field-port").await;
    over(desk, &desk.sandbox.port(Server::Primary).to_string()).await;
    next(desk, "field-user").await;
    over(desk, desk.sandbox.user(Account::Mysqler)).await;
    next(desk, "field-password").await;
    desk.keys("not the password").await;
    desk.ctrl(Key::Enter).await;
    desk.see_within(&at("test-failed"), CHECK).await;
    desk.says(&at("test-failed"), "ACCESS_DENIED").await;
    desk.picture("wrong-password").await;
    assert!(desk.sees(&at("connection-form")).await, "nothing was saved");
}

async fn types_the_right_one(desk: &Desk) {
    desk.fill("field-password", desk.sandbox.password(Account::Mysqler))
        .await;
    desk.click(&at("form-test")).await;
    desk.see_within(&at("test-passed"), CHECK).await;
    let facts = desk.text(&at("server-facts")).await;
    assert!(facts.contains("MySQL 9.7"), "the version: {facts}");
    assert!(facts.contains("TLSv1."), "the protocol and cipher: {facts}");
    desk.picture("test-passed").await;
    desk.ctrl(Key::Enter).await;
    desk.see_within(&at("connection-detail"), CHECK).await;
    desk.says(&at("connection-detail"), "Sandbox 主库").await;
    desk.picture("saved").await;
}

async fn locks_and_unlocks(desk: &Desk) {
    desk.go("settings").await;
    desk.click(&at("settings-lock")).await;
    desk.see(&at("lock-screen")).await;
    desk.picture("locked").await;
    desk.fill("lock-password", "wrong horse").await;
    desk.click(&at("lock-unlock")).await;
    desk.see(&format!("{} [role=alert]", at("lock-screen"))).await;
    desk.picture("lock-wrong").await;
    desk.unlock().await;
    desk.see(&at("settings-lock")).await;
    desk.go("connections").await;
    desk.click(&at("connection-test")).await;
    desk.see_within(&at("server-facts"), CHECK).await;
}

async fn next(desk: &Desk, id: &str) {
    desk.key(Key::Tab).await;
    desk.focused(id).await;
}

async fn over(desk: &Desk, text: &str) {
    desk.ctrl('a').await;
    desk.keys(text).await;
}
