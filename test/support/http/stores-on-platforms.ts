import type { StoreKind } from '../stores/stores.js';
import { PLATFORMS, type Platform } from './platforms.js';

/** A kind of store below an application of one platform. */
export interface StoreOnPlatform {
  /** Of both. */
  readonly name: string;
  readonly kind: StoreKind;
  readonly platform: Platform;
}

/** Each store below Express, and the first of them below Fastify too: no store knows what is above it. */
export function onPlatforms(kinds: readonly StoreKind[]): readonly StoreOnPlatform[] {
  return PLATFORMS.flatMap((platform) =>
    (platform === 'express' ? kinds : kinds.slice(0, 1)).map((kind) => ({
      name: `${kind.name}, under ${platform}`,
      kind,
      platform,
    })),
  );
}
