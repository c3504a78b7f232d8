import { EngineRig, TIMEOUT, TOUCH_AFTER } from '../support/engine-rig.js';

describe('the plan of a commit', () => {
  let rig: EngineRig;
  beforeEach(() => (rig = new EngineRig()));

  describe('is due', () => {
    it('never for a session that was not loaded', async () => {
      const state = rig.state(await rig.stored());
      expect(rig.plan.isDue(state)).toBe(false);
    });

    it('for a new session only when it holds something', async () => {
      const state = await rig.opened(undefined);
      expect(rig.plan.isDue(state)).toBe(false);
      state.contents.set('visits', 1);
      expect(rig.plan.isDue(state)).toBe(true);
      state.contents.delete('visits');
      expect(rig.plan.isDue(state)).toBe(false);
    });

    it('for a stored session when it is locked, changed, rotated, or to be touched', async () => {
      const id = await rig.stored({ items: [1] });
      const state = await rig.opened(id, 'explicit');
      expect(rig.plan.isDue(state)).toBe(false);

      (state.contents.get('items') as number[]).push(2);
      expect(rig.plan.isDue(state)).toBe(true);
      (state.contents.get('items') as number[]).pop();
      expect(rig.plan.isDue(state)).toBe(false);

      state.rotation = { isNewLife: false };
      expect(rig.plan.isDue(state)).toBe(true);

      expect(rig.plan.isDue(await rig.opened(id))).toBe(true);

      const later = await rig.opened(id, 'read-only');
      rig.clock.advance(TOUCH_AFTER + 1);
      expect(rig.plan.isDue(later)).toBe(true);
    });

    it.each(['gone', 'destroyed'] as const)(
      'for a session that is %s only when there is something to drop',
      async (phase) => {
        const state = await rig.opened(undefined);
        state.phase = phase;
        expect(rig.plan.isDue(state)).toBe(false);
        state.contents.set('visits', 1);
        expect(rig.plan.isDue(state)).toBe(true);
      },
    );
  });

  describe('moves the expiry', () => {
    it('never of a session that is not stored', async () => {
      expect(rig.plan.isTouchDue(await rig.opened(undefined))).toBe(false);
    });

    it('no further than was announced, and not back', async () => {
      const state = await rig.opened(await rig.stored());
      const { expiresAt } = state.stored!;
      rig.clock.advance(TOUCH_AFTER + 1);
      for (const [announced, expected] of [
        [expiresAt + 1, expiresAt + 1],
        [expiresAt - 1, expiresAt],
      ] as const) {
        state.announcedExpiry = announced;
        expect(rig.plan.nextRecord(state, state.stored!).expiresAt).toBe(expected);
      }
    });

    it('only when more than touchAfter has passed since it last moved', async () => {
      const state = await rig.opened(await rig.stored());
      rig.clock.advance(TOUCH_AFTER);
      expect(rig.plan.isTouchDue(state)).toBe(false);
      rig.clock.advance(1);
      expect(rig.plan.isTouchDue(state)).toBe(true);
      expect(rig.plan.nextRecord(state, state.stored!).expiresAt).toBe(rig.clock.now() + TIMEOUT);
    });

    it('never where no cookie can follow it', async () => {
      const state = await rig.opened(await rig.stored(), 'implicit', (exchange) => (exchange.renewsExpiry = false));
      rig.clock.advance(TIMEOUT - 1);
      expect(rig.plan.isTouchDue(state)).toBe(false);
    });

    it('and the beginning with a rotation that starts a new life, and with no other', async () => {
      const born = rig.clock.now();
      const state = await rig.opened(await rig.stored());
      rig.clock.advance(1_000);
      state.rotation = { isNewLife: false };
      expect(rig.plan.nextRecord(state, state.stored!)).toMatchObject({ createdAt: born, expiresAt: born + TIMEOUT });

      state.rotation = { isNewLife: true };
      const now = rig.clock.now();
      expect(rig.plan.nextRecord(state, state.stored!)).toMatchObject({ createdAt: now, expiresAt: now + TIMEOUT });
    });
  });

  describe('names the cookie', () => {
    it('of a first record, and of a rotation, as one that must be sent', async () => {
      const fresh = await rig.opened(undefined);
      expect(rig.plan.cookieFor(fresh, rig.plan.firstRecord('{}'))).toEqual({
        kind: 'set',
        id: fresh.id,
        expiresAt: rig.clock.now() + TIMEOUT,
        isRefresh: false,
      });

      const rotated = await rig.opened(await rig.stored());
      rotated.rotation = { isNewLife: false };
      expect(rig.plan.cookieFor(rotated, rig.plan.nextRecord(rotated, rotated.stored!))).toMatchObject({
        isRefresh: false,
      });
    });

    it('of a moved expiry as a refresh, and names none while it does not move', async () => {
      const state = await rig.opened(await rig.stored());
      expect(rig.plan.cookieFor(state, rig.plan.nextRecord(state, state.stored!))).toBeUndefined();
      rig.clock.advance(TOUCH_AFTER + 1);
      expect(rig.plan.cookieFor(state, rig.plan.nextRecord(state, state.stored!))).toMatchObject({
        id: state.id,
        isRefresh: true,
      });
    });

    it('of an expiry that moved before the first cookie was sent as one that must be sent', async () => {
      const state = await rig.opened(await rig.stored());
      state.cookie = { kind: 'set', id: 'fresh', expiresAt: 0, isRefresh: false };
      rig.clock.advance(TOUCH_AFTER + 1);
      expect(rig.plan.cookieFor(state, rig.plan.nextRecord(state, state.stored!))).toMatchObject({ isRefresh: false });
    });

    it('that was decided on before, when a later record needs none', async () => {
      const state = await rig.opened(await rig.stored());
      state.cookie = { kind: 'set', id: 'before', expiresAt: 0, isRefresh: true };
      expect(rig.plan.cookieFor(state, rig.plan.nextRecord(state, state.stored!))).toBe(state.cookie);
    });

    it('that a commit would send, before it does', async () => {
      const fresh = await rig.opened(undefined);
      expect(rig.plan.nextCookie(fresh)).toBeUndefined();
      fresh.contents.set('visits', 1);
      expect(rig.plan.nextCookie(fresh)).toMatchObject({ kind: 'set', id: fresh.id, isRefresh: false });

      const state = await rig.opened(await rig.stored({ visits: 1 }));
      rig.clock.advance(TOUCH_AFTER);
      expect(rig.plan.nextCookie(state)).toBeUndefined();
      rig.clock.advance(1);
      expect(rig.plan.nextCookie(state)).toMatchObject({ kind: 'set', id: state.id, isRefresh: true });
      await rig.writer.destroy(state);
      expect(rig.plan.nextCookie(state)).toEqual({ kind: 'expire' });
    });
  });

  it('stores under the id of the client, and under the new one after regenerate()', async () => {
    const state = await rig.opened(await rig.stored());
    const { key } = state.stored!;
    expect(rig.plan.keyOf(state, state.stored!)).toBe(key);

    state.rotation = { isNewLife: false };
    state.id = undefined;
    const target = rig.plan.keyOf(state, state.stored!);
    expect(target).not.toBe(key);
    expect(rig.plan.keyOf(state, state.stored!)).toBe(target);
  });
});
