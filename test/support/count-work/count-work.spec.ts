import { callsOf, countWork, objectsOf, type Counted, type Work } from './count-work.js';

describe('The count of the work for one request', () => {
  let found: ReadonlyMap<Counted, Work>;

  beforeAll(async () => {
    found = await countWork();
  });

  function workOf(name: Counted): Work {
    const work = found.get(name);
    if (work === undefined) {
      throw new Error(`Nothing was counted of "${name}".`);
    }
    return work;
  }

  it('sees what the store is asked', () => {
    expect(workOf('no session').operations).toEqual([]);
    expect(workOf('read-only, an object').operations).toEqual(['load']);
    expect(workOf('locked, unchanged').operations).toEqual(['tryLock', 'unlock']);
    expect(workOf('locked, an object changed').operations).toEqual(['tryLock', 'update']);
    expect(workOf('first visit').operations).toEqual(['create']);
  });

  it('sees that data are parsed, and serialised when they were changed', () => {
    expect(workOf('read-only, a number').json).toEqual({ stringify: 0, parse: 1 });
    expect(workOf('locked, an object changed').json.stringify).toBeGreaterThan(0);
    expect(workOf('no session').json).toEqual({ stringify: 0, parse: 0 });
  });

  it('sees the object that is injected, by its class', () => {
    expect(workOf('read-only, a number').objects).toMatchObject({ SessionObject: 1 });
  });

  it('sees that a request with a session takes more than one without', () => {
    const [none, locked] = [workOf('no session'), workOf('locked, an object changed')];

    expect(callsOf(locked)).toBeGreaterThan(callsOf(none));
    expect(objectsOf(locked)).toBeGreaterThan(objectsOf(none));
    expect(locked.promises.ours).toBeGreaterThan(none.promises.ours);
    expect(locked.allocations.objects).toBeGreaterThan(none.allocations.objects);
  });
});
