//! The part of the window that types secrets: the vault, the connections' forms, export and import.

use mysqler_contract::{Connection, ConnectionDraft, ErrorCode, Secret};
use mysqler_tests::desk::MASTER;

use crate::window::Window;

pub async fn the_vault(window: &mut Window) {
    let core = window.desk.core.clone();
    window
        .heard("vault_probe", Ok(core.vault_probe().await))
        .expect("an answer");
    let (old, new) = (Secret::new(MASTER), Secret::new(window.master.secret()));
    window
        .heard(
            "vault_change_password",
            core.vault_change_password(&old, &new).await,
        )
        .expect("changed");
    window
        .heard("vault_lock", core.vault_lock().await)
        .expect("locked");
    let wrong = Secret::new(window.wrong.secret());
    let refusal = window
        .heard("vault_unlock", core.vault_unlock(Some(&wrong)).await)
        .expect_err("a wrong password");
    assert_eq!(refusal.code, ErrorCode::VaultWrongPassword);
    window
        .heard(
            "vault_change_password",
            core.vault_change_password(&wrong, &new).await,
        )
        .expect_err("a wrong password");
    window
        .heard("vault_unlock", core.vault_unlock(Some(&new)).await)
        .expect("unlocked");
    let again = core
        .vault_set_up(mysqler_contract::VaultProtection::MasterPassword, Some(&wrong))
        .await;
    window
        .heard("vault_set_up", again)
        .expect_err("a vault that exists is not set up anew");
}

pub async fn connections(window: &mut Window) -> Connection {
    let core = window.desk.core.clone();
    let draft = window.draft("Canary", &window.account.password);
    window
        .heard("connection_problems", core.connection_problems(&draft).await)
        .expect("an answer");
    let bad = ConnectionDraft {
        name: String::new(),
        port: 0,
        host: "no host".into(),
        ..draft.clone()
    };
    window
        .heard("connection_problems", core.connection_problems(&bad).await)
        .expect("an answer");
    window
        .heard("connection_save", core.connection_save(&bad, true).await)
        .expect_err("not acceptable");
    let wrong = window.draft("Wrong", &window.wrong);
    window
        .heard("connection_test", core.connection_test(&wrong).await)
        .expect_err("the server refuses it");
    window
        .heard("connection_test", core.connection_test(&draft).await)
        .expect("reached");
    let saved = window
        .heard("connection_save", core.connection_save(&draft, false).await)
        .expect("saved");
    window
        .heard("connection_save", core.connection_save(&draft, false).await)
        .expect_err("the name is taken");
    let kept = window
        .heard("connection_save", core.connection_save(&wrong, true).await)
        .expect("kept untested");
    window
        .heard(
            "connection_test_saved",
            core.connection_test_saved(&kept.id).await,
        )
        .expect_err("still refused");
    window
        .heard(
            "connection_test_saved",
            core.connection_test_saved(&saved.id).await,
        )
        .expect("reached");
    let copy = window
        .heard("connection_duplicate", core.connection_duplicate(&saved.id).await)
        .expect("copied");
    window
        .heard("connections_list", core.connections().await)
        .expect("listed");
    window
        .heard("connection_remove", core.connection_remove(&copy.id).await)
        .expect("removed");
    window
        .heard("connection_remove", core.connection_remove(&copy.id).await)
        .expect_err("it is gone");
    pasted(window);
    saved
}

/// Texts that people paste, the password where each form has it: the form that was pasted into cuts it out itself. A word
/// after a bare `-p` or `--password` is none of them: to the client, and so here, it is the database.
fn pasted(window: &mut Window) {
    let secret = window.account.password.secret().to_owned();
    let encoded: String = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let quoted = secret.replace('\\', "\\\\").replace('"', "\\\"");
    let word = secret.split(' ').next().expect("a first word").to_owned();
    for text in [
        format!("mysql://root:{secret}@db.example/shop"),
        format!("mysql://root:{encoded}@db.example:3307/shop?ssl-mode=REQUIRED"),
        format!("jdbc:mysql://db.example/shop?user=root&password={word}"),
        format!("mysql -h db.example -uroot \"-p{quoted}\" shop"),
        format!("mysql --host=db.example --user=root --password={word} shop"),
        format!("MYSQL_PWD={word} mysql -h db.example -u root"),
    ] {
        let answer = mysqler_core::connections::paste::parse(&text).map(|(pasted, _)| pasted);
        window
            .heard("connection_parse_paste", Ok(answer))
            .expect("an answer");
    }
}

pub async fn transfer(window: &mut Window) {
    let core = window.desk.core.clone();
    let dir = tempfile::tempdir().expect("a scratch directory");
    let (clear, sealed) = (dir.path().join("clear.json"), dir.path().join("sealed.age"));
    let (passphrase, wrong) = (
        Secret::new(window.master.secret()),
        Secret::new(window.wrong.secret()),
    );
    window
        .heard("connections_export", core.connections_export(&clear, None).await)
        .expect("exported");
    window
        .heard(
            "connections_export",
            core.connections_export(&sealed, Some(&passphrase)).await,
        )
        .expect("exported");
    let bytes = std::fs::read(&clear).expect("written");
    window.answers.insert("the clear export".to_owned(), bytes);
    window
        .heard(
            "connections_import_preview",
            core.connections_import_preview(&sealed, Some(&wrong)).await,
        )
        .expect_err("wrong");
    for path in [&clear, &sealed] {
        let with = (path == &sealed).then_some(&passphrase);
        let preview = core.connections_import_preview(path, with).await;
        let preview = window
            .heard("connections_import_preview", preview)
            .expect("shown");
        window
            .heard(
                "connections_import_apply",
                core.connections_import_apply(&preview.token).await,
            )
            .expect("applied");
    }
    let preview = core
        .connections_import_preview(&sealed, Some(&passphrase))
        .await
        .expect("shown");
    core.connections_import_discard(&preview.token).await;
    window
        .heard("connections_import_discard", Ok(()))
        .expect("an answer");
}
