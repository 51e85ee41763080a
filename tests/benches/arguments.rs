//! The program's few arguments; small numbers try a measurement quickly, the defaults are what counts.

use std::collections::BTreeSet;

pub const USAGE: &str = "\
bench [OPTION…]
  --only NAME,…    sizes, clause, window, memory, history, latency, log, start, planning, overhead  [all]
  --pairs N        interleaved groups of the overhead measurement  [9, or MYSQLER_BENCH_PAIRS]
  --rows N         rows of the table that is changed  [2000000]
  --starts N       starts of the window, of a run, of a plan  [10]
  --runs N,…       sizes of the history  [100000,1000000]
  --lines N        lines of the log  [1000000]";

const NAMES: [&str; 10] = [
    "sizes", "clause", "window", "memory", "history", "latency", "log", "start", "planning", "overhead",
];

pub struct Arguments {
    only: BTreeSet<String>,
    pub pairs: usize,
    pub rows: u64,
    pub starts: usize,
    pub runs: Vec<u64>,
    pub lines: u64,
}

impl Arguments {
    pub fn parse(words: impl Iterator<Item = String>) -> Result<Self, String> {
        let pairs = std::env::var("MYSQLER_BENCH_PAIRS").ok();
        let mut arguments = Self {
            only: NAMES.iter().map(|name| (*name).to_owned()).collect(),
            pairs: pairs.map_or(Ok(9), |text| number(&text))? as usize,
            rows: 2_000_000,
            starts: 10,
            runs: vec![100_000, 1_000_000],
            lines: 1_000_000,
        };
        let mut words = words;
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value"));
            match word.as_str() {
                "--only" => arguments.only = names(&value()?)?,
                "--pairs" => arguments.pairs = number(&value()?)? as usize,
                "--rows" => arguments.rows = number(&value()?)?,
                "--starts" => arguments.starts = number(&value()?)? as usize,
                "--runs" => arguments.runs = value()?.split(',').map(number).collect::<Result<_, _>>()?,
                "--lines" => arguments.lines = number(&value()?)?,
                _ => return Err(format!("unknown argument {word}")),
            }
        }
        Ok(arguments)
    }

    pub fn wants(&self, name: &str) -> bool {
        self.only.contains(name)
    }
}

fn number(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(format!("{text:?} is no positive number")),
    }
}

fn names(text: &str) -> Result<BTreeSet<String>, String> {
    let names: BTreeSet<String> = text.split(',').map(str::to_owned).collect();
    match names.iter().find(|name| !NAMES.contains(&name.as_str())) {
        Some(unknown) => Err(format!("nothing is measured under the name {unknown}")),
        None => Ok(names),
    }
}
