//! The store by itself: crashes, damage, and who may write.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use ambit::{
    evidence::{Answer, Api, Caller, End, Error, Header, Record, Response, RunWriter, Scope, Store},
    model::id::{EvidenceId, RunId},
};
use bytes::Bytes;
use jiff::Timestamp;

fn header(minute: u32) -> Header {
    let started: Timestamp = format!("2026-11-25T03:{minute:02}:00Z").parse().unwrap();
    Header { organisations: vec!["acme".to_owned()], ..Header::new(started, "test") }.with_id()
}

fn ended(incomplete: Option<String>) -> End {
    End { at: Timestamp::UNIX_EPOCH, complete: incomplete.is_none(), why: incomplete }
}

fn record(path: &str, body: Option<ambit::base::digest::Digest>) -> Record {
    Record {
        id: EvidenceId::new(""),
        number: 0,
        key: None,
        scope: Scope::new("github"),
        api: Api::Github,
        service: "rest".to_owned(),
        region: String::new(),
        operation: "GET".to_owned(),
        method: "GET".to_owned(),
        url: format!("https://api.github.com{path}"),
        path: path.to_owned(),
        accept: String::new(),
        params: BTreeMap::new(),
        request_body: None,
        at: Timestamp::UNIX_EPOCH,
        took_ms: 1,
        caller: Caller { name: "test".to_owned(), credential: String::new() },
        attempt: 1,
        page: None,
        next: None,
        answer: Answer::Response(Response {
            status: 200,
            headers: BTreeMap::new(),
            body,
            size: 0,
            received: None,
            redactions: Vec::new(),
            code: None,
            transient: false,
        }),
    }
}

async fn write(writer: &RunWriter, name: &str) -> EvidenceId {
    let body = writer.put(Bytes::from(format!("body of {name}"))).await.unwrap();
    writer.append(record(name, Some(body))).await.unwrap()
}

fn segments(folder: &Path, run: &RunId) -> Vec<PathBuf> {
    let folder = folder.join("runs").join(run.as_str()).join("log");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// A folder with a run of three segments and its end mark.
async fn three() -> (tempfile::TempDir, Store, RunId) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path()).await.unwrap();
    let writer = store.start(header(0)).await.unwrap();
    for name in ["/a", "/b", "/c"] {
        write(&writer, name).await;
    }
    let run = writer.id().clone();
    writer.end(ended(None)).await.unwrap();
    (folder, store, run)
}

#[tokio::test]
async fn what_is_written_is_read_back_with_its_bodies() {
    let (folder, _, run) = three().await;
    let log = Store::open(folder.path()).await.unwrap().load(&run).await.unwrap();
    assert_eq!(log.header(), &header(0));
    assert_eq!(log.records().iter().map(|r| r.path.as_str()).collect::<Vec<_>>(), ["/a", "/b", "/c"]);
    assert_eq!(log.records().iter().map(|r| r.number).collect::<Vec<_>>(), [1, 2, 3]);
    let second = &log.records()[1];
    assert_eq!(log.body(second).unwrap(), "body of /b");
    assert!(second.id.as_str().starts_with("e-") && second.id.as_str().len() == 14);
    assert_eq!(log.record(&second.id).unwrap().path, "/b");
    assert!(log.end().unwrap().complete && !log.torn());
}

#[tokio::test]
async fn a_folder_that_is_no_store_is_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    std::fs::write(&file, "mine").unwrap();
    for result in [Store::open(folder.path()).await, Store::create(folder.path()).await] {
        let error = result.unwrap_err();
        assert!(matches!(error, Error::NotAStore { .. }), "{error}");
        assert!(error.to_string().contains("hint:"), "{error}");
    }
    assert!(matches!(Store::open(&folder.path().join("missing")).await, Err(Error::NotAStore { .. })));
    assert!(matches!(Store::open(&file).await, Err(Error::NotAStore { .. })));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    std::fs::write(folder.path().join("ambit-store.json"), r#"{"ambit_store":99}"#).unwrap();
    assert!(matches!(Store::open(folder.path()).await, Err(Error::Newer { found: 99, .. })));
}

