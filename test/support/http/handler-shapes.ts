import type { HandlerShape } from '../shapes/handler-shape.js';
import { discardedShapes } from '../shapes/discarded.shapes.js';
import { layerShapes } from '../shapes/layer.shapes.js';
import { middlewareShapes } from '../shapes/middleware.shapes.js';
import { notAwaitedShapes } from '../shapes/not-awaited.shapes.js';
import { responseShapes } from '../shapes/response.shapes.js';
import { sseShapes } from '../shapes/sse.shapes.js';
import { streamShapes } from '../shapes/stream.shapes.js';
import { valueShapes } from '../shapes/values.shapes.js';

export type { HandlerShape };
export { discardedShapes, notAwaitedShapes, sseShapes };

/** The ways in which a request is answered so that what it did to the session has to be stored. */
export const handlerShapes: readonly HandlerShape[] = [
  ...valueShapes,
  ...responseShapes,
  ...streamShapes,
  ...layerShapes,
  ...middlewareShapes,
];

/** Those in which a commit that fails can still be answered. */
export const answerableShapes = handlerShapes.filter(({ isStreamed }) => !isStreamed);

export function shapeNamed(name: string): HandlerShape {
  const found = [...handlerShapes, ...discardedShapes, ...notAwaitedShapes, ...sseShapes].find(
    (shape) => shape.name === name,
  );
  if (found === undefined) {
    throw new Error(`There is no shape ${name}`);
  }
  return found;
}
