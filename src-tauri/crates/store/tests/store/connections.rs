use mysqler_contract::{Connection, ConnectionId, Environment, ErrorCode, SecretPresence, Timestamp};
use mysqler_core::ports::{ConnectionStore, SealedSecret};

use crate::samples::connection;
use crate::world::{fresh, open, refused};

fn sealed(byte: u8) -> Option<SealedSecret> {
    Some(SealedSecret(vec![byte; 50]))
}

#[tokio::test]
async fn what_is_saved_reads_back_the_same_even_after_reopening() {
    let (dir, store) = fresh().await;
    let saved = connection("a", "main");
    store.save(&saved, None).await.unwrap();
    assert_eq!(store.get(&saved.id).await.unwrap(), saved);
    store.close().await;
    drop(store);
    let store = open(dir.path()).await.unwrap();
    assert_eq!(ConnectionStore::list(&store).await.unwrap(), [saved]);
}

#[tokio::test]
async fn the_list_goes_by_environment_and_then_by_name_without_case() {
    let (_dir, store) = fresh().await;
    let order = [
        ("zeta", Environment::Production),
        ("Alpha", Environment::Test),
        ("beta", Environment::Test),
        ("a", Environment::Development),
    ];
    for (name, environment) in [order[3], order[1], order[0], order[2]] {
        store
            .save(
                &Connection {
                    environment,
                    ..connection(name, name)
                },
                None,
            )
            .await
            .unwrap();
    }
    let names: Vec<String> = store
        .list()
        .await
        .unwrap()
        .into_iter()
        .map(|saved| saved.name)
        .collect();
    assert_eq!(names, order.map(|(name, _)| name));
}

#[tokio::test]
async fn a_name_is_taken_without_regard_to_case_and_only_by_another() {
    let (_dir, store) = fresh().await;
    store.save(&connection("a", "Öl"), None).await.unwrap();
    refused(
        store.save(&connection("b", "öL"), None).await,
        ErrorCode::NameTaken,
    );
    store.save(&connection("b", "Ol"), None).await.unwrap();
}

#[tokio::test]
async fn saving_again_replaces_by_id_and_may_keep_its_own_name() {
    let (_dir, store) = fresh().await;
    store.save(&connection("a", "main"), None).await.unwrap();
    let edited = Connection {
        port: 3399,
        ..connection("a", "MAIN")
    };
    store.save(&edited, None).await.unwrap();
    assert_eq!(store.list().await.unwrap(), [edited]);
}

#[tokio::test]
async fn presence_tells_a_stored_an_empty_and_a_missing_password_apart() {
    let (_dir, store) = fresh().await;
    let mut saved = connection("a", "main");
    let id = saved.id.clone();
    store.save(&saved, None).await.unwrap();
    assert_eq!(store.get(&id).await.unwrap().password, SecretPresence::Missing);

    saved.password = SecretPresence::Stored;
    store.save(&saved, sealed(1)).await.unwrap();
    assert_eq!(store.get(&id).await.unwrap().password, SecretPresence::Stored);
    assert_eq!(store.sealed_password(&id).await.unwrap(), sealed(1));

    store.save(&saved, None).await.unwrap();
    assert_eq!(
        store.sealed_password(&id).await.unwrap(),
        sealed(1),
        "an untouched password must stay"
    );
    store.save(&saved, sealed(2)).await.unwrap();
    assert_eq!(store.sealed_password(&id).await.unwrap(), sealed(2));

    saved.password = SecretPresence::Empty;
    store.save(&saved, None).await.unwrap();
    assert_eq!(store.get(&id).await.unwrap().password, SecretPresence::Empty);
    assert_eq!(
        store.sealed_password(&id).await.unwrap(),
        None,
        "the old secret must be gone"
    );
}

#[tokio::test]
async fn removing_takes_the_secret_along() {
    let (_dir, store) = fresh().await;
    let saved = connection("a", "main");
    store.save(&saved, sealed(1)).await.unwrap();
    store.remove(&saved.id).await.unwrap();
    refused(store.get(&saved.id).await, ErrorCode::NotFound);
    assert_eq!(store.sealed_password(&saved.id).await.unwrap(), None);
    refused(store.remove(&saved.id).await, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_refused_save_leaves_nothing_of_itself() {
    let (_dir, store) = fresh().await;
    store.save(&connection("a", "main"), sealed(1)).await.unwrap();
    refused(
        store.save(&connection("b", "Main"), sealed(2)).await,
        ErrorCode::NameTaken,
    );
    assert_eq!(
        store
            .sealed_password(&ConnectionId("b".to_owned()))
            .await
            .unwrap(),
        None
    );
    store.save(&connection("c", "other"), None).await.unwrap();
}

#[tokio::test]
async fn use_is_remembered_and_nothing_else_changes() {
    let (_dir, store) = fresh().await;
    let saved = connection("a", "main");
    store.save(&saved, None).await.unwrap();
    store.touch(&saved.id, Timestamp(5)).await.unwrap();
    assert_eq!(
        store.get(&saved.id).await.unwrap(),
        Connection {
            last_used_at: Some(Timestamp(5)),
            ..saved
        }
    );
    refused(
        store.touch(&ConnectionId("no".to_owned()), Timestamp(5)).await,
        ErrorCode::NotFound,
    );
}
