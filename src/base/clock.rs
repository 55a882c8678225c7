//! Time as a dependency, so that waiting can be tested without waiting.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;

/// Tells the time and waits. Shared by everything that paces, retries or stamps a record.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The time in UTC, cut to whole milliseconds.
    fn now(&self) -> Timestamp;
    /// Time that passed since some fixed moment; never goes back when somebody sets the wall clock.
    fn elapsed(&self) -> Duration;
    /// Ends after `pause`.
    fn sleep(&self, pause: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>>;
}

/// The machine's clock. Sleeping needs a tokio runtime.
#[derive(Debug)]
pub struct SystemClock {
    started: std::time::Instant,
}

impl SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
    pub fn shared() -> Arc<dyn Clock> {
        Arc::new(SystemClock { started: std::time::Instant::now() })
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        whole_milliseconds(Timestamp::now())
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn sleep(&self, pause: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
        Box::pin(tokio::time::sleep(pause))
    }
}

/// A clock that stands still until somebody sleeps on it: then it jumps ahead at once.
#[derive(Debug)]
pub struct ManualClock {
    start: Timestamp,
    passed: Mutex<Duration>,
}

impl ManualClock {
    pub fn shared(start: Timestamp) -> Arc<ManualClock> {
        Arc::new(ManualClock { start: whole_milliseconds(start), passed: Mutex::default() })
    }

    /// Moves the clock ahead.
    pub fn advance(&self, by: Duration) {
        let mut passed = self.passed();
        *passed = passed.saturating_add(by);
    }

    fn passed(&self) -> MutexGuard<'_, Duration> {
        self.passed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        whole_milliseconds(self.start.checked_add(*self.passed()).unwrap_or(Timestamp::MAX))
    }

    fn elapsed(&self) -> Duration {
        *self.passed()
    }

    fn sleep(&self, pause: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
        self.advance(pause);
        Box::pin(tokio::task::yield_now())
    }
}

fn whole_milliseconds(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_manual_clock_moves_by_sleeping_only() {
        let clock = ManualClock::shared(Timestamp::UNIX_EPOCH);
        assert_eq!(clock.now().to_string(), "1970-01-01T00:00:00Z");
        clock.sleep(Duration::from_micros(61_234_567)).await;
        assert_eq!(clock.now().to_string(), "1970-01-01T00:01:01.234Z", "records carry milliseconds");
        assert_eq!(clock.elapsed(), Duration::from_micros(61_234_567));
    }
}
