import { goesByTheModel } from '../support/models/lived-sessions.js';
import { holds } from '../support/models/property.js';
import { RealStores } from '../support/stores/real-stores.js';

describe('The life of sessions goes by the model, also on real servers:', () => {
  let stores: RealStores;
  beforeAll(async () => {
    stores = await RealStores.start();
  });
  afterAll(() => stores.close());

  // Servers have clocks of their own: no time passes here.
  for (const name of ['PostgreSQL', 'memcached', 'cache-manager'] as const) {
    holds(
      name,
      20,
      goesByTheModel(() => ({ store: stores.of(name), clock: stores.clock, canTimePass: false })),
    );
  }
});
