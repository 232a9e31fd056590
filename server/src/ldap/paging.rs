// SPDX-License-Identifier: Apache-2.0
//! A search read page by page to its end. That there is one is not taken from the directory: a search has so many
//! entries, so many empty pages, and no page twice. That the cookie of a page comes again says nothing: 389
//! Directory Server and Samba keep one and the same for a whole search.

use std::collections::HashSet;

use aws_lc_rs::digest;
use countersign_directory::ldap::entry::Raw;

use super::connection::{Connection, LdapFault, Search};

/// The most entries of one search.
pub const MOST_ENTRIES: usize = 2_000_000;
/// So many pages without an entry may follow each other: a busy directory sends one when its time is over.
const MOST_EMPTY: usize = 100;

/// A search under way.
#[derive(Debug)]
pub struct Pages<'a> {
    search: Search<'a>,
    size: u16,
    shows_deleted: bool,
    /// Where the next page begins; none: there is none.
    next: Option<Vec<u8>>,
    entries: usize,
    empty: usize,
    /// Which entries each page held.
    met: HashSet<[u8; 32]>,
}

impl<'a> Pages<'a> {
    /// A search of which nothing is read yet, in pages of so many entries.
    pub fn of(search: Search<'a>, size: u16) -> Self {
        Self {
            search,
            size,
            shows_deleted: false,
            next: Some(Vec::new()),
            entries: 0,
            empty: 0,
            met: HashSet::new(),
        }
    }

    /// As [`Pages::of`], for deleted entries (Active Directory).
    pub fn of_deleted(search: Search<'a>, size: u16) -> Self {
        Self {
            shows_deleted: true,
            ..Self::of(search, size)
        }
    }

    /// The entries of the next page; none: that was the last one.
    pub async fn next(&mut self, connection: &mut Connection) -> Result<Option<Vec<Raw>>, LdapFault> {
        let Some(cookie) = self.next.take() else {
            return Ok(None);
        };
        let page = if self.shows_deleted {
            connection
                .page_of_deleted(&self.search, self.size, cookie)
                .await?
        } else {
            connection.page(&self.search, self.size, cookie).await?
        };
        if page.entries.is_empty() {
            self.empty += 1;
        } else {
            self.empty = 0;
        }
        if !page.next.is_empty() {
            self.next = Some(page.next);
        }
        if self.empty > MOST_EMPTY && self.next.is_some() {
            return Err(connection.endless("without an entry"));
        }
        self.entries += page.entries.len();
        if self.entries > MOST_ENTRIES {
            return Err(connection.too_many(MOST_ENTRIES));
        }
        if !page.entries.is_empty() && !self.met.insert(names(&page.entries)) {
            return Err(connection.endless("with the same entries"));
        }
        Ok(Some(page.entries))
    }
}

/// One sum over the names of entries.
fn names(entries: &[Raw]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for raw in entries {
        context.update(&(raw.dn.len() as u64).to_be_bytes());
        context.update(raw.dn.as_bytes());
    }
    let mut sum = [0; 32];
    sum.copy_from_slice(context.finish().as_ref());
    sum
}
