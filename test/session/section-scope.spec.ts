import { SectionScope } from '../../lib/session/lock/section-scope.js';
import { Gate } from '../support/basics/gate.js';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('sections of one owner', () => {
  let owner: object;
  let scope: SectionScope;
  let log: string[];
  beforeEach(() => {
    owner = {};
    scope = new SectionScope(owner);
    log = [];
  });

  /** Notes its begin and its end, between which it stands before the gate. */
  function section(name: string, gate: Gate): () => Promise<string> {
    return async () => {
      log.push(`${name} begins`);
      await gate.pass();
      log.push(`${name} ends`);
      return name;
    };
  }

  it('that run side by side take turns, in the order in which they were begun', async () => {
    const gates = [new Gate(), new Gate(), new Gate()] as const;
    const sections = gates.map((gate, n) => scope.run(section(`${n}`, gate)));
    await settled();
    expect(log).toEqual(['0 begins']);

    gates[1].open();
    gates[2].open();
    gates[0].open();
    expect(await Promise.all(sections)).toEqual(['0', '1', '2']);
    expect(log).toEqual(['0 begins', '0 ends', '1 begins', '1 ends', '2 begins', '2 ends']);
  });

  it('that fail say why, and do not keep the next one from running', async () => {
    const failing = scope.run(() => Promise.reject(new Error('it fails')));
    const next = scope.run(() => Promise.resolve('the next'));

    await expect(failing).rejects.toThrow('it fails');
    expect(await next).toBe('the next');
  });

  it('that were begun within one go on at once: they would wait for themselves', async () => {
    const outcome = scope.run(() => scope.run(() => scope.run(() => Promise.resolve('the innermost'))));

    expect(await outcome).toBe('the innermost');
  });

  it('that were begun side by side within one take turns as well', async () => {
    const gates = [new Gate(), new Gate()] as const;
    const outer = scope.run(() => Promise.all(gates.map((gate, n) => scope.run(section(`${n}`, gate)))));
    await settled();
    gates[1].open();
    await settled();
    expect(log).toEqual(['0 begins']);

    gates[0].open();
    expect(await outer).toEqual(['0', '1']);
  });

  it('that another one has begun do not count: each waits for its own', async () => {
    const others = new SectionScope({});
    const gate = new Gate();
    const first = scope.run(section('first', gate));
    await settled();
    // Else it would go on at once within the section of somebody else, beside the one that runs.
    const second = others.run(() => scope.run(section('second', gate)));
    await settled();
    expect(log).toEqual(['first begins']);

    gate.open();
    await Promise.all([first, second]);
    expect(log).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
  });

  it('know who runs within them, also after something was waited for, and nobody else', async () => {
    const seen: boolean[] = [];
    const gate = new Gate();
    const running = scope.run(async () => {
      seen.push(SectionScope.isWithin(owner), SectionScope.isWithin({}));
      await gate.pass();
      await new Promise((resolve) => setTimeout(resolve, 1));
      seen.push(SectionScope.isWithin(owner));
    });
    await gate.reached;
    expect(SectionScope.isWithin(owner)).toBe(false);
    gate.open();
    await running;

    expect(seen).toEqual([true, false, true]);
    expect(SectionScope.isWithin(owner)).toBe(false);
  });

  it('know who runs within them also when those of somebody else have ended meanwhile', async () => {
    const gate = new Gate();
    const seen: boolean[] = [];
    const running = scope.run(async () => {
      await gate.pass();
      seen.push(SectionScope.isWithin(owner));
    });
    await gate.reached;
    await new SectionScope({}).run(() => Promise.resolve());
    gate.open();
    await running;

    expect(seen).toEqual([true]);
  });
});
