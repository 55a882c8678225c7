//! Targets of a step that get the same answer, so that one of them is asked for all.
//!
//! A target's answer follows from the statements that cover it and, where one asks for them, from its tags and boundary.
//! Targets that differ in neither are alike. This says only who is alike; what is answered is the evaluator's.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::gained::Gained;

/// A sorted list of places, told apart into groups; whoever stands in no group is of the rest.
#[derive(Debug, Clone)]
pub(super) struct Groups {
    total: Arc<[usize]>,
    apart: Vec<Vec<usize>>,
}

impl Groups {
    /// All alike.
    pub(super) fn new(total: Arc<[usize]>) -> Self {
        Self { total, apart: Vec::new() }
    }

    /// Told apart already: disjoint groups of the list.
    pub(super) fn with(total: Arc<[usize]>, apart: Vec<Vec<usize>>) -> Self {
        Self { total, apart }
    }

    #[cfg(test)]
    pub(super) fn contains(&self, place: usize) -> bool {
        self.total.binary_search(&place).is_ok()
    }

    /// Tells the members of another sorted list from the others.
    pub(super) fn tell(&mut self, list: &[usize]) {
        let mut left = common(&self.total, list);
        let mut apart = Vec::with_capacity(self.apart.len() + 1);
        for group in self.apart.drain(..) {
            let inside = common(&group, &left);
            if inside.is_empty() {
                apart.push(group);
                continue;
            }
            left = without(&left, &inside);
            let outside = without(&group, &inside);
            apart.extend([inside, outside].into_iter().filter(|part| !part.is_empty()));
        }
        if !left.is_empty() {
            apart.push(left);
        }
        self.apart = apart;
    }

    /// Tells members of a sorted list apart by what they look like.
    pub(super) fn tell_by<K: Ord>(&mut self, list: &[usize], look: impl Fn(usize) -> K) {
        let mut looks: BTreeMap<K, Vec<usize>> = BTreeMap::new();
        for place in common(&self.total, list) {
            looks.entry(look(place)).or_default().push(place);
        }
        for alike in looks.values() {
            self.tell(alike);
        }
    }

    /// The answers, each with all who get it, in the order of the first of them; `asker` itself is no target.
    ///
    /// `shared` says whether an answer holds for the whole group; otherwise each member is asked.
    pub(super) fn ask<A: PartialEq>(
        &self,
        asker: usize,
        shared: impl Fn(&A) -> bool,
        ask: impl Fn(usize) -> Option<A>,
    ) -> Vec<(A, Gained)> {
        let mut answers: Vec<(A, Vec<usize>, bool)> = Vec::new();
        let mut keep = |answer: A, members: &[usize], rest: bool| match answers.iter_mut().find(|(a, ..)| *a == answer)
        {
            Some((_, places, has_rest)) => {
                places.extend_from_slice(members);
                *has_rest |= rest;
            }
            None => answers.push((answer, members.to_vec(), rest)),
        };
        let mut question = |first: usize, members: &dyn Fn() -> Vec<usize>, rest: bool| match ask(first) {
            Some(answer) if shared(&answer) => keep(answer, &if rest { Vec::new() } else { members() }, rest),
            Some(_) => {
                for place in members().into_iter().filter(|place| *place != asker) {
                    if let Some(answer) = ask(place) {
                        keep(answer, &[place], false);
                    }
                }
            }
            None => {}
        };
        for group in &self.apart {
            if let Some(first) = group.iter().copied().find(|place| *place != asker) {
                question(first, &|| group.clone(), false);
            }
        }
        if let Some(first) = self.rest().find(|place| *place != asker) {
            question(first, &|| self.rest().collect(), true);
        }
        let gained = |(answer, places, rest): (A, Vec<usize>, bool)| (answer, self.gained(places, rest, asker));
        let mut answers: Vec<(A, Gained)> = answers.into_iter().map(gained).collect();
        answers.sort_by_key(|(_, gained)| gained.iter().next());
        answers
    }

    /// Who stands in no group.
    fn rest(&self) -> impl Iterator<Item = usize> {
        let told = |place: &usize| self.apart.iter().any(|group| group.binary_search(place).is_ok());
        self.total.iter().copied().filter(move |place| !told(place))
    }

    fn gained(&self, mut places: Vec<usize>, rest: bool, asker: usize) -> Gained {
        places.retain(|place| *place != asker);
        let told = self.apart.iter().flatten().filter(|place| **place != asker).count();
        if rest && places.len() == told {
            return Gained::others(Arc::clone(&self.total), asker);
        }
        if rest {
            places.extend(self.rest());
        }
        places.sort_unstable();
        Gained::others(places.into(), asker)
    }
}

/// What two sorted lists have in common.
fn common(one: &[usize], other: &[usize]) -> Vec<usize> {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    if long.len() / 16 > short.len() {
        return short.iter().copied().filter(|place| long.binary_search(place).is_ok()).collect();
    }
    let mut long = long.iter().peekable();
    let mut meets = |place: &usize| {
        while long.next_if(|other| *other < place).is_some() {}
        long.peek() == Some(&place)
    };
    short.iter().copied().filter(|place| meets(place)).collect()
}

/// A sorted list without the members of another.
fn without(list: &[usize], other: &[usize]) -> Vec<usize> {
    let mut other = other.iter().peekable();
    let mut stays = |place: &usize| {
        while other.next_if(|other| *other < place).is_some() {}
        other.peek() != Some(&place)
    };
    list.iter().copied().filter(|place| stays(place)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_told_apart_is_asked_apart() {
        let mut groups = Groups::new((0..10).collect());
        groups.tell(&[2, 3, 4, 5, 99]);
        groups.tell(&[4, 5, 6]);
        groups.tell_by(&[7, 8, 9], |place| place % 2);
        let asked = std::cell::RefCell::new(Vec::new());
        let answers = groups.ask(
            3,
            |_| true,
            |place| {
                asked.borrow_mut().push(place);
                (place != 6).then_some(place == 4)
            },
        );
        assert_eq!(*asked.borrow(), [4, 2, 6, 8, 7, 0]);
        let shown: Vec<(bool, Vec<usize>)> =
            answers.iter().map(|(answer, to)| (*answer, to.iter().collect())).collect();
        assert_eq!(shown, [(false, vec![0, 1, 2, 7, 8, 9]), (true, vec![4, 5])]);
    }

    #[test]
    fn the_same_answer_for_all_shares_the_list() {
        let total: Arc<[usize]> = (0..5).collect();
        let mut groups = Groups::new(Arc::clone(&total));
        groups.tell(&[1]);
        let answers = groups.ask(1, |_| true, |_| Some(()));
        assert_eq!(answers, [((), Gained::others(total, 1))]);
        assert_eq!(answers[0].1.iter().collect::<Vec<_>>(), [0, 2, 3, 4]);
    }

    #[test]
    fn an_answer_that_is_not_shared_is_asked_of_each() {
        let groups = Groups::new((0..4).collect());
        let answers = groups.ask(0, |_| false, Some);
        assert_eq!(answers.iter().map(|(answer, _)| *answer).collect::<Vec<_>>(), [1, 2, 3]);
    }
}
