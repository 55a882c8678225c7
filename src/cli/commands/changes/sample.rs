//! `ambit changes sample`: draws from sealed populations with the auditor's nonce.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::seal;
use crate::{
    analysis::{
        period::Period,
        population::{change::Stratum, results::Test},
        sampling::{self, Drawn},
    },
    base::{digest::Digest, visible_json},
    cli::{Exit, Failure, environment, printer::Printer},
    controls::{
        catalogue::{Catalogue, Overlay},
        sampling::Size,
    },
    render::changes::STRATA,
};

/// Draw a sample from sealed populations, with the auditor's nonce
///
/// In each stratum the items with the smallest sha256 of NONCE:ID are drawn; the line that is printed does the same in any
/// shell. Sizes follow the table in controls/sampling.yaml, or a confidence and a tolerable rate, or --size.
#[derive(Debug, Args)]
pub struct Sample {
    /// The sealed folder
    #[arg(value_name = "DIR", default_value = "ambit-changes")]
    dir: PathBuf,
    /// What the auditor chose after the seal. Without it the seal's own digest is taken, and the sample says so
    #[arg(long, value_name = "TEXT")]
    nonce: Option<String>,
    /// Items of each stratum
    #[arg(long, value_name = "N", conflicts_with_all = ["confidence", "risk"])]
    size: Option<u64>,
    /// How sure, 0 to 1: the size that without a deviation shows a rate below --tolerable
    #[arg(long, value_name = "SHARE", requires = "tolerable", conflicts_with = "risk")]
    confidence: Option<f64>,
    /// The rate of deviations that would still be borne, 0 to 1
    #[arg(long, value_name = "SHARE", requires = "confidence")]
    tolerable: Option<f64>,
    /// Which column of the table
    #[arg(long, value_name = "RISK", default_value = "low")]
    risk: Risk,
    /// Further items of each stratum, in the order in which they replace
    #[arg(long, value_name = "N", default_value = "5")]
    replacements: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Risk {
    Low,
    High,
}

/// `sample/sample.json`: what was drawn, from what and how.
#[derive(Serialize)]
struct Record {
    seed: String,
    /// `auditor`, or `management`: nobody but management had a say in the seed.
    seeded_by: &'static str,
    algorithm: &'static str,
    seal: Digest,
    strata: Vec<StratumRecord>,
}

#[derive(Serialize)]
struct StratumRecord {
    stratum: &'static str,
    population: usize,
    n: usize,
    because: String,
    selected: Vec<Item>,
    replacements: Vec<Item>,
    shell: String,
}

#[derive(Serialize)]
struct Item {
    digest: String,
    id: String,
}

pub fn run(args: &Sample, printer: &Printer) -> Result<Exit, Failure> {
    let sealed = seal::verified(&args.dir)?;
    let seed = args.nonce.clone().unwrap_or_else(|| sealed.to_string());
    if seed.is_empty() || !seed.chars().all(|c| c.is_ascii_graphic() && c != '\'') {
        return Err(Failure::new(
            "the nonce is no plain word\nhint: letters, digits and signs without spaces or quotes",
        ));
    }
    let days = period(args)?.days();
    let mut strata = Vec::new();
    for stratum in Stratum::ALL {
        strata.push(drawn(args, &seed, stratum, days)?);
    }
    let record = Record {
        seeded_by: if args.nonce.is_some() { "auditor" } else { "management" },
        seed,
        algorithm: "within each stratum the ids in the order of sha256(seed:id), the first n",
        seal: sealed,
        strata,
    };
    let text = told(args, &record)?;
    let out = args.dir.join("sample");
    let json = visible_json::pretty(&record).map_err(Failure::new)?;
    environment::write_file(&out, "sample.json", json.as_bytes())?;
    environment::write_file(&out, "selected.csv", selected(&record).as_bytes())?;
    environment::write_file(&out, "sample.txt", text.as_bytes())?;
    printer.result(&text).map_err(Failure::new)?;
    printer.say(&format!("\nwrote {}", out.display()));
    Ok(Exit::Clean)
}

fn drawn(args: &Sample, seed: &str, stratum: Stratum, days: i64) -> Result<StratumRecord, Failure> {
    let name = format!("{STRATA}/{}.ids", stratum.as_str());
    let bytes = environment::read_file(&args.dir.join(&name))?;
    let text = String::from_utf8(bytes).map_err(|_| Failure::new(format!("`{name}` is no UTF-8 text")))?;
    let order = sampling::order(seed, text.lines());
    let items = u64::try_from(order.len()).unwrap_or(u64::MAX);
    let size = size(args, items, days)?;
    let n = usize::try_from(size.n).unwrap_or(usize::MAX).min(order.len());
    let item = |drawn: &Drawn| Item { digest: drawn.digest.clone(), id: drawn.id.clone() };
    Ok(StratumRecord {
        stratum: stratum.as_str(),
        population: order.len(),
        n,
        because: size.because,
        selected: order.iter().take(n).map(item).collect(),
        replacements: order.iter().skip(n).take(args.replacements).map(item).collect(),
        shell: sampling::shell_line(seed, &name, n),
    })
}

fn size(args: &Sample, items: u64, days: i64) -> Result<Size, Failure> {
    if let Some(n) = args.size {
        return Ok(Size { n: n.min(items), because: "as asked for".to_owned() });
    }
    if let (Some(confidence), Some(tolerable)) = (args.confidence, args.tolerable) {
        let share = |value: f64| value > 0.0 && value < 1.0;
        if !share(confidence) || !share(tolerable) {
            return Err(Failure::new(
                "--confidence and --tolerable are shares between 0 and 1\nhint: --confidence 0.95 --tolerable 0.05",
            ));
        }
        let n = sampling::zero_deviation_size(confidence, tolerable);
        let because = format!("without a deviation, a rate below {tolerable} at a confidence of {confidence}");
        return Ok(Size { n: n.min(items), because });
    }
    let catalogue = Catalogue::load(&Overlay::default()).map_err(Failure::new)?;
    let days = u64::try_from(days).unwrap_or(1);
    Ok(catalogue.sampling.size(items, days, args.risk == Risk::High))
}

/// The period that the sealed populations say they cover.
fn period(args: &Sample) -> Result<Period, Failure> {
    let name = "populations/P01.ca.json";
    let bytes = environment::read_file(&args.dir.join(name))?;
    let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(Failure::new)?;
    let text = value.get("period").and_then(serde_json::Value::as_str).unwrap_or_default();
    let Some((from, to)) = text.split_once(" to ") else {
        return Err(Failure::new(format!("`{name}` names no period\nhint: draw the populations anew")));
    };
    Period::parse(from, to).map_err(Failure::new)
}

fn selected(record: &Record) -> String {
    let mut out = String::from("stratum,order,use,id,digest\n");
    for stratum in &record.strata {
        let rows = stratum.selected.iter().map(|item| ("selected", item));
        let all = rows.chain(stratum.replacements.iter().map(|item| ("replacement", item)));
        for (at, (word, item)) in all.enumerate() {
            out.push_str(&format!(
                "{},{},{word},{},{}\n",
                stratum.stratum,
                at + 1,
                crate::base::foreign::csv(&item.id),
                item.digest
            ));
        }
    }
    out
}

fn told(args: &Sample, record: &Record) -> Result<String, Failure> {
    let mut out = format!("Seed {} (of the {}), seal {}\n", record.seed, record.seeded_by, record.seal);
    if record.seeded_by == "management" {
        out.push_str("Management seeded this sample: nobody else had a say in it. Give the auditor's --nonce.\n");
    }
    for stratum in record.strata.iter().filter(|stratum| stratum.population > 0) {
        out.push_str(&format!(
            "\n{}: {} of {} ({})\n",
            stratum.stratum, stratum.n, stratum.population, stratum.because
        ));
        for item in &stratum.selected {
            out.push_str(&format!("  {}\n", crate::base::foreign::plain(&item.id)));
        }
        out.push_str(&format!("  $ {}\n", stratum.shell));
    }
    let bytes = environment::read_file(&args.dir.join("tests.json"))?;
    let tests: Vec<Test> = serde_json::from_slice(&bytes).map_err(Failure::new)?;
    let n: usize = record.strata.iter().map(|stratum| stratum.n).sum();
    let n = u64::try_from(n).unwrap_or(u64::MAX);
    out.push_str("\nAll items were tested as well\n");
    for test in tests {
        out.push_str(&format!("  {:?}  {}: {}\n", test.attribute, test.title, test.sentence(n)));
    }
    Ok(out)
}
