import { figuresOf } from './steady.js';
import type { Measured, Workload } from './workload.js';

const ROUTES = ['/read-only', '/locked-changed'];

export function grown(route: string, stored: number): string {
  return `${route} with ${stored} stored`;
}

/** The same requests while more and more sessions are stored. */
export const growth: Workload = {
  name: 'growth',
  isFor: ({ kind }) => kind !== 'floor',
  isAlone: true,
  measure: async (subject, tools) => {
    const measured: Measured[] = [];
    let stored = 0;
    for (const goal of tools.effort.growth) {
      await subject.ask({ ask: 'fill', count: goal - stored, areExpired: false });
      stored = goal;
      for (const path of ROUTES) {
        const figures = await figuresOf(subject, tools, path, subject.cookies);
        measured.push({ name: grown(path.slice(1), goal), figures });
      }
    }
    return measured;
  },
};
