import assert from 'node:assert/strict';
import type { ContractRule } from './harness.js';
import { HOUR, written } from './harness.js';

const AWKWARD = [
  '',
  '{}',
  JSON.stringify({ quotes: `'"\`--;$1%_\\`, lines: 'a\r\nb\tc\u2028d\u2029e' }),
  JSON.stringify({ emoji: '👩‍👩‍👧', composed: '\u00e9', decomposed: 'e\u0301', rtl: 'שלום', bom: '\ufeff' }),
  JSON.stringify({ nul: '\u0000', loneSurrogate: '\ud800' }),
  '  {"spaces" : "at both ends"}\n\n',
  '{"__proto__":{"polluted":true},"constructor":1}',
];

export const recordRules: readonly ContractRule[] = [
  {
    name: 'an id that was never stored is missing',
    check: async (harness) => {
      assert.deepEqual(await harness.store.load({ id: harness.id() }), { status: 'missing' });
    },
  },
  {
    name: 'a record that was created is found, unchanged and with its version',
    check: async (harness) => {
      const { id, record, version } = await harness.given('{"visits":1}');
      assert.deepEqual(await harness.store.load({ id }), { status: 'found', record, version });
    },
  },
  {
    name: 'data come back exactly as they were written',
    check: async (harness) => {
      for (const data of AWKWARD) {
        const { id, record, version } = await harness.given(data);
        assert.equal((await harness.found(id)).record.data, data);
        const next = `${data}${data}`;
        written(await harness.store.update({ id, record: { ...record, data: next }, guard: { version } }));
        assert.equal((await harness.found(id)).record.data, next);
      }
    },
  },
  {
    name: 'a record of nearly a mebibyte comes back whole',
    check: async (harness) => {
      const data = JSON.stringify({ large: 'ü'.repeat(490_000) });
      const { id } = await harness.given(data);
      assert.ok((await harness.found(id)).record.data === data, 'the data differ');
    },
  },
  {
    name: 'a caller that changes its record object later does not change the store',
    check: async (harness) => {
      const id = harness.id();
      const given = { data: 'mine', createdAt: harness.now(), expiresAt: harness.now() + HOUR };
      const version = written(await harness.store.create({ id, record: given }));
      given.data = 'changed after create';
      const { record: loaded } = await harness.found(id);
      Object.assign(loaded, { data: 'changed after load' });
      const { record: locked } = await harness.lock(id);
      Object.assign(locked, { data: 'changed after tryLock' });
      assert.equal((await harness.found(id)).record.data, 'mine');
      const update = { ...given, data: 'updated' };
      written(await harness.store.update({ id, record: update, guard: { version } }));
      update.data = 'changed after update';
      assert.equal((await harness.found(id)).record.data, 'updated');
    },
  },
  {
    name: 'create fails when a record is there, and leaves it as it is: two visitors never share an id',
    check: async (harness) => {
      const { id, record, version } = await harness.given('first');
      assert.equal(await harness.store.create({ id, record: harness.record('second') }), false);
      assert.deepEqual(await harness.store.load({ id }), { status: 'found', record, version });
    },
  },
  {
    name: 'update replaces the record and gives it another version',
    check: async (harness) => {
      const { id, record, version } = await harness.given('old');
      const next = { ...record, data: 'new', expiresAt: record.expiresAt + 1_000 };
      const nextVersion = written(await harness.store.update({ id, record: next, guard: { version } }));
      assert.notEqual(nextVersion, version);
      assert.deepEqual(await harness.store.load({ id }), { status: 'found', record: next, version: nextVersion });
    },
  },
  {
    name: 'update with a version that is no longer current is refused: no writer overwrites what it has not read',
    check: async (harness) => {
      const { id, record, version } = await harness.given('old');
      written(await harness.store.update({ id, record: { ...record, data: 'theirs' }, guard: { version } }));
      assert.equal(await harness.store.update({ id, record: { ...record, data: 'mine' }, guard: { version } }), false);
      assert.equal((await harness.found(id)).record.data, 'theirs');
    },
  },
  {
    name: 'writing the same data again is a write: the version changes',
    check: async (harness) => {
      const { id, record, version } = await harness.given('same');
      const second = written(await harness.store.update({ id, record, guard: { version } }));
      assert.notEqual(second, version);
      assert.equal(await harness.store.update({ id, record, guard: { version } }), false);
    },
  },
  {
    name: 'update brings no record into being: a slow request cannot revive a session',
    check: async (harness) => {
      const { version } = await harness.given();
      const id = harness.id();
      assert.equal(await harness.store.update({ id, record: harness.record(), guard: { version } }), false);
      await harness.isMissing(id);
    },
  },
  {
    name: 'update never moves expiresAt back',
    check: async (harness) => {
      const { id, record, version } = await harness.given('old');
      const earlier = { ...record, data: 'new', expiresAt: record.expiresAt - 1_000 };
      written(await harness.store.update({ id, record: earlier, guard: { version } }));
      assert.deepEqual((await harness.found(id)).record, { ...record, data: 'new' });
    },
  },
  {
    name: 'touch moves expiresAt forward and changes nothing else, the version included',
    check: async (harness) => {
      const { id, record, version } = await harness.given('kept');
      const expiresAt = record.expiresAt + 1_000;
      assert.equal(await harness.store.touch({ id, expiresAt }), true);
      assert.deepEqual(await harness.store.load({ id }), {
        status: 'found',
        record: { ...record, expiresAt },
        version,
      });
    },
  },
  {
    name: 'touch never moves expiresAt back: a slow request cannot shorten a session',
    check: async (harness) => {
      const { id, record } = await harness.given();
      assert.equal(await harness.store.touch({ id, expiresAt: record.expiresAt - 1_000 }), true);
      assert.equal((await harness.found(id)).record.expiresAt, record.expiresAt);
    },
  },
  {
    name: 'touch brings no record into being',
    check: async (harness) => {
      const id = harness.id();
      assert.equal(await harness.store.touch({ id, expiresAt: harness.now() + HOUR }), false);
      await harness.isMissing(id);
    },
  },
];
