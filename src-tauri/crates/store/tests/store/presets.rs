use mysqler_contract::{ConnectionId, ErrorCode, OptionSetting, Preset, PresetId};
use mysqler_core::ports::{ConnectionStore, PresetStore};
use mysqler_store::Store;

use crate::samples::connection;
use crate::world::{NOW, fresh, open, refused};

fn preset(id: &str, name: &str) -> Preset {
    Preset {
        id: PresetId(id.to_owned()),
        name: name.to_owned(),
        built_in: false,
        settings: vec![
            OptionSetting::new("max-lag", Some("10")),
            OptionSetting::new("no-check-plan", None),
        ],
        updated_at: Some(NOW),
    }
}

async fn all(store: &Store) -> Vec<Preset> {
    PresetStore::list(store).await.unwrap()
}

async fn save(store: &Store, preset: &Preset) {
    PresetStore::save(store, preset).await.unwrap();
}

#[tokio::test]
async fn presets_read_back_by_name_even_after_reopening() {
    let (dir, store) = fresh().await;
    assert_eq!(all(&store).await, []);
    let (night, big) = (preset("2", "night"), preset("1", "Big tables"));
    save(&store, &night).await;
    save(&store, &big).await;
    store.close().await;
    drop(store);
    assert_eq!(all(&open(dir.path()).await.unwrap()).await, [big, night]);
}

#[tokio::test]
async fn a_preset_is_replaced_by_its_id_and_its_name_belongs_to_it_alone() {
    let (_dir, store) = fresh().await;
    save(&store, &preset("1", "Öl")).await;
    refused(
        PresetStore::save(&store, &preset("2", "öL")).await,
        ErrorCode::NameTaken,
    );
    let renamed = Preset {
        settings: Vec::new(),
        ..preset("1", "öl")
    };
    save(&store, &renamed).await;
    assert_eq!(all(&store).await, [renamed]);
}

#[tokio::test]
async fn a_choice_goes_with_its_preset_and_with_its_connection() {
    let (_dir, store) = fresh().await;
    let chosen = |id: &str| {
        let (store, id) = (store.clone(), ConnectionId(id.to_owned()));
        async move { store.chosen(&id).await.unwrap().map(|preset| preset.0) }
    };
    for id in ["a", "b"] {
        ConnectionStore::save(&store, &connection(id, id), None)
            .await
            .unwrap();
    }
    save(&store, &preset("1", "mine")).await;
    let (a, b) = (ConnectionId("a".into()), ConnectionId("b".into()));
    assert_eq!(chosen("a").await, None);
    store.choose(&a, Some(&PresetId("gentle".into()))).await.unwrap();
    store.choose(&a, Some(&PresetId("1".into()))).await.unwrap();
    store.choose(&b, Some(&PresetId("fast".into()))).await.unwrap();
    assert_eq!(
        (chosen("a").await.as_deref(), chosen("b").await.as_deref()),
        (Some("1"), Some("fast"))
    );

    PresetStore::remove(&store, &PresetId("1".into())).await.unwrap();
    assert_eq!(
        (chosen("a").await, chosen("b").await.as_deref()),
        (None, Some("fast"))
    );
    ConnectionStore::remove(&store, &b).await.unwrap();
    assert_eq!(chosen("b").await, None);
    store.choose(&a, Some(&PresetId("fast".into()))).await.unwrap();
    store.choose(&a, None).await.unwrap();
    assert_eq!(chosen("a").await, None);
    refused(
        PresetStore::remove(&store, &PresetId("1".into())).await,
        ErrorCode::NotFound,
    );
}
