//! The part of the window that chooses how a change is made: options, presets, pasted commands, templates, sessions.

use mysqler_contract::{ChangeOptions, Connection, OptionSetting, Secret, TemplateDraft};
use mysqler_tests::sandbox::{Account, Server};

use crate::window::Window;

pub async fn options(window: &mut Window, connection: &Connection) {
    let core = window.desk.core.clone();
    window
        .heard("option_catalogue", Ok(core.option_catalogue()))
        .expect("listed");
    pastes(window);
    // What is no option's business: a password where a value stands.
    let given = OptionSetting {
        name: "replica-password".into(),
        value: Some(window.account.password.secret().to_owned()),
    };
    let options = ChangeOptions {
        others: vec![given.clone()],
        ..ChangeOptions::default()
    };
    window
        .heard("option_problems", Ok(core.option_problems(&options)))
        .expect("judged");
    let harmless = OptionSetting {
        name: "sleep".into(),
        value: Some("0.1".into()),
    };
    let applied = core.options_apply(std::slice::from_ref(&harmless), &ChangeOptions::default());
    window.heard("options_apply", Ok(applied)).expect("laid over");
    let changed = ChangeOptions {
        others: vec![harmless.clone()],
        ..ChangeOptions::default()
    };
    let difference = core.options_difference(&changed, &ChangeOptions::default());
    window
        .heard("options_difference", Ok(difference))
        .expect("compared");

    let _ = window.heard(
        "preset_save",
        core.preset_save(None, "With a secret", vec![given]).await,
    );
    let preset = core.preset_save(None, "Slow", vec![harmless]).await;
    let preset = window.heard("preset_save", preset).expect("saved");
    let renamed = core.preset_rename(&preset.id, "Slower").await;
    window.heard("preset_rename", renamed).expect("renamed");
    let chosen = core.connection_preset_set(&connection.id, Some(&preset.id)).await;
    window.heard("connection_preset_set", chosen).expect("chosen");
    let preset_of = core.connection_preset(&connection.id).await;
    window.heard("connection_preset", preset_of).expect("read");
    window
        .heard("presets_list", core.presets().await)
        .expect("listed");
    window
        .heard("preset_remove", core.preset_remove(&preset.id).await)
        .expect("removed");
}

/// A password in a pasted command is dropped: not even its sender gets it back.
fn pastes(window: &mut Window) {
    let core = window.desk.core.clone();
    let secret = window.account.password.secret().to_owned();
    for text in [
        format!(
            "pt-online-schema-change --alter 'ADD COLUMN x INT' --password '{secret}' h=a,D=shop,t=orders"
        ),
        format!("pt-online-schema-change --alter 'ADD COLUMN x INT' h=a,u=b,p={secret},D=shop,t=orders"),
        format!("MYSQL_PWD={secret} pt-online-schema-change --alter 'ADD COLUMN x INT' D=shop,t=orders"),
    ] {
        let _ = window.heard("command_paste", core.command_paste(&Secret::new(text)));
    }
}

pub async fn templates(window: &mut Window) {
    let core = window.desk.core.clone();
    let draft = TemplateDraft {
        id: None,
        name: "Note".into(),
        clause: "ADD COLUMN {column} VARCHAR(80)".into(),
    };
    let template = window
        .heard("template_save", core.template_save(&draft).await)
        .expect("saved");
    window.heard("templates", core.templates().await).expect("listed");
    window
        .heard("template_remove", core.template_remove(&template.id).await)
        .expect("removed");
}

pub async fn sessions(window: &mut Window, connection: &Connection) {
    let core = window.desk.core.clone();
    let mut client = window.desk.sandbox.client(Server::Primary, Account::App).await;
    let id = client
        .value("SELECT CONNECTION_ID()")
        .await
        .parse()
        .expect("a number");
    let shown = window.heard("session_show", core.session(&connection.id, id).await);
    if let Ok(shown) = shown {
        let _ = window.heard("session_kill", core.session_kill(&connection.id, &shown).await);
    }
}
