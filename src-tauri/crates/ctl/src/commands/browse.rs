//! `databases` and `tables`: what a server holds.

use mysqler_contract::{DatabaseSummary, Result, TableKind, TableSummary};

use crate::context::Context;
use crate::exit::Exit;
use crate::output::{Align, Output, Table, bytes, number};

#[derive(Debug, clap::Args)]
pub struct Databases {
    /// Name of a saved connection
    connection: String,
}

#[derive(Debug, clap::Args)]
pub struct Tables {
    /// Name of a saved connection
    connection: String,
    database: String,
}

pub async fn databases(context: &Context, args: Databases) -> Result<Exit> {
    let connection = context.connection(&args.connection).await?;
    let databases = context.core.databases(&connection.id).await?;
    context
        .out
        .list(&databases, |databases| databases_table(&context.out, databases));
    Ok(Exit::Done)
}

pub async fn tables(context: &Context, args: Tables) -> Result<Exit> {
    let connection = context.connection(&args.connection).await?;
    let tables = context.core.tables(&connection.id, &args.database).await?;
    context
        .out
        .list(&tables, |tables| tables_table(&context.out, tables));
    Ok(Exit::Done)
}

fn databases_table(out: &Output, databases: &[DatabaseSummary]) -> Table {
    let mut table = Table::new([
        (out.own("ctl.column.database"), Align::Left),
        (out.own("ctl.column.tables"), Align::Right),
        (out.own("ctl.column.size"), Align::Right),
    ]);
    for database in databases {
        table.row([
            database.name.clone(),
            number(database.tables),
            bytes(database.bytes),
        ]);
    }
    table
}

fn tables_table(out: &Output, tables: &[TableSummary]) -> Table {
    let mut table = Table::new([
        (out.own("ctl.column.table"), Align::Left),
        (out.own("ctl.column.engine"), Align::Left),
        (out.own("ctl.column.rows_estimated"), Align::Right),
        (out.own("ctl.column.data"), Align::Right),
        (out.own("ctl.column.index"), Align::Right),
        (out.own("ctl.column.free"), Align::Right),
    ]);
    for entry in tables {
        if entry.kind == TableKind::Base {
            table.row([
                entry.name.clone(),
                entry.engine.clone().unwrap_or_default(),
                number(entry.rows),
                bytes(entry.data_bytes),
                bytes(entry.index_bytes),
                bytes(entry.free_bytes),
            ]);
        } else {
            let kind = if entry.kind == TableKind::View {
                "ctl.kind.view"
            } else {
                "ctl.kind.other"
            };
            let nothing = String::new;
            table.row([
                entry.name.clone(),
                out.own(kind),
                nothing(),
                nothing(),
                nothing(),
                nothing(),
            ]);
        }
    }
    table
}
