import { killSpawned } from './spawn-app.js';

export { spawnApp, type Exit, type SpawnedApp, type SpawnOptions } from './spawn-app.js';

/* For spec files: what they have started and still runs when they end is killed then. */
afterAll(killSpawned);
