import { testMapOfStores } from './support/documents/map-of-stores.js';

describe('The table of the rules of stores', () => {
  testMapOfStores({
    file: new URL('./store-rules.md', import.meta.url),
    things: 'rules',
    numbers: Array.from({ length: 11 }, (_, index) => `R${index + 1}`),
    stores: ['PostgreSQL', 'memory', 'file', 'memcached', 'Redis', 'cache-manager'],
  });
});
