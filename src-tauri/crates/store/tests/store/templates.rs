use mysqler_contract::{ClauseTemplate, ErrorCode, TemplateId, Timestamp};
use mysqler_core::ports::TemplateStore;

use crate::world::{fresh, open, refused};

fn template(id: &str, name: &str) -> ClauseTemplate {
    ClauseTemplate {
        id: TemplateId(id.to_owned()),
        name: name.to_owned(),
        clause: " ADD COLUMN {name} INT\r\n -- 名 ".to_owned(),
        created_at: Timestamp(1),
        updated_at: Timestamp(2),
    }
}

#[tokio::test]
async fn a_template_is_kept_byte_for_byte_and_listed_by_name() {
    let (dir, store) = fresh().await;
    let (first, second) = (template("2", "ärger"), template("1", "Bild"));
    store.save(&first).await.unwrap();
    store.save(&second).await.unwrap();
    store.close().await;
    drop(store);
    let store = open(dir.path()).await.unwrap();
    assert_eq!(TemplateStore::list(&store).await.unwrap(), [second, first]);
}

#[tokio::test]
async fn a_new_name_replaces_the_old_and_keeps_when_it_was_made() {
    let (_dir, store) = fresh().await;
    store.save(&template("1", "old")).await.unwrap();
    let renamed = ClauseTemplate {
        name: "new".to_owned(),
        updated_at: Timestamp(9),
        ..template("1", "old")
    };
    store.save(&renamed).await.unwrap();
    assert_eq!(TemplateStore::list(&store).await.unwrap(), [renamed]);
}

#[tokio::test]
async fn a_name_is_taken_whatever_its_case() {
    let (_dir, store) = fresh().await;
    store.save(&template("1", "Größe")).await.unwrap();
    refused(store.save(&template("2", "GRÖßE")).await, ErrorCode::NameTaken);
    assert_eq!(TemplateStore::list(&store).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_removed_is_gone_and_is_not_removed_twice() {
    let (_dir, store) = fresh().await;
    store.save(&template("1", "a")).await.unwrap();
    TemplateStore::remove(&store, &TemplateId("1".to_owned()))
        .await
        .unwrap();
    assert_eq!(TemplateStore::list(&store).await.unwrap(), []);
    let again = TemplateStore::remove(&store, &TemplateId("1".to_owned())).await;
    refused(again, ErrorCode::NotFound);
}
