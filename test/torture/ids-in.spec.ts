import { idsIn } from './ids-in.js';

const id = 'x'.repeat(20) + '-_'.repeat(11) + 'y';

describe('The search for ids in what is stored', () => {
  it('finds one wherever it stands', () => {
    expect(idsIn(`{"key":"${id}"}`, new Set([id]))).toEqual([id]);
    expect(idsIn(`d,abc${id}def`, new Set([id]))).toEqual([id]);
  });

  it('finds none in what is only like one', () => {
    expect(idsIn(`${id.slice(0, 42)} ${id.slice(1)}`, new Set([id]))).toEqual([]);
  });
});
