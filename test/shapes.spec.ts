import { discardedShapes, handlerShapes, notAwaitedShapes, sseShapes } from './support/http/handler-shapes.js';
import { isTestThere, rowsOfMap } from './support/documents/test-map.js';

const map = new URL('./shapes.md', import.meta.url);
const rows = rowsOfMap(map);

describe('The table of the shapes of handlers', () => {
  it('has every shape, and no other', () => {
    const shapes = [...handlerShapes, ...discardedShapes, ...notAwaitedShapes, ...sseShapes];

    expect(rows.map(({ cells }) => [cells['shape'], cells['status']])).toEqual(
      shapes.map(({ name, status }) => [name, String(status)]),
    );
  });

  it('names each shape once', () => {
    expect(new Set(rows.map(({ cells }) => cells['shape'])).size).toBe(rows.length);
  });

  it.each(rows)('names a test that exists for $number: $cells.shape', (row) => {
    expect(isTestThere(row, map)).toBe(true);
  });
});
