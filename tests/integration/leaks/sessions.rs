//! What the server itself shows of the sessions that a run opened: statements, and the attributes a client sends.

use mysqler_tests::sandbox::{Account, Client, Sandbox, Server};

use crate::canary::Canary;
use crate::containers::Places;

/// By a session of root, whose own rows are part of what is searched.
async fn places(root: &mut Client, user: &str) -> Places {
    let of_user = format!(
        "IN (SELECT processlist_id FROM performance_schema.threads WHERE processlist_user IN ('{user}', 'root'))"
    );
    let queries = [
        (
            "the process list",
            format!("SELECT * FROM information_schema.processlist WHERE id {of_user}"),
        ),
        (
            "attributes of connections",
            format!(
                "SELECT * FROM performance_schema.session_account_connect_attrs WHERE processlist_id {of_user} UNION ALL SELECT * FROM performance_schema.session_connect_attrs WHERE processlist_id {of_user}"
            ),
        ),
        (
            "statements of sessions",
            format!(
                "SELECT h.sql_text FROM performance_schema.events_statements_history h JOIN performance_schema.threads t USING (thread_id) \
                 WHERE t.processlist_user = '{user}' OR t.processlist_id = CONNECTION_ID()"
            ),
        ),
    ];
    let mut places = Places::new();
    for (place, sql) in queries {
        let rows = root.rows(&sql).await;
        assert!(!rows.is_empty(), "{place} shows nothing at all");
        places.insert(place.to_owned(), rows.concat().join("\n").into_bytes());
    }
    places
}

/// The password of `user` is in nothing that the server shows while its sessions work.
pub async fn show_none(sandbox: &Sandbox, user: &str, secrets: &[&Canary]) {
    let mut root = sandbox.client(Server::Primary, Account::Root).await;
    for secret in secrets {
        secret.is_in_none_of(&places(&mut root, user).await);
    }
    // A statement with a canary, of the very session that then looks.
    let planted = Canary::new("planted in a statement");
    root.run(&format!("DO '{}'", planted.secret().replace(['\\', '\''], "")))
        .await;
    let shown = places(&mut root, user).await;
    assert!(
        planted.found_in(&shown["statements of sessions"]).is_some(),
        "the search sees no statement"
    );
    let listed = root
        .rows(&format!(
            "SELECT /* {} */ info FROM information_schema.processlist",
            planted.secret().replace('*', "")
        ))
        .await;
    assert!(
        planted.found_in(listed.concat().join("\n").as_bytes()).is_some(),
        "the search sees no process list"
    );
    assert!(
        String::from_utf8_lossy(&shown["attributes of connections"]).contains("_client_name"),
        "no attribute is seen"
    );
}