#[tokio::test]
async fn one_writer_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path()).await.unwrap();
    let writer = store.start(header(0)).await.unwrap();
    let second = Store::open(folder.path()).await.unwrap();
    assert!(matches!(second.resume(writer.id()).await, Err(Error::Locked { .. })));
    assert!(matches!(second.start(header(0)).await, Err(Error::Locked { .. })));
    let run = writer.id().clone();
    drop(writer);
    second.resume(&run).await.unwrap();
    assert!(matches!(second.start(header(0)).await, Err(Error::Exists { .. })));
    let unknown = second.resume(&RunId::new("x")).await.unwrap_err();
    assert!(unknown.to_string().contains(run.as_str()), "it names what there is: {unknown}");
}

#[tokio::test]
async fn without_a_lock_the_second_writer_still_fails() {
    let store = Store::in_memory().await.unwrap();
    let first = store.start(header(0)).await.unwrap();
    let (second, _) = store.resume(first.id()).await.unwrap();
    write(&first, "/a").await;
    assert!(matches!(second.append(record("/b", None)).await, Err(Error::Locked { .. })));
    assert!(matches!(second.append(record("/c", None)).await, Err(Error::Locked { .. })), "and stays failed");
    assert_eq!(store.load(first.id()).await.unwrap().records().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_appends_at_once_stay_whole() {
    let folder = tempfile::tempdir().unwrap();
    let writer = Store::create(folder.path()).await.unwrap().start(header(0)).await.unwrap();
    let tasks: Vec<_> = (0..200)
        .map(|n| {
            let writer = writer.clone();
            tokio::spawn(async move { write(&writer, &format!("/{n}")).await })
        })
        .collect();
    let mut ids = Vec::new();
    for task in tasks {
        ids.push(task.await.unwrap());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 200);
    let log = Store::open(folder.path()).await.unwrap().load(writer.id()).await.unwrap();
    let mut paths: Vec<_> = log.records().iter().map(|r| r.path.clone()).collect();
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), 200);
    assert!(log.records().iter().all(|r| log.body(r).unwrap() == format!("body of {}", r.path).as_bytes()));
    let files = segments(folder.path(), writer.id()).len();
    assert!(files < 150, "records that wait together are written together: {files} segments");
}

