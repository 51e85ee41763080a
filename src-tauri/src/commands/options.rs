//! The options of a change, presets of them, and pasted command lines.

use mysqler_contract::{
    AppliedOptions, ChangeOptions, ConnectionId, ConnectionPreset, OptionProblem, OptionSetting, OptionSpec,
    PastedCommand, Preset, PresetId, Result, Secret,
};

use super::Held;

#[tauri::command]
#[specta::specta]
pub async fn option_catalogue(shell: Held<'_>) -> Result<Vec<OptionSpec>> {
    Ok(shell.core()?.option_catalogue())
}

#[tauri::command]
#[specta::specta]
pub async fn option_problems(shell: Held<'_>, options: ChangeOptions) -> Result<Vec<OptionProblem>> {
    Ok(shell.core()?.option_problems(&options))
}

#[tauri::command]
#[specta::specta]
pub async fn options_apply(
    shell: Held<'_>,
    settings: Vec<OptionSetting>,
    onto: ChangeOptions,
) -> Result<AppliedOptions> {
    Ok(shell.core()?.options_apply(&settings, &onto))
}

#[tauri::command]
#[specta::specta]
pub async fn options_difference(
    shell: Held<'_>,
    options: ChangeOptions,
    base: ChangeOptions,
) -> Result<Vec<OptionSetting>> {
    Ok(shell.core()?.options_difference(&options, &base))
}

/// A password in the text is dropped, and not sent back.
#[tauri::command]
#[specta::specta]
pub async fn command_paste(shell: Held<'_>, text: Secret) -> Result<PastedCommand> {
    shell.core()?.command_paste(&text)
}

#[tauri::command]
#[specta::specta]
pub async fn presets_list(shell: Held<'_>) -> Result<Vec<Preset>> {
    shell.core()?.presets().await
}

#[tauri::command]
#[specta::specta]
pub async fn preset_save(
    shell: Held<'_>,
    id: Option<PresetId>,
    name: String,
    settings: Vec<OptionSetting>,
) -> Result<Preset> {
    shell.core()?.preset_save(id, &name, settings).await
}

#[tauri::command]
#[specta::specta]
pub async fn preset_rename(shell: Held<'_>, id: PresetId, name: String) -> Result<Preset> {
    shell.core()?.preset_rename(&id, &name).await
}

#[tauri::command]
#[specta::specta]
pub async fn preset_remove(shell: Held<'_>, id: PresetId) -> Result<()> {
    shell.core()?.preset_remove(&id).await
}

#[tauri::command]
#[specta::specta]
pub async fn connection_preset(shell: Held<'_>, connection: ConnectionId) -> Result<ConnectionPreset> {
    shell.core()?.connection_preset(&connection).await
}

#[tauri::command]
#[specta::specta]
pub async fn connection_preset_set(
    shell: Held<'_>,
    connection: ConnectionId,
    preset: Option<PresetId>,
) -> Result<ConnectionPreset> {
    shell
        .core()?
        .connection_preset_set(&connection, preset.as_ref())
        .await
}
