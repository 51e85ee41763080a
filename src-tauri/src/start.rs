//! Start of the desktop application.

use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use mysqler_core::HostName;
use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent};

use crate::bridge::{self, WindowSink};
use crate::shell::Shell;

/// Two requests to close the window within this time mean it.
const TWICE: Duration = Duration::from_secs(4);

/// Opens the window and returns when the application has ended.
pub fn run() -> ExitCode {
    #[cfg(target_os = "linux")]
    if std::env::var_os("DISPLAY").is_none() && std::env::var_os("WAYLAND_DISPLAY").is_none() {
        // GTK would panic; the other host of the same core needs no display.
        say(
            "MySQLer needs a display: neither DISPLAY nor WAYLAND_DISPLAY is set. Without one, use mysqlerctl.",
        );
        return ExitCode::from(1);
    }
    spare_memory();
    let builder = bridge::builder();
    let handler = builder.invoke_handler();
    let outcome = tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, _, _| show_window(app)))
        .plugin(tauri_plugin_store::Builder::default().build())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .invoke_handler(handler)
        .setup(move |app| {
            builder.mount_events(app);
            // The web view's own processes start while the data file is opened; what the page asks is heard after that.
            let window = WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
                .title("MySQLer")
                .inner_size(1280.0, 800.0)
                .min_inner_size(1024.0, 640.0)
                .build()?;
            close_on_the_second_word(&window);
            open_core(app.handle())
        })
        .build(tauri::generate_context!());
    match outcome {
        Ok(app) => {
            app.run(|app, event| {
                if matches!(event, tauri::RunEvent::Exit) {
                    leave(app);
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            say(&format!("MySQLer could not start: {error}"));
            ExitCode::from(1)
        }
    }
}

/// The core lives outside any window, so closing one changes no run.
fn open_core(app: &AppHandle) -> std::result::Result<(), Box<dyn std::error::Error>> {
    let data_dir = mysqler_host::data_dir(None)?;
    let host = HostName(format!("window:{}", std::process::id()));
    let sink = Arc::new(WindowSink::new(app.clone()));
    let core = tauri::async_runtime::block_on(mysqler_host::open(&data_dir, host, sink));
    if let Ok(core) = &core {
        let core = core.clone();
        tauri::async_runtime::spawn(async move { mysqler_host::attend(core).await });
    }
    app.manage(Shell::new(core));
    Ok(())
}

/// Runs stay with their containers; their records are let go of, so that the next process need not wait for a lease.
fn leave(app: &AppHandle) {
    if let Some(shell) = app.try_state::<Shell>()
        && let Ok(core) = shell.core()
    {
        tauri::async_runtime::block_on(core.leave());
    }
}

/// A page that hangs, or was loaded anew while it asked to be asked, would hold the window open for ever: who closes it
/// twice is not asked back.
fn close_on_the_second_word(window: &WebviewWindow) {
    let (closing, asked) = (window.clone(), Mutex::new(None::<Instant>));
    window.on_window_event(move |event| {
        if !matches!(event, WindowEvent::CloseRequested { .. }) {
            return;
        }
        let before = asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .replace(Instant::now());
        if before.is_some_and(|before| before.elapsed() < TWICE)
            && let Err(error) = closing.destroy()
        {
            tracing::warn!(%error, "the window could not be closed");
        }
    });
}

fn show_window(app: &AppHandle) {
    if let Some(window) = app.get_webview_window("main") {
        for step in [window.unminimize(), window.show(), window.set_focus()] {
            if let Err(error) = step {
                tracing::debug!(%error, "the window could not be brought to the front");
            }
        }
    }
}

/// WebKit's DMA-BUF renderer costs about 80 MB at rest and brings this window nothing.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
fn spare_memory() {
    if std::env::var_os("WEBKIT_DISABLE_DMABUF_RENDERER").is_none() {
        // SAFETY: called first thing in `run`, before any other thread exists.
        unsafe { std::env::set_var("WEBKIT_DISABLE_DMABUF_RENDERER", "1") };
    }
}

#[cfg(not(target_os = "linux"))]
fn spare_memory() {}

#[allow(clippy::print_stderr)]
fn say(text: &str) {
    eprintln!("{text}");
}
