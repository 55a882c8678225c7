//! How long the paper and the page take. `docs/performance.md` holds the figures and how to run this.

use std::{hint::black_box, path::Path, time::Duration};

use ambit::{
    assess,
    controls::config::Config,
    evidence::Store,
    render::{Format, Options, render},
    report::{Assessment, Branding, Edition, Finding, Severity},
};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

/// The assessment of the recorded organisation.
#[expect(clippy::expect_used, reason = "a bench may fail by panicking")]
fn sample() -> Assessment {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/acme-before/store");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let log = runtime.block_on(async {
        let store = Store::open(&folder).await.expect("the sample opens");
        let run = store.newest_complete().await.expect("the sample holds a run");
        store.load(&run).await.expect("the run is whole")
    });
    assess::of_run(&log, &Config::default(), Branding::default(), Severity::High).expect("the run is judged")
}

/// The same with `count` findings, each under an id of its own.
fn with_findings(sample: &Assessment, count: usize) -> Assessment {
    let findings = sample.findings.iter().cycle().take(count).enumerate();
    let findings =
        findings.map(|(at, finding)| Finding { id: format!("f-{at:012x}").as_str().into(), ..finding.clone() });
    Assessment { findings: findings.collect(), ..sample.clone() }
}

fn reports(criterion: &mut Criterion) {
    let sample = sample();
    let mut group = criterion.benchmark_group("report");
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    for count in [sample.findings.len(), 1000, 5000] {
        let assessment = with_findings(&sample, count);
        for (name, format) in [("pdf", Format::Pdf), ("html", Format::Html)] {
            group.bench_with_input(BenchmarkId::new(name, count), &assessment, |bencher, assessment| {
                bencher.iter(|| black_box(render(format, assessment, &Options { edition: Edition::Internal })));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, reports);
criterion_main!(benches);
