//! Core events as typed Tauri events, and the table of all commands, from which the TypeScript is generated.

use mysqler_contract::AppEvent;
use mysqler_core::ports::EventSink;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{AppHandle, Wry};
use tauri_specta::{Builder, ErrorHandlingMode, Event, collect_commands, collect_events};

use crate::commands::{
    change, connections, docker, doctor, gate, image, local, options, runs, sessions, templates, vault,
    workstation,
};

/// The one event of the application; its payload tells what happened.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct CoreEvent(pub AppEvent);

/// Gives the core's events to the window.
pub struct WindowSink {
    app: AppHandle,
}

impl WindowSink {
    pub fn new(app: AppHandle) -> Self {
        Self { app }
    }
}

impl EventSink for WindowSink {
    fn tell(&self, event: AppEvent) {
        if let Err(error) = CoreEvent(event).emit(&self.app) {
            tracing::warn!(%error, "an event did not reach the window");
        }
    }
}

/// Commands, events and types that the window may use.
pub fn builder() -> Builder<Wry> {
    Builder::<Wry>::new()
        .commands(collect_commands![
            workstation::app_status,
            workstation::settings_get,
            workstation::settings_set,
            workstation::lint_rules,
            vault::vault_probe,
            vault::vault_set_up,
            vault::vault_unlock,
            vault::vault_lock,
            vault::vault_change_password,
            connections::connections_list,
            connections::connection_problems,
            connections::connection_parse_paste,
            connections::connection_test,
            connections::connection_test_saved,
            connections::connection_save,
            connections::connection_duplicate,
            connections::connection_remove,
            connections::connections_export,
            connections::connections_import_preview,
            connections::connections_import_apply,
            connections::connections_import_discard,
            change::databases,
            change::tables,
            change::table_facts,
            change::suggested_options,
            change::clause_diagnose,
            change::clause_prepare,
            templates::templates,
            templates::template_save,
            templates::template_remove,
            change::table_analyze,
            change::plan,
            change::plan_cancel,
            sessions::session_show,
            sessions::session_kill,
            options::option_catalogue,
            options::option_problems,
            options::options_apply,
            options::options_difference,
            options::command_paste,
            options::presets_list,
            options::preset_save,
            options::preset_rename,
            options::preset_remove,
            options::connection_preset,
            options::connection_preset_set,
            runs::run_start,
            runs::run_start_now,
            runs::run_move,
            runs::batch_plan,
            runs::batch_start,
            runs::batch_runs,
            runs::run_pause,
            runs::run_resume,
            runs::run_cutover,
            runs::run_stop,
            runs::run_stop_keep,
            runs::run_continuable,
            runs::continue_plan,
            runs::run_cleanup,
            gate::run_gate,
            gate::run_count,
            gate::run_compare,
            gate::run_compare_end,
            gate::run_hold,
            gate::run_cutover_at,
            gate::run_tune,
            runs::run_detail,
            runs::run_events,
            runs::runs_live,
            runs::run_log,
            runs::run_log_follow,
            runs::history,
            doctor::leftovers,
            doctor::leftovers_remove,
            docker::docker_hosts,
            docker::docker_host,
            docker::docker_host_test,
            docker::docker_host_problems,
            docker::docker_host_add,
            docker::docker_host_remove,
            docker::docker_host_choose,
            local::local_status,
            image::image_status,
            image::image_archive,
            image::image_load,
            image::image_pull,
            image::image_build,
        ])
        .events(collect_events![CoreEvent])
        .error_handling(ErrorHandlingMode::Throw)
        .dangerously_cast_bigints_to_number()
        .disable_serde_phases()
}

/// The TypeScript that belongs to this build.
pub fn typescript(path: &std::path::Path) -> std::result::Result<(), String> {
    let header = "// Generated from the Rust contract; do not edit.\n// eslint-disable\n/* eslint-disable */\n// @ts-nocheck\n";
    builder()
        .export(specta_typescript::Typescript::default().header(header), path)
        .map_err(|error| error.to_string())
}
