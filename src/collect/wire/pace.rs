//! How fast to ask: a cap on requests under way, a token bucket, and doors that a service shut for a while.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Error;
use crate::base::clock::Clock;

/// A share of a service's budget, with a pace of its own: one host's REST, one host's GraphQL, one AWS operation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lane(pub String);

/// So many in any window, of which `burst` may come at once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    per: Duration,
    burst: u32,
}

impl Rate {
    /// At most `limit` in any minute: the burst and what drips in during that minute, together.
    pub fn a_minute(limit: u32, burst: u32) -> Rate {
        let dripping = limit.saturating_sub(burst).max(1);
        Rate { per: Duration::from_secs(60) / dripping, burst }
    }

    pub fn a_second(limit: u32) -> Rate {
        Rate { per: Duration::from_secs(1) / limit.max(1), burst: 1 }
    }
}

#[derive(Debug)]
pub(super) struct Pace {
    clock: Arc<dyn Clock>,
    slots: Arc<Semaphore>,
    patience: Duration,
    lanes: Mutex<BTreeMap<Lane, State>>,
}

#[derive(Debug, Default, Clone, Copy)]
struct State {
    /// The theoretical time at which the bucket is full again (GCRA).
    full_at: Duration,
    /// Nothing goes before this.
    shut_until: Duration,
}

/// A request under way; the place is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _slot: Option<OwnedSemaphorePermit>,
}

impl Pace {
    pub fn new(clock: Arc<dyn Clock>, concurrency: usize, patience: Duration) -> Pace {
        Pace { clock, slots: Arc::new(Semaphore::new(concurrency.max(1))), patience, lanes: Mutex::default() }
    }

    /// Waits until a request may go.
    ///
    /// # Errors
    /// The door is shut for longer than the patience lasts.
    pub async fn turn(&self, lane: &Lane, rate: Option<Rate>) -> Result<Turn, Error> {
        // Closed never: nobody closes this semaphore.
        let slot = self.slots.clone().acquire_owned().await.ok();
        if let Some(rate) = rate {
            let wait = self.reserve(lane, rate);
            if !wait.is_zero() {
                self.clock.sleep(wait).await;
            }
        }
        // Shut again while asleep, by the answer to another request: look until it is open.
        while let Some(wait) = self.shut_for(lane) {
            if wait > self.patience {
                return Err(Error::Exhausted { why: format!("{} asks to wait {} s more", lane.0, wait.as_secs()) });
            }
            self.clock.sleep(wait).await;
        }
        Ok(Turn { _slot: slot })
    }

    /// Takes one token, and says how long to wait for it.
    fn reserve(&self, lane: &Lane, rate: Rate) -> Duration {
        let now = self.clock.elapsed();
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let state = lanes.entry(lane.clone()).or_default();
        state.full_at = state.full_at.max(now) + rate.per;
        state.full_at.saturating_sub(now + rate.per * rate.burst)
    }

    fn shut_for(&self, lane: &Lane) -> Option<Duration> {
        let lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = lanes.get(lane)?.shut_until.saturating_sub(self.clock.elapsed());
        (!wait.is_zero()).then_some(wait)
    }

    /// Lets nothing into `lane` for a while: the service said so.
    pub fn shut(&self, lane: &Lane, pause: Duration) {
        let until = self.clock.elapsed() + pause;
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let state = lanes.entry(lane.clone()).or_default();
        state.shut_until = state.shut_until.max(until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::ManualClock;

    fn lane() -> Lane {
        Lane("GitHub".to_owned())
    }

    #[tokio::test]
    async fn no_minute_sees_more_than_the_limit() {
        let clock = ManualClock::shared(jiff::Timestamp::UNIX_EPOCH);
        let pace = Pace::new(clock.clone(), 8, Duration::from_secs(60));
        let mut times = Vec::new();
        for _ in 0..2700 {
            pace.turn(&lane(), Some(Rate::a_minute(900, 100))).await.unwrap();
            times.push(clock.elapsed());
        }
        assert_eq!(times[99], Duration::ZERO, "a burst may go at once");
        for (first, nth) in times.iter().zip(times.iter().skip(900)) {
            assert!(*nth - *first >= Duration::from_millis(59_900), "901 requests between {first:?} and {nth:?}");
        }
        assert!(times[2699] < Duration::from_secs(200), "and the limit is used: {:?}", times[2699]);
    }

    #[tokio::test]
    async fn a_shut_door_is_waited_for_but_not_for_ever() {
        let clock = ManualClock::shared(jiff::Timestamp::UNIX_EPOCH);
        let pace = Pace::new(clock.clone(), 8, Duration::from_secs(60));
        pace.shut(&lane(), Duration::from_secs(59));
        pace.shut(&lane(), Duration::from_secs(1));
        pace.turn(&lane(), None).await.unwrap();
        assert_eq!(clock.elapsed(), Duration::from_secs(59));
        pace.shut(&lane(), Duration::from_secs(61));
        assert!(matches!(pace.turn(&lane(), None).await, Err(Error::Exhausted { .. })));
        pace.turn(&Lane("another".to_owned()), None).await.unwrap();
    }

    #[tokio::test]
    async fn only_so_many_at_once() {
        let pace = Pace::new(ManualClock::shared(jiff::Timestamp::UNIX_EPOCH), 2, Duration::ZERO);
        let (one, _two) = (pace.turn(&lane(), None).await.unwrap(), pace.turn(&lane(), None).await.unwrap());
        let at = lane();
        let third = pace.turn(&at, None);
        tokio::pin!(third);
        assert!(std::future::poll_fn(|c| std::task::Poll::Ready(third.as_mut().poll(c).is_pending())).await);
        drop(one);
        third.await.unwrap();
    }
}