#[tokio::test]
async fn a_caller_that_goes_away_takes_no_record_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path()).await.unwrap(); // a disk takes its time; memory does not
    let writer = store.start(header(0)).await.unwrap();
    for n in 0..20 {
        let writer = writer.clone();
        let mut append = Box::pin(async move { writer.append(record(&format!("/{n}"), None)).await });
        // Polled once, then dropped.
        std::future::poll_fn(|context| {
            let _ = append.as_mut().poll(context);
            std::task::Poll::Ready(())
        })
        .await;
    }
    writer.append(record("/last", None)).await.unwrap();
    let log = store.load(writer.id()).await.unwrap();
    assert_eq!(log.records().len(), 21);
    assert_eq!(log.records().iter().map(|r| r.number).collect::<Vec<_>>(), (1..=21).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_torn_tail_is_cut_off_and_the_rest_goes_on() {
    let (folder, store, run) = three().await;
    let files = segments(folder.path(), &run);
    let last = files.last().unwrap();
    let bytes = std::fs::read(last).unwrap();
    std::fs::write(last, &bytes[..bytes.len() / 2]).unwrap();
    let log = store.load(&run).await.unwrap();
    assert!(log.torn() && log.end().is_none(), "the end mark was in it");
    assert_eq!(log.records().len(), 3);
    assert!(matches!(store.newest_complete().await, Err(Error::NoCompleteRun { .. })));
    let (writer, log) = store.resume(&run).await.unwrap();
    assert_eq!(log.records().len(), 3);
    write(&writer, "/d").await;
    let log = store.load(&run).await.unwrap();
    assert!(!log.torn());
    assert_eq!(log.records().last().map(|r| (r.number, r.path.as_str())), Some((4, "/d")));
}

#[tokio::test]
async fn a_damaged_middle_is_an_error() {
    type Harm = fn(&[PathBuf]);
    let cases: [(&str, Harm); 4] = [
        ("a changed byte", |files| {
            let text = std::fs::read_to_string(&files[1]).unwrap().replace("\"/b\"", "\"/x\"");
            std::fs::write(&files[1], text).unwrap();
        }),
        ("a missing segment", |files| std::fs::remove_file(&files[1]).unwrap()),
        ("a segment cut short", |files| {
            let bytes = std::fs::read(&files[1]).unwrap();
            std::fs::write(&files[1], &bytes[..bytes.len() - 9]).unwrap();
        }),
        ("segments swapped", |files| {
            let first = std::fs::read(&files[0]).unwrap();
            std::fs::rename(&files[1], &files[0]).unwrap();
            std::fs::write(&files[1], first).unwrap();
        }),
    ];
    for (what, damage) in cases {
        let (folder, store, run) = three().await;
        damage(&segments(folder.path(), &run));
        for error in [store.load(&run).await.err(), store.resume(&run).await.err(), store.newest_complete().await.err()]
        {
            assert!(matches!(error, Some(Error::Damaged { .. })), "{what}: {error:?}");
        }
    }
}

#[tokio::test]
async fn an_altered_or_missing_body_is_found_and_the_rest_is_read() {
    let (folder, store, run) = three().await;
    let log = store.load(&run).await.unwrap();
    let file = |at: usize| {
        let digest = log.records()[at].response().unwrap().body.unwrap().to_string();
        folder.path().join("objects").join(&digest[..2]).join(&digest[2..])
    };
    std::fs::write(file(0), "body of /z").unwrap();
    std::fs::remove_file(file(1)).unwrap();
    let again = store.load(&run).await.unwrap();
    let body = |at: usize| again.body(&again.records()[at]);
    assert!(matches!(body(0), Err(Error::Damaged { .. })));
    assert!(matches!(body(1), Err(Error::Missing(_))));
    assert_eq!(body(2).unwrap(), "body of /c");
    let (writer, _) = store.resume(&run).await.unwrap();
    write(&writer, "/a").await; // the same bytes again: what was altered is mended
    assert_eq!(store.load(&run).await.unwrap().body(&log.records()[0]).unwrap(), "body of /a");
}

#[tokio::test]
async fn the_newest_complete_run_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path()).await.unwrap();
    assert!(matches!(store.newest_complete().await, Err(Error::NoCompleteRun { .. })));
    let mut runs = Vec::new();
    for (minute, end) in [(1, Some(None)), (2, Some(Some("budget".to_owned()))), (3, None)] {
        let writer = store.start(header(minute)).await.unwrap();
        write(&writer, "/a").await;
        if let Some(why) = end {
            writer.end(ended(why)).await.unwrap();
        }
        runs.push(writer.id().clone());
    }
    assert_eq!(store.runs().await.unwrap(), runs);
    assert_eq!(store.newest_complete().await.unwrap(), runs[0]);
    assert_eq!(store.newest().await.unwrap().unwrap(), runs[2]);
    assert_eq!(store.end(&runs[1]).await.unwrap().unwrap().why.as_deref(), Some("budget"));
    // A run that is gone on with is open again until it ends again.
    let (writer, _) = store.resume(&runs[0]).await.unwrap();
    write(&writer, "/b").await;
    assert!(matches!(store.newest_complete().await, Err(Error::NoCompleteRun { .. })));
    writer.end(ended(None)).await.unwrap();
    assert_eq!(store.newest_complete().await.unwrap(), runs[0]);
}

#[tokio::test]
async fn a_store_can_be_built_from_its_files() {
    fn gather(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => gather(root, &path, files),
                false => {
                    let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                    files.push((name, std::fs::read(&path).unwrap()));
                }
            }
        }
    }
    let (folder, _, run) = three().await;
    let mut files = Vec::new();
    gather(folder.path(), folder.path(), &mut files);
    let embedded = Store::from_files("demo", files).await.unwrap();
    assert_eq!(embedded.newest_complete().await.unwrap(), run);
    let log = embedded.load(&run).await.unwrap();
    assert_eq!(log.body(&log.records()[2]).unwrap(), "body of /c");
    let nothing = Store::from_files("demo", Vec::<(String, Vec<u8>)>::new()).await;
    assert!(matches!(nothing, Err(Error::NotAStore { .. })));
}
