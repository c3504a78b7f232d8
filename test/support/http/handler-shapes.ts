import type { HandlerShape } from '../shapes/handler-shape.js';
import { onFastify } from '../shapes/handler-shape.js';
import { discardedShapes as discardedOnExpress } from '../shapes/discarded.shapes.js';
import { fastifyShapes } from '../shapes/fastify.shapes.js';
import { layerShapes } from '../shapes/layer.shapes.js';
import { middlewareShapes } from '../shapes/middleware.shapes.js';
import { notAwaitedShapes as notAwaitedOnExpress } from '../shapes/not-awaited.shapes.js';
import { responseShapes } from '../shapes/response.shapes.js';
import { sseShapes as sseOnExpress } from '../shapes/sse.shapes.js';
import { streamShapes } from '../shapes/stream.shapes.js';
import { valueShapes } from '../shapes/values.shapes.js';
import { PLATFORMS, type Platform } from './platforms.js';

export type { HandlerShape };

export const discardedShapes: readonly HandlerShape[] = [
  ...discardedOnExpress,
  ...onFastify(
    discardedOnExpress,
    'a template that fails',
    'a template that is not there',
    'a stream of status 500',
    'next() with an error',
  ),
];

export const notAwaitedShapes: readonly HandlerShape[] = [...notAwaitedOnExpress, ...onFastify(notAwaitedOnExpress)];

export const sseShapes: readonly HandlerShape[] = [...sseOnExpress, ...onFastify(sseOnExpress)];

/** The ways in which a request is answered so that what it did to the session has to be stored. */
export const handlerShapes: readonly HandlerShape[] = [
  ...valueShapes,
  ...responseShapes,
  ...streamShapes,
  ...layerShapes,
  ...middlewareShapes,
  // There all values take one path.
  ...onFastify(
    valueShapes,
    'a promise',
    'an Observable',
    'an Observable that takes its time',
    'a promise of an Observable',
    '@Redirect() to where the handler says',
    'HEAD',
    'OPTIONS',
  ),
  ...onFastify(layerShapes, 'a filter that renders a page', "a controller's interceptor that works on the value later"),
  ...onFastify(middlewareShapes, 'error middleware that counts and answers', 'a listener of the headers'),
  ...fastifyShapes,
];

/** Those in which a commit that fails can still be answered. */
export const answerableShapes = handlerShapes.filter(({ isStreamed, reachesFilters }) => !isStreamed && reachesFilters);

export function shapeNamed(name: string): HandlerShape {
  const found = [...handlerShapes, ...discardedShapes, ...notAwaitedShapes, ...sseShapes].find(
    (shape) => shape.name === name,
  );
  if (found === undefined) {
    throw new Error(`There is no shape ${name}`);
  }
  return found;
}

/** The shapes of these names that the tests run here: not each Nest has a Fastify on which they do. */
export function shapesNamed(names: Readonly<Record<Platform, readonly string[]>>): HandlerShape[] {
  return PLATFORMS.flatMap((platform) => names[platform]).map(shapeNamed);
}
