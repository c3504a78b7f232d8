import { filePlace } from './file-place.js';
import { memcachedPlace, threeMemcachedPlace } from './memcached-place.js';
import { memoryPlace } from './memory-place.js';
import type { Place, StoreKind } from './place.js';
import { postgresPlace } from './postgres-place.js';
import { redisPlace } from './redis-place.js';

export async function preparePlace(kind: StoreKind, processes: number): Promise<Place> {
  switch (kind) {
    case 'memory':
      return memoryPlace();
    case 'file':
      return filePlace(processes);
    case 'postgres':
    case 'postgres-typeorm':
      return postgresPlace(kind, processes);
    case 'memcached':
      return memcachedPlace(processes);
    case 'three-memcached':
      return threeMemcachedPlace(processes);
    case 'redis':
    case 'node-redis':
      return redisPlace(kind, processes);
  }
}
