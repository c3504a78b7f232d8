import { excess, type Footprint } from './footprint.js';

const MIB = 1_024 * 1_024;
const base: Footprint = { memory: 30 * MIB, locks: 0, timers: 0, resources: 3, descriptors: 25 };

describe('The footprint of a process', () => {
  it('may become smaller, and its heap a little larger', () => {
    expect(excess(base, base)).toEqual([]);
    expect(excess(base, { ...base, memory: 31.9 * MIB, resources: 2, descriptors: 20 })).toEqual([]);
  });

  it('has grown where there is more memory than noise makes', () => {
    expect(excess(base, { ...base, memory: 32.1 * MIB })).toEqual(['memory']);
  });

  it.each(['locks', 'timers', 'resources', 'descriptors'] as const)('has grown with one more of its %s', (part) => {
    expect(excess(base, { ...base, [part]: base[part] + 1 })).toEqual([part]);
  });
});
