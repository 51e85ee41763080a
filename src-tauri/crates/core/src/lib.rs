//! The core of MySQLer: connections, plans, runs and their history, as rules over ports. It knows no Tauri, no Docker
//! client, no SQL client and no file format: those stand behind [`ports`].

pub mod ports;
