import { testMapOfStores } from './support/documents/map-of-stores.js';

describe('The table of faults', () => {
  testMapOfStores({
    file: new URL('./faults.md', import.meta.url),
    things: 'faults',
    numbers: Array.from({ length: 31 }, (_, index) => `F${index + 1}`),
    stores: ['memory', 'file', 'PostgreSQL', 'memcached'],
  });
});
